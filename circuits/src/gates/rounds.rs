//! From one row of a Poseidon2 permutation to the next.
//!
//! # The idea
//! An internal round has one S-box, so four rounds lie in one row as their S-box inputs x_1..x_4; let
//! u_t = x_t^5. A round takes a state s to s' with
//!
//! ```text
//! s'_0 = S + d_0 u,   s'_j = S + d_j s_j (j = 1..3),   S = u + p,   p = s_1 + s_2 + s_3
//! ```
//! and x_{t+1} is s'_0 plus a constant. So the row says what p and S were before each of its rounds (constants
//! left out): `S_t = x_{t+1} - d_0 u_t` and `p_t = S_t - u_t`, with the next row's x_1 as x_5. Let e_1, e_2, e_3 be the elementary
//! symmetric functions of d_1..d_3, so that each d_j is a root of X^3 - e_1 X^2 + e_2 X - e_3. The power
//! sums N_i = sum_j d_j^(i-1) s_j of a state then obey
//!
//! ```text
//! N_1' = 3 S + N_2,   N_2' = e_1 S + N_3,   N_3' = (e_1^2 - 2 e_2) S + e_1 N_3 - e_2 N_2 + e_3 N_1
//! ```
//! and, N_1 being p, they are a recurrence in p and S alone:
//!
//! ```text
//! p_{t+3} = e_1 (p_{t+2} - 2 S_{t+1}) + e_2 (S_t - p_{t+1}) + e_3 p_t + 3 S_{t+2}
//! ```
//! (3X^2 - 2 e_1 X + e_2 is the derivative of that polynomial.) A state is known by s_0 and
//!
//! ```text
//! n_1 = N_1,   n_2 = N_2 - e_1 N_1,   n_3 = N_3 - e_1 N_2 + e_2 N_1
//! ```
//! which is what [`link`] compares: the state that a row leads to against the state that the next one starts from.
//!
//! # The link, for a row with cells x and the next row's cells x'
//! | state before ... | n_1 | n_2 | n_3 |
//! |---|---|---|---|
//! | ... cells that are the state | sum s_j | sum (d_j - e_1) s_j | sum (e_3 / d_j) s_j |
//! | ... four internal rounds | p_1 | p_2 - 3 S_1 - e_1 p_1 | p_3 - 3 S_2 - e_1 (p_2 - 2 S_1) + e_2 p_1 |
//! | ... what follows four internal rounds | e_1 (p_4 - 2 S_3) + e_2 (S_2 - p_3) + e_3 p_2 + 3 S_4 | -2 e_1 S_4 + e_2 (S_3 - p_4) + e_3 p_3 | e_2 S_4 + e_3 p_4 |
//!
//! The last line is the recurrence, solved for the state after the row; the recurrence for p_4 itself is the
//! link's first equation.
//!
//! # Why it determines the next row
//! After an external row the first equation gives x'_1, and so it does after an internal one, because p_4 is
//! x'_1 less terms of the row itself. If the next cells are a state, the other three give
//! x'_2..x'_4: their matrix has the determinant of the Vandermonde matrix of d_1..d_3 up to sign, and the d_j
//! differ. If they are internal rounds, p'_1 gives x'_2, then p'_2 gives x'_3, then p'_3 gives x'_4, each with coefficient
//! 1. So from a permutation's input all 23 rows below it follow, and the honest rows satisfy the equations.

use crate::poseidon2::constants::{INTERNAL_DIAGONAL, WIDTH};
use ff::Field;
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;
use std::ops::{Add, Mul, Sub};

/// What links are made of: expressions in the gates, field elements for the constants.
pub(super) trait Term:
    Clone + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Mul<Fr, Output = Self>
{
    /// Twice the term; for halo2's evaluator this is no product.
    fn double(self) -> Self;
}

impl Term for Expression<Fr> {
    fn double(self) -> Self {
        Self::Constant(Fr::from(2)) * self
    }
}

impl Term for Fr {
    fn double(self) -> Self {
        Field::double(&self)
    }
}

/// What a row and the one below it are: each 0 or 1.
#[derive(Clone, Debug)]
pub(super) struct Flags<T> {
    /// The row's cells are S-box inputs of an external round.
    pub(super) external: T,
    /// The row's cells are S-box inputs of four internal rounds.
    pub(super) internal: T,
    /// So are the next row's.
    pub(super) next_internal: T,
}

/// Cells of a row with their fifth powers.
#[derive(Clone, Debug)]
pub(super) struct Row<T> {
    pub(super) x: [T; WIDTH],
    pub(super) u: [T; WIDTH],
}

/// `M_E cells`, by the additions of the native twin: they cost the prover less than products.
pub(super) fn external_layer<T: Term>([a, b, c, d]: [T; WIDTH]) -> [T; WIDTH] {
    let (ab, cd) = (a + b.clone(), c + d.clone());
    let (b2, d2) = (b.double() + cd.clone(), d.double() + ab.clone());
    let (d4, b4) = (
        cd.double().double() + d2.clone(),
        ab.double().double() + b2.clone(),
    );
    [d2 + b4.clone(), b4, b2 + d4.clone(), d4]
}

