//! Coherent forgeries: a false statement with every cell adapted to it, so that nothing is wrong but what must be.
//!
//! Each test tells what a forger gains, and which constraints alone are in the way. They are listed whole: another
//! name means that a forgery is not as good as it could be, a missing one that it is a forgery. In wide and narrow
//! lanes.

use super::columns::{LANE_WIDTH, power_of_two};
use super::layout::{evaluate, rng};
use super::ops::Op;
use super::*;
use crate::assemble::duty;
use crate::gates::PERMUTATION_ROWS;
use crate::ledger::{EpochBits, LedgerRow, MissedVotes, WORD_EPOCHS, Words};
use crate::poseidon2::permute;
use crate::sheet::DeskCell;
use crate::statement::{DutyClaims, Thresholds};
use crate::synthetic::SyntheticPool;
use std::collections::BTreeSet;

/// First row of the first block.
const BLOCK: usize = 240;
/// First row of the walk.
const WALK: usize = BLOCK + 81;
/// Row of the leaf: its children, with which the path starts, are in the next.
const LEAF: usize = BLOCK + 104;
const STATE: std::ops::Range<usize> = 0..4;
const CHAINS: usize = 4;
const DESK: usize = 7;

const ANYTHING_GOES: Thresholds = Thresholds {
    min_performance_bps: 0,
    min_uptime_bps: 0,
    max_outage_epochs: 12,
};

fn shapes(words: Words, k: u32) -> [Shape; 2] {
    let family = Family::Duty(words);
    [Shape::wide(family, k, 1), Shape::narrow(family, k + 1, 1)]
}

fn row(words: Words) -> LedgerRow {
    LedgerRow {
        index: 70,
        active_epochs: words.max_epochs() as u16,
        effective_balance: 32,
        slashed: false,
        run_in: 0,
        proposals_due: 2,
        proposals_missed: 1,
        sync_due: 100,
        sync_missed: 10,
        words: vec![MissedVotes::default(); words.count()],
    }
}

fn statement(row: LedgerRow, words: Words) -> (DutyStatement, DutyWitness) {
    let seed = SyntheticPool::new(&mut rng(9), words, 1, 1).unwrap();
    SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), vec![(0, row)], words)
        .unwrap()
        .duty(0, ANYTHING_GOES)
}

struct Forgery {
    circuit: VigilCircuit,
    instance: Vec<Fr>,
}

impl Forgery {
    fn new(shape: Shape, statement: &DutyStatement, witness: &DutyWitness) -> Self {
        let instance = statement.to_instance(shape.capacity()).unwrap();
        Self::of(shape, instance, witness)
    }

    fn of(shape: Shape, instance: [Fr; DutyInput::COUNT], witness: &DutyWitness) -> Self {
        let sheet = duty::assemble(shape, &instance, witness);
        Self {
            circuit: VigilCircuit::from_sheet(shape, sheet),
            instance: instance.to_vec(),
        }
    }

    fn cell(&mut self, column: usize, row: usize) -> &mut Fr {
        &mut self.circuit.sheet.advice[column][row]
    }

    /// Changes a desk cell and all that are wired to it.
    fn set(&mut self, row: usize, value: Fr) {
        let copies = &self.circuit.sheet.copies;
        let mut wired = BTreeSet::from([DeskCell { lane: 0, row }]);
        loop {
            let before = wired.len();
            for (a, b) in copies {
                if wired.contains(a) || wired.contains(b) {
                    wired.extend([*a, *b]);
                }
            }
            if wired.len() == before {
                break;
            }
        }
        for cell in wired {
            *self.cell(DESK, cell.row) = value;
        }
    }

