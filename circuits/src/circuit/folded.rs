//! A narrow circuit is the wide one, folded: the same constraints over the same cells, elsewhere.
//!
//! Everything that other tests show of wide lanes then holds of narrow ones. Where a cell lies is written down
//! here a second time: logical column c of a row r is row 4 r + c mod 4 of column c / 4; the i-th public input,
//! on the desk of a wide lane, is row i of the second column; marks stand in the first row of four, those of Given
//! in its desk cell's row.

use super::layout::{evaluate, honest, rng, shapes};
use super::*;
use crate::shape::Form;
use gates::Named;
use halo2_proofs::dev::{AdviceCellValue, CellValue, MockProver};
use halo2_proofs::poly::Rotation;
use std::collections::{BTreeMap, BTreeSet};

/// Column and row.
type At = (usize, usize);

fn declared(shape: Shape) -> Vec<Named> {
    let mut cs = ConstraintSystem::<Fr>::default();
    let columns = Columns::new(&mut cs, shape);
    gates::configure(&mut cs, &columns)
}

/// A random cell, by kind, column and row.
fn cell(seed: Fr, kind: u64, column: usize, row: i32) -> Fr {
    let place = Fr::from(kind * 1_000_000 + column as u64 * 1_000) + Fr::from((row + 500) as u64);
    (seed + place).square()
}

#[test]
fn narrow_gates_are_the_wide_ones() {
    let mut random = rng(11);
    for narrow in shapes().into_iter().filter(|s| s.form == Form::Narrow) {
        let wide = Shape::wide(narrow.family, narrow.k, narrow.lanes);
        let (wide, narrow) = (declared(wide), declared(narrow));
        assert_eq!(wide.len(), narrow.len());
        for (wide, narrow) in wide.iter().zip(&narrow) {
            assert_eq!(wide.name, narrow.name);
            assert_eq!(wide.polynomial, narrow.polynomial);
            let seed = Fr::random(&mut random);
            let is_given = narrow.name == "given";
            let expected = evaluate(
                &wide.expression,
                &|column, rotation| cell(seed, 0, column, rotation),
                &|column, rotation| cell(seed, 1, column, rotation),
                &|rotation| cell(seed, 2, 0, rotation),
            );
            let folded = evaluate(
                &narrow.expression,
                &|column, rotation| match column {
                    0 if is_given => cell(seed, 0, 3, rotation),
                    0 => cell(
                        seed,
                        0,
                        rotation.rem_euclid(4) as usize,
                        rotation.div_euclid(4),
                    ),
                    mark => {
                        assert_eq!(rotation.rem_euclid(4), 0, "{}", narrow.name);
                        cell(seed, 0, mark + 3, rotation / 4)
                    }
                },
                &|column, rotation| {
                    let (lane, half) = (column / 2, column % 2);
                    if is_given {
                        assert_eq!((half, rotation), (1, 0));
                        return cell(seed, 1, 8 * lane + 7, 0);
                    }
                    let column = 8 * lane + 4 * half + rotation.rem_euclid(4) as usize;
                    cell(seed, 1, column, rotation.div_euclid(4))
                },
                &|rotation| cell(seed, 2, 0, rotation),
            );
            assert_eq!(folded, expected, "{}", narrow.name);
        }
    }
}

/// Where the advice cell of a lane's `column` lies, if anywhere.
fn folded(inputs: usize, column: usize, row: usize) -> Option<At> {
    match column {
        7 if row < inputs => Some((1, row)),
        4..=6 if row < inputs => None,
        _ => Some((column / 4, 4 * row + column % 4)),
    }
}

