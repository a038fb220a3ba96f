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
//! # The trick
//! An internal round has one S-box. Four rounds lie in one row as their S-box inputs x_1..x_4; with
//! u_j = x_j^5 these determine the whole state: x_1 - c_1 is its first element before the four
//! rounds, and x_2, x_3, x_4 are linear in its other three elements and u_1, u_2, u_3, hence
//! those are linear in x and u ([`InternalRounds`] inverts the 3x3 system). So "the state before
//! the row" (`start`) and "the state after it" (`end`) are linear forms in (x, u), and rows are linked
//! by `end(row) = start(next row)`.
//!
//! # Constraints (i = 0..3)
//! | name | equation | degree |
//! |---|---|---|
//! | first layer i | next_i = (M_E cur)_i + k_i | 1 + 5 |
//! | rounds i | external (M_E cur^5)_i + internal end_i(cur) + (external + internal) k_i = (external + internal - internal') next_i + internal' start_i(next) | 6 |
//!
//! with internal' the flag of the next row and k the constants that [`fixed_rows`] gives.

use super::{Constraints, gate, when};
use crate::circuit::columns::{Columns, View};
use crate::circuit::ops::Op;
use crate::poseidon2::constants::{
    EXTERNAL_CONSTANTS, HALF_EXTERNAL_ROUNDS, INTERNAL_CONSTANTS, INTERNAL_ROUNDS, WIDTH,
};
use crate::poseidon2::{State, external_layer, internal_layer, sbox};
use ff::Field;
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// Rows of a permutation, input and output included.
pub(crate) const ROWS: usize = 24;
/// Internal rounds in a row.
const PER_ROW: usize = WIDTH;
const INTERNAL_ROWS: usize = INTERNAL_ROUNDS / PER_ROW;
const FIRST_INTERNAL: usize = 1 + HALF_EXTERNAL_ROUNDS;
const SECOND_EXTERNAL: usize = FIRST_INTERNAL + INTERNAL_ROWS;
const OUTPUT: usize = SECOND_EXTERNAL + HALF_EXTERNAL_ROUNDS;

/// A linear form in the S-box inputs x, the S-box outputs u and the round constants c of a row.
#[derive(Clone, Copy, Debug)]
struct Form {
    x: State,
    u: State,
    c: State,
}

impl Form {
    const ZERO: Self = Self {
        x: [Fr::ZERO; 4],
        u: [Fr::ZERO; 4],
        c: [Fr::ZERO; 4],
    };

    fn add(&self, other: &Self, scale: Fr) -> Self {
        let sum = |a: &State, b: &State| std::array::from_fn(|i| a[i] + scale * b[i]);
        Self {
            x: sum(&self.x, &other.x),
            u: sum(&self.u, &other.u),
            c: sum(&self.c, &other.c),
        }
    }

    /// The part that depends on the cells, as an expression.
    fn on(&self, cells: &[Expression<Fr>; WIDTH]) -> Expression<Fr> {
        let terms = (0..WIDTH).flat_map(|i| {
            [
                (self.x[i], cells[i].clone()),
                (self.u[i], fifth_power(&cells[i])),
            ]
        });
        linear_combination(terms)
    }

    /// The part that the row's constants give.
    fn constant(&self, c: &State) -> Fr {
        (0..WIDTH).map(|i| self.c[i] * c[i]).sum()
    }
}

/// The state before and after four internal rounds, as forms in the row's cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InternalRounds {
    start: [Form; WIDTH],
    end: [Form; WIDTH],
}

