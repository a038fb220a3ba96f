//! The arithmetic of duties: points, compliance, sums over validators (protocol section 6).

use super::{BPS, DutyClaims, Thresholds};
use crate::ledger::LedgerRow;
use ruint::aliases::U256;

/// TIMELY_SOURCE_WEIGHT of the consensus spec (Altair).
pub const SOURCE_WEIGHT: u64 = 14;
/// TIMELY_TARGET_WEIGHT.
pub const TARGET_WEIGHT: u64 = 26;
/// TIMELY_HEAD_WEIGHT.
pub const HEAD_WEIGHT: u64 = 14;
/// Points of an epoch with all three votes timely: 54.
pub const ATTESTATION_WEIGHT: u64 = SOURCE_WEIGHT + TARGET_WEIGHT + HEAD_WEIGHT;

/// Weight of attestations in the aggregate performance.
pub const ATTESTATION_SHARE: u64 = ATTESTATION_WEIGHT;
/// PROPOSER_WEIGHT: weight of proposals.
pub const PROPOSAL_SHARE: u64 = 8;
/// SYNC_REWARD_WEIGHT: weight of sync-committee duty.
pub const SYNC_SHARE: u64 = 2;

/// `14 (a - source misses) + 26 (a - target misses) + 14 (a - head misses)`; saturates at 0 where
/// a row misses more than it was active (which clause S6 refuses).
pub fn attestation_points(row: &LedgerRow) -> u64 {
    let active = u32::from(row.active_epochs);
    let [source, target, head] = row
        .misses()
        .map(|missed| u64::from(active.saturating_sub(missed)));
    SOURCE_WEIGHT * source + TARGET_WEIGHT * target + HEAD_WEIGHT * head
}

/// Clause S7 for one row: whether its validator may be marked compliant.
pub fn is_compliant(row: &LedgerRow, thresholds: &Thresholds) -> bool {
    let active = u64::from(row.active_epochs);
    let [_, target_missed, _] = row.misses().map(u64::from);
    let performs = u64::from(BPS) * attestation_points(row)
        >= u64::from(thresholds.min_performance_bps) * ATTESTATION_WEIGHT * active;
    let is_up = u64::from(BPS) * active.saturating_sub(target_missed)
        >= u64::from(thresholds.min_uptime_bps) * active;
    let stays_up = row.longest_outage() <= u32::from(thresholds.max_outage_epochs);
    performs && is_up && stays_up && !row.slashed
}

/// A sum of what was done and a sum of what was due, both weighted by effective balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// Done.
    pub done: u64,
    /// Due.
    pub due: u64,
}

/// Sums over an operator's rows: everything that claims are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows.
    pub validators: u32,
    /// Slashed ones.
    pub slashed: u32,
    /// G: stake-time of the compliant rows, in increment-epochs.
    pub good: u64,
    /// The same of all rows.
    pub all: u64,
    /// Attestation points, EB * att and EB * 54 a.
    pub attestations: Pair,
    /// Proposals.
    pub proposals: Pair,
    /// Sync-committee duty.
    pub sync: Pair,
}

impl Totals {
    /// Sums over `(row, compliant)`.
    pub fn of<'a>(rows: impl IntoIterator<Item = (&'a LedgerRow, bool)>) -> Self {
        let mut totals = Self::default();
        for (row, compliant) in rows {
            let balance = u64::from(row.effective_balance);
            let stake_time = balance * u64::from(row.active_epochs);
            let proposals_done = row.proposals_due.saturating_sub(row.proposals_missed);
            let sync_done = row.sync_due.saturating_sub(row.sync_missed);
            totals.validators += 1;
            totals.slashed += u32::from(row.slashed);
            totals.good += if compliant { stake_time } else { 0 };
            totals.all += stake_time;
            totals.attestations.done += balance * attestation_points(row);
            totals.attestations.due += ATTESTATION_WEIGHT * stake_time;
            totals.proposals.done += balance * u64::from(proposals_done);
            totals.proposals.due += balance * u64::from(row.proposals_due);
            totals.sync.done += balance * u64::from(sync_done);
            totals.sync.due += balance * u64::from(row.sync_due);
        }
        totals
    }

    /// The weighted pairs of the aggregate; a pair with nothing due has weight 0 and due 1.
    fn weighted(&self) -> [(u64, Pair); 3] {
        [
            (ATTESTATION_SHARE, self.attestations),
            (PROPOSAL_SHARE, self.proposals),
            (SYNC_SHARE, self.sync),
        ]
        .map(|(weight, pair)| match pair.due {
            0 => (0, Pair { done: 0, due: 1 }),
            _ => (weight, pair),
        })
    }

    /// Both sides of clause S9's aggregate inequality without the factors 10,000 and
    /// `performance_bps`: `(sum w' n d' d', sum w' * d' d' d')`.
    fn aggregate(&self) -> (U256, U256) {
        let pairs = self.weighted();
        let due = pairs.map(|(_, pair)| U256::from(pair.due));
        let others = [due[1] * due[2], due[0] * due[2], due[0] * due[1]];
        let performed = pairs
            .iter()
            .zip(others)
            .map(|((weight, pair), others)| U256::from(*weight) * U256::from(pair.done) * others)
            .fold(U256::ZERO, |sum, term| sum + term);
        let weights: u64 = pairs.iter().map(|(weight, _)| weight).sum();
        (performed, U256::from(weights) * due[0] * due[1] * due[2])
    }

    /// Whether the aggregate performance is at least `bps`.
    pub fn performs(&self, bps: u16) -> bool {
        let (performed, due) = self.aggregate();
        U256::from(BPS) * performed >= U256::from(bps) * due
    }

    /// The strongest claims that are true.
    pub fn best_claims(&self) -> DutyClaims {
        let (performed, due) = self.aggregate();
        let performance = if due.is_zero() {
            U256::from(BPS)
        } else {
            U256::from(BPS) * performed / due
        };
        let good = (u64::from(BPS) * self.good)
            .checked_div(self.all)
            .unwrap_or(u64::from(BPS));
        DutyClaims {
            validators: self.validators,
            good_bps: u16::try_from(good).unwrap_or(BPS).min(BPS),
            slashed: self.slashed,
            performance_bps: u16::try_from(performance).unwrap_or(BPS).min(BPS),
            good_stake: self.good,
        }
    }
}
