//! A validator's block in the duty circuit.
//!
//! ```text
//! row     chains, their gate at the head                     state, and its desk cells
//!   0-6   a, run_in, balance and slashed: Bits, Load, Fields
//!   7-14  hits: Hits
//!  15-23  proposals due, missed, done: Duties
//!  24-41  performance, uptime, outage: Rate                  31  S4  tag (Input, Output 55)
//!  42-62  index, difference: Order                           56      leaf (Input), first permutation
//!  63-75  sync due, missed, done: Load                       80      the first word is absorbed
//!  79     FirstEpoch
//!  81-    the walk, 226 rows a word                           81 + 226 w  word w's permutation
//!         Start and Load below it                          104 + 226 (W-1)  S3  path, 10 levels
//! ```
//! Between two words the state is held. The path ends in row 30 of the next block, two rows above that
//! block's tag. Place and Stake stand where the desk is free.

use super::claims::{done, hits};
use super::{Common, Running};
use crate::assemble::prelude::output_row;
use crate::assemble::validator::{ORDER_ROWS, order, tag};
use crate::circuit::columns::power_of_two;
use crate::circuit::ops::Op;
use crate::gates::{MISS_BITS, PERMUTATION_ROWS, TOTAL_BITS, WORD_ROWS};
use crate::ledger::{BALANCE_BITS, LedgerRow, MissedVotes, WORD_EPOCHS, Words};
use crate::poseidon2::{Domain, RATE, State};
use crate::sheet::{Sheet, Source, Start, Wire, limbs, shifted};
use crate::statement::{
    ATTESTATION_WEIGHT, BPS, DutyPlace, HEAD_WEIGHT, SOURCE_WEIGHT, TARGET_WEIGHT,
};
use crate::tree::LEDGER_DEPTH;
use ff::Field;
use halo2curves::bn256::Fr;

const FIELDS_START: usize = 0;
const FIELDS_HEAD: usize = 6;
const HITS_START: usize = 7;
const HITS_HEAD: usize = 14;
const PROPOSALS_START: usize = 15;
const PROPOSALS_HEAD: usize = 23;
const RATE_START: usize = 24;
const RATE_HEAD: usize = 41;
const ORDER_START: usize = 42;
const SYNC_START: usize = 63;
const SYNC_HEAD: usize = 75;
const PLACE_ROW: usize = 34;
const STAKE_ROW: usize = 48;

const TAG_ROW: usize = 31;
const LEAF_ROW: usize = output_row(TAG_ROW) + 1;
const WALK: usize = output_row(LEAF_ROW) + 1;
/// FirstEpoch puts misses and slack on the two desk cells above the walk.
const FIRST_EPOCH_ROW: usize = WALK - 2;
/// Where a block's path ends, in the next block.
const NODE_ROW: usize = TAG_ROW - 1;

/// Rows that the last block needs below it.
pub(super) const TAIL: usize = NODE_ROW + 1;

/// Distance from one block to the next.
pub(super) const fn rows(words: Words) -> usize {
    let last_word = WALK + WORD_ROWS * (words.count() - 1);
    last_word + PERMUTATION_ROWS - 1 + LEDGER_DEPTH * PERMUTATION_ROWS - NODE_ROW
}

const _: () = assert!(ORDER_START + ORDER_ROWS == SYNC_START);
const _: () = assert!(
    WALK + WORD_ROWS + 2 <= rows(Words::W1),
    "the walk ends before the next block"
);

/// Where a block stands.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) lane: usize,
    pub(super) base: usize,
    pub(super) words: Words,
}

