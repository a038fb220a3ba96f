//! How well all validators of the chain attested: the yardstick of relative policies.

use super::period::Period;
use super::{RowError, fits};
use crate::beacon::StateFacts;
use crate::chain::Chain;
use serde::{Deserialize, Serialize};
use vigil_circuits::ledger::BALANCE_BITS;

const TIMELY_SOURCE_WEIGHT: u128 = 14;
const TIMELY_TARGET_WEIGHT: u128 = 26;
const TIMELY_HEAD_WEIGHT: u128 = 14;
const ATTESTATION_WEIGHT: u128 = TIMELY_SOURCE_WEIGHT + TIMELY_TARGET_WEIGHT + TIMELY_HEAD_WEIGHT;
/// In the order of the flags' bits.
const WEIGHTS: [u128; 3] = [
    TIMELY_SOURCE_WEIGHT,
    TIMELY_TARGET_WEIGHT,
    TIMELY_HEAD_WEIGHT,
];
const EFFECTIVE_BALANCE_INCREMENT: u64 = 1_000_000_000;

/// Everybody's votes in an epoch. Most validators are alike, so neighbours that are count as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkEpoch {
    /// Which epoch.
    pub epoch: u64,
    /// How many validators, one after the other, did what.
    runs: Vec<(u32, Vote)>,
}

/// What a validator did in an epoch, and what it weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Vote {
    /// Not active.
    None,
    /// Active.
    Of {
        /// EFFECTIVE_BALANCE_INCREMENTs.
        balance: u16,
        /// Timely source, target, head.
        flags: u8,
    },
}

impl NetworkEpoch {
    /// Of the epoch whose final participation a state has: the one before its own, if there is one.
    ///
    /// # Errors
    /// If an active validator has no flags, or a balance is more than a ledger can hold.
    pub fn of_state(state: &StateFacts, epoch: u64) -> Result<Self, RowError> {
        let mut runs = Vec::<(u32, Vote)>::new();
        for (index, record) in (0..).zip(&state.validators) {
            let vote = if record.is_active(epoch) {
                let flags = state.standing(index).flags;
                let balance = record.effective_balance / EFFECTIVE_BALANCE_INCREMENT;
                Vote::Of {
                    balance: fits(index, "effective balance", balance, BALANCE_BITS)? as u16,
                    flags: flags.ok_or(RowError::MissingFlags { index, epoch })? & 0b111,
                }
            } else {
                Vote::None
            };
            match runs.last_mut() {
                Some((count, last)) if *last == vote && *count < u32::MAX => *count += 1,
                _ => runs.push((1, vote)),
            }
        }
        Ok(Self { epoch, runs })
    }
}

/// The sums over a period, epoch by epoch.
#[derive(Clone, Debug, Default)]
pub struct NetworkTotals {
    next: Option<u64>,
    /// By validator, in its first active epoch of the period.
    balances: Vec<Option<u16>>,
    earned: u128,
    possible: u128,
}

impl NetworkTotals {
    /// Adds the next epoch of the period.
    ///
    /// # Errors
    /// If it is another one.
    pub fn push(&mut self, network: &NetworkEpoch) -> Result<(), RowError> {
        if let Some(expected) = self.next
            && expected != network.epoch
        {
            return Err(RowError::EpochOrder {
                expected,
                got: network.epoch,
            });
        }
        self.next = network.epoch.checked_add(1);
        let mut validator = 0;
        for &(count, vote) in &network.runs {
            let end = validator + count as usize;
            if let Vote::Of { balance, flags } = vote {
                if self.balances.len() < end {
                    self.balances.resize(end, None);
                }
                let weights = (0..).zip(WEIGHTS);
                let timely = weights.filter(|(bit, _)| flags >> bit & 1 == 1);
                let weight: u128 = timely.map(|(_, weight)| weight).sum();
                let mut stake = 0u128;
                for first in &mut self.balances[validator..end] {
                    stake += u128::from(*first.get_or_insert(balance));
                }
                self.earned += stake * weight;
                self.possible += stake * ATTESTATION_WEIGHT;
            }
            validator = end;
        }
        Ok(())
    }

    /// Attestation performance of all active validators of the chain, in basis points, rounded down: the
    /// sum of EB * att over the sum of EB * 54 a, with EB, att and a defined for every validator as for a
    /// row of the ledger.
    ///
    /// # Errors
    /// If nobody is active.
    pub fn bps(&self) -> Result<u16, RowError> {
        // At most 10000, since nothing earned is impossible.
        (self.earned * 10_000)
            .checked_div(self.possible)
            .map(|bps| bps as u16)
            .ok_or(RowError::NobodyActive)
    }
}

impl Chain {
    /// [`NetworkTotals::bps`] of a period.
    ///
    /// # Errors
    /// As [`Chain::rows`], and if nobody is active.
    pub fn network_bps(&self, start_epoch: u64, epochs: u32) -> Result<u16, RowError> {
        let period = Period::new(self, start_epoch, epochs)?;
        let mut totals = NetworkTotals::default();
        for epoch in period.epochs() {
            totals.push(&period.network(epoch)?)?;
        }
        totals.bps()
    }
}
