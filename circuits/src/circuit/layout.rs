//! The layout, written down a second time: every fixed cell of every family, number of words and lanes is
//! the one that the tables of `assemble` promise, and no gate asks anything of a row without a mark.
//!
//! What the tests of single constraints cannot see shows here: a mark that is missing in one block only, a
//! key that is not the witness's, a cell that is read but never written.

use super::ops::Op;
use super::*;
use crate::ledger::Words;
use crate::synthetic::{SyntheticPool, THRESHOLDS};
use halo2_proofs::dev::MockProver;
use halo2_proofs::plonk::Expression;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn shape(family: Family, k: u32, lanes: u32) -> Shape {
    Shape::wide(family, k, lanes)
}

pub(super) fn duty(words: Words, k: u32, lanes: u32) -> Shape {
    shape(Family::Duty(words), k, lanes)
}

pub(super) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(super) fn honest(shape: Shape, validators: usize, seed: u64) -> (VigilCircuit, Vec<Fr>) {
    match shape.family {
        Family::Duty(words) => {
            let pool = SyntheticPool::new(&mut rng(seed), words, 1, validators).unwrap();
            let (statement, witness) = pool.duty(0, THRESHOLDS);
            statement.check(&witness).unwrap();
            let instance = statement.to_instance(shape.capacity()).unwrap();
            let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
            (circuit, instance.to_vec())
        }
        Family::Enrolment => {
            let pool = SyntheticPool::new(&mut rng(seed), Words::W1, 1, validators).unwrap();
            let (statement, witness) = pool.enrolment(0);
            let instance = statement.to_instance(shape.capacity()).unwrap();
            let circuit = VigilCircuit::enrolment(shape, &statement, &witness).unwrap();
            (circuit, instance.to_vec())
        }
        Family::Membership => {
            let pool = SyntheticPool::new(&mut rng(seed), Words::W1, 3, 3).unwrap();
            let (statement, witness) = pool.membership(2, 77);
            let instance = statement.to_instance().unwrap();
            let circuit = VigilCircuit::membership(shape, &statement, &witness).unwrap();
            (circuit, instance.to_vec())
        }
    }
}

pub(super) fn shapes() -> Vec<Shape> {
    vec![
        duty(Words::W1, 10, 1),
        duty(Words::W1, 11, 1),
        duty(Words::W1, 11, 2),
        duty(Words::W1, 11, 3),
        duty(Words::W1, 12, 4),
        duty(Words::W7, 11, 4),
        duty(Words::W7, 12, 1),
        duty(Words::W7, 12, 2),
        duty(Words::W7, 13, 4),
        duty(Words::W28, 13, 1),
        duty(Words::W28, 13, 3),
        duty(Words::W28, 14, 2),
        shape(Family::Enrolment, 9, 1),
        shape(Family::Enrolment, 11, 1),
        shape(Family::Enrolment, 11, 4),
        shape(Family::Enrolment, 12, 7),
        shape(Family::Membership, 8, 1),
        shape(Family::Membership, 9, 1),
        Shape::narrow(Family::Duty(Words::W1), 12, 1),
        Shape::narrow(Family::Duty(Words::W1), 13, 2),
        Shape::narrow(Family::Duty(Words::W7), 14, 1),
        Shape::narrow(Family::Enrolment, 12, 1),
        Shape::narrow(Family::Membership, 10, 1),
    ]
}

/// Keys come from the blank sheet: no witness may have other fixed cells or copies.
#[test]
fn the_key_is_the_one_that_every_witness_has() {
    for shape in shapes() {
        let blank = VigilCircuit::blank(shape);
        let capacity = shape.capacity() as usize;
        for validators in BTreeSet::from([0, 1, capacity / 2, capacity]) {
            let (circuit, _) = honest(shape, validators, 7 + validators as u64);
            assert!(blank.sheet().fixed == circuit.sheet().fixed, "{shape}");
            assert!(blank.sheet().copies == circuit.sheet().copies, "{shape}");
            assert!(blank.sheet().written == circuit.sheet().written, "{shape}");
        }
    }
}

/// Marks as the documents of the layout give them: column of `fixed` past the constants -> row ->
/// value, and rows that may have constants.
struct Layout {
    family: Family,
    marks: BTreeMap<(usize, usize), u64>,
    constants: BTreeSet<(usize, usize)>,
}

