//! The tree of blocks, its finalised block, and the chain that ends there.

use super::ChainError;
use crate::beacon::{BlockFacts, Checkpoint, Root, StateFacts};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Blocks by root, linked by their parents' roots.
#[derive(Debug, Default)]
pub(super) struct BlockTree(HashMap<Root, BlockFacts>);

impl BlockTree {
    pub(super) fn insert(&mut self, block: BlockFacts) {
        self.0.insert(block.root, block);
    }

    pub(super) fn contains(&self, root: Root) -> bool {
        self.0.contains_key(&root)
    }

    /// Nobody publishes the block of slot 0, but the genesis state's header says what it is.
    pub(super) fn insert_genesis_of(&mut self, state: &StateFacts) {
        if state.slot == 0 && state.is_post_state && state.last_block_slot == 0 {
            self.insert(BlockFacts {
                root: state.last_block_root,
                slot: 0,
                proposer_index: 0,
                parent_root: Root::default(),
                state_root: state.root,
                sync_bits: Vec::new(),
                attestations: Vec::new(),
            });
        }
    }

    /// The highest finalised checkpoint of any state that a block of the tree commits to.
    pub(super) fn finalized(
        &self,
        states: &[(String, StateFacts)],
    ) -> Result<Checkpoint, ChainError> {
        let committed = || {
            states.iter().filter(|(_, state)| {
                // A zero root is genesis by another name, finalised from the start.
                // The block of a state at slot 0 is in the tree on that state's own word.
                state.slot > 0
                    && state.is_post_state
                    && self.0.contains_key(&state.last_block_root)
                    && state.finalized.root != Root::default()
            })
        };
        let (file, state) = committed()
            .max_by_key(|(_, state)| state.finalized.epoch)
            .ok_or(ChainError::NothingFinalized)?;
        let finalized = state.finalized;
        self.descends(state.last_block_root, finalized.root, file)?;
        let ancestors: HashMap<Root, u64> = self
            .ancestors(finalized.root)
            .map(|block| (block.root, block.slot))
            .collect();
        // Below the first ancestor that is there nothing can be compared.
        let lowest = ancestors.values().min().copied().unwrap_or(0);
        for (file, state) in committed() {
            let checkpoint = self.0.get(&state.finalized.root);
            if checkpoint
                .is_some_and(|block| block.slot >= lowest && !ancestors.contains_key(&block.root))
            {
                return Err(ChainError::ConflictingFinality {
                    file: file.clone(),
                    epoch: state.finalized.epoch,
                    root: hex::encode(state.finalized.root),
                });
            }
        }
        Ok(finalized)
    }

    /// Canonical blocks by slot: the finalised block and its ancestors, as far as they are there.
    pub(super) fn canonical(
        &self,
        finalized: Checkpoint,
    ) -> Result<BTreeMap<u64, BlockFacts>, ChainError> {
        let mut canonical = BTreeMap::<u64, BlockFacts>::new();
        for block in self.ancestors(finalized.root) {
            if let Some((&slot, child)) = canonical.iter().next()
                && slot <= block.slot
            {
                return Err(ChainError::SlotOrder {
                    root: hex::encode(child.root),
                    slot,
                    parent_slot: block.slot,
                });
            }
            canonical.insert(block.slot, block.clone());
        }
        Ok(canonical)
    }

    /// Roots of the blocks that descend from `root`, itself included.
    pub(super) fn descendants(&self, root: Root) -> HashSet<Root> {
        let mut children = HashMap::<Root, Vec<Root>>::new();
        for block in self.0.values() {
            children
                .entry(block.parent_root)
                .or_default()
                .push(block.root);
        }
        let mut found = HashSet::from([root]);
        let mut open = vec![root];
        while let Some(parent) = open.pop() {
            open.extend(
                children
                    .get(&parent)
                    .into_iter()
                    .flatten()
                    .filter(|&&child| found.insert(child)),
            );
        }
        found
    }

    /// From a block down to the first one whose parent is missing. It ends: a cycle of parents
    /// would be a cycle of SHA-256.
    fn ancestors(&self, root: Root) -> impl Iterator<Item = &BlockFacts> {
        std::iter::successors(self.0.get(&root), |block| self.0.get(&block.parent_root))
    }

    fn descends(&self, from: Root, to: Root, file: &str) -> Result<(), ChainError> {
        let mut missing = from;
        for block in self.ancestors(from) {
            if block.root == to {
                return Ok(());
            }
            missing = block.parent_root;
        }
        Err(ChainError::MissingBlock {
            root: hex::encode(missing),
            file: file.to_owned(),
        })
    }
}
