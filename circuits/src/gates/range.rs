//! Range checks: base-4 digits, three chains at a time.
//!
//! A chain grows downwards: its first cell is a digit or a bit, every next one is four times the
//! cell above plus a digit. So the cell n rows below the start is an integer below 4^(n+1) for a start
//! with a digit, and below 2 * 4^n for a start with a bit: the *head* of the chain is the value.
//!
//! ```text
//! row   chain           range
//!  r      3             2       starts with the digit 3, and goes on
//!  r+1   3*4+1 = 13     1       goes on
//!  r+2  13*4+2 = 54     0       the head: 6 bits
//! ```
//!
//! | name (i = 0..2) | equation | degree |
//! |---|---|---|
//! | digit i | next chain_i - 4 chain_i in {0,1,2,3}, where range is 1 or 2 | 4 + 2 |
//! | start i | chain_i in {0,1,2,3}, where range is 2 | 4 + 2 |
//! | start bit i | chain_i in {0,1}, at StartBits | 2 + 4 |
//! | bit on the desk | desk_0 = chain_2, at StartBits | 1 + 4 |
//! | load i | desk_i = chain_i | 1 + 5 |

use super::{Constraints, gate, when};
use crate::circuit::columns::{Columns, View, constant};
use crate::circuit::ops::Op;
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// `x (x-1) (x-2) (x-3)`: zero for base-4 digits only.
pub(super) fn is_digit(x: Expression<Fr>) -> Expression<Fr> {
    let factor = |digit: u64| x.clone() - constant(digit);
    x.clone() * factor(1) * (factor(2) * factor(3))
}

/// `x (x-1)`: zero for bits only.
pub(super) fn is_bit(x: Expression<Fr>) -> Expression<Fr> {
    x.clone() * (x - constant(1))
}

pub(super) fn configure_chains(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    gate(meta, columns, "range: digit", |view| {
        const NAMES: [&str; 3] = ["digit 0", "digit 1", "digit 2"];
        let range = view.fixed(view.columns.range, 0);
        let (cur, next) = (view.chains(0), view.chains(1));
        let constraints = NAMES
            .into_iter()
            .zip(cur)
            .zip(next)
            .map(|((name, cur), next)| (name, is_digit(next - cur * Fr::from(4))))
            .collect();
        // 0, 1, 2 -> 0, 1, 1
        when(range.clone() * (constant(3) - range) * half(), constraints)
    });
    gate(meta, columns, "range: start", |view| {
        const NAMES: [&str; 3] = ["start 0", "start 1", "start 2"];
        let range = view.fixed(view.columns.range, 0);
        let constraints = NAMES
            .into_iter()
            .zip(view.chains(0))
            .map(|(name, x)| (name, is_digit(x)))
            .collect();
        // 0, 1, 2 -> 0, 0, 1
        when(range.clone() * (range - constant(1)) * half(), constraints)
    });
}

pub(super) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    configure_chains(meta, columns);
    gate(meta, columns, "range: start bits", |view| {
        const NAMES: [&str; 3] = ["start bit 0", "start bit 1", "start bit 2"];
        let chains = view.chains(0);
        let [desk] = view.desk();
        let mut constraints: Constraints = NAMES
            .into_iter()
            .zip(chains.clone())
            .map(|(name, x)| (name, is_bit(x)))
            .collect();
        constraints.push(("bit on the desk", desk - chains[2].clone()));
        when(view.op(Op::StartBits), constraints)
    });
    gate(meta, columns, "range: load", gate_load);
}

fn gate_load(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; 3] = ["load 0", "load 1", "load 2"];
    let desk: [_; 3] = view.desk();
    let chains = view.chains(0);
    let constraints = NAMES
        .into_iter()
        .zip(desk)
        .zip(chains)
        .map(|((name, a), b)| (name, a - b))
        .collect();
    when(view.op(Op::Load), constraints)
}

fn half() -> Fr {
    Fr::from(2).invert().expect("2 is not 0")
}
