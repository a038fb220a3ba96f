//! Totals against claims (clauses S8 and S9), on the desk of the prelude.
//!
//! The totals are free witnesses here: range-checked, packed as the blocks pack them, and wired to
//! the sums that come out of the last block. Everything else is plain arithmetic.
//!
//! ```text
//! rows of chains   heads (bits)
//!  14- 50          sync due (72), G - good_stake (72), 10000 G - good_bps G_all (72)
//!  51- 58          min_performance, min_uptime, good_bps (14)
//!  63- 91          points, G_all, G (56)
//!  92-120          proposals done, proposals due, sync done (56)
//! 121-153          three limbs of the performance margin (64)
//! 154-178          good_stake, slashed, V (48)
//! 179-186          performance_bps, max_outage (14), 0
//! ```
//! Bounds: a packed sum of three 56-bit totals, with one of 72 bits above them or none, is below 2^240, so
//! its parts are unique; so are V and slashed, of 48 bits each. 10000 G and good_bps G_all are below 2^70: a margin in 72 bits is the true
//! one. The totals are wired to the true sums over at most 2^20 places, each below 2^56, so both sides of the
//! aggregate are below 2^(56*3 + 6 + 14) = 2^188: a margin in 192 bits is the true one.

use crate::circuit::columns::power_of_two;
use crate::circuit::ops::Op;
use crate::gates::TOTAL_BITS;
use crate::ledger::LedgerRow;
use crate::sheet::{Sheet, Source, Start, Wire, limbs};
use crate::statement::{
    ATTESTATION_SHARE, ATTESTATION_WEIGHT, BPS, DutyInput, DutyPlace, PROPOSAL_SHARE, SYNC_SHARE,
    attestation_points,
};
use ff::Field;
use halo2curves::bn256::Fr;

/// Bits of a limb of the performance margin.
const LIMB_BITS: usize = 64;

/// The totals as field elements, over rows that may violate any clause.
#[derive(Default)]
pub(super) struct Amounts {
    points: Fr,
    all: Fr,
    good: Fr,
    proposals_done: Fr,
    proposals_due: Fr,
    sync_done: Fr,
    sync_due: Fr,
}

impl Amounts {
    pub(super) fn of(places: &[DutyPlace]) -> Self {
        let mut totals = Self::default();
        for DutyPlace { row, compliant, .. } in places {
            let balance = Fr::from(u64::from(row.effective_balance));
            let stake_time = balance * Fr::from(u64::from(row.active_epochs));
            totals.points += balance * Fr::from(attestation_points(row));
            totals.all += stake_time;
            totals.good += if *compliant { stake_time } else { Fr::ZERO };
            totals.proposals_due += balance * Fr::from(u64::from(row.proposals_due));
            totals.proposals_done += balance * done(row.proposals_due, row.proposals_missed);
            totals.sync_due += balance * Fr::from(u64::from(row.sync_due));
            totals.sync_done += balance * done(row.sync_due, row.sync_missed);
        }
        totals
    }
}

/// Due less missed; negative in the field where a row misses more than was due.
pub(super) fn done<T: Into<u64>>(due: T, missed: T) -> Fr {
    Fr::from(due.into()) - Fr::from(missed.into())
}

/// The hits of a row as field elements, see [`done`].
pub(super) fn hits(row: &LedgerRow) -> [Fr; 3] {
    row.misses()
        .map(|missed| done(u32::from(row.active_epochs), missed))
}

/// A place for the desk's arithmetic: the next free cells of the prelude.
struct Arithmetic<'a> {
    sheet: &'a mut Sheet,
    row: usize,
}

impl Arithmetic<'_> {
    /// First row, from the current one on, with `cells` free desk cells.
    fn free_row(&mut self, cells: usize) -> usize {
        let is_free = |row: usize| (row..row + cells).all(|row| self.sheet.desk_is_free(0, row));
        let row = (self.row..super::PRELUDE - cells)
            .find(|&row| is_free(row))
            .expect("the prelude has room for the arithmetic");
        self.row = row + cells;
        row
    }

    fn constant(&mut self, value: Fr) -> Wire {
        let row = self.free_row(1);
        self.sheet.constant(0, row, value)
    }

    fn integer(&mut self, value: u64) -> Wire {
        self.constant(Fr::from(value))
    }

    /// `a b + c`.
    fn mul_add(&mut self, a: Wire, b: Wire, c: Wire) -> Wire {
        let value = Source::Witness(a.value * b.value + c.value);
        let row = self.free_row(4);
        let sources = [a.into(), b.into(), c.into(), value];
        let [_, _, _, result] = self.sheet.desk_op(0, row, Op::MulAdd, sources);
        result
    }

    /// Constrains `a b + c = d`; `b` and `c` may be new.
    fn assert(&mut self, a: Wire, b: Source, c: Source, d: Wire) -> (Wire, Wire) {
        let row = self.free_row(4);
        let [_, b, c, _] = self
            .sheet
            .desk_op(0, row, Op::MulAdd, [a.into(), b, c, d.into()]);
        (b, c)
    }

    /// `(...(top 2^bits + next) 2^bits + ...)`, `parts` from the top down.
    fn pack(&mut self, radix: Wire, parts: &[Wire]) -> Wire {
        let (top, rest) = parts.split_first().expect("there are parts");
        rest.iter()
            .fold(*top, |packed, &part| self.mul_add(packed, radix, part))
    }
}

