//! The bytes of a ledger file, field by field.
//!
//! `wincode` writes structs as `bincode` did: fields in order, fixed width, little endian, no padding. So these
//! structs *are* the layout in [`super`]'s table.

use super::LedgerEntry;
use super::read::LedgerFileError;
use vigil_circuits::identity::{fr_from_be_bytes, fr_to_be_bytes};
use vigil_circuits::ledger::{EpochBits, LedgerRow, MissedVotes};
use wincode::{SchemaRead, SchemaWrite};

/// What comes before the rows.
#[derive(SchemaRead, SchemaWrite)]
pub(super) struct Head {
    pub(super) magic: [u8; 16],
    /// Bit 0: unsigned registry.
    pub(super) flags: u8,
    pub(super) words: u8,
    pub(super) genesis_validators_root: [u8; 32],
    pub(super) registry_root: [u8; 32],
    pub(super) start_epoch: u64,
    pub(super) epochs: u32,
    pub(super) rows: u32,
}

/// A row, without its words.
#[derive(SchemaRead, SchemaWrite)]
pub(super) struct Row {
    index: u64,
    first_active: u16,
    active_epochs: u16,
    effective_balance: u16,
    slashed: u8,
    run_in: u16,
    proposals_due: u16,
    proposals_missed: u16,
    sync_due: u32,
    sync_missed: u32,
    tag: [u8; 32],
}

/// A word of a row: three bitmaps.
#[derive(SchemaRead, SchemaWrite)]
pub(super) struct Word {
    source: [u64; 4],
    target: [u64; 4],
    head: [u64; 4],
}

/// Bytes of [`Head`].
pub(super) const HEAD_BYTES: usize = 16 + 2 + 32 + 32 + 8 + 4 + 4;
/// Bytes of [`Row`].
pub(super) const ROW_BYTES: usize = 8 + 3 * 2 + 1 + 3 * 2 + 2 * 4 + 32;
/// Bytes of [`Word`].
pub(super) const WORD_BYTES: usize = 3 * 4 * 8;

impl Row {
    /// Of an entry.
    pub(super) fn of(entry: &LedgerEntry) -> Self {
        let row = &entry.row;
        Self {
            index: row.index,
            first_active: entry.first_active,
            active_epochs: row.active_epochs,
            effective_balance: row.effective_balance,
            slashed: row.slashed.into(),
            run_in: row.run_in,
            proposals_due: row.proposals_due,
            proposals_missed: row.proposals_missed,
            sync_due: row.sync_due,
            sync_missed: row.sync_missed,
            tag: fr_to_be_bytes(entry.tag),
        }
    }

    /// The entry at `position`, if every value is one that the field can have.
    pub(super) fn entry(
        self,
        position: usize,
        words: Vec<MissedVotes>,
    ) -> Result<LedgerEntry, LedgerFileError> {
        let field = |field| LedgerFileError::Field { position, field };
        self.first_active
            .checked_add(self.active_epochs)
            .ok_or(field("active_epochs"))?;
        Ok(LedgerEntry {
            tag: fr_from_be_bytes(&self.tag).ok_or(field("tag"))?,
            first_active: self.first_active,
            row: LedgerRow {
                index: self.index,
                active_epochs: self.active_epochs,
                effective_balance: self.effective_balance,
                slashed: flag(self.slashed).ok_or(field("slashed"))?,
                run_in: self.run_in,
                proposals_due: self.proposals_due,
                proposals_missed: self.proposals_missed,
                sync_due: self.sync_due,
                sync_missed: self.sync_missed,
                words,
            },
        })
    }
}

impl Word {
    /// Of a row's bitmaps.
    pub(super) fn of(votes: &MissedVotes) -> Self {
        Self {
            source: votes.source.limbs(),
            target: votes.target.limbs(),
            head: votes.head.limbs(),
        }
    }

    /// The bitmaps of the row at `position`, if no bit beyond the 225th is set.
    pub(super) fn votes(self, position: usize) -> Result<MissedVotes, LedgerFileError> {
        let bits = |limbs, field| {
            EpochBits::from_limbs(limbs).ok_or(LedgerFileError::Field { position, field })
        };
        Ok(MissedVotes {
            source: bits(self.source, "missed_source")?,
            target: bits(self.target, "missed_target")?,
            head: bits(self.head, "missed_head")?,
        })
    }
}

/// A byte that is 0 or 1.
pub(super) fn flag(byte: u8) -> Option<bool> {
    match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
