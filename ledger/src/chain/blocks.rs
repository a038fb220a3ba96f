//! The canonical blocks of a stretch of slots, and the roots that follow from them.

use crate::beacon::{BlockFacts, Root};
use std::collections::BTreeMap;
use std::ops::Range;

/// Canonical blocks by slot, each the child of the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CanonicalBlocks {
    /// The block of slot 0 left out: nobody had to propose it.
    blocks: BTreeMap<u64, BlockFacts>,
    first_known_slot: u64,
}

impl CanonicalBlocks {
    /// From linked blocks. They tell empty slots from unknown ones from the slot of the first on;
    /// the block of slot 0 may be there, though nobody publishes it.
    ///
    /// # Errors
    /// The first block that is not the child of the one before it.
    pub fn new(blocks: impl IntoIterator<Item = BlockFacts>) -> Result<Self, Box<BlockFacts>> {
        let mut linked = BTreeMap::<u64, BlockFacts>::new();
        for block in blocks {
            let is_child = linked
                .values()
                .next_back()
                .is_none_or(|parent| parent.root == block.parent_root && parent.slot < block.slot);
            if !is_child {
                return Err(Box::new(block));
            }
            linked.insert(block.slot, block);
        }
        let first_known_slot = linked.keys().next().copied().unwrap_or(u64::MAX);
        linked.remove(&0);
        Ok(Self {
            blocks: linked,
            first_known_slot,
        })
    }

    pub(super) fn linked(mut blocks: BTreeMap<u64, BlockFacts>, otherwise_known_from: u64) -> Self {
        let first_known_slot = blocks
            .keys()
            .next()
            .copied()
            .unwrap_or(otherwise_known_from);
        blocks.remove(&0);
        Self {
            blocks,
            first_known_slot,
        }
    }

    /// By slot.
    pub fn by_slot(&self) -> &BTreeMap<u64, BlockFacts> {
        &self.blocks
    }

    /// The block of a slot.
    pub fn get(&self, slot: u64) -> Option<&BlockFacts> {
        self.blocks.get(&slot)
    }

    #[cfg(test)]
    pub(super) fn get_mut(&mut self, slot: u64) -> Option<&mut BlockFacts> {
        self.blocks.get_mut(&slot)
    }

    /// The blocks of some slots.
    pub fn range(&self, slots: Range<u64>) -> impl Iterator<Item = &BlockFacts> {
        self.blocks.range(slots).map(|(_, block)| block)
    }

    /// The first slot from which on it is known whether a slot has a canonical block.
    pub fn first_known_slot(&self) -> u64 {
        self.first_known_slot
    }

    /// `get_block_root_at_slot`: the last canonical block at or before a slot, if it is known.
    pub fn root_at(&self, slot: u64) -> Option<Root> {
        if slot < self.first_known_slot {
            return None;
        }
        let before = self
            .blocks
            .range(..=slot)
            .next_back()
            .map(|(_, block)| block.root);
        // Nothing before it but the block of slot 0.
        before.or_else(|| self.blocks.values().next().map(|block| block.parent_root))
    }
}