/// Lays out a block; `None` is a disabled place.
pub(super) fn assemble(
    sheet: &mut Sheet,
    at: At,
    common: &Common,
    running: Running,
    place: Option<&DutyPlace>,
) -> Running {
    let At { lane, base, words } = at;
    let empty = LedgerRow {
        index: 0,
        active_epochs: 0,
        effective_balance: 0,
        slashed: false,
        run_in: 0,
        proposals_due: 0,
        proposals_missed: 0,
        sync_due: 0,
        sync_missed: 0,
        words: vec![MissedVotes::default(); words.count()],
    };
    let row = place.map_or(&empty, |place| &place.row);
    let compliant = Fr::from(u64::from(place.is_some_and(|place| place.compliant)));

    // S6. The chains of active epochs, run-in, balance and slashed.
    let slashed = fields_chains(sheet, at, row);

    // S5, S8. Order and counts.
    let index = place.map(|place| place.row.index);
    let start = base + ORDER_START;
    let ordered = order(sheet, lane, start, index, Some(slashed), running.sequence);

    // S4. Tag.
    let tag = tag(sheet, lane, base + TAG_ROW, &common.identity, ordered.index);

    // S6. Fields of meta, duties and votes.
    let fields = fields(sheet, at, common, row, [ordered.index, slashed]);
    let duties = duties(sheet, at, row, fields.balance, running.duty);
    let hits = votes(sheet, at, row, fields.active);

    // S7. Compliance.
    let rate = [fields.active, hits.points, hits.targets, fields.slack];
    let (compliant, compliant_time) = rate_gate(sheet, at, common, compliant, rate);
    let earned = [hits.points, fields.active, compliant, compliant_time];
    let stake = stake(sheet, at, fields.balance, earned, running.stake);
    let factors = Walk {
        compliant,
        misses: hits.misses,
        slack: fields.slack,
    };
    walk(sheet, at, row, common, &factors);

    // S3. The row's leaf is in the tree.
    let inputs = [fields.meta.into(), tag.into(), duties.duties.into()];
    let capacity = Domain::LedgerLeaf.capacity(RATE * (1 + words.count()));
    let mut state = sheet.sponge(lane, base + LEAF_ROW, inputs, capacity);
    for (word, votes) in row.words.iter().enumerate() {
        state = absorb(sheet, at, word, votes, state);
    }
    let leaf_row = base + WALK + WORD_ROWS * (words.count() - 1) + PERMUTATION_ROWS - 1;
    let levels = place.map(|place| place.path.levels.as_slice());
    let node = sheet.path(lane, leaf_row, state[0], levels, LEDGER_DEPTH);
    let sources = [
        ordered.enabled,
        node,
        common.tree_root,
        compliant,
        fields.meta,
        duties.duties,
        slashed,
    ];
    sheet.desk_op(
        lane,
        base + PLACE_ROW,
        Op::Place,
        sources.map(Source::Wired),
    );

    Running {
        sequence: ordered.next,
        stake,
        duty: duties.sum,
    }
}

struct Fields {
    meta: Wire,
    active: Wire,
    balance: Wire,
    slack: Wire,
}

/// Heads of the chains of a, run_in, and b with slashed above it.
fn heads(row: &LedgerRow) -> [Fr; 3] {
    let slashed = Fr::from(u64::from(row.slashed)) * power_of_two(BALANCE_BITS);
    [
        Fr::from(u64::from(row.active_epochs)),
        Fr::from(u64::from(row.run_in)),
        Fr::from(u64::from(row.effective_balance)) + slashed,
    ]
}

/// Lays out the chains; returns `slashed`, the bit that the third starts with.
fn fields_chains(sheet: &mut Sheet, at: At, row: &LedgerRow) -> Wire {
    let At { lane, base, .. } = at;
    let heads = heads(row);
    let rows = FIELDS_HEAD - FIELDS_START + 1;
    sheet.chains(lane, base + FIELDS_START, rows, Start::Bit, heads);
    sheet.op(base + FIELDS_START, Op::Bits);
    let top_bit = |value: Fr| Source::Witness(Fr::from_raw(shifted(limbs(value), BALANCE_BITS)));
    let [_, _, slashed] = sheet.desk_op(lane, base + FIELDS_START, Op::Load, heads.map(top_bit));
    slashed
}

fn fields(
    sheet: &mut Sheet,
    at: At,
    common: &Common,
    row: &LedgerRow,
    [index, slashed]: [Wire; 2],
) -> Fields {
    let [active, run_in, _] = heads(row);
    let sources = [
        index.into(),
        slashed.into(),
        Source::Witness(row.meta()),
        Source::Witness(active),
        Source::Witness(Fr::from(u64::from(row.effective_balance))),
        Source::Witness(common.max_outage.value - run_in),
        common.max_outage.into(),
    ];
    let [_, _, meta, active, balance, slack, _] =
        sheet.desk_op(at.lane, at.base + FIELDS_HEAD, Op::Fields, sources);
    Fields {
        meta,
        active,
        balance,
        slack,
    }
}

struct Duties {
    duties: Wire,
    sum: Wire,
}

