//! A period and the states that speak about it.

use super::RowError;
use crate::beacon::{StateFacts, ValidatorFacts};
use crate::chain::Chain;
use std::ops::Range;
use vigil_circuits::ledger::Words;

/// A period that is final, within the data at hand.
pub(super) struct Period<'a> {
    pub(super) chain: &'a Chain,
    pub(super) words: Words,
    epochs: Range<u64>,
    /// The final-participation state of its last epoch.
    last: &'a StateFacts,
}

impl<'a> Period<'a> {
    pub(super) fn new(chain: &'a Chain, start_epoch: u64, epochs: u32) -> Result<Self, RowError> {
        let words = Words::for_epochs(epochs).ok_or(RowError::PeriodLength { epochs })?;
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
        if first_slot < chain.first_known_slot() {
            return Err(RowError::MissingBlocks {
                first_slot,
                known_from: chain.first_known_slot(),
            });
        }
        // All of them, also those of epochs in which nobody asked for is active.
        let mut last = final_state(chain, start_epoch)?;
        for epoch in start_epoch..end {
            last = final_state(chain, epoch)?;
        }
        Ok(Self {
            chain,
            words,
            epochs: start_epoch..end,
            last,
        })
    }

    pub(super) fn epochs(&self) -> Range<u64> {
        self.epochs.clone()
    }

    pub(super) fn slots_of(&self, epoch: u64) -> Range<u64> {
        let slots_per_epoch = self.chain.spec().slots_per_epoch();
        epoch * slots_per_epoch..(epoch + 1) * slots_per_epoch
    }

    /// The state with the final participation of an epoch.
    pub(super) fn final_state(&self, epoch: u64) -> Result<&'a StateFacts, RowError> {
        final_state(self.chain, epoch)
    }

    /// A state inside an epoch.
    pub(super) fn duty_state(&self, epoch: u64) -> Result<&'a StateFacts, RowError> {
        let slots = self.slots_of(epoch);
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

    /// Activation, exit and slashing of a validator, as of the end of the period.
    pub(super) fn record(&self, index: u64) -> Result<&'a ValidatorFacts, RowError> {
        validator(self.last, index)
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

pub(super) fn validator(state: &StateFacts, index: u64) -> Result<&ValidatorFacts, RowError> {
    usize::try_from(index)
        .ok()
        .and_then(|place| state.validators.get(place))
        .ok_or(RowError::UnknownValidator {
            index,
            slot: state.slot,
            validators: state.validators.len(),
        })
}
