//! A period and the states that speak about it.

use super::{NetworkEpoch, RowError};
use crate::beacon::StateFacts;
use crate::chain::Chain;
use crate::epoch::{EpochDuties, EpochFacts, Standing, slots_of};
use std::ops::Range;
use vigil_circuits::ledger::Words;

/// A period that is final, within the data at hand.
pub(super) struct Period<'a> {
    chain: &'a Chain,
    epochs: Range<u64>,
    /// The final-participation state of its last epoch.
    last: &'a StateFacts,
}

impl<'a> Period<'a> {
    pub(super) fn new(chain: &'a Chain, start_epoch: u64, epochs: u32) -> Result<Self, RowError> {
        Words::for_epochs(epochs).ok_or(RowError::PeriodLength { epochs })?;
        let slots_per_epoch = chain.spec().slots_per_epoch();
        // Two epochs of room for the final state of the last epoch.
        let end = start_epoch
            .checked_add(epochs.into())
            .filter(|end| {
                end.checked_add(2)
                    .and_then(|epoch| epoch.checked_mul(slots_per_epoch))
                    .is_some()
            })
            .ok_or(RowError::EpochOverflow {
                start_epoch,
                epochs,
            })?;
        let altair_epoch = chain.spec().altair_epoch().unwrap_or(u64::MAX);
        if start_epoch < altair_epoch {
            return Err(RowError::BeforeAltair {
                start_epoch,
                altair_epoch,
            });
        }
        let finalized = chain.finalized().epoch;
        if finalized < end + 1 {
            return Err(RowError::NotFinal {
                needed: end + 1,
                finalized,
            });
        }
        let first_slot = start_epoch * slots_per_epoch;
        if first_slot < chain.canonical().first_known_slot() {
            return Err(RowError::MissingBlocks {
                first_slot,
                known_from: chain.canonical().first_known_slot(),
            });
        }
        // All of them, also those of epochs in which nobody asked for is active.
        let mut last = final_state(chain, start_epoch)?;
        for epoch in start_epoch..end {
            last = final_state(chain, epoch)?;
        }
        Ok(Self {
            chain,
            epochs: start_epoch..end,
            last,
        })
    }

    pub(super) fn epochs(&self) -> Range<u64> {
        self.epochs.clone()
    }

    /// What validators `indices` did in one of the epochs.
    pub(super) fn facts(&self, indices: &[u64], epoch: u64) -> Result<EpochFacts, RowError> {
        let spec = self.chain.spec();
        let duties = EpochDuties::of_state(spec, self.duty_state(epoch)?)?;
        EpochFacts::derive(
            spec,
            self.chain.canonical(),
            &duties,
            indices,
            self.standings(indices, epoch)?,
            epoch,
        )
    }

    /// What everybody voted in one of the epochs.
    pub(super) fn network(&self, epoch: u64) -> Result<NetworkEpoch, RowError> {
        NetworkEpoch::of_state(final_state(self.chain, epoch)?, epoch)
    }

    fn standings(
        &self,
        indices: &[u64],
        epoch: u64,
    ) -> Result<impl Iterator<Item = Standing>, RowError> {
        let state = final_state(self.chain, epoch)?;
        Ok(indices.iter().map(|&index| state.standing(index)))
    }

    /// A state inside an epoch.
    pub(super) fn duty_state(&self, epoch: u64) -> Result<&'a StateFacts, RowError> {
        let slots = slots_of(self.chain.spec(), epoch);
        self.chain
            .states()
            .range(slots.clone())
            .next_back()
            .map(|(_, state)| state)
            .ok_or(RowError::MissingDutyState {
                epoch,
                first_slot: slots.start,
                last_slot: slots.end - 1,
            })
    }

    /// How many validators the chain has at the end of the period.
    pub(super) fn validators(&self) -> u64 {
        self.last.validators.len() as u64
    }
}

fn final_state(chain: &Chain, epoch: u64) -> Result<&StateFacts, RowError> {
    let slot = chain.spec().slots_per_epoch() * (epoch + 2) - 1;
    chain
        .states()
        .get(&slot)
        .ok_or(RowError::MissingFinalState { epoch, slot })
}
