//! Attacks.

use super::columns::LANE_WIDTH;
use super::ops::Op;
use super::*;
use crate::gates::PERMUTATION_ROWS;
use crate::ledger::{LedgerRow, MissedVotes, WORD_EPOCHS, Words};
use crate::statement::{Thresholds, is_compliant};
use crate::synthetic::{SyntheticPool, THRESHOLDS};
use halo2_proofs::dev::MockProver;
use halo2_proofs::plonk::Expression;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use std::collections::{BTreeMap, BTreeSet};

fn shape(family: Family, k: u32, lanes: u32) -> Shape {
    Shape { family, k, lanes }
}

fn duty(words: Words, k: u32, lanes: u32) -> Shape {
    shape(Family::Duty(words), k, lanes)
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn honest(shape: Shape, validators: usize, seed: u64) -> (VigilCircuit, Vec<Fr>) {
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

fn shapes() -> Vec<Shape> {
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
            self.op(at, if level == 0 { Op::PathLeaf } else { Op::PathNode });
            self.permutation(at + 1);
        }
        self.op(row + 24 * depth, Op::NodeOutput);
    }
    fn chains(&mut self, start: usize, head: usize, first: u64) {
        for row in start..head {
            self.put(fixed::RANGE, row, if row == start { first } else { 1 });
        }
    }
    fn block(&mut self, base: usize, words: usize) {
        for (start, head, first) in [
            (0, 6, 1),
            (7, 14, 2),
            (15, 23, 2),
            (24, 41, 2),
            (42, 62, 2),
            (63, 75, 2),
        ] {
            self.chains(base + start, base + head, first);
        }
        for (row, op) in [
            (0, Op::Bits),
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
                self.put(fixed::STEP, walk + 2 * pair, 1);
            }
            if word + 1 < words {
                self.op(walk + 224, Op::LastEpoch);
                for row in walk + 23..walk + 225 {
                    self.op(row, Op::Hold);
                }
            } else {
                self.put(fixed::STEP, walk + 224, 1);
                self.op(walk + 224, Op::Bits);
                self.op(walk + 226, Op::WalkEnd);
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
                (0..12).for_each(|row| layout.op(row, Op::Instance));
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
                    layout.chains(start, head, 2);
                    layout.op(head, Op::Load);
                }
                for number in 0..per_lane {
                    let block = 88 + 226 * words.count();
                    layout.block(240 + number * block, words.count());
                }
                // The arithmetic's rows are wherever there is room: outside of it nothing of these.
                for (op, number) in [(Op::MulAdd, 44), (Op::Constant, 8)] {
                    let (column, value) = ops::slot(shape.family, op);
                    let rows: Vec<_> = (0..1 << shape.k)
                        .filter(|&row| sheet.fixed[fixed::OPS + column][row] == Fr::from(value))
                        .collect();
                    println!("{shape} {op:?}: {} {rows:?}", rows.len());
                    let _ = number;
                    for row in rows {
                        assert!((12..240).contains(&row));
                        layout.op(row, op);
                        if op == Op::Constant {
                            layout.constants.insert((0, row));
                        }
                    }
                }
            }
            Family::Enrolment => {
                (0..5).for_each(|row| layout.op(row, Op::Instance));
                layout.sponge(5);
                layout.op(29, Op::Output);
                layout.sponge(30);
                layout.op(54, Op::Output);
                for number in 0..per_lane {
                    let base = 60 + number * 290;
                    layout.chains(base, base + 20, 2);
                    layout.op(base, Op::Place);
                    layout.op(base + 20, Op::Order);
                    layout.sponge(base + 27);
                    layout.op(base + 51, Op::Output);
                    layout.sponge(base + 52);
                    layout.path(base + 76, 10);
                }
            }
            Family::Membership => {
                (0..6).for_each(|row| layout.op(row, Op::Instance));
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
        assert!(last + furthest < crate::shape::usable_rows(shape.k));
        assert!(crate::shape::usable_rows(shape.k) <= (1 << shape.k) - cs.blinding_factors() - 1);
        // Negative rotations never leave the circuit upwards.
        let upwards = cs.advice_queries().iter().map(|q| q.1.0).min().unwrap();
        assert_eq!(upwards, -23);
        for op in [Op::PathNode, Op::NodeOutput] {
            let (column, value) = ops::slot(shape.family, op);
            let column = &sheet.fixed[fixed::OPS + column];
            let first = column.iter().position(|v| *v == Fr::from(value)).unwrap();
            assert!(first >= PERMUTATION_ROWS);
        }
    }
}