impl InternalRounds {
    /// Solves for the forms.
    pub(crate) fn derive() -> Self {
        // Symbolic state over the unknowns (s_1, s_2, s_3) and u: run the four rounds and note
        // which unknowns x_2, x_3, x_4 consist of.
        #[derive(Clone, Copy)]
        struct Symbol {
            s: [Fr; 3],
            u: State,
        }
        let zero = Symbol {
            s: [Fr::ZERO; 3],
            u: [Fr::ZERO; 4],
        };
        let mut state = [zero; WIDTH];
        for (j, symbol) in state.iter_mut().skip(1).enumerate() {
            symbol.s[j] = Fr::ONE;
        }
        let mut inputs = [zero; PER_ROW];
        for (round, input) in inputs.iter_mut().enumerate() {
            *input = state[0];
            state[0] = zero;
            state[0].u[round] = Fr::ONE;
            let parts =
                |f: &dyn Fn(&Symbol) -> Fr| internal_layer(&std::array::from_fn(|i| f(&state[i])));
            let s: [State; 3] = std::array::from_fn(|j| parts(&|symbol| symbol.s[j]));
            let u: [State; 4] = std::array::from_fn(|j| parts(&|symbol| symbol.u[j]));
            state = std::array::from_fn(|i| Symbol {
                s: std::array::from_fn(|j| s[j][i]),
                u: std::array::from_fn(|j| u[j][i]),
            });
        }
        // x_{r+1} = sum_j inputs[r].s[j] s_j + inputs[r].u . u + c_{r+1}, r = 1..3: solve for s.
        let mut matrix: [[Fr; 3]; 3] = std::array::from_fn(|r| inputs[r + 1].s);
        let mut right: [Form; 3] = std::array::from_fn(|r| {
            let mut form = Form::ZERO;
            form.x[r + 1] = Fr::ONE;
            form.c[r + 1] = -Fr::ONE;
            form.u = inputs[r + 1].u.map(|u| -u);
            form
        });
        for column in 0..3 {
            let pivot = (column..3)
                .find(|&r| !bool::from(matrix[r][column].is_zero()))
                .expect("four inputs determine the state");
            matrix.swap(column, pivot);
            right.swap(column, pivot);
            let inverse = matrix[column][column]
                .invert()
                .expect("a pivot is not zero");
            matrix[column] = matrix[column].map(|entry| entry * inverse);
            right[column] = Form::ZERO.add(&right[column], inverse);
            for r in (0..3).filter(|&r| r != column) {
                let scale = -matrix[r][column];
                matrix[r] = std::array::from_fn(|j| matrix[r][j] + scale * matrix[column][j]);
                right[r] = right[r].add(&right[column], scale);
            }
        }
        let mut first = Form::ZERO;
        first.x[0] = Fr::ONE;
        first.c[0] = -Fr::ONE;
        let start = [first, right[0], right[1], right[2]];
        let end = std::array::from_fn(|i| {
            let outputs = Form {
                u: state[i].u,
                ..Form::ZERO
            };
            (0..3).fold(outputs, |form, j| form.add(&right[j], state[i].s[j]))
        });
        Self { start, end }
    }
}

fn fifth_power(x: &Expression<Fr>) -> Expression<Fr> {
    let square = x.clone() * x.clone();
    square.clone() * square * x.clone()
}

fn linear_combination(terms: impl IntoIterator<Item = (Fr, Expression<Fr>)>) -> Expression<Fr> {
    terms
        .into_iter()
        .filter(|(scale, _)| !bool::from(scale.is_zero()))
        .map(|(scale, term)| term * scale)
        .reduce(|sum, term| sum + term)
        .expect("a linear form has terms")
}

/// `M_E cells`, by the additions of the native twin: they cost the prover less than products.
fn external_expressions(cells: &[Expression<Fr>; WIDTH]) -> [Expression<Fr>; WIDTH] {
    let double = |x: Expression<Fr>| x * Fr::from(2);
    let [a, b, c, d] = cells.clone();
    let (ab, cd) = (a + b.clone(), c + d.clone());
    let (b2, d2) = (double(b) + cd.clone(), double(d) + ab.clone());
    let (d4, b4) = (
        double(double(cd)) + d2.clone(),
        double(double(ab)) + b2.clone(),
    );
    [d2 + b4.clone(), b4, b2 + d4.clone(), d4]
}

