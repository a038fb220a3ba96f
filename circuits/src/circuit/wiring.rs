//! Wiring and size: which desk cells are wired to nothing and why, that every copy is in the
//! proving system, and the numbers that the documents quote.

use super::*;
use crate::ledger::Words;
use crate::sheet::DeskCell;
use crate::synthetic::{SyntheticPool, THRESHOLDS};
use halo2_proofs::dev::{FailureLocation, MockProver, VerifyFailure};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::collections::BTreeSet;

const SHAPE: Shape = Shape::wide(Family::Duty(Words::W1), 11, 2);

/// Desk cells of the duty circuit's prelude (lane 0) that are wired to nothing, and what binds them.
const FREE: [(usize, &str); 7] = [
    (
        10,
        "the context: a public input that nothing else looks at (S10)",
    ),
    (
        38,
        "the registry root: the ledger root's hash binds it (S2)",
    ),
    (39, "the chain: the ledger root's hash binds it (S2)"),
    (
        70,
        "the inverse of what was due: any value that makes z right (S9)",
    ),
    (
        102,
        "the inverse of what was due: any value that makes z right (S9)",
    ),
    (
        128,
        "the inverse of what was due: any value that makes z right (S9)",
    ),
    (188, "a chain without a use"),
];

#[test]
fn only_the_declared_desk_cells_are_free() {
    let circuit = VigilCircuit::blank(SHAPE);
    let sheet = circuit.sheet();
    let wired: BTreeSet<_> = sheet.copies.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let (prelude, block, _) = crate::assemble::duty::rows(Words::W1);
    let is_free = |lane: usize, row: usize| {
        !sheet.desk_is_free(lane, row) && !wired.contains(&DeskCell { lane, row })
    };
    let free: Vec<_> = (0..prelude).filter(|&row| is_free(0, row)).collect();
    assert_eq!(free, FREE.map(|(row, _)| row), "in the prelude");
    // In a block only the top bits of active epochs and run-in are free, which are the chains' by
    // Load, the walk's products below its first step, which the step gates link row by row, and the slack below
    // the walk, which Load brings along. And the last key of all, with which nothing is compared.
    let last = (SHAPE.capacity() / SHAPE.lanes - 1) as usize;
    let last_key = (SHAPE.lanes as usize - 1, prelude + last * block + 62);
    for lane in 0..2 {
        for row in (prelude..SHAPE.usable_rows()).filter(|&row| is_free(lane, row)) {
            let in_block = (row - prelude) % block;
            let is_product = (83..309).contains(&in_block) && in_block % 2 == 1;
            let is_declared =
                in_block < 2 || is_product || in_block == 309 || (lane, row) == last_key;
            assert!(is_declared, "row {in_block} of a block in lane {lane}");
        }
    }
}

#[test]
fn every_copy_is_enforced() {
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(3), Words::W1, 1, 9).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let instance = statement.to_instance(SHAPE.capacity()).unwrap();
    let mut circuit = VigilCircuit::duty(SHAPE, &statement, &witness).unwrap();
    let copies: BTreeSet<_> = circuit
        .sheet()
        .copies
        .iter()
        .map(|(_, copy)| *copy)
        .collect();
    assert!(copies.len() > 400, "a duty circuit has many copies");
    for (number, copy) in copies.iter().enumerate() {
        let column = copy.lane * columns::LANE_WIDTH + columns::LANE_WIDTH - 1;
        circuit.tamper(column, copy.row, Fr::from(1_000_000 + number as u64));
    }
    let failures = MockProver::run(SHAPE.k, &circuit, vec![instance.to_vec()])
        .unwrap()
        .verify()
        .expect_err("every copy is broken");
    let broken: BTreeSet<_> = failures
        .iter()
        .filter_map(|failure| match failure {
            VerifyFailure::Permutation { column, location } => {
                let row = match location {
                    FailureLocation::InRegion { offset, .. } => *offset,
                    FailureLocation::OutsideRegion { row } => *row,
                };
                Some(DeskCell {
                    lane: column.index() / columns::LANE_WIDTH,
                    row,
                })
            }
            _ => None,
        })
        .collect();
    let unenforced: Vec<_> = copies.difference(&broken).collect();
    assert!(
        unenforced.is_empty(),
        "{} copies, {:?} first",
        unenforced.len(),
        unenforced[0]
    );
}

/// What a shape costs; docs/circuit.md quotes these lines.
fn cost(shape: Shape) -> String {
    let mut cs = ConstraintSystem::default();
    VigilCircuit::configure_with_params(&mut cs, shape);
    let polynomials: usize = cs.gates().iter().map(|gate| gate.polynomials().len()).sum();
    let price = super::price::Price::of(&cs);
    format!(
        "| {shape} | {} | {} | {} | {} | {} | {} | {polynomials} | {} | {} | {} |",
        shape.capacity(),
        cs.num_advice_columns(),
        cs.num_fixed_columns(),
        cs.advice_queries().len(),
        cs.fixed_queries().len(),
        cs.permutation().get_columns().len(),
        cs.degree(),
        price.products,
        price.sums,
    )
}

#[test]
fn costs_are_what_the_document_says() {
    let document = include_str!("../../../docs/circuit.md");
    let duty = |words, k, lanes| Shape::wide(Family::Duty(words), k, lanes);
    let shapes = [
        Shape::narrow(Family::Duty(Words::W1), 13, 1),
        Shape::narrow(Family::Duty(Words::W1), 20, 1),
        Shape::narrow(Family::Enrolment, 13, 1),
        duty(Words::W1, 11, 1),
        duty(Words::W1, 11, 4),
        duty(Words::W1, 17, 4),
        duty(Words::W7, 13, 4),
        duty(Words::W28, 15, 4),
        Shape::wide(Family::Enrolment, 11, 4),
        Shape::default(),
    ];
    let missing: Vec<_> = shapes
        .map(cost)
        .into_iter()
        .filter(|line| !document.contains(line))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/circuit.md should say\n{}",
        missing.join("\n")
    );
}

#[test]
fn no_gate_looks_at_blinded_rows_and_halo2_blinds_no_more_than_we_keep() {
    for shape in [
        SHAPE,
        Shape::default(),
        Shape::wide(Family::Enrolment, 11, 1),
    ] {
        let mut cs = ConstraintSystem::<Fr>::default();
        VigilCircuit::configure_with_params(&mut cs, shape);
        let usable = (1usize << shape.k) - (cs.blinding_factors() + 1);
        assert!(shape.usable_rows() <= usable, "{shape}");
        // Flags end early enough for the furthest rotation below them.
        let furthest = cs
            .advice_queries()
            .iter()
            .map(|(_, rotation)| rotation.0)
            .max()
            .unwrap();
        let circuit = VigilCircuit::blank(shape);
        let sheet = circuit.sheet();
        let is_marked = |row: usize| {
            sheet.fixed[fixed::EXTERNAL..]
                .iter()
                .any(|column| !bool::from(column[row].is_zero()))
        };
        let last = (0..shape.usable_rows())
            .rev()
            .find(|&row| is_marked(row))
            .unwrap();
        assert!(last + (furthest as usize) < shape.usable_rows(), "{shape}");
    }
}