impl Layout {
    fn put(&mut self, column: usize, row: usize, value: u64) {
        let before = self.marks.insert((column, row), value);
        assert!(before.is_none_or(|b| b == value), "({column}, {row})");
    }
    fn op(&mut self, row: usize, op: Op) {
        let (column, value) = ops::slot(self.family, op);
        self.put(fixed::OPS + column, row, value);
    }
    fn permutation(&mut self, row: usize) {
        self.op(row, Op::FirstLayer);
        for i in 1..=4 {
            self.put(fixed::EXTERNAL, row + i, 1);
        }
        for i in 5..=18 {
            self.put(fixed::INTERNAL, row + i, 1);
        }
        for i in 19..=22 {
            self.put(fixed::EXTERNAL, row + i, 1);
        }
        for i in 0..23 {
            for c in 0..4 {
                self.constants.insert((c, row + i));
            }
        }
    }
    fn sponge(&mut self, row: usize) {
        self.op(row, Op::Input);
        self.constants.insert((3, row));
        self.permutation(row + 1);
    }
    fn path(&mut self, row: usize, depth: usize) {
        for level in 0..depth {
            let at = row + 24 * level;
            self.op(at, Op::Path);
            self.permutation(at + 1);
            self.op(at + 23, Op::FeedForward);
        }
        self.op(row + 24 * depth, Op::Output);
    }
    fn chains(&mut self, start: usize, head: usize, first: Op) {
        self.op(start, first);
        for row in start..head {
            self.op(row, Op::Digits);
        }
    }
    fn block(&mut self, base: usize, words: usize) {
        for (start, head, first) in [
            (0, 6, Op::Bits),
            (7, 14, Op::Start),
            (15, 23, Op::Start),
            (24, 41, Op::Start),
            (42, 62, Op::Start),
            (63, 75, Op::Start),
        ] {
            self.chains(base + start, base + head, first);
        }
        for (row, op) in [
            (0, Op::Load),
            (6, Op::Fields),
            (14, Op::Hits),
            (23, Op::Duties),
            (34, Op::Place),
            (41, Op::Rate),
            (48, Op::Stake),
            (55, Op::Output),
            (62, Op::Order),
            (75, Op::Load),
            (79, Op::FirstEpoch),
        ] {
            self.op(base + row, op);
        }
        self.sponge(base + 31);
        self.sponge(base + 56);
        for word in 0..words {
            let walk = base + 81 + 226 * word;
            self.op(walk - 1, Op::Absorb);
            self.permutation(walk);
            for pair in 0..112 {
                self.op(walk + 2 * pair, Op::Step);
            }
            if word + 1 < words {
                self.op(walk + 224, Op::LastEpoch);
                for row in walk + 23..walk + 225 {
                    self.op(row, Op::Hold);
                }
            } else {
                self.op(walk + 224, Op::Step);
                self.op(walk + 224, Op::Bits);
                self.op(walk + 226, Op::Start);
                self.op(walk + 227, Op::Load);
            }
        }
        self.path(base + 104 + 226 * (words - 1), 10);
    }
}

#[test]
fn every_fixed_cell_is_the_documented_one() {
    for shape in shapes() {
        let circuit = VigilCircuit::blank(shape);
        let sheet = circuit.sheet();
        let mut layout = Layout {
            family: shape.family,
            marks: BTreeMap::new(),
            constants: BTreeSet::new(),
        };
        let per_lane = (shape.capacity() / shape.lanes) as usize;
        match shape.family {
            Family::Duty(words) => {
                (0..12).for_each(|row| layout.op(row, Op::Given));
                layout.sponge(12);
                layout.op(36, Op::Output);
                layout.sponge(37);
                layout.op(61, Op::Absorb);
                layout.permutation(62);
                layout.op(85, Op::Output);
                for (start, head) in [
                    (14, 50),
                    (51, 58),
                    (63, 91),
                    (92, 120),
                    (121, 153),
                    (154, 178),
                    (179, 186),
                ] {
                    layout.chains(start, head, Op::Start);
                    layout.op(head, Op::Load);
                }
                for number in 0..per_lane {
                    let block = 88 + 226 * words.count();
                    layout.block(240 + number * block, words.count());
                }
                // The arithmetic stands where the prelude has room; `meaning` says what it computes.
                for op in [Op::MulAdd, Op::Given] {
                    let (column, value) = ops::slot(shape.family, op);
                    let marks = &sheet.fixed[fixed::OPS + column];
                    for row in (12..240).filter(|&row| marks[row] == Fr::from(value)) {
                        layout.op(row, op);
                        if op == Op::Given {
                            layout.constants.insert((3, row));
                        }
                    }
                }
            }
            Family::Enrolment => {
                (0..5).for_each(|row| layout.op(row, Op::Given));
                layout.sponge(5);
                layout.op(29, Op::Output);
                layout.sponge(30);
                layout.op(54, Op::Output);
                for number in 0..per_lane {
                    let base = 60 + number * 290;
                    layout.chains(base + 78, base + 98, Op::Start);
                    layout.op(base, Op::Place);
                    layout.op(base + 98, Op::Order);
                    layout.sponge(base + 27);
                    layout.op(base + 51, Op::Output);
                    layout.sponge(base + 52);
                    layout.path(base + 76, 10);
                }
            }
            Family::Membership => {
                (0..6).for_each(|row| layout.op(row, Op::Given));
                layout.sponge(6);
                layout.path(30, 6);
                layout.sponge(175);
                layout.op(199, Op::Output);
            }
        }
        for (column, cells) in sheet.fixed.iter().enumerate() {
            for (row, cell) in cells.iter().enumerate() {
                if column < fixed::EXTERNAL {
                    let allowed = layout.constants.contains(&(column, row));
                    assert!(allowed || *cell == Fr::ZERO, "{shape} ({column}, {row})");
                } else {
                    let expected = layout.marks.get(&(column, row)).copied().unwrap_or(0);
                    assert_eq!(*cell, Fr::from(expected), "{shape} ({column}, {row})");
                }
            }
        }
        // Nothing that synthesize would drop, or that would look at blinded rows.
        let mut cs = ConstraintSystem::<Fr>::default();
        VigilCircuit::configure_with_params(&mut cs, shape);
        let last = layout.marks.keys().map(|(_, row)| *row).max().unwrap();
        let furthest = cs.advice_queries().iter().map(|q| q.1.0).max().unwrap() as usize;
        let fold = shape.form.fold();
        assert!(fold * last + furthest < fold * shape.usable_rows());
        assert!(fold * shape.usable_rows() + cs.blinding_factors() < (1 << shape.k));
        if matches!(shape.family, Family::Duty(_)) {
            // The family whose columns have the most queries; the others keep more than they need.
            assert_eq!(cs.blinding_factors() + 1, shape.form.blinded_rows());
        }
        // Negative rotations never leave the circuit upwards.
        let upwards = cs.advice_queries().iter().map(|q| q.1.0).min().unwrap();
        assert_eq!(upwards, -22 * fold as i32);
        let (column, value) = ops::slot(shape.family, Op::FeedForward);
        let column = &sheet.fixed[fixed::OPS + column];
        let first = column.iter().position(|v| *v == Fr::from(value)).unwrap();
        assert!(first >= 22);
    }
}

