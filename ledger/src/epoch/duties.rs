//! Block proposals and sync committee seats.

use super::Count;
use crate::beacon::{Spec, StateFacts};
use crate::chain::CanonicalBlocks;
use crate::rows::RowError;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;

/// Who proposes and who sits in the sync committee in an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochDuties {
    /// Validator indices, one a slot.
    pub proposers: Vec<u64>,
    /// Validator indices, one a seat.
    pub sync_committee: Vec<u64>,
}

impl EpochDuties {
    /// Of the state's own epoch. Balances and the active set do not change inside an epoch, so any
    /// of its states will do.
    ///
    /// # Errors
    /// If the proposers' lottery has no winner.
    pub fn of_state(spec: &Spec, state: &StateFacts) -> Result<Self, RowError> {
        let epoch = spec.epoch_of(state.slot);
        let proposers = state
            .proposers
            .proposers(
                state.fork,
                spec.shuffle_round_count(),
                &state.validators,
                super::slots_of(spec, epoch),
            )
            .ok_or(RowError::NoProposer { epoch })?;
        Ok(Self {
            proposers,
            sync_committee: state.sync_committee.clone(),
        })
    }

    /// Proposals and sync seats of every validator that had any.
    pub(super) fn count(
        &self,
        blocks: &CanonicalBlocks,
        slots: Range<u64>,
        epoch: u64,
    ) -> Result<HashMap<u64, (Count, Count)>, RowError> {
        if slots.start < blocks.first_known_slot() {
            return Err(RowError::MissingBlocks {
                first_slot: slots.start,
                known_from: blocks.first_known_slot(),
            });
        }
        if self.proposers.len() as u64 != slots.end - slots.start {
            return Err(RowError::NoProposer { epoch });
        }
        let mut counts = HashMap::<u64, (Count, Count)>::new();
        for (slot, &expected) in slots.clone().zip(&self.proposers) {
            if slot == 0 {
                continue;
            }
            let block = blocks.get(slot);
            if let Some(block) = block
                && block.proposer_index != expected
            {
                return Err(RowError::WrongProposer {
                    slot,
                    expected,
                    got: block.proposer_index,
                });
            }
            counts.entry(expected).or_default().0.add(block.is_none());
        }
        for block in blocks.range(slots) {
            if block.sync_bits.len() != self.sync_committee.len() {
                return Err(RowError::SyncSize {
                    slot: block.slot,
                    expected: self.sync_committee.len(),
                    got: block.sync_bits.len(),
                });
            }
            for (&member, &signed) in self.sync_committee.iter().zip(&block.sync_bits) {
                counts.entry(member).or_default().1.add(!signed);
            }
        }
        Ok(counts)
    }
}
