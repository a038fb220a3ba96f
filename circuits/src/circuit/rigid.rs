//! No advice cell can be moved alone or with others: at an honest witness, with the secrets, the
//! header and the siblings of the paths held, the constraints' derivatives and the wiring leave a
//! declared list of cells free.
//!
//! Many a missing constraint or wire shows as a free cell, not every one: the test is of first order and at one
//! witness, and a range-checked value counts as known there, wired or not. What the wires and marks mean is
//! tested in [`super::meaning`] and [`super::layout`].

use super::columns::LANE_WIDTH;
use super::*;
use crate::ledger::Words;
use crate::synthetic::{SyntheticPool, THRESHOLDS};
use halo2_proofs::plonk::Expression;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::collections::{BTreeMap, BTreeSet};

/// An advice cell: column (through the lanes) and row.
type Cell = (usize, usize);
/// A linear combination of classes of wired cells.
type Gradient = BTreeMap<Cell, Fr>;

/// A value and what it changes by when cells do.
struct Dual {
    value: Fr,
    gradient: Gradient,
}

impl Dual {
    fn constant(value: Fr) -> Self {
        let gradient = Gradient::new();
        Self { value, gradient }
    }

    /// `a self + b other`, gradients only.
    fn combine(&self, a: Fr, other: &Self, b: Fr) -> Gradient {
        let mut gradient = Gradient::new();
        for (part, scale) in [(self, a), (other, b)] {
            for (cell, slope) in &part.gradient {
                add(&mut gradient, *cell, *slope * scale);
            }
        }
        gradient
    }
}

fn add(gradient: &mut Gradient, cell: Cell, slope: Fr) {
    let sum = gradient.entry(cell).or_insert(Fr::ZERO);
    *sum += slope;
    if *sum == Fr::ZERO {
        gradient.remove(&cell);
    }
}

struct Honest<'a> {
    circuit: &'a VigilCircuit,
    instance: &'a [Fr],
    /// The cell that stands for all that are wired to it, where it is another.
    class: BTreeMap<Cell, Cell>,
}

impl<'a> Honest<'a> {
    fn new(circuit: &'a VigilCircuit, instance: &'a [Fr]) -> Self {
        let class = BTreeMap::new();
        let mut honest = Self {
            circuit,
            instance,
            class,
        };
        for (a, b) in &circuit.sheet().copies {
            let [a, b] = [a, b].map(|c| (c.lane * LANE_WIDTH + LANE_WIDTH - 1, c.row));
            let (a, b) = (honest.class(a), honest.class(b));
            if a != b {
                honest.class.insert(b, a);
            }
        }
        honest
    }

    fn class(&self, mut cell: Cell) -> Cell {
        while let Some(&other) = self.class.get(&cell) {
            cell = other;
        }
        cell
    }

    fn gradient(&self, expression: &Expression<Fr>, row: usize) -> Gradient {
        let rows = 1i64 << self.circuit.shape.k;
        let at = |rotation: i32| (row as i64 + i64::from(rotation)).rem_euclid(rows) as usize;
        let sheet = self.circuit.sheet();
        let dual = expression.evaluate(
            &Dual::constant,
            &|_| unreachable!("there are no halo2 selectors"),
            &|q| Dual::constant(sheet.fixed[q.column_index()][at(q.rotation().0)]),
            &|q| {
                let cell = (q.column_index(), at(q.rotation().0));
                let value = sheet.advice[cell.0][cell.1];
                let gradient = Gradient::from([(self.class(cell), Fr::ONE)]);
                Dual { value, gradient }
            },
            &|q| {
                let input = self.instance.get(at(q.rotation().0));
                Dual::constant(input.copied().unwrap_or(Fr::ZERO))
            },
            &|_| unreachable!("there are no challenges"),
            &|a| Dual {
                value: -a.value,
                gradient: a.combine(-Fr::ONE, &a, Fr::ZERO),
            },
            &|a, b| Dual {
                value: a.value + b.value,
                gradient: a.combine(Fr::ONE, &b, Fr::ONE),
            },
            &|a, b| Dual {
                value: a.value * b.value,
                gradient: a.combine(b.value, &b, a.value),
            },
            &|a, scale| Dual {
                value: a.value * scale,
                gradient: a.combine(scale, &a, Fr::ZERO),
            },
        );
        assert_eq!(dual.value, Fr::ZERO, "row {row} is honest");
        dual.gradient
    }

