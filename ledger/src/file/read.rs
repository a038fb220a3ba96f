//! Reading a ledger, and what a ledger must be.

use super::wire::{HEAD_BYTES, Head, ROW_BYTES, Row, WORD_BYTES, Word, flag};
use super::{Ledger, LedgerEntry, LedgerPeriod, MAGIC};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use vigil_circuits::identity::{INDEX_BITS, fr_from_be_bytes};
use vigil_circuits::ledger::{
    BALANCE_BITS, EPOCH_COUNT_BITS, MissedVotes, SYNC_BITS, WORD_EPOCHS, Words,
};
use vigil_circuits::tree::{ARITY, LEDGER_DEPTH};

/// Why a ledger is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerFileError {
    /// The file cannot be read or written.
    #[error("cannot access the ledger {path}")]
    Io {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not this format or version.
    #[error("this is not a ledger of version 1")]
    Magic,
    /// A period of no or too many epochs.
    #[error("a period has 1 to 6300 epochs, not {got}")]
    Epochs {
        /// As given.
        got: u32,
    },
    /// The number of words is not that of the period.
    #[error("a period of {epochs} epochs has {expected} words, not {got}")]
    Words {
        /// Length of the period.
        epochs: u32,
        /// By the period.
        expected: usize,
        /// As given.
        got: usize,
    },
    /// Truncated or with something behind it.
    #[error("a ledger of {rows} rows has {expected} bytes, this file has {got}")]
    Length {
        /// By the header.
        rows: u32,
        /// By the header.
        expected: usize,
        /// The file's.
        got: usize,
    },
    /// More rows than the tree holds.
    #[error("{got} rows do not fit the ledger's tree (at most 1048576)")]
    TooMany {
        /// As given.
        got: usize,
    },
    /// A value that no row can have.
    #[error("{field} of the row at position {position} is out of range")]
    Field {
        /// Which row.
        position: usize,
        /// Which field.
        field: &'static str,
    },
    /// Rows are not strictly sorted by index.
    #[error("the row at position {position} does not come after the one before it")]
    Order {
        /// Which row.
        position: usize,
    },
    /// The rows do not give the root at the end of the file.
    #[error("the ledger's rows do not give its root: the file is damaged")]
    Root,
}

/// Bytes of the root at the end.
const ROOT_BYTES: usize = 32;

/// Bytes of a file with `rows` rows.
pub(super) fn file_bytes(rows: usize, words: Words) -> usize {
    HEAD_BYTES + rows * (ROW_BYTES + words.count() * WORD_BYTES) + ROOT_BYTES
}

/// What must hold of every row of a ledger, whoever computed it.
pub(super) fn check_entries(
    entries: &[LedgerEntry],
    words: Words,
    epochs: u32,
) -> Result<(), LedgerFileError> {
    for (
        position,
        LedgerEntry {
            row, first_active, ..
        },
    ) in entries.iter().enumerate()
    {
        let check = |holds: bool, field| match holds {
            true => Ok(()),
            false => Err(LedgerFileError::Field { position, field }),
        };
        let active = *first_active as usize..(*first_active + row.active_epochs) as usize;
        let is_possible = |epoch: usize, word: &MissedVotes, bit: usize| {
            let missed = word.source.get(bit) || word.target.get(bit) || word.head.get(bit);
            !missed || active.contains(&epoch)
        };
        let words_fit = row.words.iter().enumerate().all(|(w, word)| {
            (0..WORD_EPOCHS).all(|bit| is_possible(w * WORD_EPOCHS + bit, word, bit))
        });
        check(row.index >> INDEX_BITS == 0, "index")?;
        check(row.active_epochs >> EPOCH_COUNT_BITS == 0, "active_epochs")?;
        check(
            u32::from(*first_active) + u32::from(row.active_epochs) <= epochs,
            "active_epochs",
        )?;
        check(
            row.effective_balance >> BALANCE_BITS == 0,
            "effective_balance",
        )?;
        check(row.run_in >> EPOCH_COUNT_BITS == 0, "run_in")?;
        check(
            row.proposals_missed <= row.proposals_due,
            "proposals_missed",
        )?;
        check(row.sync_due >> SYNC_BITS == 0, "sync_due")?;
        check(row.sync_missed <= row.sync_due, "sync_missed")?;
        check(row.words.len() == words.count(), "words")?;
        check(words_fit, "missed votes")?;
        if position > 0 && entries[position - 1].row.index >= row.index {
            return Err(LedgerFileError::Order { position });
        }
    }
    Ok(())
}

