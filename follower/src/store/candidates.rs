//! What is not final yet: candidates at the ends of epochs, by where they are from, and blocks.

use super::tables::{decode, encode};
use super::{BLOCKS, PROPOSERS, SNAPSHOTS, Store, StoreError};
use crate::client::ProposerDuties;
use crate::follow::CrossCheck;
use redb::ReadableDatabase;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::RangeInclusive;
use vigil_ledger::beacon::{BlockFacts, Root};

/// Keys of the candidates of one kind at a slot.
fn at(kind: CrossCheck, slot: u64) -> RangeInclusive<(u8, u64, Root)> {
    (kind.code(), slot, [0; 32])..=(kind.code(), slot, [0xff; 32])
}

impl Store {
    /// Whether there is a candidate at a slot.
    pub(crate) fn has_candidate(&self, kind: CrossCheck, slot: u64) -> Result<bool, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let snapshots = read.open_table(SNAPSHOTS).map_err(self.failed())?;
        let mut range = snapshots.range(at(kind, slot)).map_err(self.failed())?;
        Ok(range.next().is_some())
    }

    /// The last blocks of the candidates at a slot.
    pub(crate) fn candidate_roots(
        &self,
        kind: CrossCheck,
        slot: u64,
    ) -> Result<Vec<Root>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let snapshots = read.open_table(SNAPSHOTS).map_err(self.failed())?;
        snapshots
            .range(at(kind, slot))
            .map_err(self.failed())?
            .map(|entry| Ok(entry.map_err(self.failed())?.0.value().2))
            .collect()
    }

    /// The candidates at a slot: snapshots, or rewards.
    pub(crate) fn candidates<T: DeserializeOwned>(
        &self,
        kind: CrossCheck,
        slot: u64,
    ) -> Result<Vec<T>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let snapshots = read.open_table(SNAPSHOTS).map_err(self.failed())?;
        snapshots
            .range(at(kind, slot))
            .map_err(self.failed())?
            .map(|entry| decode(&self.path, entry.map_err(self.failed())?.1.value()))
            .collect()
    }

    pub(crate) fn keep_candidate<T: Serialize>(
        &self,
        kind: CrossCheck,
        (slot, last_block_root): (u64, Root),
        candidate: &T,
    ) -> Result<(), StoreError> {
        self.put(SNAPSHOTS, (kind.code(), slot, last_block_root), candidate)
    }

    /// Candidates at a slot turned out not to be canonical.
    pub(crate) fn drop_candidates(&self, kind: CrossCheck, slot: u64) -> Result<(), StoreError> {
        let write = self.write()?;
        {
            let mut snapshots = write.open_table(SNAPSHOTS).map_err(self.failed())?;
            snapshots
                .retain_in(at(kind, slot), |_, _| false)
                .map_err(self.failed())?;
        }
        write.commit().map_err(self.failed())
    }

    /// The candidates for an epoch.
    pub(crate) fn proposers(&self, epoch: u64) -> Result<Vec<ProposerDuties>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let proposers = read.open_table(PROPOSERS).map_err(self.failed())?;
        let range = (epoch, [0; 32])..=(epoch, [0xff; 32]);
        proposers
            .range(range)
            .map_err(self.failed())?
            .map(|entry| {
                let (key, value) = entry.map_err(self.failed())?;
                Ok(ProposerDuties {
                    dependent_root: key.value().1,
                    proposers: decode(&self.path, value.value())?,
                })
            })
            .collect()
    }

    pub(crate) fn keep_proposers(
        &self,
        epoch: u64,
        duties: &ProposerDuties,
    ) -> Result<(), StoreError> {
        self.put(PROPOSERS, (epoch, duties.dependent_root), &duties.proposers)
    }

    pub(crate) fn block(&self, root: Root) -> Result<Option<BlockFacts>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let blocks = read.open_table(BLOCKS).map_err(self.failed())?;
        match blocks.get(root).map_err(self.failed())? {
            Some(bytes) => {
                let (_, block) = decode::<(u64, BlockFacts)>(&self.path, bytes.value())?;
                Ok(Some(block))
            }
            None => Ok(None),
        }
    }

    pub(crate) fn keep_blocks(&self, blocks: &[BlockFacts]) -> Result<(), StoreError> {
        if blocks.is_empty() {
            return Ok(());
        }
        let write = self.write()?;
        {
            let mut table = write.open_table(BLOCKS).map_err(self.failed())?;
            for block in blocks {
                let bytes = encode(&self.path, &(block.slot, block))?;
                table
                    .insert(block.root, bytes.as_slice())
                    .map_err(self.failed())?;
            }
        }
        write.commit().map_err(self.failed())
    }
}
