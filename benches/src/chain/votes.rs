//! The votes of a slot, aggregated as blocks carry them.

use super::committees::Committees;
use crate::containers::{Attestation, AttestationData, Root};
use crate::plan::{Plan, SLOTS_PER_EPOCH, Vote};
use anyhow::anyhow;
use ssz::{BitList, BitVector};

/// The aggregates of a slot's votes, over all its committees.
#[derive(Clone, Debug)]
pub(super) struct Votes {
    pub(super) slot: u64,
    /// Those that are included soon: for the right head, and for another.
    pub(super) timely: Vec<Attestation>,
    /// Those that are included when only the target counts.
    pub(super) late: Vec<Attestation>,
}

impl Votes {
    pub(super) fn new(
        plan: &Plan,
        committees: &Committees,
        data: &AttestationData,
    ) -> anyhow::Result<Self> {
        let elsewhere = AttestationData {
            beacon_block_root: [0xee; 32],
            ..data.clone()
        };
        let of = |data: &AttestationData, vote| aggregate(plan, committees, data, vote);
        let timely = [of(data, Vote::Good)?, of(&elsewhere, Vote::WrongHead)?];
        Ok(Self {
            slot: data.slot,
            timely: timely.into_iter().flatten().collect(),
            late: of(data, Vote::Late)?.into_iter().collect(),
        })
    }

    /// What the block of a slot includes of these votes. Mainnet's blocks repeat what earlier ones have, too.
    pub(super) fn included_in(&self, slot: u64) -> &[Attestation] {
        match slot - self.slot {
            1..=3 => &self.timely,
            6..=7 => &self.late,
            _ => &[],
        }
    }
}

/// `None` if nobody votes like that: a committee without a vote is not listed.
fn aggregate(
    plan: &Plan,
    committees: &Committees,
    data: &AttestationData,
    kind: Vote,
) -> anyhow::Result<Option<Attestation>> {
    let epoch = data.slot / SLOTS_PER_EPOCH;
    let mut committee_bits = BitVector::new();
    let mut votes = Vec::new();
    for (index, members) in committees.of_slot(data.slot).enumerate() {
        let before = votes.len();
        votes.extend(
            members
                .iter()
                .map(|&member| plan.vote(member, epoch) == kind),
        );
        if votes[before..].contains(&true) {
            committee_bits
                .set(index, true)
                .map_err(|e| anyhow!("{e:?}"))?;
        } else {
            votes.truncate(before);
        }
    }
    if votes.is_empty() {
        return Ok(None);
    }
    let mut aggregation_bits = BitList::with_capacity(votes.len()).map_err(|e| anyhow!("{e:?}"))?;
    for (place, vote) in votes.into_iter().enumerate() {
        aggregation_bits
            .set(place, vote)
            .map_err(|e| anyhow!("{e:?}"))?;
    }
    Ok(Some(Attestation {
        aggregation_bits,
        data: data.clone(),
        signature: [0xc0; 96],
        committee_bits,
    }))
}

/// The final flags of an epoch, one byte a validator on the chain.
pub(super) fn final_flags(plan: &Plan, committees: &Committees, epoch: u64) -> Vec<u8> {
    use crate::plan::{ALL_FLAGS, TARGET_ONLY, WITHOUT_HEAD};
    let mut flags = vec![0; plan.validators as usize];
    for slot in epoch * SLOTS_PER_EPOCH..(epoch + 1) * SLOTS_PER_EPOCH {
        for &member in committees.of_slot(slot).flatten() {
            flags[member as usize] = match plan.vote(member, epoch) {
                Vote::Good if plan.is_empty(slot + 1) => WITHOUT_HEAD,
                Vote::Good => ALL_FLAGS,
                Vote::WrongHead => WITHOUT_HEAD,
                Vote::Late => TARGET_ONLY,
                Vote::Absent => 0,
            };
        }
    }
    flags
}

/// What the votes of a slot say.
pub(super) fn data(slot: u64, head: Root, target: Root) -> AttestationData {
    use crate::containers::Checkpoint;
    let epoch = slot / SLOTS_PER_EPOCH;
    AttestationData {
        slot,
        index: 0,
        beacon_block_root: head,
        source: Checkpoint {
            epoch: epoch - 1,
            root: [0x5c; 32],
        },
        target: Checkpoint {
            epoch,
            root: target,
        },
    }
}
