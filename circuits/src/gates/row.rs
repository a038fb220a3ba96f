//! A ledger row's fields, and what they add to the totals.
//!
//! Notation: a active epochs, b effective balance, h_s h_t h_h hits (a less the misses), c the
//! compliant bit. Totals are packed, 56 bits apart ([`TOTAL_BITS`]), into two sums.
//!
//! Fields, at the heads (a, run_in, b + 2^12 slashed), 13 bits each; desk: index, slashed, meta, a, b,
//! slack, max_outage.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | S6 active epochs | a = chain_0 | 1 + 5 |
//! | S6 meta | meta = index + 2^40 chain_0 + 2^53 chain_2 + 2^66 chain_1 | 1 + 5 |
//! | S6 effective balance | b = chain_2 - 2^12 slashed | 1 + 5 |
//! | S7 slack | slack = max_outage - chain_1 | 1 + 5 |
//!
//! `slashed` is the bit that the third chain starts with (Bits, put on the desk by Load), so b is its lower 12 bits.
//!
//! Duties, at the heads (proposals due, missed, done), 16 bits each; desk: sync due, missed, done (24
//! bits each), duties, sum after, sum before, b.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | S6 proposals | chain_2 = chain_0 - chain_1 | 1 + 4 |
//! | S6 sync | done = due - missed | 1 + 4 |
//! | S6 duties | duties = due + 2^16 missed + 2^32 sync due + 2^56 sync missed | 1 + 4 |
//! | S9 proposals and sync | after = before + b (done + 2^56 due + 2^112 sync done + 2^168 sync due) | 2 + 4 |
//!
//! Hits, at the heads (h_s, h_t, h_h), 14 bits each; desk: a, misses, points, h_t.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | S6 misses | misses = (a - h_s) + 2^16 (a - h_t) + 2^32 (a - h_h) | 1 + 5 |
//! | S7 points | points = 14 h_s + 26 h_t + 14 h_h | 1 + 5 |
//! | S7 timely targets | h_t = chain_1 | 1 + 5 |
//!
//! Rate, at the heads (performance, uptime, outage), 34 bits each; desk: c, c a, points, h_t,
//! min_performance, min_uptime, slack.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | S7 compliant is a bit | c (c - 1) = 0 | 2 + 4 |
//! | S7 performance | chain_0 = 10000 c points - 54 min_performance c a | 2 + 4 |
//! | S7 uptime | chain_1 = 10000 c h_t - min_uptime c a | 2 + 4 |
//! | S7 run-in | chain_2 = c slack | 2 + 4 |
//!
//! Stake; desk: sum after, sum before, b, points, a, c, c a.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | S7 compliant time | c a = c * a | 2 + 4 |
//! | S9 stake-time and points | after = before + b (points + 2^56 a + 2^112 c a) | 2 + 4 |

use super::Constraints;
use super::range::is_bit;
use crate::circuit::columns::{View, power_of_two};
use crate::ledger::{
    BALANCE_BITS, DUTIES_PROPOSALS_MISSED_SHIFT, DUTIES_SYNC_DUE_SHIFT, DUTIES_SYNC_MISSED_SHIFT,
    META_ACTIVE_SHIFT, META_BALANCE_SHIFT, META_RUN_IN_SHIFT,
};
use crate::statement::{ATTESTATION_WEIGHT, BPS, HEAD_WEIGHT, SOURCE_WEIGHT, TARGET_WEIGHT};
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;

/// Distance of the totals in a packed sum. 2^20 places with the largest fields stay below 2^56:
/// the largest term, balance (12 bits) times sync seats (24 bits), has 36.
pub(crate) const TOTAL_BITS: usize = 56;
/// Distance of the three miss counts; a period has at most 6,300 epochs.
pub(crate) const MISS_BITS: usize = 16;

/// Values side by side, `distance` bits apart.
fn packed<const N: usize>(values: [Expression<Fr>; N], distance: usize) -> Expression<Fr> {
    values
        .into_iter()
        .enumerate()
        .map(|(i, value)| value * power_of_two(i * distance))
        .reduce(|sum, term| sum + term)
        .expect("there are values")
}