    /// Rows and names of the constraints that do not hold.
    fn failures(&self) -> Vec<(usize, &'static str)> {
        let (circuit, shape) = (&self.circuit, self.circuit.shape);
        let mut cs = ConstraintSystem::<Fr>::default();
        let columns = Columns::new(&mut cs, shape);
        let declared = gates::configure(&mut cs, &columns);
        let rows = 1usize << shape.k;
        let at =
            |row: usize, by: i32| (row as i64 + i64::from(by)).rem_euclid(rows as i64) as usize;
        let advice = circuit.advice();
        let mut fixed = vec![vec![Fr::ZERO; rows]; columns.fixed().count()];
        for (column, row, value) in circuit.fixed_cells() {
            fixed[column][row] = value;
        }
        let marks = &fixed[columns.constants.len()..];
        let is_marked = |row: usize| marks.iter().any(|mark| mark[row] != Fr::ZERO);
        let gates: Vec<_> = cs.gates().iter().collect();
        let mut broken = Vec::new();
        for row in (0..rows).filter(|&row| is_marked(row)) {
            let holds = |expression| {
                let input = |by| self.instance.get(at(row, by)).copied();
                let value = evaluate(
                    expression,
                    &|column, by| fixed[column][at(row, by)],
                    &|column, by| advice[column][at(row, by)],
                    &|by| input(by).unwrap_or(Fr::ZERO),
                );
                value == Fr::ZERO
            };
            // Most rows hold: their terms need no look each.
            if gates
                .iter()
                .all(|gate| gate.polynomials().iter().all(holds))
            {
                continue;
            }
            let named = declared.iter().filter(|named| !holds(&named.expression));
            broken.extend(named.map(|named| (row, named.name)));
        }
        broken
    }

    /// Names of the constraints that do not hold, and "wire" if cells that are wired differ.
    fn broken(&self) -> BTreeSet<&'static str> {
        let mut broken: BTreeSet<_> = self.failures().into_iter().map(|(_, name)| name).collect();
        let sheet = &self.circuit.sheet;
        let value = |cell: &DeskCell| sheet.advice[cell.lane * LANE_WIDTH + DESK][cell.row];
        if sheet.copies.iter().any(|(a, b)| value(a) != value(b)) {
            broken.insert("wire");
        }
        broken
    }

    fn assert_breaks(&self, names: &[&'static str], what: &str) {
        let expected = names.iter().copied().collect();
        assert_eq!(self.broken(), expected, "{}: {what}", self.circuit.shape);
    }
}

#[test]
fn nothing_is_broken_where_nothing_is_forged() {
    for words in [Words::W1, Words::W7] {
        let (statement, witness) = statement(row(words), words);
        for shape in shapes(words, if words == Words::W1 { 11 } else { 12 }) {
            Forgery::new(shape, &statement, &witness).assert_breaks(&[], "honest");
        }
    }
}

/// V and slashed lie in one number: a slashing hidden is 2^56 validators more.
#[test]
fn counts_do_not_trade_with_each_other() {
    let slashed = LedgerRow {
        slashed: true,
        ..row(Words::W1)
    };
    let (statement, witness) = statement(slashed, Words::W1);
    for shape in shapes(Words::W1, 11) {
        for (validators, slashed) in [(Fr::ONE, -Fr::ONE), (-Fr::ONE, Fr::ONE)] {
            let mut instance = statement.to_instance(shape.capacity()).unwrap();
            instance[DutyInput::Validators.row()] += validators * power_of_two(56);
            instance[DutyInput::Slashed.row()] += slashed;
            let forgery = Forgery::of(shape, instance, &witness);
            forgery.assert_breaks(&["start 2"], "hidden");
        }
    }
}

/// A place that nobody is in takes a slashing back: -1 slashed, and half an epoch of run-in that makes meta 0 again.
#[test]
fn a_disabled_place_takes_no_slashing_back() {
    let slashed = LedgerRow {
        slashed: true,
        ..row(Words::W1)
    };
    let (statement, witness) = statement(slashed, Words::W1);
    for shape in shapes(Words::W1, 11) {
        let mut instance = statement.to_instance(shape.capacity()).unwrap();
        instance[DutyInput::Slashed.row()] = Fr::ZERO;
        let mut forgery = Forgery::of(shape, instance, &witness);
        let block = duty::rows(Words::W1).1;
        let second = BLOCK + block;
        let half = Fr::from(2).invert().unwrap();
        for step in 0..=6 {
            let scale = power_of_two(2 * step);
            *forgery.cell(CHAINS + 1, second + step) =
                half * scale * power_of_two(12).invert().unwrap();
            *forgery.cell(CHAINS + 2, second + step) = -scale;
        }
        let run_in = *forgery.cell(CHAINS + 1, second);
        forgery.set(second + 1, run_in);
        forgery.set(second + 2, -Fr::ONE);
        let slack = Fr::from(12) - half;
        forgery.set(second + 11, slack);
        *forgery.cell(CHAINS + 1, second + 82) = slack;
        for place in 1..shape.capacity() as usize {
            let count = BLOCK + place * block + 66;
            forgery.set(count, Fr::ONE);
        }
        forgery.assert_breaks(&["bit 1", "bit 2"], "taken back");
    }
}

