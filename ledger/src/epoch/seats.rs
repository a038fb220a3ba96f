//! Participation a second way: from blocks, committees and canonical roots, without the flags of
//! any state. It takes the consensus rules as they are written, so that a mistake about which
//! state holds which flags cannot hide.

use crate::beacon::{AttestationFacts, BlockFacts, Committees, Fork, Spec, StateFacts};
use crate::chain::CanonicalBlocks;
use crate::rows::RowError;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const TIMELY_SOURCE: u8 = 1;
const TIMELY_TARGET: u8 = 1 << 1;
const TIMELY_HEAD: u8 = 1 << 2;

/// A committee: how many members it has, and where the ones of interest sit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committee {
    /// Members, of interest or not.
    pub size: u32,
    /// Place in the committee, and who sits there: a place in the list of interesting validators.
    pub seats: Vec<(u32, u32)>,
}

/// Where the validators of interest sit in an epoch's beacon committees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    slots_per_epoch: u64,
    /// How many validators are of interest.
    validators: usize,
    /// By slot in the epoch, then by committee index.
    committees: Vec<Vec<Committee>>,
}

impl Seats {
    /// No committees yet; [`insert`](Self::insert) adds them.
    pub fn new(spec: &Spec, validators: usize) -> Self {
        let slots_per_epoch = spec.slots_per_epoch();
        Self {
            slots_per_epoch,
            validators,
            committees: vec![Vec::new(); slots_per_epoch as usize],
        }
    }

    /// Of the state's own epoch, for validators `indices`.
    pub fn of_state(spec: &Spec, state: &StateFacts, indices: &[u64]) -> Self {
        let whos = places(indices);
        let mut seats = Self::new(spec, indices.len());
        let committees = Committees::of(spec, state);
        for slot in 0..seats.slots_per_epoch {
            for index in 0.. {
                let Some(members) = committees.members(slot, index) else {
                    break;
                };
                seats.insert(slot, members.iter().copied(), &whos);
            }
        }
        seats
    }

    /// Adds the next committee of a slot; `whos` is [`places`] of the validators of interest.
    pub fn insert(
        &mut self,
        slot: u64,
        members: impl Iterator<Item = u64>,
        whos: &HashMap<u64, u32>,
    ) {
        let mut committee = Committee::default();
        for member in members {
            if let Some(&who) = whos.get(&member) {
                committee.seats.push((committee.size, who));
            }
            committee.size += 1;
        }
        let slot = (slot % self.slots_per_epoch) as usize;
        if let Some(committees) = self.committees.get_mut(slot) {
            committees.push(committee);
        }
    }

    /// How many committees the slots have.
    pub fn committees(&self) -> impl Iterator<Item = usize> {
        self.committees.iter().map(Vec::len)
    }

    /// The final participation flags of an epoch, one byte a validator of interest, computed from
    /// the attestations in canonical blocks. Equal to the flags in the epoch's final state.
    ///
    /// # Errors
    /// If an attestation does not fit its committees.
    pub fn participation(
        &self,
        spec: &Spec,
        blocks: &CanonicalBlocks,
        epoch: u64,
    ) -> Result<Vec<u8>, RowError> {
        let mut flags = vec![0; self.validators];
        // An attestation may be included until the end of the next epoch.
        let slots = super::slots_of(spec, epoch).start..super::slots_of(spec, epoch + 1).end;
        for block in blocks.range(slots) {
            for attestation in &block.attestations {
                if attestation.target.epoch == epoch && spec.epoch_of(attestation.slot) == epoch {
                    let earned = earned(spec, blocks, block, attestation);
                    self.credit(block, attestation, earned, &mut flags)?;
                }
            }
        }
        Ok(flags)
    }

    /// `get_attesting_indices`, and what each of them earned.
    fn credit(
        &self,
        block: &BlockFacts,
        attestation: &AttestationFacts,
        earned: u8,
        flags: &mut [u8],
    ) -> Result<(), RowError> {
        let misfit = |expected| RowError::AttestationSize {
            slot: block.slot,
            expected,
            got: attestation.members,
        };
        let of_slot = &self.committees[(attestation.slot % self.slots_per_epoch) as usize];
        let mut before = 0;
        for &index in &attestation.committees {
            let committee = usize::try_from(index)
                .ok()
                .and_then(|index| of_slot.get(index))
                .ok_or_else(|| misfit(0))?;
            for &(place, who) in &committee.seats {
                let place = before + place as usize;
                let voted = attestation
                    .bits
                    .get(place / 8)
                    .is_some_and(|byte| byte >> (place % 8) & 1 == 1);
                if voted && let Some(flags) = flags.get_mut(who as usize) {
                    *flags |= earned;
                }
            }
            before += committee.size as usize;
        }
        if before == attestation.members {
            Ok(())
        } else {
            Err(misfit(before))
        }
    }
}

/// Where each validator stands in a list.
pub fn places(indices: &[u64]) -> HashMap<u64, u32> {
    indices.iter().copied().zip(0..).collect()
}

/// `get_attestation_participation_flag_indices`. A valid block has no attestation with another
/// source than the justified checkpoint, so the source matches.
fn earned(
    spec: &Spec,
    blocks: &CanonicalBlocks,
    block: &BlockFacts,
    attestation: &AttestationFacts,
) -> u8 {
    let slots_per_epoch = spec.slots_per_epoch();
    let delay = block.slot.saturating_sub(attestation.slot);
    let target_slot = super::slots_of(spec, attestation.target.epoch).start;
    let target = blocks.root_at(target_slot) == Some(attestation.target.root);
    let head = target && blocks.root_at(attestation.slot) == Some(attestation.beacon_block_root);
    // EIP-7045: since Deneb a target vote is in time for as long as it can be included.
    let any_delay = spec
        .fork_at(block.slot)
        .is_ok_and(|(fork, _)| fork >= Fork::Deneb);
    let mut earned = 0;
    if delay <= slots_per_epoch.isqrt() {
        earned |= TIMELY_SOURCE;
    }
    if target && (any_delay || delay <= slots_per_epoch) {
        earned |= TIMELY_TARGET;
    }
    if head && delay == 1 {
        earned |= TIMELY_HEAD;
    }
    earned
}
