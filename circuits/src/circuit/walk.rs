//! What a step of the walk means, for every digit and for slack and outage that are any numbers: the epochs told one
//! by one, in the order of the chain, must give what the gate asks for and nothing else.

use super::layout::{evaluate, rng};
use super::ops::Op;
use super::*;
use crate::ledger::Words;
use gates::Named;
use std::collections::BTreeMap;

const FAMILY: Family = Family::Duty(Words::W7);
const DESK: usize = 7;

/// Cells by column of the lane and rows below the gate's.
type Cells = BTreeMap<(usize, i32), Fr>;

/// Names of the operation's constraints that do not hold of `cells`.
fn broken(op: Op, cells: &Cells) -> Vec<&'static str> {
    let mut cs = ConstraintSystem::<Fr>::default();
    let columns = Columns::new(&mut cs, Shape::wide(FAMILY, 12, 1));
    let declared = gates::configure(&mut cs, &columns);
    let (mark, value) = ops::slot(FAMILY, op);
    let asks = |named: &&Named| {
        let value = evaluate(
            &named.expression,
            &|column, rotation| match (column, rotation) {
                (column, 0) if column == fixed::OPS + mark => Fr::from(value),
                _ => Fr::ZERO,
            },
            // What the operation does not look at is not asked for.
            &|column, rotation| cells.get(&(column, rotation)).copied().unwrap_or(Fr::ZERO),
            &|_| Fr::ZERO,
        );
        value != Fr::ZERO
    };
    declared.iter().filter(asks).map(|n| n.name).collect()
}

/// An epoch: whether source, target and head were missed.
type Epoch = [bool; 3];

/// The epochs' effect on misses, slack and product, told one by one.
struct Told {
    misses: Fr,
    slack: Fr,
    factor: Fr,
}

fn tell(epochs: &[Epoch], slack: Fr, max_outage: Fr) -> Told {
    let mut told = Told {
        misses: Fr::ZERO,
        slack,
        factor: Fr::ONE,
    };
    for [source, target, head] in epochs {
        for (missed, worth) in [(source, 1), (target, 1 << 16), (head, 1 << 32)] {
            told.misses += Fr::from(u64::from(*missed) * worth);
        }
        if *target {
            // No more than that many in a row: none is left, and the product is 0.
            told.factor *= told.slack;
            told.slack -= Fr::ONE;
        } else {
            told.slack = max_outage;
        }
    }
    told
}

/// Cells of an honest step over these epochs, all else random.
fn honest(epochs: &[Epoch], seed: u64) -> Cells {
    let mut rng = rng(seed);
    let mut any = || Fr::random(&mut rng);
    let [misses, slack, max_outage, product] = std::array::from_fn(|_| any());
    let told = tell(epochs, slack, max_outage);
    let mut cells = Cells::from([
        ((4, 1), misses),
        ((4, 3), misses - told.misses),
        ((5, 1), slack),
        ((5, 3), told.slack),
        ((6, 1), any()),
        ((DESK, 0), product * told.factor),
        ((DESK, 1), max_outage),
        ((DESK, 2), product),
    ]);
    for chain in 0..3 {
        // Lower bits are earlier epochs.
        let bits = epochs.iter().enumerate();
        let digit: u64 = bits.map(|(i, epoch)| u64::from(epoch[chain]) << i).sum();
        let rest = any();
        let scale = if epochs.len() == 2 { 4 } else { 0 };
        cells.insert((4 + chain, 2), rest);
        cells.insert((4 + chain, 0), rest * Fr::from(scale) + Fr::from(digit));
    }
    if let [first, _] = epochs {
        cells.insert((6, 1), Fr::from(u64::from(first[1])));
    }
    cells
}

fn all_epochs() -> impl Iterator<Item = Epoch> {
    (0..8u8).map(|bits| [0, 1, 2].map(|i| bits >> i & 1 == 1))
}

#[test]
fn two_epochs_are_walked_as_told() {
    for (first, second) in all_epochs().flat_map(|a| all_epochs().map(move |b| (a, b))) {
        let cells = honest(&[first, second], 5);
        assert_eq!(broken(Op::Step, &cells), [""; 0], "{first:?} {second:?}");
        for (cell, names) in [
            ((4, 3), &["misses"][..]),
            ((5, 3), &["S7 next slack"]),
            ((DESK, 0), &["S7 outage"]),
        ] {
            let mut moved = cells.clone();
            *moved.get_mut(&cell).unwrap() += Fr::ONE;
            assert_eq!(broken(Op::Step, &moved), names, "{first:?} {second:?}");
        }
        // The other first bit leaves no second one.
        let mut other = cells.clone();
        let bit = other.get_mut(&(6, 1)).unwrap();
        *bit = Fr::ONE - *bit;
        assert!(broken(Op::Step, &other).contains(&"second target bit"));
    }
}

#[test]
fn a_step_has_no_other_digits() {
    let half = Fr::from(2).invert().unwrap();
    let digits = [Fr::from(4), Fr::from(5), Fr::from(7), -Fr::ONE, half, -half];
    for digit in digits {
        for (chain, name) in [(4, "source digit"), (6, "head digit")] {
            let mut cells = honest(&[[false; 3]; 2], 6);
            *cells.get_mut(&(chain, 0)).unwrap() += digit;
            assert!(broken(Op::Step, &cells).contains(&name), "{digit:?}");
        }
        for first in [Fr::ZERO, Fr::ONE, digit, -digit, half] {
            let mut cells = honest(&[[false; 3]; 2], 6);
            *cells.get_mut(&(5, 0)).unwrap() += digit;
            cells.insert((6, 1), first);
            let broken = broken(Op::Step, &cells);
            assert!(broken.iter().any(|name| name.ends_with("target bit")));
        }
    }
}

#[test]
fn a_word_s_last_epoch_is_walked_as_told() {
    for epoch in all_epochs() {
        let cells = honest(&[epoch], 7);
        assert_eq!(broken(Op::LastEpoch, &cells), [""; 0], "{epoch:?}");
        for (cell, name) in [
            ((4, 3), "last misses"),
            ((5, 3), "S7 last slack"),
            ((DESK, 0), "S7 last outage"),
        ] {
            let mut moved = cells.clone();
            *moved.get_mut(&cell).unwrap() += Fr::ONE;
            assert_eq!(broken(Op::LastEpoch, &moved), [name], "{epoch:?}");
        }
        for (chain, name) in [(4, "source"), (5, "target"), (6, "head")] {
            let mut other = cells.clone();
            *other.get_mut(&(chain, 0)).unwrap() += Fr::from(2);
            let name = format!("last {name} bit");
            assert!(broken(Op::LastEpoch, &other).contains(&name.as_str()));
        }
    }
}
