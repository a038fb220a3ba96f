//! Range checks: base-4 digits, three chains at a time.
//!
//! A chain grows downwards: its first cell is a zero or a bit, every next one is four times the
//! cell above plus a digit. So the cell n rows below the start is an integer below 4^n for a start
//! with a zero, and below 2 * 4^n for a start with a bit: the *head* of the chain is the value.
//!
//! ```text
//! row   chain
//!  r      0          Start, Digits: a zero, and goes on
//!  r+1   0*4+3 =  3  Digits: goes on
//!  r+2   3*4+1 = 13  Digits: goes on
//!  r+3  13*4+2 = 54  the head: 6 bits
//! ```
//!
//! | name (i = 0..2) | equation | degree |
//! |---|---|---|
//! | digit i | next chain_i - 4 chain_i in {0,1,2,3}, at Digits | 4 + 2 |
//! | start i | chain_i = 0, at Start | 1 + 5 |
//! | bit i | chain_i in {0,1}, at Bits | 2 + 4 |
//! | load i | desk_i = chain_i, at Load | 1 + 5 |

use super::Constraints;
use crate::circuit::columns::{View, constant};
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;

/// `x (x-3) (x (x-3) + 2)`: zero for base-4 digits only, because x (x-3) + 2 = (x-1) (x-2).
pub(super) fn is_digit(x: Expression<Fr>) -> Expression<Fr> {
    let product = x.clone() * (x - constant(3));
    product.clone() * (product + constant(2))
}

/// `x (x-1)`: zero for bits only.
pub(super) fn is_bit(x: Expression<Fr>) -> Expression<Fr> {
    x.clone() * (x - constant(1))
}

/// [`Op::Digits`](crate::circuit::ops::Op::Digits).
pub(super) fn digits(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; 3] = ["digit 0", "digit 1", "digit 2"];
    let (cur, next) = (view.chains(0), view.chains(1));
    let cells = NAMES.into_iter().zip(cur).zip(next);
    cells
        .map(|((name, cur), next)| (name, is_digit(next - cur * Fr::from(4))))
        .collect()
}

/// [`Op::Start`](crate::circuit::ops::Op::Start).
pub(super) fn starts(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; 3] = ["start 0", "start 1", "start 2"];
    NAMES.into_iter().zip(view.chains(0)).collect()
}

/// [`Op::Bits`](crate::circuit::ops::Op::Bits).
pub(super) fn bits(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; 3] = ["bit 0", "bit 1", "bit 2"];
    let cells = view.chains(0).map(is_bit);
    NAMES.into_iter().zip(cells).collect()
}

/// [`Op::Load`](crate::circuit::ops::Op::Load).
pub(super) fn load(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; 3] = ["load 0", "load 1", "load 2"];
    let desk: [_; 3] = view.desk();
    let chains = view.chains(0);
    NAMES
        .into_iter()
        .zip(desk)
        .zip(chains)
        .map(|((name, a), b)| (name, a - b))
        .collect()
}