fn duties(sheet: &mut Sheet, at: At, row: &LedgerRow, balance: Wire, before: Wire) -> Duties {
    let At { lane, base, .. } = at;
    let sync = [
        Fr::from(u64::from(row.sync_due)),
        Fr::from(u64::from(row.sync_missed)),
        done(row.sync_due, row.sync_missed),
    ];
    let rows = SYNC_HEAD - SYNC_START + 1;
    sheet.chains(lane, base + SYNC_START, rows, Start::Zero, sync);
    let sync = sheet.desk_op(lane, base + SYNC_HEAD, Op::Load, sync.map(Source::Witness));
    let proposals = [
        Fr::from(u64::from(row.proposals_due)),
        Fr::from(u64::from(row.proposals_missed)),
        done(row.proposals_due, row.proposals_missed),
    ];
    let rows = PROPOSALS_HEAD - PROPOSALS_START + 1;
    sheet.chains(lane, base + PROPOSALS_START, rows, Start::Zero, proposals);
    let added = proposals[2]
        + proposals[0] * power_of_two(TOTAL_BITS)
        + sync[2].value * power_of_two(2 * TOTAL_BITS)
        + sync[0].value * power_of_two(3 * TOTAL_BITS);
    let [due, missed, finished] = sync;
    let sources = [
        due.into(),
        missed.into(),
        finished.into(),
        Source::Witness(row.duties()),
        Source::Witness(before.value + balance.value * added),
        before.into(),
        balance.into(),
    ];
    let [_, _, _, duties, sum, _, _] =
        sheet.desk_op(lane, base + PROPOSALS_HEAD, Op::Duties, sources);
    Duties { duties, sum }
}

struct Votes {
    misses: Wire,
    points: Wire,
    targets: Wire,
}

fn votes(sheet: &mut Sheet, at: At, row: &LedgerRow, active: Wire) -> Votes {
    let At { lane, base, .. } = at;
    let hits = hits(row);
    let rows = HITS_HEAD - HITS_START + 1;
    sheet.chains(lane, base + HITS_START, rows, Start::Zero, hits);
    let [source, target, head] = hits;
    let points = Fr::from(SOURCE_WEIGHT) * source
        + Fr::from(TARGET_WEIGHT) * target
        + Fr::from(HEAD_WEIGHT) * head;
    let misses = (0..3)
        .map(|i| (active.value - hits[i]) * power_of_two(i * MISS_BITS))
        .sum();
    let sources = [
        active.into(),
        Source::Witness(misses),
        Source::Witness(points),
        Source::Witness(target),
    ];
    let [_, misses, points, targets] = sheet.desk_op(lane, base + HITS_HEAD, Op::Hits, sources);
    Votes {
        misses,
        points,
        targets,
    }
}

fn rate_gate(
    sheet: &mut Sheet,
    at: At,
    common: &Common,
    compliant: Fr,
    [active, points, targets, slack]: [Wire; 4],
) -> (Wire, Wire) {
    let At { lane, base, .. } = at;
    let bps = Fr::from(u64::from(BPS));
    let performance = bps * points.value
        - common.min_performance.value * active.value * Fr::from(ATTESTATION_WEIGHT);
    let uptime = bps * targets.value - common.min_uptime.value * active.value;
    let heads = [performance, uptime, slack.value].map(|margin| compliant * margin);
    let rows = RATE_HEAD - RATE_START + 1;
    sheet.chains(lane, base + RATE_START, rows, Start::Zero, heads);
    let sources = [
        Source::Witness(compliant),
        Source::Witness(compliant * active.value),
        points.into(),
        targets.into(),
        common.min_performance.into(),
        common.min_uptime.into(),
        slack.into(),
    ];
    let [compliant, compliant_time, ..] = sheet.desk_op(lane, base + RATE_HEAD, Op::Rate, sources);
    (compliant, compliant_time)
}

fn stake(
    sheet: &mut Sheet,
    at: At,
    balance: Wire,
    [points, active, compliant, compliant_time]: [Wire; 4],
    before: Wire,
) -> Wire {
    let added = points.value
        + active.value * power_of_two(TOTAL_BITS)
        + compliant_time.value * power_of_two(2 * TOTAL_BITS);
    let sources = [
        Source::Witness(before.value + balance.value * added),
        before.into(),
        balance.into(),
        points.into(),
        active.into(),
        compliant.into(),
        compliant_time.into(),
    ];
    let [after, ..] = sheet.desk_op(at.lane, at.base + STAKE_ROW, Op::Stake, sources);
    after
}

/// Absorbs word `word` and holds the state until the next one.
fn absorb(sheet: &mut Sheet, at: At, word: usize, votes: &MissedVotes, state: State) -> State {
    let At { lane, base, words } = at;
    let row = base + WALK + WORD_ROWS * word;
    sheet.op(row - 1, Op::Absorb);
    let [s0, s1, s2, s3] = state;
    let input = [
        s0 + votes.source.to_fr(),
        s1 + votes.target.to_fr(),
        s2 + votes.head.to_fr(),
        s3,
    ];
    let state = sheet.permutation(lane, row, input);
    if word + 1 < words.count() {
        sheet.hold(lane, row + PERMUTATION_ROWS - 1, row + WORD_ROWS - 1, state);
    }
    state
}

