//! Participation a second way: from blocks, committees and canonical roots, without the flags of
//! any state. It takes the consensus rules as they are written, so that a mistake about which
//! state holds which flags cannot hide.

use super::RowError;
use super::period::Period;
use crate::beacon::{AttestationFacts, BlockFacts, Committees, Fork};
use crate::chain::Chain;

const TIMELY_SOURCE: u8 = 1;
const TIMELY_TARGET: u8 = 1 << 1;
const TIMELY_HEAD: u8 = 1 << 2;

impl Chain {
    /// The final participation flags of an epoch, one byte a validator, computed from the
    /// attestations in canonical blocks. Equal to the flags in the epoch's final state.
    ///
    /// # Errors
    /// As [`Chain::rows`], and if an attestation does not fit its committees.
    pub fn participation_from_blocks(&self, epoch: u64) -> Result<Vec<u8>, RowError> {
        let period = Period::new(self, epoch, 1)?;
        let committees = Committees::of(self.spec(), period.duty_state(epoch)?);
        let mut flags = vec![0; period.final_state(epoch)?.validators.len()];
        // An attestation may be included until the end of the next epoch.
        let slots = period.slots_of(epoch).start..period.slots_of(epoch + 1).end;
        for block in self.blocks().range(slots).map(|(_, block)| block) {
            for attestation in block
                .attestations
                .iter()
                .filter(|a| a.target.epoch == epoch)
            {
                let earned = self.earned(&period, block, attestation);
                for member in attesters(&committees, block, attestation)? {
                    if let Some(flags) = flags.get_mut(member as usize) {
                        *flags |= earned;
                    }
                }
            }
        }
        Ok(flags)
    }

    /// `get_attestation_participation_flag_indices`. A valid block has no attestation with another
    /// source than the justified checkpoint, so the source matches.
    fn earned(
        &self,
        period: &Period<'_>,
        block: &BlockFacts,
        attestation: &AttestationFacts,
    ) -> u8 {
        let slots_per_epoch = self.spec().slots_per_epoch();
        let delay = block.slot.saturating_sub(attestation.slot);
        let target_slot = period.slots_of(attestation.target.epoch).start;
        let target = self.block_root_at(target_slot) == Some(attestation.target.root);
        let head =
            target && self.block_root_at(attestation.slot) == Some(attestation.beacon_block_root);
        // EIP-7045: since Deneb a target vote is in time for as long as it can be included.
        let any_delay = self
            .spec()
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
}

/// `get_attesting_indices`
fn attesters(
    committees: &Committees,
    block: &BlockFacts,
    attestation: &AttestationFacts,
) -> Result<Vec<u64>, RowError> {
    let misfit = |expected| RowError::AttestationSize {
        slot: block.slot,
        expected,
        got: attestation.members,
    };
    let mut members = Vec::new();
    for &committee in &attestation.committees {
        members.extend_from_slice(
            committees
                .members(attestation.slot, committee)
                .ok_or_else(|| misfit(0))?,
        );
    }
    if members.len() != attestation.members {
        return Err(misfit(members.len()));
    }
    let voted = |place: usize| {
        attestation
            .bits
            .get(place / 8)
            .is_some_and(|byte| byte >> (place % 8) & 1 == 1)
    };
    Ok(members
        .into_iter()
        .enumerate()
        .filter(|&(place, _)| voted(place))
        .map(|(_, member)| member)
        .collect())
}
