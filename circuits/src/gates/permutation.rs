//! Poseidon2, a permutation in 24 rows of the four state columns.
//!
//! # Layout
//! ```text
//! row    cells                                                external internal
//!  0     the input z                                          0        0        <- FirstLayer
//!  1-4   y: S-box inputs of external rounds 1-4               1        0
//!  5-18  x: S-box inputs of internal rounds 4j+1 .. 4j+4      0        1
//! 19-22  y: S-box inputs of external rounds 5-8               1        0
//! 23     the output                                           0        0
//! ```
//! A tree node's output is the node: its first element has the input's first element added to it. FeedForward marks
//! row 22 of such permutations.
//!
//! Each cell is an S-box input *with* its round constant, so one S-box costs one cell.
//!
//! How a row gives the next one is told in [`super::rounds`].
//!
//! # Constraints (i = 0..3)
//! | name | equation | degree |
//! |---|---|---|
//! | first layer i | the i-th equation of the link to next = M_E cur, with k_i added, at FirstLayer | 1 + 5 |
//! | rounds i | the i-th equation of the link, with k_i added, where external or internal is 1 | 6 |
//! | feed-forward | rounds 0 with the state_0 of 22 rows above added, at FeedForward | 6 |
//!
//! k are the constants that [`fixed_rows`] gives.

use super::Polynomials;
use super::rounds::{Flags, Row, link};
use crate::circuit::columns::View;
use crate::circuit::ops::Op;
use crate::poseidon2::constants::{
    EXTERNAL_CONSTANTS, HALF_EXTERNAL_ROUNDS, INTERNAL_CONSTANTS, INTERNAL_ROUNDS, WIDTH,
};
use crate::poseidon2::{self, State, internal_layer, sbox};
use ff::Field;
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;

/// Rows of a permutation, input and output included.
pub(crate) const ROWS: usize = 24;
/// Internal rounds in a row.
const PER_ROW: usize = WIDTH;
const INTERNAL_ROWS: usize = INTERNAL_ROUNDS / PER_ROW;
const FIRST_INTERNAL: usize = 1 + HALF_EXTERNAL_ROUNDS;
const SECOND_EXTERNAL: usize = FIRST_INTERNAL + INTERNAL_ROWS;
const OUTPUT: usize = SECOND_EXTERNAL + HALF_EXTERNAL_ROUNDS;
/// Row of FeedForward.
pub(crate) const LAST_ROUND: usize = OUTPUT - 1;
/// From there to the input.
const FEED_FORWARD: i32 = -(LAST_ROUND as i32);

/// The link between this row and the next: what the gates are, and each constraint by its own name.
///
/// The link is linear in the flags, so it is the sum of the link of [`Op::FirstLayer`] alone and
/// that of the rounds.
pub(super) fn rounds(view: &mut View<'_, '_>) -> Polynomials {
    const FIRST: [&str; WIDTH] = [
        "first layer 0",
        "first layer 1",
        "first layer 2",
        "first layer 3",
    ];
    const ROUNDS: [&str; WIDTH] = ["rounds 0", "rounds 1", "rounds 2", "rounds 3"];
    let [row, next] = [0, 1].map(|rotation| {
        let x = view.state(rotation);
        let u = x.clone().map(fifth_power);
        Row { x, u }
    });
    let constants = std::array::from_fn(|i| view.constant(i));
    let flags = Flags {
        input: view.op(Op::FirstLayer),
        external: view.mark(view.columns.external, 0),
        internal: view.mark(view.columns.internal, 0),
        next_internal: view.mark(view.columns.internal, 1),
    };
    let never = Expression::Constant(Fr::ZERO);
    let first = Flags {
        external: never.clone(),
        internal: never.clone(),
        next_internal: never.clone(),
        ..flags.clone()
    };
    let rounds = Flags {
        input: never,
        ..flags.clone()
    };
    let link = |flags| link(&flags, &row, &next, &constants);
    let (first, rounds) = (link(first), link(rounds));
    let node = view.flag(Op::FeedForward);
    let feed_forward = node.clone() * view.state0(FEED_FORWARD);
    let mut polynomials = Polynomials::default();
    for (i, sum) in link(flags).into_iter().enumerate() {
        let mut terms = vec![(FIRST[i], first[i].clone()), (ROUNDS[i], rounds[i].clone())];
        if i > 0 {
            polynomials.push(sum, terms);
            continue;
        }
        // Only the first element is another one: the other equations do not look at it.
        let rounds = rounds[0].clone() + feed_forward.clone();
        terms[1].1 = rounds.clone();
        // Where it is, written apart for the rejection tests.
        terms.push(("feed-forward", node.clone() * rounds));
        polynomials.push(sum + feed_forward.clone(), terms);
    }
    polynomials
}

