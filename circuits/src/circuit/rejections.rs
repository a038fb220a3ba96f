//! Every constraint of every gate refuses something: for each name, one cell of an honest circuit is
//! changed and MockProver must report a failure of that very name.
//!
//! The list of constraints is what the gates declare as they make the constraint system, and covers
//! every polynomial of it, so a constraint that no row exercises, or that no cell can violate,
//! fails this test. A polynomial may have several constraints as terms, one an operation: the
//! failure must be at a row where the polynomial is nothing but that term.

use super::*;
use crate::ledger::Words;
use crate::synthetic::{SyntheticPool, THRESHOLDS};
use gates::Named;
use halo2_proofs::dev::{FailureLocation, MockProver, VerifyFailure};
use halo2_proofs::plonk::Expression;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::collections::{BTreeMap, BTreeSet};

/// An advice cell of the circuit: column (through the lanes) and row.
type Position = (usize, usize);

struct Honest {
    circuit: VigilCircuit,
    instance: Vec<Fr>,
    /// Cells as they lie in the circuit.
    advice: Vec<Vec<Fr>>,
    fixed: Vec<Vec<Fr>>,
    /// Where a cell of the circuit stands on the sheet.
    on_sheet: BTreeMap<Position, Position>,
}

impl Honest {
    fn new(circuit: VigilCircuit, instance: Vec<Fr>) -> Self {
        let shape = circuit.shape;
        let mut cs = ConstraintSystem::<Fr>::default();
        let columns = VigilCircuit::configure_with_params(&mut cs, shape);
        let mut fixed = vec![vec![Fr::ZERO; 1 << shape.k]; columns.fixed().count()];
        for (column, row, value) in circuit.fixed_cells() {
            fixed[column][row] += value;
        }
        let (fold, width) = (circuit.fold(), columns.lanes[0].advice.len());
        let sheet = &circuit.sheet().advice;
        let cells =
            (0..sheet.len()).flat_map(|column| (0..sheet[0].len()).map(move |r| (column, r)));
        let on_sheet = cells
            .filter_map(|cell| {
                let (lane, column) = (cell.0 / LANE_WIDTH, cell.0 % LANE_WIDTH);
                let (column, row) = fold.advice(column, cell.1)?;
                Some(((lane * width + column, row), cell))
            })
            .collect();
        Self {
            advice: circuit.advice(),
            circuit,
            instance,
            fixed,
            on_sheet,
        }
    }

    fn at(&self, row: usize, rotation: i32) -> usize {
        let rows = 1i64 << self.circuit.shape.k;
        (row as i64 + i64::from(rotation)).rem_euclid(rows) as usize
    }

    /// Value of `expression` at `row`, with one cell changed.
    fn evaluate(
        &self,
        expression: &Expression<Fr>,
        row: usize,
        change: Option<(Position, Fr)>,
    ) -> Fr {
        expression.evaluate(
            &|constant| constant,
            &|_| unreachable!("there are no halo2 selectors"),
            &|query| self.fixed[query.column_index()][self.at(row, query.rotation().0)],
            &|query| {
                let position = (query.column_index(), self.at(row, query.rotation().0));
                match change {
                    Some((changed, value)) if changed == position => value,
                    _ => self.advice[position.0][position.1],
                }
            },
            &|query| {
                self.instance
                    .get(self.at(row, query.rotation().0))
                    .copied()
                    .unwrap_or(Fr::ZERO)
            },
            &|_| unreachable!("there are no challenges"),
            &|a| -a,
            &|a, b| a + b,
            &|a, b| a * b,
            &|a, scale| a * scale,
        )
    }

    fn cells(&self, expression: &Expression<Fr>, row: usize) -> BTreeSet<Position> {
        let union = |a: BTreeSet<Position>, b: BTreeSet<Position>| a.union(&b).copied().collect();
        expression.evaluate(
            &|_| BTreeSet::new(),
            &|_| BTreeSet::new(),
            &|_| BTreeSet::new(),
            &|query| BTreeSet::from([(query.column_index(), self.at(row, query.rotation().0))]),
            &|_| BTreeSet::new(),
            &|_| BTreeSet::new(),
            &|a| a,
            &union,
            &union,
            &|a, _| a,
        )
    }

    /// The last row where some cell's change violates `expression`, that cell and its new value.
    fn violation(&self, expression: &Expression<Fr>) -> Option<(usize, Position, Fr)> {
        let shape = self.circuit.shape;
        let rows = shape.usable_rows() * shape.form.fold();
        (0..rows).rev().find_map(|row| {
            assert_eq!(
                self.evaluate(expression, row, None),
                Fr::ZERO,
                "row {row} is honest"
            );
            let cells = self.cells(expression, row);
            let mut cells = cells
                .into_iter()
                .filter(|cell| self.on_sheet.contains_key(cell));
            cells.find_map(|cell| {
                let value = self.advice[cell.0][cell.1] + Fr::from(7);
                let change = Some((cell, value));
                (self.evaluate(expression, row, change) != Fr::ZERO).then_some((row, cell, value))
            })
        })
    }
}