/// Evaluates at cells.
fn evaluate(
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
                let noise =
                    |a: usize, b: i32| (seed + Fr::from((a * 64) as u64 + (b + 32) as u64)).square();
                let value = evaluate(
                    polynomial,
                    &|column, rotation| {
                        if column < fixed::EXTERNAL {
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

/// All that is broken: polynomials by row, and copies. `only`: names that are looked at.
fn broken(
    circuit: &VigilCircuit,
    instance: &[Fr],
    only: impl Fn(&str) -> bool,
) -> Vec<(usize, String)> {
    let mut cs = ConstraintSystem::<Fr>::default();
    VigilCircuit::configure_with_params(&mut cs, circuit.shape);
    let rows = 1usize << circuit.shape.k;
    let sheet = circuit.sheet();
    let at = |row: usize, rotation: i32| (row as i64 + i64::from(rotation)).rem_euclid(rows as i64) as usize;
    let mut broken = Vec::new();
    for (lane, gate) in cs.gates().iter().enumerate() {
        for (i, polynomial) in gate.polynomials().iter().enumerate() {
            if !only(gate.constraint_name(i)) {
                continue;
            }
            for row in 0..rows {
                if sheet.fixed[fixed::EXTERNAL..].iter().all(|c| c[row] == Fr::ZERO) {
                    continue;
                }
                let value = evaluate(
                    polynomial,
                    &|column, rotation| sheet.fixed[column][at(row, rotation)],
                    &|column, rotation| sheet.advice[column][at(row, rotation)],
                    &|rotation| instance.get(at(row, rotation)).copied().unwrap_or(Fr::ZERO),
                );
                if value != Fr::ZERO {
                    broken.push((row, format!("lane {lane} {}", gate.constraint_name(i))));
                }
            }
        }
    }
    for (a, b) in &sheet.copies {
        let value = |c: &crate::sheet::DeskCell| sheet.advice[c.lane * LANE_WIDTH + LANE_WIDTH - 1][c.row];
        if value(a) != value(b) {
            broken.push((b.row, format!("copy {a:?} {b:?}")));
        }
    }
    broken
}

fn is_sane(row: &LedgerRow) -> bool {
    row.misses().iter().all(|&missed| missed <= u32::from(row.active_epochs))
        && row.proposals_missed <= row.proposals_due
        && row.sync_missed <= row.sync_due
}

/// A row at the edges of everything.
fn wild_row(rng: &mut ChaCha20Rng, words: Words, index: u64, max_outage: u16) -> LedgerRow {
    let pick = |rng: &mut ChaCha20Rng, from: &[u64]| from[rng.next_u64() as usize % from.len()];
    let total = words.count() * WORD_EPOCHS;
    let mut bits = vec![MissedVotes::default(); words.count()];
    let set = |bits: &mut Vec<MissedVotes>, which: usize, epoch: usize| {
        let word = &mut bits[epoch / WORD_EPOCHS];
        let e = epoch % WORD_EPOCHS;
        match which {
            0 => word.source.set(e),
            1 => word.target.set(e),
            _ => word.head.set(e),
        }
    };
    // Runs of target misses of about the allowed length around the boundaries of words.
    let length = match rng.next_u64() % 4 {
        0 => usize::from(max_outage),
        1 => usize::from(max_outage) + 1,
        2 => usize::from(max_outage).saturating_sub(1),
        _ => rng.next_u64() as usize % 30,
    };
    let boundary = WORD_EPOCHS * (rng.next_u64() as usize % (words.count() + 1));
    let start = (boundary + 3).saturating_sub(rng.next_u64() as usize % (length.min(1000) + 6));
    for epoch in start..(start + length).min(total) {
        set(&mut bits, 1, epoch);
    }
    for which in 0..3 {
        for _ in 0..rng.next_u64() % 5 {
            set(&mut bits, which, rng.next_u64() as usize % total);
        }
        if rng.next_u64() % 3 == 0 {
            set(&mut bits, which, total - 1);
        }
        if rng.next_u64() % 3 == 0 {
            set(&mut bits, which, 0);
        }
        if rng.next_u64() % 12 == 0 {
            (0..total).for_each(|epoch| set(&mut bits, which, epoch));
        }
    }
    let mut row = LedgerRow {
        index,
        active_epochs: 0,
        effective_balance: pick(rng, &[0, 1, 32, 2048, 4095]) as u16,
        slashed: rng.next_u64() % 6 == 0,
        run_in: match rng.next_u64() % 4 {
            0 => pick(rng, &[1, 8191, 4096]) as u16,
            1 => (max_outage + 1).min(8191),
            2 => max_outage,
            _ => 0,
        },
        proposals_due: pick(rng, &[0, 1, 3, 65535]) as u16,
        proposals_missed: 0,
        sync_due: pick(rng, &[0, 1, 7000, (1 << 24) - 1]) as u32,
        sync_missed: 0,
        words: bits,
    };
    let most = row.misses().into_iter().max().unwrap() as u64;
    row.active_epochs = pick(
        rng,
        &[total as u64, total as u64, most, most.saturating_sub(1), 8191, total as u64],
    ) as u16;
    row.proposals_missed = match rng.next_u64() % 6 {
        0 => row.proposals_due,
        1 => row.proposals_due.saturating_add(1),
        _ => row.proposals_due / 2,
    };
    row.sync_missed = match rng.next_u64() % 6 {
        0 => row.sync_due,
        1 => (row.sync_due + 1).min((1 << 24) - 1),
        _ => row.sync_due / 2,
    };
    row
}

/// What the gates say of a block is what the plain statement says of the row: over rows and
/// policies at the edges, with the compliant bit set whether it is true or not.
fn differential(words: Words, k: u32, lanes: u32, rounds: u64) {
    let shape = duty(words, k, lanes);
    let places = shape.capacity() as usize;
    let (prelude, block, _) = crate::assemble::duty::rows(words);
    let mut counts = [0usize; 4];
    for round in 0..rounds {
        let mut rng = rng(1000 * words.count() as u64 + round);
        let pick = |rng: &mut ChaCha20Rng, from: &[u16]| from[rng.next_u64() as usize % from.len()];
        let thresholds = Thresholds {
            min_performance_bps: pick(&mut rng, &[0, 0, 0, 9_000, 10_000]),
            min_uptime_bps: pick(&mut rng, &[0, 0, 0, 9_500, 10_000]),
            max_outage_epochs: pick(&mut rng, &[0, 1, 2, 3, 12, 13, 224, 225, 226, 8191]),
        };
        let rows: Vec<_> = (0..places)
            .map(|i| (0, wild_row(&mut rng, words, 5 + 3 * i as u64, thresholds.max_outage_epochs)))
            .collect();
        let seed = SyntheticPool::new(&mut rng, Words::W1, 1, 1).unwrap();
        let pool = SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows, words).unwrap();
        let (statement, mut witness) = pool.duty(0, thresholds);
        for place in &mut witness.places {
            place.compliant = rng.next_u64() % 3 > 0;
        }
        let instance = statement.to_instance(shape.capacity()).unwrap();
        let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
        let is_row_gate = |name: &str| !name.contains("first layer");
        let broken = broken(&circuit, &instance, is_row_gate);
        for (position, place) in witness.places.iter().enumerate() {
            let lane = position % lanes as usize;
            let base = prelude + position / lanes as usize * block;
            let mine: Vec<_> = broken
                .iter()
                .filter(|(row, name)| {
                    (base..base + block).contains(row) && name.starts_with(&format!("lane {lane} "))
                })
                .collect();
            let sane = is_sane(&place.row);
            let policy = !place.compliant || is_compliant(&place.row, &thresholds);
            counts[usize::from(sane) * 2 + usize::from(policy)] += 1;
            assert_eq!(
                mine.is_empty(),
                sane && policy,
                "round {round} place {position} {thresholds:?} {:?} compliant {}: {mine:?}",
                place.row,
                place.compliant
            );
        }
    }
    println!("{words:?}: insane+bad, insane+good, sane+bad, sane+good = {counts:?}");
    assert!(counts[2] > 0 && counts[3] > 0 && counts[1] + counts[0] > 0);
}

#[test]
fn differential_w1() {
    differential(Words::W1, 11, 4, 12);
}

#[test]
fn differential_w7() {
    differential(Words::W7, 12, 3, 16);
}

#[test]
fn differential_w28() {
    differential(Words::W28, 13, 4, 6);
}

/// Rigidity at the witnesses that are special: nobody, everybody, a policy of 0, and words' ends.
fn rigid_at(words: Words, k: u32, lanes: u32, validators: usize, max_outage_epochs: u16, seed: u64) {
    let shape = duty(words, k, lanes);
    let mut rng = rng(seed);
    let thresholds = Thresholds {
        min_performance_bps: 0,
        min_uptime_bps: 0,
        max_outage_epochs,
    };
    let mut rows = Vec::new();
    while rows.len() < validators {
        let index = 5 + 3 * rows.len() as u64;
        let mut row = wild_row(&mut rng, words, index, max_outage_epochs);
        row.proposals_missed = row.proposals_missed.min(row.proposals_due);
        row.active_epochs = row
            .active_epochs
            .max(row.misses().into_iter().max().unwrap() as u16)
            .min((words.count() * WORD_EPOCHS) as u16);
        if is_sane(&row) {
            rows.push((0, row));
        }
    }
    let seed = SyntheticPool::new(&mut rng, Words::W1, 1, 1).unwrap();
    let pool = SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows, words).unwrap();
    let (statement, witness) = pool.duty(0, thresholds);
    assert_eq!(statement.check(&witness), Ok(()));
    let compliant = witness.places.iter().filter(|p| p.compliant).count();
    println!("{shape}: {validators} validators, {compliant} compliant, outage {max_outage_epochs}");
    rigid::assert_witness_is_rigid(shape, &statement, &witness);
}

#[test]
fn rigid_w1() {
    rigid_at(Words::W1, 10, 1, 0, 12, 1);
    rigid_at(Words::W1, 10, 1, 2, 8191, 2);
    rigid_at(Words::W1, 10, 3, 6, 0, 3);
    rigid_at(Words::W1, 10, 4, 8, 2, 4);
    rigid_at(Words::W1, 10, 4, 7, 300, 5);
    rigid_at(Words::W1, 11, 1, 5, 12, 6);
}

#[test]
fn rigid_w7() {
    rigid_at(Words::W7, 11, 3, 3, 12, 1);
    rigid_at(Words::W7, 11, 4, 3, 8191, 2);
    rigid_at(Words::W7, 12, 2, 4, 226, 3);
}

#[test]
fn rigid_w28() {
    rigid_at(Words::W28, 13, 2, 2, 8191, 1);
    rigid_at(Words::W28, 13, 3, 2, 226, 2);
}

/// Best claims hold, and one more of any does not: over rows at the edges.
#[test]
fn claims_are_exact() {
    let shape = duty(Words::W1, 11, 4);
    let mut refused = 0;
    for round in 0..25 {
        let mut rng = rng(round);
        let thresholds = Thresholds {
            min_performance_bps: 0,
            min_uptime_bps: 0,
            max_outage_epochs: 225,
        };
        let kind = rng.next_u64() % 4;
        let validators = [0, 1, 7, 20][round as usize % 4];
        let mut rows = Vec::new();
        while rows.len() < validators {
            let index = 5 + 3 * rows.len() as u64;
            let mut row = wild_row(&mut rng, Words::W1, index, 225);
            row.proposals_missed = row.proposals_missed.min(row.proposals_due);
            row.active_epochs = row.active_epochs.min(225);
            if kind == 1 {
                (row.proposals_due, row.proposals_missed) = (0, 0);
            }
            if kind == 2 {
                (row.sync_due, row.sync_missed) = (0, 0);
            }
            if kind == 3 {
                row.active_epochs = 0;
                row.words = vec![MissedVotes::default()];
            }
            if is_sane(&row) {
                rows.push((0, row));
            }
        }
        let seed = SyntheticPool::new(&mut rng, Words::W1, 1, 1).unwrap();
        let pool =
            SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows, Words::W1).unwrap();
        let (best, witness) = pool.duty(0, thresholds);
        let gates = |name: &str| !name.contains("first layer");
        let is_broken = |statement: &DutyStatement| {
            let instance = statement.to_instance(shape.capacity()).unwrap();
            let circuit = VigilCircuit::duty(shape, statement, &witness).unwrap();
            !broken(&circuit, &instance, gates).is_empty()
        };
        let edits: [fn(&mut DutyStatement); 8] = [
            |_| (),
            |s| s.claims.validators += 1,
            |s| s.claims.validators = s.claims.validators.wrapping_sub(1),
            |s| s.claims.slashed += 1,
            |s| s.claims.slashed = s.claims.slashed.wrapping_sub(1),
            |s| s.claims.good_bps += 1,
            |s| s.claims.performance_bps += 1,
            |s| s.claims.good_stake += 1,
        ];
        for (number, edit) in edits.into_iter().enumerate() {
            let mut statement = best;
            edit(&mut statement);
            if statement.to_instance(shape.capacity()).is_err() {
                continue;
            }
            let truth = statement.check(&witness);
            assert_eq!(is_broken(&statement), truth.is_err(), "{round} {number} {truth:?}");
            refused += usize::from(truth.is_err());
        }
    }
    println!("{refused} refused");
    assert!(refused > 50);
}

/// Nothing of the idle preludes of other lanes is wired to anything, and wires never cross from a
/// cell that no operation reads.
#[test]
fn idle_preludes_are_unwired() {
    for shape in shapes() {
        let prelude = match shape.family {
            Family::Duty(words) => crate::assemble::duty::rows(words).0,
            Family::Enrolment => crate::assemble::enrolment::ROWS.0,
            Family::Membership => 0,
        };
        for (a, b) in &VigilCircuit::blank(shape).sheet().copies {
            for cell in [a, b] {
                assert!(cell.lane == 0 || cell.row >= prelude, "{shape} {cell:?}");
            }
        }
    }
}
