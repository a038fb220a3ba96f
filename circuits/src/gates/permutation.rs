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
//! Each cell is an S-box input *with* its round constant, so one S-box costs one cell.
//!
//! How a row gives the next one is told in [`super::rounds`].
//!
//! # Constraints (i = 0..3)
//! | name | equation | degree |
//! |---|---|---|
//! | first layer i | next_i = (M_E cur)_i + k_i | 1 + 5 |
//! | rounds i | the i-th equation of the link, with (external + internal) k_i added | 6 |
//!
//! k are the constants that [`fixed_rows`] gives.

use super::rounds::{Flags, Row, external_layer, link};
use super::Constraints;
use crate::circuit::columns::View;
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

/// `next = M_E cur + k`.
///
/// [`Op::FirstLayer`](crate::circuit::ops::Op::FirstLayer).
pub(super) fn first_layer(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; WIDTH] = [
        "first layer 0",
        "first layer 1",
        "first layer 2",
        "first layer 3",
    ];
    let (cur, next) = (view.state(0), view.state(1));
    let constants = view.columns.constants.map(|column| view.fixed(column, 0));
    let layer = external_layer(cur);
    (0..WIDTH)
        .map(|i| {
            (
                NAMES[i],
                layer[i].clone() + constants[i].clone() - next[i].clone(),
            )
        })
        .collect()
}

/// The link between this row and the next.
pub(super) fn rounds(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; WIDTH] = ["rounds 0", "rounds 1", "rounds 2", "rounds 3"];
    let [row, next] = [0, 1].map(|rotation| {
        let x = view.state(rotation);
        let u = x.clone().map(fifth_power);
        Row { x, u }
    });
    let constants = view.columns.constants.map(|column| view.fixed(column, 0));
    let flags = Flags {
        external: view.fixed(view.columns.external, 0),
        internal: view.fixed(view.columns.internal, 0),
        next_internal: view.fixed(view.columns.internal, 1),
    };
    let on = flags.external.clone() + flags.internal.clone();
    link(flags, row, next)
        .into_iter()
        .zip(constants)
        .zip(NAMES)
        .map(|((link, constant), name)| (name, link + on.clone() * constant))
        .collect()
}

fn fifth_power(x: Expression<Fr>) -> Expression<Fr> {
    let square = x.clone() * x.clone();
    square.clone() * square * x
}

/// Fixed cells of a permutation, row by row: constants, external flag, internal flag.
///
/// The cells of rows 1 to 22 are S-box inputs with their round constants. A link is linear in cells and fifth
/// powers, so what the round constants add to it is the link of the round constants, and k takes that away.
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
            0 => EXTERNAL_CONSTANTS[0],
            OUTPUT => [Fr::ZERO; WIDTH],
            _ => {
                let flags = Flags {
                    external: flag(is_external(row)),
                    internal: flag(is_internal(row)),
                    next_internal: flag(is_internal(row + 1)),
                };
                link(flags, round_constants(row), round_constants(row + 1)).map(|link| -link)
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