/// Rows where polynomials fail, with the polynomials' names.
fn failures(circuit: &VigilCircuit, instance: &[Fr]) -> BTreeSet<(usize, String)> {
    let prover = MockProver::run(circuit.shape.k, circuit, vec![instance.to_vec()]).unwrap();
    let Err(failures) = prover.verify() else {
        return BTreeSet::new();
    };
    failures
        .into_iter()
        .filter_map(|failure| match failure {
            VerifyFailure::ConstraintNotSatisfied {
                constraint,
                location,
                ..
            } => {
                let row = match location {
                    FailureLocation::InRegion { offset, .. } => offset,
                    FailureLocation::OutsideRegion { row } => row,
                };
                Some((row, constraint.to_string()))
            }
            _ => None,
        })
        .collect()
}

fn assert_every_constraint_refuses(make: impl Fn() -> Honest) {
    let honest = make();
    let mut cs = ConstraintSystem::default();
    let columns = Columns::new(&mut cs, honest.circuit.shape);
    let declared = gates::configure(&mut cs, &columns);
    let mut polynomials = BTreeMap::new();
    for gate in cs.gates() {
        for (i, polynomial) in gate.polynomials().iter().enumerate() {
            assert!(polynomial.degree() <= gates::MAX_DEGREE, "{}", gate.name());
            let terms = declared
                .iter()
                .filter(|named| named.polynomial == gate.constraint_name(i));
            assert!(terms.count() > 0, "{} declares nothing", gate.name());
            let known = polynomials.insert(gate.constraint_name(i).to_owned(), polynomial);
            assert!(
                known.is_none(),
                "{} has a namesake",
                gate.constraint_name(i)
            );
        }
    }
    assert!(declared.len() > polynomials.len());
    for Named {
        name,
        polynomial,
        expression,
    } in &declared
    {
        let (row, cell, value) = honest
            .violation(expression)
            .unwrap_or_else(|| panic!("{name} refuses nothing"));
        let change = Some((cell, value));
        assert_eq!(
            honest.evaluate(polynomials[polynomial], row, change),
            honest.evaluate(expression, row, change),
            "row {row} has another operation of the column"
        );
        let mut forged = make();
        let (column, row_on_sheet) = honest.on_sheet[&cell];
        forged.circuit.tamper(column, row_on_sheet, value);
        let failed = failures(&forged.circuit, &forged.instance);
        assert!(
            failed.iter().any(|(failed_row, failed)| {
                *failed_row == row && failed.contains(&format!("('{polynomial}')"))
            }),
            "{name} at cell {cell:?} and row {row}: only {failed:?} failed"
        );
    }
}

/// Circuits of one word and of several have other operations and other polynomials.
fn every_constraint_of_a_duty_circuit_refuses(shape: Shape) {
    let Family::Duty(words) = shape.family else {
        panic!("{shape} is none");
    };
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(3), words, 1, 1).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let instance = statement.to_instance(shape.capacity()).unwrap();
    assert_every_constraint_refuses(|| {
        Honest::new(
            VigilCircuit::duty(shape, &statement, &witness).unwrap(),
            instance.to_vec(),
        )
    });
}

#[test]
fn every_constraint_of_the_duty_circuit_of_one_word_refuses() {
    every_constraint_of_a_duty_circuit_refuses(Shape::wide(Family::Duty(Words::W1), 11, 1));
}

#[test]
fn every_constraint_of_the_duty_circuit_of_several_words_refuses() {
    every_constraint_of_a_duty_circuit_refuses(Shape::wide(Family::Duty(Words::W7), 12, 1));
}

#[test]
fn every_constraint_of_the_narrow_duty_circuit_refuses() {
    every_constraint_of_a_duty_circuit_refuses(Shape::narrow(Family::Duty(Words::W1), 12, 1));
}

#[test]
fn every_constraint_of_the_enrolment_circuit_refuses() {
    let shape = Shape::wide(Family::Enrolment, 11, 1);
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(3), Words::W1, 1, 3).unwrap();
    let (statement, witness) = pool.enrolment(0);
    let instance = statement.to_instance(shape.capacity()).unwrap();
    assert_every_constraint_refuses(|| {
        Honest::new(
            VigilCircuit::enrolment(shape, &statement, &witness).unwrap(),
            instance.to_vec(),
        )
    });
}

#[test]
fn every_constraint_of_the_membership_circuit_refuses() {
    let shape = Shape::default();
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(3), Words::W1, 2, 3).unwrap();
    let (statement, witness) = pool.membership(1, 40);
    let instance = statement.to_instance().unwrap();
    assert_every_constraint_refuses(|| {
        Honest::new(
            VigilCircuit::membership(shape, &statement, &witness).unwrap(),
            instance.to_vec(),
        )
    });
}