/// Evaluates at cells.
pub(super) fn evaluate(
    expression: &Expression<Fr>,
    fixed: &dyn Fn(usize, i32) -> Fr,
    advice: &dyn Fn(usize, i32) -> Fr,
    instance: &dyn Fn(i32) -> Fr,
) -> Fr {
    expression.evaluate(
        &|constant| constant,
        &|_| unreachable!(),
        &|q| fixed(q.column_index(), q.rotation().0),
        &|q| advice(q.column_index(), q.rotation().0),
        &|q| instance(q.rotation().0),
        &|_| unreachable!(),
        &|a| -a,
        &|a, b| a + b,
        &|a, b| a * b,
        &|a, scale| a * scale,
    )
}

#[test]
fn selectors_are_zero_exactly_elsewhere_and_idle_rows_ask_nothing() {
    for shape in shapes() {
        for column in ops::columns(shape.family) {
            let n = column.len() as u64;
            let mut cs = ConstraintSystem::<Fr>::default();
            let fixed = cs.fixed_column();
            let mut query = None;
            cs.create_gate("q", |meta| {
                let q = meta.query_fixed(fixed, halo2_proofs::poly::Rotation::cur());
                query = Some(q.clone());
                vec![q]
            });
            let query = query.unwrap();
            for v in 1..=n {
                let selector = ops::selector(&query, v, n);
                for w in 0..=n {
                    let value = evaluate(&selector, &|_, _| Fr::from(w), &|_, _| Fr::ZERO, &|_| {
                        Fr::ZERO
                    });
                    assert_eq!(value != Fr::ZERO, v == w, "{v} of {n} at {w}");
                }
            }
        }
        // Idle and blinded rows: all marks 0, all else random, constants too.
        let mut cs = ConstraintSystem::<Fr>::default();
        VigilCircuit::configure_with_params(&mut cs, shape);
        let mut rng = rng(1);
        for gate in cs.gates() {
            for polynomial in gate.polynomials() {
                let seed = Fr::random(&mut rng);
                let noise = |a: usize, b: i32| {
                    (seed + Fr::from((a * 512) as u64 + (b + 256) as u64)).square()
                };
                let value = evaluate(
                    polynomial,
                    &|column, rotation| {
                        if column < fixed::EXTERNAL / shape.form.fold() {
                            noise(1000 + column, rotation)
                        } else {
                            Fr::ZERO
                        }
                    },
                    &noise,
                    &|rotation| noise(2000, rotation),
                );
                assert_eq!(value, Fr::ZERO);
            }
        }
    }
}

/// Every cell that the layout does not write may hold anything: nothing of it is read.
#[test]
fn cells_outside_the_layout_are_read_by_nothing() {
    for (shape, validators) in [
        (duty(Words::W1, 11, 2), 9),
        (duty(Words::W1, 11, 3), 15),
        (duty(Words::W7, 12, 2), 3),
        (duty(Words::W28, 13, 2), 1),
        (shape(Family::Enrolment, 11, 2), 7),
        (Shape::default(), 1),
        (Shape::narrow(Family::Duty(Words::W1), 13, 2), 9),
    ] {
        let (mut circuit, instance) = honest(shape, validators, 3);
        let mut rng = rng(77);
        let written = circuit.sheet.written.clone();
        for (column, rows) in written.iter().enumerate() {
            for (row, written) in rows.iter().enumerate() {
                if !written {
                    circuit.sheet.advice[column][row] = Fr::random(&mut rng);
                }
            }
        }
        let failures = MockProver::run(shape.k, &circuit, vec![instance])
            .unwrap()
            .verify();
        assert!(failures.is_ok(), "{shape}: {:?}", failures.unwrap_err()[0]);
    }
}
