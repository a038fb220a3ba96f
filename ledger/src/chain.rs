//! A finalised, authenticated stretch of a beacon chain.
//!
//! # What is checked
//! - Every block is hashed whole; blocks are linked by `parent_root`, whatever their files are
//!   called. A slot must be above its parent's.
//! - Every state is hashed whole. A state is *trusted* if
//!   1. it is the post-state of a block that is canonical or descends from the finalised block:
//!      the root of its `latest_block_header`, with the state's own root filled in, is that
//!      block's root (so the block's `state_root` is the state's root); or
//!   2. (its slot has no block) a trusted later state on the same chain, at most
//!      SLOTS_PER_HISTORICAL_ROOT slots later, has its root in `state_roots` at its slot; or
//!   3. it is the genesis state, whose block is the parent of the first block: rule 1 with a block
//!      that nobody publishes.
//! - The finalised block is the root of the highest `finalized_checkpoint` in any post-state of a
//!   known block; that block must descend from it, and checkpoints of other states must lie on
//!   the same chain. Canonical are the finalised block and its ancestors, nothing else.
//! - A state at or below the finalised slot that is not trusted is an error, never skipped. Later
//!   states that cannot be authenticated yet are left out.
//! - `genesis_validators_root` and the fork version of every state are compared with
//!   `genesis.json` and `spec.json`.
//!
//! # What is not checked
//! BLS signatures, and that the state transition is valid. Data from an untrusted source says only
//! that it is consistent: compare [`Chain::finalized`] with the checkpoint of a node you trust, or
//! hand that one to [`ChainBuilder::finish_at`]. From there on down, hashes leave no choice.

mod authenticate;
mod blocks;
mod canonical;
mod error;
mod pubkeys;
mod source;
#[cfg(test)]
mod tests;

pub use blocks::CanonicalBlocks;
pub use error::ChainError;
pub use source::genesis_validators_root;

use crate::beacon::{BlockFacts, Checkpoint, Root, Spec, StateFacts, decode_block, decode_state};
use canonical::BlockTree;
use std::collections::BTreeMap;
use std::fmt;

/// A finalised, authenticated stretch of a beacon chain; see the [module](self).
pub struct Chain {
    spec: Spec,
    genesis_validators_root: Root,
    finalized: Checkpoint,
    canonical: CanonicalBlocks,
    /// Trusted states by slot, none after the finalised checkpoint's slot.
    states: BTreeMap<u64, StateFacts>,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Chain({}, finalised epoch {}, {} blocks, {} states)",
            hex::encode(self.genesis_validators_root),
            self.finalized.epoch,
            self.canonical.by_slot().len(),
            self.states.len(),
        )
    }
}

impl Chain {
    /// Starts a chain from the beacon API's answers on its configuration and its genesis.
    ///
    /// # Errors
    /// If they are malformed or of a preset that this crate does not know.
    pub fn builder(spec_json: &[u8], genesis_json: &[u8]) -> Result<ChainBuilder, ChainError> {
        let spec = Spec::from_json(spec_json)?;
        let genesis_validators_root = source::genesis_validators_root(genesis_json)?;
        Ok(ChainBuilder {
            spec,
            genesis_validators_root,
            blocks: BlockTree::default(),
            states: Vec::new(),
        })
    }

    /// The configuration.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What tells this chain from all others.
    pub fn genesis_validators_root(&self) -> Root {
        self.genesis_validators_root
    }

    /// The finalised checkpoint on which everything rests.
    pub fn finalized(&self) -> Checkpoint {
        self.finalized
    }

    /// The canonical blocks.
    pub fn canonical(&self) -> &CanonicalBlocks {
        &self.canonical
    }

    /// Canonical blocks by slot.
    pub fn blocks(&self) -> &BTreeMap<u64, BlockFacts> {
        self.canonical.by_slot()
    }

    /// Trusted states by slot.
    pub fn states(&self) -> &BTreeMap<u64, StateFacts> {
        &self.states
    }
}

/// Takes states and blocks in any order; [`finish`](Self::finish) makes a [`Chain`] of them.
pub struct ChainBuilder {
    spec: Spec,
    genesis_validators_root: Root,
    blocks: BlockTree,
    states: Vec<(String, StateFacts)>,
}

impl fmt::Debug for ChainBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainBuilder({} states so far)", self.states.len())
    }
}

impl ChainBuilder {
    /// Adds the SSZ bytes of a `BeaconState`; `file` is what errors call it.
    ///
    /// # Errors
    /// If it does not decode as a state of the chain's preset and fork, or is of another chain.
    pub fn add_state(&mut self, file: &str, ssz: &[u8]) -> Result<(), ChainError> {
        let mut state = decode_state(&self.spec, file, ssz)?;
        if state.genesis_validators_root != self.genesis_validators_root {
            return Err(ChainError::OtherChain {
                file: file.to_owned(),
                expected: hex::encode(self.genesis_validators_root),
                got: hex::encode(state.genesis_validators_root),
            });
        }
        pubkeys::share(&mut self.states, &mut state);
        self.states.push((file.to_owned(), state));
        Ok(())
    }

    /// Adds the SSZ bytes of a `SignedBeaconBlock`, orphaned or not.
    ///
    /// # Errors
    /// If it does not decode as a block of the chain's preset and fork.
    pub fn add_block(&mut self, file: &str, ssz: &[u8]) -> Result<(), ChainError> {
        self.blocks.insert(decode_block(&self.spec, file, ssz)?);
        Ok(())
    }

    /// Finds the finalised chain by the states' own word and authenticates the states.
    ///
    /// # Errors
    /// If nothing is finalised, if the data contradict each other, or if a state at or below the
    /// finalised slot cannot be authenticated.
    pub fn finish(mut self) -> Result<Chain, ChainError> {
        self.insert_genesis();
        let finalized = self.blocks.finalized(&self.states)?;
        self.finish_at(finalized)
    }

    /// As [`finish`](Self::finish), but on a finalised checkpoint that the caller knows from a
    /// node it trusts. Then data from anywhere will do: every hash hangs on that checkpoint.
    ///
    /// # Errors
    /// If the checkpoint's block is missing, or a state at or below it cannot be authenticated.
    pub fn finish_at(mut self, finalized: Checkpoint) -> Result<Chain, ChainError> {
        self.insert_genesis();
        if !self.blocks.contains(finalized.root) {
            return Err(ChainError::MissingCheckpoint {
                epoch: finalized.epoch,
                root: hex::encode(finalized.root),
            });
        }
        let canonical = self.blocks.canonical(finalized)?;
        let last_slot = finalized
            .epoch
            .checked_mul(self.spec.slots_per_epoch())
            .filter(|&slot| {
                canonical
                    .keys()
                    .next_back()
                    .is_some_and(|&block| block <= slot)
            })
            .ok_or(ChainError::CheckpointBelowBlock {
                epoch: finalized.epoch,
            })?;
        let descendants = self.blocks.descendants(finalized.root);
        let states =
            authenticate::trusted_states(self.states, &canonical, &descendants, last_slot)?;
        Ok(Chain {
            spec: self.spec,
            genesis_validators_root: self.genesis_validators_root,
            finalized,
            canonical: CanonicalBlocks::linked(canonical, last_slot),
            states,
        })
    }

    fn insert_genesis(&mut self) {
        for (_, state) in &self.states {
            self.blocks.insert_genesis_of(state);
        }
    }
}
