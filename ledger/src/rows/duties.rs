//! Block proposals and sync committee seats.

use super::RowError;
use super::period::Period;
use crate::beacon::StateFacts;
use std::collections::HashMap;

/// How often a validator had a duty, and how often it did not do it.
#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) due: u64,
    pub(super) missed: u64,
}

impl Count {
    fn add(&mut self, missed: bool) {
        self.due += 1;
        self.missed += u64::from(missed);
    }
}

/// Duties of all validators that had any in a period.
#[derive(Default)]
pub(super) struct Duties {
    proposals: HashMap<u64, Count>,
    sync: HashMap<u64, Count>,
}

impl Duties {
    pub(super) fn of(period: &Period<'_>) -> Result<Self, RowError> {
        let mut duties = Self::default();
        for epoch in period.epochs() {
            let state = period.duty_state(epoch)?;
            duties.add_proposals(period, epoch, state)?;
            duties.add_sync(period, epoch, state)?;
        }
        Ok(duties)
    }

    pub(super) fn proposals(&self, index: u64) -> Count {
        self.proposals.get(&index).copied().unwrap_or_default()
    }

    pub(super) fn sync(&self, index: u64) -> Count {
        self.sync.get(&index).copied().unwrap_or_default()
    }

    fn add_proposals(
        &mut self,
        period: &Period<'_>,
        epoch: u64,
        state: &StateFacts,
    ) -> Result<(), RowError> {
        let slots = period.slots_of(epoch);
        // Balances and the active set do not change inside an epoch, so one state serves all slots.
        let proposers = state
            .proposers
            .proposers(
                state.fork,
                period.chain.spec().shuffle_round_count(),
                &state.validators,
                slots.clone(),
            )
            .ok_or(RowError::NoProposer { epoch })?;
        for (slot, expected) in slots.zip(proposers) {
            if slot == 0 {
                continue;
            }
            let block = period.chain.blocks().get(&slot);
            if let Some(block) = block
                && block.proposer_index != expected
            {
                return Err(RowError::WrongProposer {
                    slot,
                    expected,
                    got: block.proposer_index,
                });
            }
            self.proposals
                .entry(expected)
                .or_default()
                .add(block.is_none());
        }
        Ok(())
    }

    fn add_sync(
        &mut self,
        period: &Period<'_>,
        epoch: u64,
        state: &StateFacts,
    ) -> Result<(), RowError> {
        for (&slot, block) in period.chain.blocks().range(period.slots_of(epoch)) {
            if block.sync_bits.len() != state.sync_committee.len() {
                return Err(RowError::SyncSize {
                    slot,
                    expected: state.sync_committee.len(),
                    got: block.sync_bits.len(),
                });
            }
            for (&member, &signed) in state.sync_committee.iter().zip(&block.sync_bits) {
                self.sync.entry(member).or_default().add(!signed);
            }
        }
        Ok(())
    }
}
