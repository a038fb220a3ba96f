//! Operations: which rows do what, by the value of a few fixed columns.
//!
//! On chain a fixed column costs about 7,000 gas, so operations share columns: a column holds 0
//! (nothing) or 1..=n, and operation v's selector is the product of the column's differences to the
//! other values, of degree n: zero at those, not zero at v. A column of n operations leaves degree
//! 6 - n to their constraints.

use crate::ledger::Words;
use crate::shape::Family;
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;

/// What a row does. The constraints are in the module named in brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// First linear layer of a permutation \[permutation\].
    FirstLayer,
    /// Last round of a tree node's permutation: its first input is added \[permutation\].
    FeedForward,
    /// Absorb three bitmaps \[sponge\].
    Absorb,
    /// Keep the state \[sponge\].
    Hold,
    /// Load a permutation's input from the desk \[sponge\].
    Input,
    /// Put a hash on the desk \[sponge\].
    Output,
    /// The hash is one of the four children below \[path\].
    Path,
    /// Three chains go on by a base-4 digit \[range\].
    Digits,
    /// Three chains are zero \[range\].
    Start,
    /// The cells of three chains are bits \[range\].
    Bits,
    /// Put three chains' cells on the desk \[range\].
    Load,
    /// Strict order of indices, the enabled flag, the counts \[place\].
    Order,
    /// What holds of enabled and of disabled places \[place\].
    Place,
    /// Fields of `meta` \[row\].
    Fields,
    /// Proposals and sync duty \[row\].
    Duties,
    /// Hits and misses of votes \[row\].
    Hits,
    /// The policy's inequalities \[row\].
    Rate,
    /// Stake-time and points added to the totals \[row\].
    Stake,
    /// Start of the bitmaps' walk \[epochs\].
    FirstEpoch,
    /// Two epochs are walked \[epochs\].
    Step,
    /// The 225th epoch of a word that is not the last \[epochs\].
    LastEpoch,
    /// Public input or constant \[desk\].
    Given,
    /// `c0 c1 + c2 = c3` \[desk\].
    MulAdd,
}

/// Columns of the duty circuits of several words; Hold and LastEpoch stand between two words.
///
/// FeedForward looks 22 rows up, so no operation of the first rows is in its column: rows above the first are the
/// last ones, which hold randomness, and MockProver cannot print a failure there.
const DUTY: &[&[Op]] = &[
    &[Op::Step],
    &[Op::Digits, Op::Path],
    &[Op::Order, Op::Rate, Op::LastEpoch],
    &[Op::Stake, Op::Place, Op::FeedForward, Op::Bits],
    &[Op::MulAdd, Op::Duties, Op::Fields, Op::Hits],
    &[
        Op::FirstLayer,
        Op::Load,
        Op::Output,
        Op::Hold,
        Op::FirstEpoch,
    ],
    &[Op::Absorb, Op::Input, Op::Given, Op::Start],
];

/// The same for one word, with a column less.
const DUTY_OF_ONE_WORD: &[&[Op]] = &[
    DUTY[0],
    DUTY[1],
    &[Op::Rate, Op::Stake, Op::Order, Op::FeedForward],
    &[Op::MulAdd, Op::Bits, Op::Duties, Op::Place],
    &[Op::FirstLayer, Op::Load, Op::Output, Op::Fields, Op::Hits],
    &[Op::Absorb, Op::Input, Op::Given, Op::Start, Op::FirstEpoch],
];

const ENROLMENT: &[&[Op]] = &[
    &[Op::Digits, Op::Path],
    &[Op::Order, Op::Place, Op::FeedForward],
    &[Op::FirstLayer, Op::Input, Op::Output, Op::Given, Op::Start],
];

const MEMBERSHIP: &[&[Op]] = &[
    &[Op::Path, Op::FeedForward],
    &[Op::FirstLayer, Op::Input, Op::Output, Op::Given],
];

impl Op {
    /// Whether only lane 0 has it, for the prelude.
    pub(crate) fn is_of_prelude(self) -> bool {
        matches!(self, Self::Given | Self::MulAdd)
    }
}

/// The operations of a family, by fixed column; an operation's value is its place plus one.
pub fn columns(family: Family) -> &'static [&'static [Op]] {
    match family {
        Family::Duty(Words::W1) => DUTY_OF_ONE_WORD,
        Family::Duty(_) => DUTY,
        Family::Enrolment => ENROLMENT,
        Family::Membership => MEMBERSHIP,
    }
}

/// Column and value of `op`.
///
/// # Panics
/// If the family has no such operation.
pub(crate) fn slot(family: Family, op: Op) -> (usize, u64) {
    columns(family)
        .iter()
        .enumerate()
        .find_map(|(column, ops)| {
            ops.iter()
                .position(|&other| other == op)
                .map(|place| (column, place as u64 + 1))
        })
        .expect("gates and layout use only their family's operations")
}

/// The operation that `value` is in `column`.
pub(crate) fn at(family: Family, column: usize, value: Fr) -> Option<Op> {
    let ops = columns(family)[column].iter().zip(1..);
    ops.into_iter()
        .find(|(_, slot)| Fr::from(*slot) == value)
        .map(|(op, _)| *op)
}

/// What [`selector`] is at `v`.
pub(crate) fn selected(v: u64, n: u64) -> Fr {
    let others = (0..=n).filter(|&other| other != v);
    others.map(|other| Fr::from(v) - Fr::from(other)).product()
}

/// Selector of value `v` in a column whose values are `0..=n`: zero at all others, and some number
/// at `v` that is not.
///
/// The factors below `v` and those above it are multiplied in an order that lets selectors share
/// products.
pub(crate) fn selector(column: &Expression<Fr>, v: u64, n: u64) -> Expression<Fr> {
    let product = |others: &mut dyn Iterator<Item = u64>| {
        others
            .map(|other| match other {
                0 => column.clone(),
                _ => column.clone() - Expression::Constant(Fr::from(other)),
            })
            .reduce(|product, factor| product * factor)
    };
    let below = product(&mut (0..v)).expect("0 is below every operation");
    match product(&mut (v + 1..=n).rev()) {
        Some(above) => below * above,
        None => below,
    }
}