/// `S` and `p` before each round of a row; `after[t]` is the S-box input after round t.
fn sums<T: Term, const N: usize>(after: [T; N], u: [T; N]) -> ([T; N], [T; N]) {
    let s: [T; N] =
        std::array::from_fn(|t| after[t].clone() - u[t].clone() * INTERNAL_DIAGONAL[0]);
    let p = std::array::from_fn(|t| s[t].clone() - u[t].clone());
    (s, p)
}

fn triple<T: Term>(x: T) -> T {
    x.clone().double() + x
}

/// The elementary symmetric functions of d_1, d_2, d_3.
fn symmetric() -> [Fr; 3] {
    let [_, a, b, c] = INTERNAL_DIAGONAL;
    [a + b + c, a * b + a * c + b * c, a * b * c]
}

/// n_1, n_2, n_3 of the state before the four internal rounds of a row.
fn before_rounds<T: Term>(row: Row<T>) -> [T; 3] {
    let [e1, e2, _] = symmetric();
    let [_, x2, x3, x4] = row.x;
    let [u1, u2, u3, _] = row.u;
    let ([s1, s2, _], [p1, p2, p3]) = sums([x2, x3, x4], [u1, u2, u3]);
    let n2 = p2.clone() - triple(s1.clone()) - p1.clone() * e1;
    let n3 = p3 - triple(s2) - (p2 - s1.double()) * e1 + p1.clone() * e2;
    [p1, n2, n3]
}

/// The recurrence for p_4, which is 0, and n_1, n_2, n_3 of the state after the four internal rounds of a row.
fn after_rounds<T: Term>(row: Row<T>, next_first: T) -> (T, [T; 3]) {
    let [e1, e2, e3] = symmetric();
    let [_, x2, x3, x4] = row.x;
    let ([s1, s2, s3, s4], [p1, p2, p3, p4]) = sums([x2, x3, x4, next_first], row.u);
    let recurrence = (p3.clone() - s2.clone().double()) * e1
        + (s1 - p2.clone()) * e2
        + p1 * e3
        + triple(s3.clone())
        - p4.clone();
    let n1 = (p4.clone() - s3.clone().double()) * e1
        + (s2 - p3.clone()) * e2
        + p2 * e3
        + triple(s4.clone());
    let n2 = (s3 - p4.clone()) * e2 + p3 * e3 - s4.clone() * e1.double();
    let n3 = s4 * e2 + p4 * e3;
    (recurrence, [n1, n2, n3])
}

/// n_1, n_2, n_3 of a state; s_0 is no part of them.
fn of_state<T: Term>([_, a, b, c]: [T; WIDTH]) -> [T; 3] {
    let [e1, _, _] = symmetric();
    let [_, d1, d2, d3] = INTERNAL_DIAGONAL;
    let n1 = a.clone() + b.clone() + c.clone();
    let n2 = a.clone() * (d1 - e1) + b.clone() * (d2 - e1) + c.clone() * (d3 - e1);
    let n3 = a * (d2 * d3) + b * (d1 * d3) + c * (d1 * d2);
    [n1, n2, n3]
}

/// Four terms that are 0 if `next` follows `row`, constants left out.
pub(super) fn link<T: Term>(flags: Flags<T>, row: Row<T>, next: Row<T>) -> [T; WIDTH] {
    let Flags {
        external,
        internal,
        next_internal,
    } = flags;
    let next_is_state = external.clone() + internal.clone() - next_internal.clone();
    let layer = external_layer(row.u.clone());
    let (recurrence, after) = after_rounds(row, next.x[0].clone());
    let first = external.clone() * (layer[0].clone() - next.x[0].clone())
        + internal.clone() * recurrence;
    let states = std::array::from_fn(|j| {
        external.clone() * layer[j].clone() - next_is_state.clone() * next.x[j].clone()
    });
    let before = before_rounds(next);
    let others: [T; 3] = of_state(states);
    let mut parts = others
        .into_iter()
        .zip(after)
        .zip(before)
        .map(|((state, after), before)| {
            state + internal.clone() * after - next_internal.clone() * before
        });
    let mut other = || parts.next().expect("n has three parts");
    [first, other(), other(), other()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_three_equations_determine_a_state() {
        let [_, a, b, c] = INTERNAL_DIAGONAL;
        let columns = [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]].map(|s| of_state(s.map(Fr::from)));
        let [x, y, z] = columns;
        let determinant = x[0] * (y[1] * z[2] - y[2] * z[1])
            - x[1] * (y[0] * z[2] - y[2] * z[0])
            + x[2] * (y[0] * z[1] - y[1] * z[0]);
        let vandermonde = (b - a) * (c - a) * (c - b);
        assert!(determinant == vandermonde || determinant == -vandermonde);
        assert_ne!(vandermonde, Fr::ZERO);
    }
}
