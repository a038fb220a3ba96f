//! What rewards say of flags, blocks and sync bits.
//!
//! | what | says that the vote was timely | says that it was not |
//! |---|---|---|
//! | source, target | a reward | a penalty |
//! | head | a reward | no reward |
//! | all of them, in an inactivity leak | a reward | nothing does: a timely vote earns nothing either |
//!
//! Slashed validators get penalties whatever they do, so their votes are not compared.

use super::{Comparison, Derived};
use crate::client::AttestationRewards;
use crate::rewards::Rewards;
use std::collections::BTreeMap;
use vigil_ledger::cross_check::{Difference, Subject, Value};
use vigil_ledger::epoch::{EpochFacts, ValidatorEpoch};

/// A validator with less earns nothing.
const EFFECTIVE_BALANCE_INCREMENT: u64 = 1_000_000_000;

type Result = std::result::Result<Comparison, Box<Difference>>;

/// Flags against attestation rewards.
pub(super) fn attestations(indices: &[u64], facts: &EpochFacts, rewards: &Rewards) -> Result {
    let rewards = match &rewards.attestations {
        Ok(rewards) => rewards,
        Err(reason) => return not_compared(reason),
    };
    for (&index, validator) in indices.iter().zip(&facts.validators) {
        votes(index, facts.epoch, validator, rewards)?;
    }
    Ok(if rewards.is_leak {
        Comparison::AgreesInALeak
    } else {
        Comparison::Agrees
    })
}

fn votes(
    index: u64,
    epoch: u64,
    validator: &ValidatorEpoch,
    rewards: &AttestationRewards,
) -> std::result::Result<(), Box<Difference>> {
    let earns = validator.record.filter(|record| {
        record.is_active(epoch)
            && !record.slashed
            && record.effective_balance >= EFFECTIVE_BALANCE_INCREMENT
    });
    let (Some(_), Some(flags)) = (earns, validator.flags) else {
        return Ok(());
    };
    let reward = rewards.validators.get(&index);
    for (bit, subject) in Subject::FLAGS.into_iter().enumerate() {
        let is_timely = flags >> bit & 1 == 1;
        let fits = match reward.map(|reward| reward.flags[bit]) {
            None => false,
            Some(reward) if rewards.is_leak => is_timely || reward <= 0,
            Some(reward) if is_timely => reward > 0,
            Some(reward) if subject == Subject::TimelyHead => reward == 0,
            Some(reward) => reward < 0,
        };
        if !fits {
            return Err(Box::new(Difference {
                index,
                epoch,
                slot: None,
                subject,
                main: Value::Number(is_timely.into()),
                other: reward.map_or(Value::Nothing, |reward| Value::Reward(reward.flags[bit])),
            }));
        }
    }
    Ok(())
}

/// Proposers of the canonical blocks against who is rewarded for them.
pub(super) fn blocks(main: &Derived, rewards: &Rewards) -> Result {
    let rewarded = match &rewards.blocks {
        Ok(rewarded) => rewarded,
        Err(reason) => return not_compared(reason),
    };
    for block in main.blocks.range(main.slots.clone()) {
        let other = rewarded.get(&block.slot);
        if block.slot > 0 && other != Some(&block.proposer_index) {
            return Err(Box::new(Difference {
                index: block.proposer_index,
                epoch: main.facts.epoch,
                slot: Some(block.slot),
                subject: Subject::Proposal,
                main: Value::Number(block.proposer_index),
                other: other.map_or(Value::Nothing, |&index| Value::Number(index)),
            }));
        }
    }
    Ok(Comparison::Agrees)
}

/// Bits of the sync committee against what its registered members earned: each seat as much, with the
/// bit's sign. How much that is, most of them tell.
pub(super) fn sync(indices: &[u64], main: &Derived, rewards: &Rewards) -> Result {
    let rewards = match &rewards.sync {
        Ok(rewards) => rewards,
        Err(reason) => return not_compared(reason),
    };
    for block in main.blocks.range(main.slots.clone()) {
        if block.slot == 0 {
            continue;
        }
        let seats = seats(indices, &main.duties.sync_committee, &block.sync_bits);
        let nobody = BTreeMap::new();
        let earned = rewards.get(&block.slot).unwrap_or(&nobody);
        let per_seat = most_common(seats.iter().filter_map(|(index, (due, missed))| {
            let net = due - 2 * missed;
            let reward = *earned.get(index)?;
            let per_seat = reward.checked_div(net)?;
            (per_seat > 0 && per_seat * net == reward).then_some(per_seat)
        }));
        for (&index, &(due, missed)) in &seats {
            let reward = earned.get(&index).copied();
            let expected = match per_seat {
                Some(per_seat) => Some(per_seat.saturating_mul(due - 2 * missed)),
                // Nobody's reward fits its bits.
                None if due == 2 * missed => Some(0),
                None => None,
            };
            if reward.is_none() || reward != expected {
                return Err(Box::new(Difference {
                    index,
                    epoch: main.facts.epoch,
                    slot: Some(block.slot),
                    subject: Subject::SyncMissed,
                    main: Value::Number(missed.unsigned_abs()),
                    other: reward.map_or(Value::Nothing, Value::Reward),
                }));
            }
        }
    }
    Ok(Comparison::Agrees)
}

/// Seats of registered members, and those whose bit is not set.
fn seats(indices: &[u64], committee: &[u64], bits: &[bool]) -> BTreeMap<u64, (i64, i64)> {
    let mut seats = BTreeMap::<u64, (i64, i64)>::new();
    for (member, &bit) in committee.iter().zip(bits) {
        if indices.binary_search(member).is_ok() {
            let (due, missed) = seats.entry(*member).or_default();
            *due += 1;
            *missed += i64::from(!bit);
        }
    }
    seats
}

fn most_common(values: impl Iterator<Item = i64>) -> Option<i64> {
    let mut counts = BTreeMap::<i64, u32>::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|&(_, count)| count);
    most.map(|(value, _)| value)
}

fn not_compared(reason: &str) -> Result {
    Ok(Comparison::NotCompared {
        reason: reason.to_owned(),
    })
}