/// The ledger has a miss, the walk sees none: every digit is 0, so that the word is its last cell times a power of 4.
fn unseen(shape: Shape, words: Words, bitmap: usize, epoch: usize) -> Forgery {
    let mut missed = row(words);
    let word = &mut missed.words[epoch / WORD_EPOCHS];
    let bits: &mut EpochBits = match bitmap {
        0 => &mut word.source,
        1 => &mut word.target,
        _ => &mut word.head,
    };
    bits.set(epoch % WORD_EPOCHS);
    let value = bits.to_fr();
    let (_, witness) = statement(missed, words);
    let claimed = DutyStatement {
        ledger_root: witness.header.root(),
        ..statement(row(words), words).0
    };
    let honest = Forgery::new(shape, &claimed, &witness);
    let mut perfect = witness;
    perfect.places[0].row = row(words);
    perfect.places[0].compliant = true;
    let mut forgery = Forgery::new(shape, &claimed, &perfect);
    forgery.circuit.sheet.advice[STATE].clone_from_slice(&honest.circuit.sheet.advice[STATE]);
    let start = WALK + 226 * (epoch / WORD_EPOCHS);
    let is_last = epoch / WORD_EPOCHS + 1 == words.count();
    let quarter = Fr::from(4).invert().unwrap();
    let mut cell = value;
    for pair in 0..113 + usize::from(is_last) {
        *forgery.cell(CHAINS + bitmap, start + 2 * pair) = cell;
        if pair < 112 || is_last {
            cell *= quarter;
        }
    }
    if bitmap == 1 && !is_last {
        // LastEpoch sees the target: slack and products go on from there as it says.
        *forgery.cell(CHAINS + 1, start + 227) -= cell;
        let factor = Fr::ONE + Fr::from(11) * cell;
        for product in (start + 226..=WALK + 226 * words.count()).step_by(2) {
            *forgery.cell(DESK, product) *= factor.invert().unwrap();
        }
    }
    forgery
}

#[test]
fn no_miss_is_walked_past() {
    const BITS: [&str; 3] = ["bit 0", "bit 1", "bit 2"];
    const STARTS: [&str; 3] = ["start 0", "start 1", "start 2"];
    const LAST: [&str; 3] = ["last source bit", "last target bit", "last head bit"];
    for bitmap in 0..3 {
        for shape in shapes(Words::W1, 11) {
            // The word's 225th epoch is a bit; what is below it is not.
            unseen(shape, Words::W1, bitmap, 224).assert_breaks(&[STARTS[bitmap]], "the last");
            let names = [BITS[bitmap], STARTS[bitmap]];
            unseen(shape, Words::W1, bitmap, 3).assert_breaks(&names, "an early one");
        }
        for shape in shapes(Words::W7, 12) {
            unseen(shape, Words::W7, bitmap, 224).assert_breaks(&["last misses"], "a word's last");
            let names = [LAST[bitmap], "last misses"];
            unseen(shape, Words::W7, bitmap, 3).assert_breaks(&names, "an early one");
            unseen(shape, Words::W7, bitmap, 1574).assert_breaks(&[STARTS[bitmap]], "the last");
        }
    }
}

