//! One epoch, reduced to what a ledger's rows need of it: small facts about the registered validators.
//!
//! [`Chain`](crate::chain::Chain) and whoever follows a live node derive [`EpochFacts`] by the same
//! code; from there on it makes no difference where they came from.

mod duties;
mod seats;

pub use duties::EpochDuties;
pub use seats::{Committee, Seats, places};

use crate::beacon::{Spec, ValidatorFacts};
use crate::chain::CanonicalBlocks;
use crate::rows::RowError;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How often a validator had a duty, and how often it did not do it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Duties.
    pub due: u32,
    /// Those not done.
    pub missed: u32,
}

impl Count {
    pub(crate) fn add(&mut self, missed: bool) {
        self.due += 1;
        self.missed += u32::from(missed);
    }
}

/// What a validator did in an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidatorEpoch {
    /// Its record at the end of the next epoch; `None` if the chain did not know it yet.
    pub record: Option<ValidatorFacts>,
    /// Its final participation flags; `None` if the chain did not know it yet.
    pub flags: Option<u8>,
    /// Blocks to propose.
    pub proposals: Count,
    /// Seats in the sync committee, once for each block.
    pub sync: Count,
}

impl ValidatorEpoch {
    pub(crate) fn without_duties(standing: Standing) -> Self {
        Self {
            record: standing.record,
            flags: standing.flags,
            ..Self::default()
        }
    }
}

/// What the registered validators did in an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochFacts {
    /// Which epoch.
    pub epoch: u64,
    /// One a registered validator, in the registry's order.
    pub validators: Vec<ValidatorEpoch>,
}

/// A validator's record and its flags, as one state has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its record.
    pub record: Option<ValidatorFacts>,
    /// Its flags for the epoch before the state's.
    pub flags: Option<u8>,
}

impl EpochFacts {
    /// The facts of `epoch` about validators `indices`, of which `standings` has one each, from the
    /// epoch's final state.
    ///
    /// # Errors
    /// If the canonical blocks of the epoch are not all there or contradict the duties.
    pub fn derive(
        spec: &Spec,
        blocks: &CanonicalBlocks,
        duties: &EpochDuties,
        indices: &[u64],
        standings: impl IntoIterator<Item = Standing>,
        epoch: u64,
    ) -> Result<Self, RowError> {
        let counts = duties.count(blocks, slots_of(spec, epoch), epoch)?;
        let validators = indices.iter().zip(standings).map(|(index, standing)| {
            let (proposals, sync) = counts.get(index).copied().unwrap_or_default();
            ValidatorEpoch {
                proposals,
                sync,
                ..ValidatorEpoch::without_duties(standing)
            }
        });
        Ok(Self {
            epoch,
            validators: validators.collect(),
        })
    }
}

/// The slots of an epoch, which must be one that a chain can reach.
pub(crate) fn slots_of(spec: &Spec, epoch: u64) -> Range<u64> {
    let slots_per_epoch = spec.slots_per_epoch();
    epoch.saturating_mul(slots_per_epoch)..epoch.saturating_add(1).saturating_mul(slots_per_epoch)
}