    /// The constraints of each row, as gradients; rows without a flag have none.
    fn gradients(&self) -> Vec<Vec<Gradient>> {
        let mut cs = ConstraintSystem::default();
        VigilCircuit::configure_with_params(&mut cs, self.circuit.shape);
        let polynomials: Vec<_> = cs.gates().iter().flat_map(|g| g.polynomials()).collect();
        let flags = &self.circuit.sheet().fixed[fixed::EXTERNAL..];
        (0..1 << self.circuit.shape.k)
            .map(|row: usize| {
                let is_marked = |row: usize| flags.iter().any(|flag| flag[row] != Fr::ZERO);
                let next = (row + 1) % (1 << self.circuit.shape.k);
                if !is_marked(row) && !is_marked(next) {
                    return Vec::new();
                }
                let gradients = polynomials.iter().map(|p| self.gradient(p, row));
                gradients.filter(|g| !g.is_empty()).collect()
            })
            .collect()
    }

    /// Cells that stay free when `held` are not to move, in lanes and rows that `is_bound` says are
    /// bound.
    fn free(&self, held: &[Cell], is_bound: impl Fn(Cell) -> bool) -> Vec<Cell> {
        let rows = self.gradients();
        let mut known: BTreeSet<Cell> = held.iter().map(|&cell| self.class(cell)).collect();
        loop {
            let before = known.len();
            for gradients in rows.iter().chain(rows.iter().rev()) {
                settle(gradients, &mut known);
            }
            if known.len() == before {
                break;
            }
        }
        let written = &self.circuit.sheet().written;
        let cells = written.iter().enumerate().flat_map(|(column, rows)| {
            let rows = rows.iter().enumerate();
            rows.filter(|(_, written)| **written)
                .map(move |(row, _)| (column, row))
        });
        cells
            .filter(|&cell| is_bound(cell) && !known.contains(&self.class(cell)))
            .collect()
    }
}

/// Adds the cells that a row's constraints determine, given those that are known.
fn settle(gradients: &[Gradient], known: &mut BTreeSet<Cell>) {
    let unknown = |gradient: &Gradient| -> Gradient {
        let cells = gradient.iter().filter(|(cell, _)| !known.contains(cell));
        cells.map(|(cell, slope)| (*cell, *slope)).collect()
    };
    let mut left: Vec<_> = gradients.iter().map(unknown).collect();
    let mut solved: Vec<Gradient> = Vec::new();
    while let Some(mut pivot) = left.pop() {
        let Some((cell, slope)) = pivot.first_key_value().map(|(c, s)| (*c, *s)) else {
            continue;
        };
        let inverse = slope.invert().unwrap();
        pivot.values_mut().for_each(|slope| *slope *= inverse);
        for other in left.iter_mut().chain(&mut solved) {
            if let Some(scale) = other.get(&cell).copied() {
                for (cell, slope) in &pivot {
                    add(other, *cell, -scale * slope);
                }
            }
        }
        solved.push(pivot);
    }
    let determined = solved.iter().filter(|gradient| gradient.len() == 1);
    known.extend(determined.filter_map(|gradient| gradient.keys().next()));
}

/// Cells of the children in `rows` of a lane, but for the one that the hash below must be.
fn siblings(circuit: &VigilCircuit, lane: usize, rows: impl Iterator<Item = usize>) -> Vec<Cell> {
    let state = |i: usize, row: usize| circuit.advice()[lane * LANE_WIDTH + i][row];
    rows.flat_map(|row| {
        let hash = state(0, row - 1);
        let node = hash + state(0, row - crate::gates::PERMUTATION_ROWS);
        (0..4)
            .filter(move |&i| ![hash, node].contains(&state(i, row)))
            .map(move |i| (lane * LANE_WIDTH + i, row))
    })
    .collect()
}

fn path_rows(first: usize, levels: usize) -> impl Iterator<Item = usize> {
    (0..levels).map(move |level| first + level * crate::gates::PERMUTATION_ROWS)
}

/// Cells that may move in a duty circuit, and why: (lane's column, row of the block), with the
/// compliant bits of the places.
fn assert_duty_is_rigid(words: Words, k: u32, lanes: u32, seed: u64) {
    let shape = Shape::wide(Family::Duty(words), k, lanes);
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let places = shape.capacity() as usize;
    let pool = SyntheticPool::new(&mut rng, words, 1, places - 1).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    assert_witness_is_rigid(shape, &statement, &witness);
}

