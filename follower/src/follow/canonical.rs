//! The finalised chain, walked from its checkpoint down, block by block and hash by hash.

use super::{CrossCheck, Event, FollowError, Follower};
use std::collections::BTreeMap;
use vigil_ledger::beacon::{BlockFacts, Checkpoint, Root};
use vigil_ledger::chain::CanonicalBlocks;

/// Blocks fetched between two writes.
const BATCH: usize = 64;

/// Roots of canonical blocks by slot.
#[derive(Debug)]
pub(super) struct Walked(BTreeMap<u64, Root>);

impl Walked {
    /// The last block at or before a slot, if the walk went that far.
    pub(super) fn root_at(&self, slot: u64) -> Option<Root> {
        self.0.range(..=slot).next_back().map(|(_, &root)| root)
    }

    /// Whether a block is canonical and the last one at a slot, or later.
    pub(super) fn has_from(&self, slot: u64, root: Root) -> bool {
        self.root_at(slot) == Some(root)
            || self
                .0
                .range(slot..)
                .any(|(_, &canonical)| canonical == root)
    }

    /// The block of a slot.
    pub(super) fn get(&self, slot: u64) -> Option<Root> {
        self.0.get(&slot).copied()
    }
}

/// A node must not finalise less than what was recorded by, nor anything else.
pub(super) fn check_anchor(
    anchor: Option<Checkpoint>,
    finalized: Checkpoint,
) -> Result<(), FollowError> {
    match anchor {
        Some(anchor) if finalized.epoch < anchor.epoch => Err(FollowError::Behind {
            recorded: anchor.epoch,
            got: finalized.epoch,
        }),
        Some(anchor) if finalized.epoch == anchor.epoch => check_root(anchor, Some(finalized.root)),
        _ => Ok(()),
    }
}

fn check_root(anchor: Checkpoint, got: Option<Root>) -> Result<(), FollowError> {
    match got {
        Some(got) if got != anchor.root => Err(FollowError::FinalizedConflict {
            epoch: anchor.epoch,
            recorded: hex::encode(anchor.root),
            got: hex::encode(got),
        }),
        _ => Ok(()),
    }
}

impl Follower {
    /// From the finalised checkpoint down to the block before `first_epoch`, and to the checkpoint that
    /// recorded epochs hang on, which must lie on the way.
    pub(super) fn walk(
        &mut self,
        finalized: Checkpoint,
        anchor: Option<Checkpoint>,
        first_epoch: Option<u64>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<Walked, FollowError> {
        let checkpoint_slot = self.first_slot(finalized.epoch);
        let first_slot = first_epoch.map_or(checkpoint_slot, |epoch| {
            // Proposers may depend on the block before the preceding epoch.
            let has_proposers_apart = self.sources().any(|kind| kind == CrossCheck::Blocks);
            self.first_slot(epoch.saturating_sub(has_proposers_apart.into()))
        });
        let until = anchor.map_or(first_slot, |anchor| {
            first_slot.min(self.first_slot(anchor.epoch))
        });
        let mut fresh = Vec::new();
        let walked = self.walk_down(finalized.root, checkpoint_slot, until, &mut fresh, tell);
        // What was fetched before an error need not be fetched again.
        self.store.keep_blocks(&fresh)?;
        let walked = walked?;
        if let Some(anchor) = anchor {
            check_root(anchor, walked.root_at(self.first_slot(anchor.epoch)))?;
        }
        Ok(walked)
    }

    fn walk_down(
        &mut self,
        mut root: Root,
        checkpoint_slot: u64,
        until: u64,
        fresh: &mut Vec<BlockFacts>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<Walked, FollowError> {
        let mut walked = BTreeMap::new();
        let mut limit = checkpoint_slot.saturating_add(1);
        loop {
            if Some(root) == self.genesis_block {
                walked.insert(0, root);
                break;
            }
            let block = match self.store.block(root)? {
                Some(block) => block,
                None => {
                    let block = self.nodes.block(&self.spec, root)?;
                    fresh.push(block.clone());
                    if fresh.len() == BATCH {
                        self.store.keep_blocks(fresh)?;
                        fresh.clear();
                        tell(Event::Walking {
                            slot: block.slot,
                            until,
                        });
                    }
                    block
                }
            };
            if block.slot >= limit {
                return Err(FollowError::SlotOrder {
                    root: hex::encode(root),
                    slot: block.slot,
                    limit,
                });
            }
            walked.insert(block.slot, root);
            if block.slot < until || block.slot == 0 {
                break;
            }
            limit = block.slot;
            root = block.parent_root;
        }
        Ok(Walked(walked))
    }

    /// The blocks of an epoch and the next, and the one before them.
    pub(super) fn blocks_of(
        &self,
        walked: &Walked,
        epoch: u64,
    ) -> Result<CanonicalBlocks, FollowError> {
        let slots = self.first_slot(epoch)..self.first_slot(epoch + 2);
        let before = walked.0.range(..slots.start).next_back();
        let mut blocks = Vec::new();
        for (&slot, &root) in before.into_iter().chain(walked.0.range(slots)) {
            let block = match slot {
                0 => genesis_block(root),
                _ => self
                    .store
                    .block(root)?
                    .ok_or_else(|| FollowError::LostBlock {
                        root: hex::encode(root),
                    })?,
            };
            blocks.push(block);
        }
        CanonicalBlocks::new(blocks).map_err(|block| FollowError::LostBlock {
            root: hex::encode(block.parent_root),
        })
    }
}

/// Nobody proposed it, and nothing but its root is asked of it.
fn genesis_block(root: Root) -> BlockFacts {
    BlockFacts {
        root,
        slot: 0,
        proposer_index: 0,
        parent_root: Root::default(),
        state_root: Root::default(),
        sync_bits: Vec::new(),
        attestations: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_behind_passes_and_a_node_elsewhere_does_not() {
        let at = |epoch, byte| Checkpoint {
            epoch,
            root: [byte; 32],
        };
        assert!(check_anchor(None, at(3, 1)).is_ok());
        assert!(check_anchor(Some(at(3, 1)), at(3, 1)).is_ok());
        assert!(check_anchor(Some(at(3, 1)), at(4, 2)).is_ok());
        let behind = check_anchor(Some(at(3, 1)), at(2, 1)).unwrap_err();
        assert!(matches!(
            behind,
            FollowError::Behind {
                recorded: 3,
                got: 2
            }
        ));
        assert!(behind.is_passing());
        let elsewhere = check_anchor(Some(at(3, 1)), at(3, 2)).unwrap_err();
        assert!(matches!(
            elsewhere,
            FollowError::FinalizedConflict { epoch: 3, .. }
        ));
        assert!(!elsewhere.is_passing());
    }
}
