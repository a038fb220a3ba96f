//! Who sits where in an epoch.

use super::RANDAO_MIX;
use crate::containers::Root;
use crate::plan::{Plan, SLOTS_PER_EPOCH};
use sha2::{Digest as _, Sha256};
use vigil_ledger::beacon::shuffle;

const SHUFFLE_ROUND_COUNT: u8 = 90;
const TARGET_COMMITTEE_SIZE: u64 = 128;
const MAX_COMMITTEES_PER_SLOT: u64 = 64;
const DOMAIN_BEACON_ATTESTER: [u8; 4] = [1, 0, 0, 0];

/// The beacon committees of an epoch.
#[derive(Debug)]
pub struct Committees {
    shuffled: Vec<u64>,
    per_slot: u64,
}

impl Committees {
    pub(super) fn new(plan: &Plan, epoch: u64) -> Self {
        let mut shuffled: Vec<u64> = (0..plan.validators)
            .filter(|&validator| plan.is_active(validator))
            .collect();
        let per_slot = (shuffled.len() as u64 / SLOTS_PER_EPOCH / TARGET_COMMITTEE_SIZE)
            .clamp(1, MAX_COMMITTEES_PER_SLOT);
        shuffle(&mut shuffled, &seed(epoch), SHUFFLE_ROUND_COUNT);
        Self { shuffled, per_slot }
    }

    /// The committees of a slot, in order.
    pub fn of_slot(&self, slot: u64) -> impl Iterator<Item = &[u64]> {
        let count = self.per_slot * SLOTS_PER_EPOCH;
        let bound = move |place: u64| (self.shuffled.len() as u64 * place / count) as usize;
        let first = slot % SLOTS_PER_EPOCH * self.per_slot;
        (first..first + self.per_slot)
            .map(move |place| &self.shuffled[bound(place)..bound(place + 1)])
    }
}

/// `get_seed`, on a chain whose randao mixes are all the same.
fn seed(epoch: u64) -> Root {
    Sha256::new()
        .chain_update(DOMAIN_BEACON_ATTESTER)
        .chain_update(epoch.to_le_bytes())
        .chain_update(RANDAO_MIX)
        .finalize()
        .into()
}