/// What comes before the rows, and says how long the file is.
struct FileHeader {
    period: LedgerPeriod,
    words: Words,
    rows: u32,
}

impl FileHeader {
    fn parse(bytes: &[u8]) -> Result<Self, LedgerFileError> {
        if bytes.len() < HEAD_BYTES || &bytes[..MAGIC.len()] != MAGIC {
            return Err(LedgerFileError::Magic);
        }
        let head: Head =
            wincode::deserialize(&bytes[..HEAD_BYTES]).map_err(|_| LedgerFileError::Magic)?;
        let period = LedgerPeriod {
            unsigned_registry: flag(head.flags).ok_or(LedgerFileError::Magic)?,
            genesis_validators_root: head.genesis_validators_root,
            registry_root: fr_from_be_bytes(&head.registry_root).ok_or(LedgerFileError::Root)?,
            start_epoch: head.start_epoch,
            epochs: head.epochs,
        };
        let Head {
            rows,
            epochs,
            words: got,
            ..
        } = head;
        let words = Words::for_epochs(epochs).ok_or(LedgerFileError::Epochs { got: epochs })?;
        if words.count() != usize::from(got) {
            return Err(LedgerFileError::Words {
                epochs,
                expected: words.count(),
                got: got.into(),
            });
        }
        if rows as usize > ARITY.pow(LEDGER_DEPTH as u32) {
            return Err(LedgerFileError::TooMany { got: rows as usize });
        }
        Ok(Self {
            period,
            words,
            rows,
        })
    }

    fn file_bytes(&self) -> usize {
        file_bytes(self.rows as usize, self.words)
    }

    fn wrong_length(&self, got: usize) -> LedgerFileError {
        LedgerFileError::Length {
            rows: self.rows,
            expected: self.file_bytes(),
            got,
        }
    }
}

impl Ledger {
    /// Reads and checks a ledger.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LedgerFileError> {
        let header = FileHeader::parse(bytes)?;
        if bytes.len() != header.file_bytes() {
            return Err(header.wrong_length(bytes.len()));
        }
        let FileHeader {
            period,
            words,
            rows,
        } = header;
        let (entries, root) = bytes[HEAD_BYTES..].split_at(bytes.len() - HEAD_BYTES - ROOT_BYTES);
        let entries = entries
            .chunks_exact(ROW_BYTES + words.count() * WORD_BYTES)
            .enumerate()
            .map(|(position, bytes)| entry(bytes, position))
            .collect::<Result<Vec<_>, _>>()?;
        debug_assert_eq!(entries.len(), rows as usize);
        let root = <&[u8; ROOT_BYTES]>::try_from(root)
            .ok()
            .and_then(fr_from_be_bytes)
            .ok_or(LedgerFileError::Root)?;
        let ledger = Self::new(period, entries)?;
        (ledger.root() == root)
            .then_some(ledger)
            .ok_or(LedgerFileError::Root)
    }

    /// Reads and checks a ledger file.
    pub fn read(path: &Path) -> Result<Self, LedgerFileError> {
        let io = |source| LedgerFileError::Io {
            path: path.display().to_string(),
            source,
        };
        let mut file = File::open(path).map_err(io)?;
        let mut bytes = Vec::new();
        let mut header = (&mut file).take(HEAD_BYTES as u64);
        header.read_to_end(&mut bytes).map_err(io)?;
        let header = FileHeader::parse(&bytes)?;
        // Of a file that is too long nothing more is read.
        let length = header.file_bytes();
        let got = file.metadata().map_err(io)?.len();
        if got > length as u64 {
            return Err(header.wrong_length(usize::try_from(got).unwrap_or(usize::MAX)));
        }
        let mut rest = file.take((length - HEAD_BYTES) as u64);
        rest.read_to_end(&mut bytes).map_err(io)?;
        Self::from_bytes(&bytes)
    }
}

/// The entry in the bytes of a row and its words.
fn entry(bytes: &[u8], position: usize) -> Result<LedgerEntry, LedgerFileError> {
    let damaged = |_| LedgerFileError::Field {
        position,
        field: "the layout",
    };
    let (row, words) = bytes.split_at(ROW_BYTES);
    let words = words
        .chunks_exact(WORD_BYTES)
        .map(|word| {
            let word: Word = wincode::deserialize(word).map_err(damaged)?;
            word.votes(position)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let row: Row = wincode::deserialize(row).map_err(damaged)?;
    row.entry(position, words)
}