pub(super) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    gate(meta, columns, "permutation: first layer", gate_first_layer);
    let rounds = InternalRounds::derive();
    gate(meta, columns, "permutation: rounds", |view| {
        gate_rounds(view, &rounds)
    });
}

/// `next = M_E cur + k`.
fn gate_first_layer(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; WIDTH] = [
        "first layer 0",
        "first layer 1",
        "first layer 2",
        "first layer 3",
    ];
    let (cur, next) = (view.state(0), view.state(1));
    let constants = view.columns.constants.map(|column| view.fixed(column, 0));
    let layer = external_expressions(&cur);
    let constraints = (0..WIDTH)
        .map(|i| {
            (
                NAMES[i],
                layer[i].clone() + constants[i].clone() - next[i].clone(),
            )
        })
        .collect();
    when(view.op(Op::FirstLayer), constraints)
}

/// `end of this row = start of the next`, see the module's documentation.
fn gate_rounds(view: &mut View<'_, '_>, rounds: &InternalRounds) -> Constraints {
    const NAMES: [&str; WIDTH] = ["rounds 0", "rounds 1", "rounds 2", "rounds 3"];
    let (cur, next) = (view.state(0), view.state(1));
    let constants = view.columns.constants.map(|column| view.fixed(column, 0));
    let external = view.fixed(view.columns.external, 0);
    let internal = view.fixed(view.columns.internal, 0);
    let next_internal = view.fixed(view.columns.internal, 1);
    let on = external.clone() + internal.clone();
    let layer = external_expressions(&cur.clone().map(|cell| fifth_power(&cell)));
    (0..WIDTH)
        .map(|i| {
            let end = external.clone() * layer[i].clone()
                + internal.clone() * rounds.end[i].on(&cur)
                + on.clone() * constants[i].clone();
            let start = (on.clone() - next_internal.clone()) * next[i].clone()
                + next_internal.clone() * rounds.start[i].on(&next);
            (NAMES[i], end - start)
        })
        .collect()
}

/// Fixed cells of a permutation, row by row: constants, external flag, internal flag.
pub(crate) fn fixed_rows(rounds: &InternalRounds) -> [(State, bool, bool); ROWS] {
    let internal_constants = |row: usize| -> State {
        let first = (row - FIRST_INTERNAL) * PER_ROW;
        std::array::from_fn(|j| INTERNAL_CONSTANTS[first + j])
    };
    let is_internal = |row: usize| (FIRST_INTERNAL..SECOND_EXTERNAL).contains(&row);
    // Constants that the cells of `row` contain beyond the linear layers.
    let entering = |row: usize| -> State {
        if is_internal(row) {
            let c = internal_constants(row);
            std::array::from_fn(|i| -rounds.start[i].constant(&c))
        } else if row < FIRST_INTERNAL {
            EXTERNAL_CONSTANTS[row - 1]
        } else if row < OUTPUT {
            EXTERNAL_CONSTANTS[HALF_EXTERNAL_ROUNDS + row - SECOND_EXTERNAL]
        } else {
            [Fr::ZERO; WIDTH]
        }
    };
    std::array::from_fn(|row| {
        if row == OUTPUT {
            return ([Fr::ZERO; WIDTH], false, false);
        }
        let mut constants = entering(row + 1);
        if is_internal(row) {
            let c = internal_constants(row);
            for (i, constant) in constants.iter_mut().enumerate() {
                *constant += rounds.end[i].constant(&c);
            }
        }
        (constants, row != 0 && !is_internal(row), is_internal(row))
    })
}

/// State cells of a permutation, row by row; the last is its output.
pub(crate) fn trace(input: State) -> [State; ROWS] {
    let mut rows = [input; ROWS];
    let mut state = external_layer(&input);
    let mut external = |row: usize, constants: &State, state: &mut State| {
        rows[row] = std::array::from_fn(|i| state[i] + constants[i]);
        *state = external_layer(&rows[row].map(sbox));
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