/// What the walk starts from.
struct Walk {
    compliant: Wire,
    misses: Wire,
    slack: Wire,
}

/// The walk over the bitmaps, see [`crate::gates`]'s `epochs`.
fn walk(sheet: &mut Sheet, at: At, row: &LedgerRow, common: &Common, start: &Walk) {
    let At { lane, base, .. } = at;
    let first = [start.misses.into(), start.slack.into()];
    sheet.desk_op(lane, base + FIRST_EPOCH_ROW, Op::FirstEpoch, first);
    let steps = if sheet.is_blank() {
        vec![Step::default(); row.words.len() * STEPS_PER_WORD + 1]
    } else {
        steps(row, start, common.max_outage.value)
    };
    let mut cursor = base + WALK;
    for (number, step) in steps.iter().enumerate() {
        let is_last_of_word = number % STEPS_PER_WORD == STEPS_PER_WORD - 1;
        let is_end = number + 1 == steps.len();
        if is_end {
            sheet.op(cursor, Op::Start);
        } else if number + 2 == steps.len() {
            sheet.op(cursor, Op::Step);
            sheet.op(cursor, Op::Bits);
        } else if is_last_of_word {
            sheet.op(cursor, Op::LastEpoch);
        } else {
            sheet.op(cursor, Op::Step);
        }
        for (chain, value) in step.bitmaps.into_iter().enumerate() {
            sheet.chain_cell(lane, chain, cursor, value);
        }
        sheet.chain_cell(lane, 0, cursor + 1, step.misses);
        sheet.chain_cell(lane, 1, cursor + 1, step.slack);
        sheet.chain_cell(lane, 2, cursor + 1, step.first_target);
        let product = if number == 0 {
            start.compliant.into()
        } else {
            Source::Witness(step.product)
        };
        if is_end {
            // S6. No miss is left. Load brings two cells along that nothing looks at.
            let (zero, slack) = (common.zero.into(), Source::Witness(step.slack));
            sheet.desk(lane, cursor, [product]);
            sheet.desk_op(lane, cursor + 1, Op::Load, [zero, slack, zero]);
        } else {
            sheet.desk(lane, cursor, [product, common.max_outage.into()]);
        }
        cursor += 2;
    }
}

/// Steps of a word: 112 of two epochs, one of one.
const STEPS_PER_WORD: usize = WORD_EPOCHS.div_ceil(2);

/// Cells of one step of the walk.
#[derive(Clone, Copy, Default)]
struct Step {
    bitmaps: [Fr; 3],
    misses: Fr,
    slack: Fr,
    first_target: Fr,
    product: Fr,
}

/// The steps of all words and the cells below the last.
fn steps(row: &LedgerRow, start: &Walk, max_outage: Fr) -> Vec<Step> {
    let count = row.words.len() * STEPS_PER_WORD;
    let mut steps = vec![Step::default(); count + 1];
    let mut factors = vec![Fr::ONE; count];
    let (mut misses, mut slack) = (start.misses.value, start.slack.value);
    for (number, factor) in factors.iter_mut().enumerate() {
        let word = &row.words[number / STEPS_PER_WORD];
        let epoch = 2 * (number % STEPS_PER_WORD);
        let bitmaps = [&word.source, &word.target, &word.head];
        steps[number] = Step {
            bitmaps: bitmaps.map(|bits| Fr::from_raw(shifted(bits.limbs(), epoch))),
            misses,
            slack,
            first_target: Fr::from(u64::from(word.target.get(epoch))),
            product: Fr::ZERO,
        };
        for epoch in epoch..(epoch + 2).min(WORD_EPOCHS) {
            for (i, bits) in bitmaps.into_iter().enumerate() {
                misses -= Fr::from(u64::from(bits.get(epoch))) * power_of_two(i * MISS_BITS);
            }
            if word.target.get(epoch) {
                *factor *= slack;
                slack -= Fr::ONE;
            } else {
                slack = max_outage;
            }
        }
    }
    steps[count] = Step {
        misses,
        // Below the last step, where a 226th epoch would start, a target would have been hit.
        slack: max_outage,
        ..Step::default()
    };
    products(&mut steps, &factors, start.compliant.value);
    steps
}

/// Each product is the next one's times a factor; the first is the compliant bit.
fn products(steps: &mut [Step], factors: &[Fr], compliant: Fr) {
    let all: Fr = factors.iter().product();
    let mut product = compliant * all.invert().unwrap_or(Fr::ZERO);
    let last = steps.len() - 1;
    steps[last].product = product;
    for (step, factor) in steps[..last].iter_mut().zip(factors).rev() {
        product *= factor;
        step.product = product;
    }
}