#[test]
fn narrow_cells_are_the_wide_ones() {
    for shape in shapes().into_iter().filter(|s| s.form == Form::Narrow) {
        let (circuit, instance) = honest(shape, shape.capacity() as usize, 5);
        let inputs = instance.len() + 1;
        let sheet = circuit.sheet();
        let mut advice: BTreeMap<At, Fr> = BTreeMap::new();
        for (number, cells) in sheet.advice.iter().enumerate() {
            let (lane, column) = (number / 8, number % 8);
            for (row, &value) in cells.iter().enumerate().take(shape.usable_rows()) {
                let Some((folded, at)) = folded(inputs, column, row) else {
                    assert_eq!(value, Fr::ZERO, "{shape} ({number}, {row})");
                    continue;
                };
                let known = advice.insert((2 * lane + folded, at), value);
                assert!(known.is_none(), "two cells in one place");
            }
        }
        let given = ops::slot(shape.family, ops::Op::Given);
        let given = (fixed::OPS + given.0, Fr::from(given.1));
        let mut fixed: BTreeMap<At, Fr> = BTreeMap::new();
        for (column, cells) in sheet.fixed.iter().enumerate() {
            for (row, &value) in cells.iter().enumerate().filter(|(_, v)| **v != Fr::ZERO) {
                let at = match column {
                    0..4 => (0, 4 * row + column),
                    mark if (mark, value) == given => {
                        let (_, row) = folded(inputs, 7, row).unwrap();
                        (mark - 3, row)
                    }
                    mark => (mark - 3, 4 * row),
                };
                assert!(fixed.insert(at, value).is_none(), "two cells in one place");
            }
        }

        let prover = MockProver::run(shape.k, &circuit, vec![instance]).unwrap();
        prover.assert_satisfied();
        let mut cs = ConstraintSystem::<Fr>::default();
        let columns = VigilCircuit::configure_with_params(&mut cs, shape);
        let lanes = columns.lanes.iter().flat_map(|lane| &lane.advice);
        for (number, column) in lanes.enumerate() {
            for (row, value) in prover.advice_values(*column).iter().enumerate() {
                if let AdviceCellValue::Assigned(value) = value {
                    let expected = advice.get(&(number, row)).copied().unwrap_or(Fr::ZERO);
                    assert_eq!(value.evaluate(), expected, "{shape} ({number}, {row})");
                }
            }
        }
        for (number, cells) in prover.fixed().iter().enumerate() {
            for (row, value) in cells.iter().enumerate() {
                let value = match value {
                    CellValue::Assigned(value) => *value,
                    _ => Fr::ZERO,
                };
                let expected = fixed.get(&(number, row)).copied().unwrap_or(Fr::ZERO);
                assert_eq!(value, expected, "{shape} ({number}, {row})");
            }
        }
        assert_eq!(
            cycles(&prover),
            classes(sheet.copies.iter().map(|pair| {
                let at = |cell: &crate::sheet::DeskCell| {
                    (cell.lane, folded(inputs, 7, cell.row).unwrap().1)
                };
                (at(&pair.0), at(&pair.1))
            })),
            "{shape}"
        );
    }
}

/// The copy constraints' cycles, each as the set of its cells.
fn cycles(prover: &MockProver<Fr>) -> BTreeSet<BTreeSet<At>> {
    use rayon::iter::ParallelIterator;
    let next: Vec<Vec<At>> = prover
        .permutation()
        .mapping()
        .map(|c| c.collect())
        .collect();
    let mut cycles = BTreeSet::new();
    for (column, rows) in next.iter().enumerate() {
        for row in 0..rows.len() {
            let start = (column, row);
            let mut cycle = BTreeSet::from([start]);
            let mut at = next[start.0][start.1];
            while at != start {
                cycle.insert(at);
                at = next[at.0][at.1];
            }
            if cycle.len() > 1 {
                cycles.insert(cycle);
            }
        }
    }
    cycles
}

/// Classes of equal cells.
fn classes(pairs: impl Iterator<Item = (At, At)>) -> BTreeSet<BTreeSet<At>> {
    let mut class: BTreeMap<At, usize> = BTreeMap::new();
    let mut classes: Vec<BTreeSet<At>> = Vec::new();
    for (a, b) in pairs {
        let mut of = |cell: At| {
            *class.entry(cell).or_insert_with(|| {
                classes.push(BTreeSet::from([cell]));
                classes.len() - 1
            })
        };
        let (a, b) = (of(a), of(b));
        if a != b {
            for cell in std::mem::take(&mut classes[b]) {
                class.insert(cell, a);
                classes[a].insert(cell);
            }
        }
    }
    classes
        .into_iter()
        .filter(|cells| cells.len() > 1)
        .collect()
}

/// A narrow lane's gates do not look at each other's rows by chance: no two cells that a gate sees are one.
#[test]
fn a_gates_cells_are_different_cells() {
    for shape in shapes() {
        let mut cs = ConstraintSystem::<Fr>::default();
        VigilCircuit::configure_with_params(&mut cs, shape);
        let rows = 1i32 << shape.k;
        let queries = cs.advice_queries();
        let places: BTreeSet<_> = queries
            .iter()
            .map(|(column, Rotation(rotation))| (column.index(), rotation.rem_euclid(rows)))
            .collect();
        assert_eq!(places.len(), queries.len(), "{shape}");
    }
}