/// One of the three pairs of the aggregate, with `z = [due = 0]` constrained both ways.
struct Pair {
    /// `w' n`.
    weighted: Wire,
    /// `w' = w (1 - z)`.
    weight: Wire,
    /// `d' = d + z`.
    due: Wire,
}

/// Packed sums that the public inputs and the totals make: the last block's must be the same.
pub(super) struct Expected {
    pub(super) count: Wire,
    pub(super) stake: Wire,
    pub(super) duty: Wire,
}

/// Lays out the chains and the arithmetic; returns what the blocks must give.
pub(super) fn assemble(
    sheet: &mut Sheet,
    public: &[Wire; DutyInput::COUNT],
    zero: Wire,
    totals: &Amounts,
) -> Expected {
    let public = |input: DutyInput| public[input.row()];
    let value = |input: DutyInput| public(input).value;
    let bps = Fr::from(u64::from(BPS));
    let stake_margin = totals.good - value(DutyInput::GoodStake);
    let share_margin = bps * totals.good - value(DutyInput::GoodBps) * totals.all;

    let [sync_due, stake_margin, share_margin] =
        checked(sheet, 14, 37, [totals.sync_due, stake_margin, share_margin]);
    let thresholds = [
        DutyInput::MinPerformanceBps,
        DutyInput::MinUptimeBps,
        DutyInput::GoodBps,
    ];
    let limits = [DutyInput::PerformanceBps, DutyInput::MaxOutageEpochs];
    let counts = [
        DutyInput::GoodStake,
        DutyInput::Slashed,
        DutyInput::Validators,
    ];
    let [points, all, good] = checked(sheet, 63, 29, [totals.points, totals.all, totals.good]);
    let [proposals_done, proposals_due, sync_done] = checked(
        sheet,
        92,
        29,
        [
            totals.proposals_done,
            totals.proposals_due,
            totals.sync_done,
        ],
    );
    for (wire, input) in checked(sheet, 51, 8, thresholds.map(value))
        .into_iter()
        .zip(thresholds)
    {
        sheet.wire(wire, public(input));
    }
    for (wire, input) in checked(sheet, 154, 25, counts.map(value))
        .into_iter()
        .zip(counts)
    {
        sheet.wire(wire, public(input));
    }
    let [performance, max_outage] = limits.map(value);
    for (wire, input) in checked(sheet, 179, 8, [performance, max_outage, Fr::ZERO])
        .into_iter()
        .zip(limits)
    {
        sheet.wire(wire, public(input));
    }
    // The limbs' values are known only after the arithmetic; reserve their desk cells now.
    let margin = performance_margin(totals, value(DutyInput::PerformanceBps));
    let limbs = checked(sheet, 121, 33, margin);

    let mut desk = Arithmetic { sheet, row: 0 };
    // Constants need rows outside of any permutation.
    desk.row = super::HEADER_OUTPUT_ROW + 1;
    let one = desk.integer(1);
    let ten_thousand = desk.integer(u64::from(BPS));
    let attestation_weight = desk.integer(ATTESTATION_WEIGHT);
    let weights = [ATTESTATION_SHARE, PROPOSAL_SHARE, SYNC_SHARE].map(|w| desk.integer(w));
    let total_radix = desk.constant(power_of_two(TOTAL_BITS));
    let limb_radix = desk.constant(power_of_two(LIMB_BITS));
    desk.row = 0;

    // S8. V and the number of slashed validators, both exact.
    let count = desk.pack(
        total_radix,
        &[public(DutyInput::Slashed), public(DutyInput::Validators)],
    );
    let stake = desk.pack(total_radix, &[good, all, points]);
    let duty = desk.pack(
        total_radix,
        &[sync_due, sync_done, proposals_due, proposals_done],
    );

    // S9. good_stake <= G.
    desk.assert(
        one,
        public(DutyInput::GoodStake).into(),
        stake_margin.into(),
        good,
    );

    // S9. good_bps G_all <= 10000 G.
    let scaled = desk.mul_add(ten_thousand, good, zero);
    desk.assert(
        public(DutyInput::GoodBps),
        all.into(),
        share_margin.into(),
        scaled,
    );

    // S9. Aggregate performance.
    let attestations_due = desk.mul_add(attestation_weight, all, zero);
    let pairs = [
        (weights[0], points, attestations_due),
        (weights[1], proposals_done, proposals_due),
        (weights[2], sync_done, sync_due),
    ]
    .map(|(weight, done, due)| pair(&mut desk, [one, zero], weight, done, due));
    let [attestations, proposals, sync] = &pairs;
    let without_attestations = desk.mul_add(proposals.due, sync.due, zero);
    let without_proposals = desk.mul_add(attestations.due, sync.due, zero);
    let without_sync = desk.mul_add(attestations.due, proposals.due, zero);
    let all_due = desk.mul_add(attestations.due, without_attestations, zero);
    let performed = desk.mul_add(attestations.weighted, without_attestations, zero);
    let performed = desk.mul_add(proposals.weighted, without_proposals, performed);
    let performed = desk.mul_add(sync.weighted, without_sync, performed);
    let performed = desk.mul_add(ten_thousand, performed, zero);
    let weight = desk.mul_add(one, attestations.weight, proposals.weight);
    let weight = desk.mul_add(one, weight, sync.weight);
    let claimed = desk.mul_add(public(DutyInput::PerformanceBps), weight, zero);
    let [low, middle, high] = limbs;
    let margin = desk.pack(limb_radix, &[high, middle, low]);
    desk.assert(claimed, all_due.into(), margin.into(), performed);
    Expected { count, stake, duty }
}