fn fifth_power(x: Expression<Fr>) -> Expression<Fr> {
    let square = x.clone() * x.clone();
    square.clone() * square * x
}

/// Fixed cells of a permutation, row by row: constants, external flag, internal flag.
///
/// The cells of rows 1 to 22 are S-box inputs with their round constants. A link is linear in cells
/// and fifth powers, so what the round constants add to it is the link of the round constants, and
/// k takes that away.
pub(crate) fn fixed_rows() -> [(State, bool, bool); ROWS] {
    let is_internal = |row: usize| (FIRST_INTERNAL..SECOND_EXTERNAL).contains(&row);
    let is_external = |row: usize| (1..OUTPUT).contains(&row) && !is_internal(row);
    let flag = |is_set: bool| Fr::from(u64::from(is_set));
    let round_constants = |row: usize| -> Row<Fr> {
        let x = if is_internal(row) {
            let first = (row - FIRST_INTERNAL) * PER_ROW;
            std::array::from_fn(|j| INTERNAL_CONSTANTS[first + j])
        } else if !is_external(row) {
            [Fr::ZERO; WIDTH]
        } else if row < FIRST_INTERNAL {
            EXTERNAL_CONSTANTS[row - 1]
        } else {
            EXTERNAL_CONSTANTS[HALF_EXTERNAL_ROUNDS + row - SECOND_EXTERNAL]
        };
        let u = [Fr::ZERO; WIDTH];
        Row { x, u }
    };
    std::array::from_fn(|row| {
        let constants = match row {
            OUTPUT => [Fr::ZERO; WIDTH],
            _ => {
                let flags = Flags {
                    input: flag(row == 0),
                    external: flag(is_external(row)),
                    internal: flag(is_internal(row)),
                    next_internal: flag(is_internal(row + 1)),
                };
                let [row, next] = [row, row + 1].map(round_constants);
                link(&flags, &row, &next, &[Fr::ZERO; WIDTH]).map(|link| -link)
            }
        };
        (constants, is_external(row), is_internal(row))
    })
}

/// State cells of a permutation, row by row; the last is its output.
pub(crate) fn trace(input: State) -> [State; ROWS] {
    let mut rows = [input; ROWS];
    let mut state = poseidon2::external_layer(&input);
    let mut external = |row: usize, constants: &State, state: &mut State| {
        rows[row] = std::array::from_fn(|i| state[i] + constants[i]);
        *state = poseidon2::external_layer(&rows[row].map(sbox));
    };
    let (first, last) = EXTERNAL_CONSTANTS.split_at(HALF_EXTERNAL_ROUNDS);
    for (i, constants) in first.iter().enumerate() {
        external(1 + i, constants, &mut state);
    }
    let mut inputs = [Fr::ZERO; INTERNAL_ROUNDS];
    for (input, constant) in inputs.iter_mut().zip(&INTERNAL_CONSTANTS) {
        *input = state[0] + constant;
        state[0] = sbox(*input);
        state = internal_layer(&state);
    }
    for (i, constants) in last.iter().enumerate() {
        external(SECOND_EXTERNAL + i, constants, &mut state);
    }
    for (row, quad) in inputs.chunks_exact(PER_ROW).enumerate() {
        rows[FIRST_INTERNAL + row].copy_from_slice(quad);
    }
    rows[OUTPUT] = state;
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::poseidon2::permute;

    #[test]
    fn the_trace_ends_in_the_permutation() {
        let input = [1, 2, 3, 4].map(Fr::from);
        assert_eq!(trace(input)[OUTPUT], permute(input));
        assert_eq!(OUTPUT, ROWS - 1);
    }
}