pub(super) fn assert_witness_is_rigid(
    shape: Shape,
    statement: &DutyStatement,
    witness: &DutyWitness,
) {
    let Family::Duty(words) = shape.family else {
        panic!()
    };
    let lanes = shape.lanes;
    let places = shape.capacity() as usize;
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let circuit = VigilCircuit::duty(shape, statement, witness).unwrap();
    let (prelude, block, _) = crate::assemble::duty::rows(words);
    let lanes = lanes as usize;
    let end = 226 * words.count();

    // The secret and the pool, the header.
    let mut held = vec![
        (7, 12),
        (7, 13),
        (7, 37),
        (7, 38),
        (7, 39),
        (4, 62),
        (5, 62),
        (6, 62),
    ];
    for place in 0..places {
        let base = prelude + place / lanes * block;
        let rows = path_rows(base + 105 + end - 226, 10);
        held.extend(siblings(&circuit, place % lanes, rows));
    }
    let is_bound = |(column, row): Cell| {
        let (lane, column) = (column / LANE_WIDTH, column % LANE_WIDTH);
        if row < prelude {
            // The preludes of other lanes are wired to nothing. An inverse of 0 is any number.
            return lane == 0 && !(column == 7 && [70, 102, 128].contains(&row));
        }
        let (number, row) = ((row - prelude) / block, (row - prelude) % block);
        let place = witness.places.get(number * lanes + lane);
        let is_compliant = place.is_some_and(|place| place.compliant);
        match column {
            // Below a product of 0 anything may stand.
            7 if (83..=81 + end).contains(&row) && row % 2 == 1 => is_compliant,
            // LastEpoch and the end of the walk do not look at the first target's cell.
            6 if row == 82 + end => false,
            6 => !(81..80 + end).contains(&row) || (row - 80) % 226 != 0,
            _ => true,
        }
    };
    let free = Honest::new(&circuit, &instance).free(&held, is_bound);
    assert!(free.is_empty(), "{shape}: {free:?}");
}

#[test]
fn duty_circuits_are_rigid() {
    assert_duty_is_rigid(Words::W1, 11, 2, 3);
    assert_duty_is_rigid(Words::W7, 12, 1, 4);
}

#[test]
fn the_enrolment_circuit_is_rigid() {
    let shape = Shape::wide(Family::Enrolment, 11, 2);
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 1, 8).unwrap();
    let (statement, witness) = pool.enrolment(0);
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let circuit = VigilCircuit::enrolment(shape, &statement, &witness).unwrap();
    let (prelude, block, _) = crate::assemble::enrolment::ROWS;
    // The secret and the pool, the tree's root and size.
    let mut held = vec![(7, 5), (7, 6), (7, 30), (7, 31)];
    for place in 0..shape.capacity() as usize {
        let rows = path_rows(prelude + place / 2 * block + 77, 10);
        held.extend(siblings(&circuit, place % 2, rows));
    }
    let is_bound = |(column, row)| column < LANE_WIDTH || row >= prelude;
    let free = Honest::new(&circuit, &instance).free(&held, is_bound);
    assert!(free.is_empty(), "{free:?}");
}

/// Cells of the membership circuit that may move, with its sheet edited.
fn free_in_membership(edit: impl FnOnce(&mut Sheet)) -> Vec<Cell> {
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(5), Words::W1, 3, 3).unwrap();
    let (statement, witness) = pool.membership(2, 77);
    let instance = statement.to_instance().unwrap();
    let mut circuit = VigilCircuit::membership(Shape::default(), &statement, &witness).unwrap();
    edit(&mut circuit.sheet);
    // The secret.
    let mut held = vec![(7, 6)];
    held.extend(siblings(&circuit, 0, path_rows(31, 6)));
    Honest::new(&circuit, &instance).free(&held, |_| true)
}

#[test]
fn the_membership_circuit_is_rigid() {
    assert_eq!(free_in_membership(|_| ()), []);
}

#[test]
fn a_missing_wire_or_operation_shows() {
    // The pool in the operator id's sponge, then the first layer of the tag's.
    let free = free_in_membership(|sheet| {
        sheet.copies.remove(0);
    });
    assert!(free.contains(&(7, 7)), "{free:?}");
    let free = free_in_membership(|sheet| sheet.fixed[fixed::OPS + 1][176] = Fr::ZERO);
    assert!(free.contains(&(0, 177)), "{free:?}");
}