/// [`Op::Fields`](crate::circuit::ops::Op::Fields).
pub(super) fn fields(view: &mut View<'_, '_>) -> Constraints {
    let [index, slashed, meta, active, balance, slack, max_outage] = view.desk();
    let [active_chain, run_in, balance_and_slashed] = view.chains(0);
    let fields = index
        + active_chain.clone() * power_of_two(META_ACTIVE_SHIFT)
        + balance_and_slashed.clone() * power_of_two(META_BALANCE_SHIFT)
        + run_in.clone() * power_of_two(META_RUN_IN_SHIFT);
    vec![
        ("S6 active epochs", active - active_chain),
        ("S6 meta", meta - fields),
        (
            "S6 effective balance",
            balance - balance_and_slashed + slashed * power_of_two(BALANCE_BITS),
        ),
        ("S7 slack", slack - max_outage + run_in),
    ]
}

/// [`Op::Duties`](crate::circuit::ops::Op::Duties).
pub(super) fn duties(view: &mut View<'_, '_>) -> Constraints {
    let [
        sync_due,
        sync_missed,
        sync_done,
        duties,
        after,
        before,
        balance,
    ] = view.desk();
    let [due, missed, done] = view.chains(0);
    let fields = due.clone()
        + missed.clone() * power_of_two(DUTIES_PROPOSALS_MISSED_SHIFT)
        + sync_due.clone() * power_of_two(DUTIES_SYNC_DUE_SHIFT)
        + sync_missed.clone() * power_of_two(DUTIES_SYNC_MISSED_SHIFT);
    let added = packed(
        [
            done.clone(),
            due.clone(),
            sync_done.clone(),
            sync_due.clone(),
        ],
        TOTAL_BITS,
    );
    vec![
        ("S6 proposals", done - due + missed),
        ("S6 sync", sync_done - sync_due + sync_missed),
        ("S6 duties", duties - fields),
        ("S9 proposals and sync", after - before - balance * added),
    ]
}

/// [`Op::Hits`](crate::circuit::ops::Op::Hits).
pub(super) fn hits(view: &mut View<'_, '_>) -> Constraints {
    let [active, misses, points, targets] = view.desk();
    let hits = view.chains(0);
    let missed = hits.clone().map(|hits| active.clone() - hits);
    let [source, target, head] = hits;
    let weighted = source * Fr::from(SOURCE_WEIGHT)
        + target.clone() * Fr::from(TARGET_WEIGHT)
        + head * Fr::from(HEAD_WEIGHT);
    vec![
        ("S6 misses", misses - packed(missed, MISS_BITS)),
        ("S7 points", points - weighted),
        ("S7 timely targets", targets - target),
    ]
}

/// [`Op::Rate`](crate::circuit::ops::Op::Rate).
pub(super) fn rate(view: &mut View<'_, '_>) -> Constraints {
    let [
        compliant,
        compliant_time,
        points,
        targets,
        min_performance,
        min_uptime,
        slack,
    ] = view.desk();
    let [performance, uptime, outage] = view.chains(0);
    let bps = Fr::from(u64::from(BPS));
    let margin = |earned: Expression<Fr>, due: Expression<Fr>| {
        compliant.clone() * earned * bps - due * compliant_time.clone()
    };
    let due_performance = min_performance * Fr::from(ATTESTATION_WEIGHT);
    vec![
        ("S7 compliant is a bit", is_bit(compliant.clone())),
        (
            "S7 performance",
            performance - margin(points, due_performance),
        ),
        ("S7 uptime", uptime - margin(targets, min_uptime)),
        ("S7 run-in", outage - compliant.clone() * slack),
    ]
}

/// [`Op::Stake`](crate::circuit::ops::Op::Stake).
pub(super) fn stake(view: &mut View<'_, '_>) -> Constraints {
    let [
        after,
        before,
        balance,
        points,
        active,
        compliant,
        compliant_time,
    ] = view.desk();
    let added = packed([points, active.clone(), compliant_time.clone()], TOTAL_BITS);
    vec![
        ("S7 compliant time", compliant_time - compliant * active),
        ("S9 stake-time and points", after - before - balance * added),
    ]
}
