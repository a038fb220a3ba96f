//! Reading a ledger, and what a ledger must be.

use super::{BITMAP_BYTES, HEADER_BYTES, Ledger, LedgerEntry, LedgerPeriod, MAGIC, ROW_BYTES};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use vigil_circuits::Fr;
use vigil_circuits::identity::{INDEX_BITS, fr_from_be_bytes};
use vigil_circuits::ledger::{
    BALANCE_BITS, EPOCH_COUNT_BITS, EpochBits, LedgerRow, MissedVotes, SYNC_BITS, WORD_EPOCHS,
    Words,
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

/// Bytes of a file with `rows` rows.
pub(super) fn file_bytes(rows: usize, words: Words) -> usize {
    HEADER_BYTES + rows * (ROW_BYTES + 3 * words.count() * BITMAP_BYTES) + 32
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

/// The next bytes of a slice whose length was checked.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let (head, tail) = self
            .0
            .split_first_chunk()
            .expect("the file's length was checked");
        self.0 = tail;
        *head
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    fn flag(&mut self) -> Option<bool> {
        match self.array::<1>() {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    fn element(&mut self) -> Option<Fr> {
        fr_from_be_bytes(&self.array())
    }

    fn bitmap(&mut self) -> Option<EpochBits> {
        EpochBits::from_limbs(std::array::from_fn(|_| self.u64()))
    }
}

/// What comes before the rows, and says how long the file is.
struct FileHeader {
    period: LedgerPeriod,
    words: Words,
    rows: u32,
}

impl FileHeader {
    fn parse(bytes: &[u8]) -> Result<Self, LedgerFileError> {
        if bytes.len() < HEADER_BYTES || &bytes[..MAGIC.len()] != MAGIC {
            return Err(LedgerFileError::Magic);
        }
        let mut cursor = Cursor(&bytes[MAGIC.len()..]);
        let unsigned_registry = cursor.flag().ok_or(LedgerFileError::Magic)?;
        let [got] = cursor.array::<1>();
        let period = LedgerPeriod {
            unsigned_registry,
            genesis_validators_root: cursor.array(),
            registry_root: cursor.element().ok_or(LedgerFileError::Root)?,
            start_epoch: cursor.u64(),
            epochs: cursor.u32(),
        };
        let rows = cursor.u32();
        let epochs = period.epochs;
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
        let mut cursor = Cursor(&bytes[HEADER_BYTES..]);
        let entries = (0..rows as usize)
            .map(|position| entry(&mut cursor, words, position))
            .collect::<Result<Vec<_>, _>>()?;
        let root = cursor.element().ok_or(LedgerFileError::Root)?;
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
        let mut header = (&mut file).take(HEADER_BYTES as u64);
        header.read_to_end(&mut bytes).map_err(io)?;
        let header = FileHeader::parse(&bytes)?;
        // Of a file that is too long nothing more is read.
        let length = header.file_bytes();
        let got = file.metadata().map_err(io)?.len();
        if got > length as u64 {
            return Err(header.wrong_length(usize::try_from(got).unwrap_or(usize::MAX)));
        }
        let mut rest = file.take((length - HEADER_BYTES) as u64);
        rest.read_to_end(&mut bytes).map_err(io)?;
        Self::from_bytes(&bytes)
    }
}

fn entry(
    cursor: &mut Cursor<'_>,
    words: Words,
    position: usize,
) -> Result<LedgerEntry, LedgerFileError> {
    let field = |field| LedgerFileError::Field { position, field };
    let index = cursor.u64();
    let first_active = cursor.u16();
    let active_epochs = cursor.u16();
    if first_active.checked_add(active_epochs).is_none() {
        return Err(field("active_epochs"));
    }
    let mut row = LedgerRow {
        index,
        active_epochs,
        effective_balance: cursor.u16(),
        slashed: cursor.flag().ok_or(field("slashed"))?,
        run_in: cursor.u16(),
        proposals_due: cursor.u16(),
        proposals_missed: cursor.u16(),
        sync_due: cursor.u32(),
        sync_missed: cursor.u32(),
        words: Vec::with_capacity(words.count()),
    };
    let tag = cursor.element().ok_or(field("tag"))?;
    for _ in 0..words.count() {
        row.words.push(MissedVotes {
            source: cursor.bitmap().ok_or(field("missed_source"))?,
            target: cursor.bitmap().ok_or(field("missed_target"))?,
            head: cursor.bitmap().ok_or(field("missed_head"))?,
        });
    }
    Ok(LedgerEntry {
        row,
        tag,
        first_active,
    })
}