/// Stake-time of a validator that was down too long, counted as good though it is not marked compliant.
#[test]
fn no_stake_is_good_without_the_bit() {
    let long_down = LedgerRow {
        run_in: 13,
        ..row(Words::W1)
    };
    let (statement, mut witness) = statement(long_down, Words::W1);
    assert_eq!(
        (statement.claims.good_stake, witness.places[0].compliant),
        (0, false)
    );
    witness.places[0].compliant = true;
    let claims = &statement.claims;
    let claimed = DutyStatement {
        claims: DutyClaims {
            good_stake: 32 * 225,
            good_bps: 10_000,
            ..*claims
        },
        ..statement
    };
    for shape in shapes(Words::W1, 11) {
        let mut forgery = Forgery::new(shape, &claimed, &witness);
        forgery.assert_breaks(&["start 2"], "the bit is set");
        for margin in BLOCK + 24..=BLOCK + 41 {
            (0..3).for_each(|i| *forgery.cell(CHAINS + i, margin) = Fr::ZERO);
        }
        forgery.set(BLOCK + 41, Fr::ZERO);
        for product in (WALK..=WALK + 226).step_by(2) {
            *forgery.cell(DESK, product) = Fr::ZERO;
        }
        forgery.assert_breaks(&["S7 compliant time"], "the bit is not set");
    }
}

#[test]
fn no_slashed_stake_is_good() {
    let slashed = LedgerRow {
        slashed: true,
        ..row(Words::W1)
    };
    let (mut statement, mut witness) = statement(slashed, Words::W1);
    witness.places[0].compliant = true;
    statement.claims.good_stake = 32 * 225;
    for shape in shapes(Words::W1, 11) {
        let forgery = Forgery::new(shape, &statement, &witness);
        forgery.assert_breaks(&["S7 slashed is not compliant"], "slashed");
    }
}

/// A tree of bare permutations, which can be undone: from any root down to any leaf.
#[test]
fn a_node_is_no_bare_permutation() {
    let (mut statement, mut witness) = statement(row(Words::W1), Words::W1);
    let place = &mut witness.places[0];
    let tag = witness.secret.tag(place.row.index, witness.pool);
    let mut node = place.row.leaf(tag);
    for level in &mut place.path.levels {
        *level = [node, Fr::ZERO, Fr::ZERO, Fr::ZERO];
        node = permute(*level)[0];
    }
    witness.header.tree_root = node;
    statement.ledger_root = witness.header.root();
    let levels = &witness.places[0].path.levels;
    for shape in shapes(Words::W1, 11) {
        let mut forgery = Forgery::new(shape, &statement, &witness);
        let roots = levels[1..].iter().map(|level| level[0]).chain([node]);
        for (level, root) in (1..).zip(roots) {
            *forgery.cell(0, LEAF + level * PERMUTATION_ROWS) = root;
        }
        forgery.set(LEAF + levels.len() * PERMUTATION_ROWS, node);
        forgery.assert_breaks(&["feed-forward", "rounds 0"], "no feed-forward");
    }
}

/// Every public input, the zero below them and every constant is the verifier's, wherever a narrow lane has it.
#[test]
fn what_is_given_is_bound_in_every_row() {
    let of_one_word = Family::Duty(Words::W1);
    for shape in [
        Shape::wide(of_one_word, 11, 1),
        Shape::narrow(of_one_word, 12, 1),
        Shape::wide(Family::Enrolment, 9, 1),
        Shape::narrow(Family::Enrolment, 11, 1),
        Shape::default(),
        Shape::narrow(Family::Membership, 10, 1),
    ] {
        let (circuit, mut instance) = layout::honest(shape, 1, 3);
        let (column, value) = ops::slot(shape.family, Op::Given);
        let marks = &circuit.sheet.fixed[fixed::OPS + column];
        let given: Vec<_> = (0..marks.len())
            .filter(|&row| marks[row] == Fr::from(value))
            .collect();
        assert!(given.len() > instance.len(), "{shape}");
        let mut forgery = Forgery {
            circuit,
            instance: instance.clone(),
        };
        // One more input is not a longer statement: the zero is an input too.
        instance.push(Fr::ONE);
        forgery.instance = instance;
        forgery.assert_breaks(&["given"], "a longer instance");
        forgery.instance.pop();
        for &row in &given {
            *forgery.cell(DESK, row) += Fr::ONE;
        }
        let failures = forgery.failures().into_iter();
        let refused: BTreeSet<_> = failures.filter(|(_, name)| *name == "given").collect();
        assert_eq!(refused.len(), given.len(), "{shape}");
    }
}