/// Three range-checked values on the desk of lane 0: a chain of `rows` rows from `start` on.
fn checked(sheet: &mut Sheet, start: usize, rows: usize, values: [Fr; 3]) -> [Wire; 3] {
    sheet.chains(0, start, rows, Start::Zero, values);
    sheet.desk_op(0, start + rows - 1, Op::Load, values.map(Source::Witness))
}

fn pair(
    desk: &mut Arithmetic<'_>,
    [one, zero]: [Wire; 2],
    weight: Wire,
    done: Wire,
    due: Wire,
) -> Pair {
    let inverse = due.value.invert().unwrap_or(Fr::ZERO);
    let is_zero = Fr::from(u64::from(bool::from(due.value.is_zero())));
    // due != 0 forces z = 0 by the second, due = 0 forces z = 1 by the first.
    let (_, is_zero) = desk.assert(due, Source::Witness(inverse), Source::Witness(is_zero), one);
    desk.assert(due, is_zero.into(), zero.into(), zero);
    let due = desk.mul_add(one, due, is_zero);
    let kept = Source::Witness(weight.value * (Fr::ONE - is_zero.value));
    let (_, weight) = desk.assert(weight, is_zero.into(), kept, weight);
    let weighted = desk.mul_add(weight, done, zero);
    Pair {
        weighted,
        weight,
        due,
    }
}

/// The limbs of `10000 performed - performance_bps due`, for the witness.
fn performance_margin(totals: &Amounts, performance_bps: Fr) -> [Fr; 3] {
    let pairs = [
        (
            ATTESTATION_SHARE,
            totals.points,
            totals.all * Fr::from(ATTESTATION_WEIGHT),
        ),
        (PROPOSAL_SHARE, totals.proposals_done, totals.proposals_due),
        (SYNC_SHARE, totals.sync_done, totals.sync_due),
    ]
    .map(|(weight, done, due)| {
        let is_zero = bool::from(due.is_zero());
        let weight = if is_zero { Fr::ZERO } else { Fr::from(weight) };
        (weight, done, if is_zero { Fr::ONE } else { due })
    });
    let due = pairs[0].2 * pairs[1].2 * pairs[2].2;
    let performed: Fr = (0..3)
        .map(|i| pairs[i].0 * pairs[i].1 * pairs[(i + 1) % 3].2 * pairs[(i + 2) % 3].2)
        .sum();
    let weight: Fr = pairs.iter().map(|pair| pair.0).sum();
    let margin = Fr::from(u64::from(BPS)) * performed - performance_bps * weight * due;
    let [low, middle, high, _] = limbs(margin);
    [low, middle, high].map(Fr::from)
}
