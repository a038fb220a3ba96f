//! From one row of a Poseidon2 permutation to the next.
//!
//! # The idea
//! An internal round has one S-box, so four rounds lie in one row as their S-box inputs x_1..x_4;
//! let u_t = x_t^5. With d_0..d_3 the diagonal and constants left out, a round takes a state s, s_0
//! = x_t, to s' with
//!
//! ```text
//! s'_0 = S + d_0 u_t,   s'_j = S + d_j s_j (j = 1..3),   S = u_t + s_1 + s_2 + s_3
//! ```
//! The three elements s_j are a linear system of three states that is driven by u and seen through
//! x, so by Cayley and Hamilton x is a recurrence of order three:
//!
//! ```text
//! x_{t+4} = a_1 x_{t+3} + a_2 x_{t+2} + a_3 x_{t+1} + b_0 u_t + b_1 u_{t+1} + b_2 u_{t+2} + b_3 u_{t+3}
//! ```
//! With e_1, e_2, e_3 the elementary symmetric functions of d_1..d_3 and p_t = s_1 + s_2 + s_3
//! before round t: the power sums N_i = sum_j d_j^(i-1) s_j obey N_1' = 3 S + N_2, N_2' = e_1 S +
//! N_3, N_3' = (e_1^2 - 2 e_2) S + e_1 N_3 - e_2 N_2 + e_3 N_1, which gives p_{t+3} = (e_1 + 3)
//! p_{t+2} - (2 e_1 + e_2) p_{t+1} + (e_2 + e_3) p_t + 3 u_{t+2} - 2 e_1 u_{t+1} + e_2 u_t, and
//! x_{t+1} = p_t + (1 + d_0) u_t gives the rest ([`Recurrence`]).
//!
//! # The link
//! A state s is known by s_0 and by three *forecasts* f_1, f_2, f_3: what the S-box input i rounds
//! later would be if all fifth powers from s on were 0. They are
//!
//! | the state is ... | f_i |
//! |---|---|
//! | ... a row's cells | sum s_j, sum (3 + d_j) s_j, sum (9 + e_1 + 3 d_j + d_j^2) s_j |
//! | ... before a row of internal rounds | x_{i+1} less the answer to u_1..u_i: g_1 u_i + ... + g_i u_1 |
//! | ... after a row of internal rounds, x_5 being the next row's first cell | the recurrence for x_{5+i}, forecasts for x_6 and x_7 in it, without u_5, u_6, u_7 |
//!
//! with g_1 = b_3, g_2 = b_2 + a_1 g_1, g_3 = b_1 + a_1 g_2 + a_2 g_1, by the recurrence from zero.
//! [`link`] says that s_0 and the forecasts of the state that a row leads to are those of the state
//! that the next row has. After internal rounds, the equation of s_0 is the recurrence for x_5.
//!
//! # Why it determines the next row
//! The first equation gives x'_1, with coefficient 1. If the next cells are a state, the other
//! three give x'_2..x'_4: their matrix has the determinant of the Vandermonde matrix of d_1..d_3,
//! and the d_j differ. If they are internal rounds, f_1 gives x'_2, then f_2 gives x'_3, then f_3
//! gives x'_4, always with the coefficient 1. So from a permutation's input all 23 rows below it
//! follow; the honest rows satisfy the equations, so no others do.

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
    /// The row's cells are a permutation's input: not 0 rather than 1 where it is set.
    pub(super) input: T,
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

/// `M_E cells`, by the schedule of the native twin.
pub(super) fn external_layer<T: Term>([a, b, c, d]: [T; WIDTH]) -> [T; WIDTH] {
    let (ab, cd) = (a + b.clone(), c + d.clone());
    let (b2, d2) = (b.double() + cd.clone(), d.double() + ab.clone());
    let (d4, b4) = (cd * Fr::from(4) + d2.clone(), ab * Fr::from(4) + b2.clone());
    [d2 + b4.clone(), b4, b2 + d4.clone(), d4]
}

/// The coefficients of the recurrence.
struct Recurrence {
    /// Of x_{t+3}, x_{t+2}, x_{t+1}.
    a: [Fr; 3],
    /// Of u_t .. u_{t+3}.
    b: [Fr; 4],
}

impl Recurrence {
    fn new() -> Self {
        let [d0, d1, d2, d3] = INTERNAL_DIAGONAL;
        let (e1, e2, e3) = (d1 + d2 + d3, d1 * d2 + d1 * d3 + d2 * d3, d1 * d2 * d3);
        let a = [e1 + Fr::from(3), -(Field::double(&e1) + e2), e2 + e3];
        let b3 = Fr::ONE + d0;
        let b = [
            e2 - a[2] * b3,
            -Field::double(&e1) - a[1] * b3,
            Fr::from(3) - a[0] * b3,
            b3,
        ];
        Self { a, b }
    }

    /// x_{t+4} from x_{t+3}, x_{t+2}, x_{t+1} and the fifth powers from u_t on.
    fn next<T: Term>(&self, x: [&T; 3], u: &[T]) -> T {
        let terms = x.into_iter().zip(&self.a).chain(u.iter().zip(&self.b));
        sum(terms.map(|(term, scale)| term.clone() * *scale))
    }

    /// g_1, g_2, g_3.
    fn answers(&self) -> [Fr; 3] {
        let g1 = self.b[3];
        let g2 = self.b[2] + self.a[0] * g1;
        [g1, g2, self.b[1] + self.a[0] * g2 + self.a[1] * g1]
    }
}

fn sum<T: Term>(terms: impl Iterator<Item = T>) -> T {
    terms
        .reduce(|sum, term| sum + term)
        .expect("there are terms")
}

/// Forecasts for a state that is a row's cells.
fn of_state<T: Term>(state: &[T; WIDTH]) -> [T; 3] {
    let [_, d1, d2, d3] = INTERNAL_DIAGONAL;
    let (e1, three) = (d1 + d2 + d3, Fr::from(3));
    let of = |scale: &dyn Fn(Fr) -> Fr| {
        let terms = state.iter().zip(INTERNAL_DIAGONAL).skip(1);
        sum(terms.map(|(s, d)| s.clone() * scale(d)))
    };
    [
        of(&|_| Fr::ONE),
        of(&|d| three + d),
        of(&|d| three * three + e1 + three * d + d * d),
    ]
}

/// Forecasts for the state before a row of internal rounds.
fn before_rounds<T: Term>(row: &Row<T>) -> [T; 3] {
    let answers = Recurrence::new().answers();
    std::array::from_fn(|i| {
        let driven = row.u[..=i].iter().rev().zip(answers);
        driven.fold(row.x[i + 1].clone(), |x, (u, g)| x - u.clone() * g)
    })
}

/// x_5 and forecasts for the state after a row of internal rounds, which takes x_5 from the next row.
fn after_rounds<T: Term>(row: &Row<T>, next_first: &T) -> (T, [T; 3]) {
    let recurrence = Recurrence::new();
    let ([_, x2, x3, x4], x5) = (&row.x, next_first);
    let first = recurrence.next([x4, x3, x2], &row.u);
    let f1 = recurrence.next([x5, x4, x3], &row.u[1..]);
    let f2 = recurrence.next([&f1, x5, x4], &row.u[2..]);
    let f3 = recurrence.next([&f2, &f1, x5], &row.u[3..]);
    (first, [f1, f2, f3])
}

/// Four terms that are 0 if `next` follows `row`, given what constants add.
pub(super) fn link<T: Term>(
    flags: &Flags<T>,
    row: &Row<T>,
    next: &Row<T>,
    constants: &[T; WIDTH],
) -> [T; WIDTH] {
    let Flags {
        input,
        external,
        internal,
        next_internal,
    } = flags.clone();
    let on = input.clone() + external.clone() + internal.clone();
    let next_is_state = on.clone() - next_internal.clone();
    let layer = external_layer(std::array::from_fn(|j| {
        external.clone() * row.u[j].clone() + input.clone() * row.x[j].clone()
    }));
    let (x5, after) = after_rounds(row, &next.x[0]);
    let before = before_rounds(next);
    let states = of_state(&std::array::from_fn(|j| {
        layer[j].clone() - next_is_state.clone() * next.x[j].clone()
    }));
    std::array::from_fn(|i| match i {
        0 => {
            let cells = constants[0].clone() - next.x[0].clone();
            layer[0].clone() + internal.clone() * x5.clone() + on.clone() * cells
        }
        i => {
            states[i - 1].clone() + internal.clone() * after[i - 1].clone()
                - next_internal.clone() * before[i - 1].clone()
                + on.clone() * constants[i].clone()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_three_equations_determine_a_state() {
        let [_, a, b, c] = INTERNAL_DIAGONAL;
        let columns =
            [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]].map(|s| of_state(&s.map(Fr::from)));
        let [x, y, z] = columns;
        let determinant = x[0] * (y[1] * z[2] - y[2] * z[1]) - x[1] * (y[0] * z[2] - y[2] * z[0])
            + x[2] * (y[0] * z[1] - y[1] * z[0]);
        let vandermonde = (b - a) * (c - a) * (c - b);
        assert!(determinant == vandermonde || determinant == -vandermonde);
        assert_ne!(vandermonde, Fr::ZERO);
    }

    /// Which of the next row's cells an equation looks at, with which slope, is what uniqueness rests on.
    #[test]
    fn the_next_row_is_unique() {
        use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let sbox = |x: [Fr; WIDTH]| Row {
            x,
            u: x.map(|x| x.square().square() * x),
        };
        let f = |b: bool| Fr::from(u64::from(b));
        for (input, external, internal, next_internal) in [
            (true, false, false, false),
            (false, true, false, false),
            (false, true, false, true),
            (false, false, true, true),
            (false, false, true, false),
        ] {
            for _ in 0..20 {
                let kappa = Fr::random(&mut rng);
                let flags = Flags {
                    input: if input { kappa } else { Fr::ZERO },
                    external: f(external),
                    internal: f(internal),
                    next_internal: f(next_internal),
                };
                let on = if input { kappa } else { Fr::ONE };
                let row = sbox(std::array::from_fn(|_| Fr::random(&mut rng)));
                let next: [Fr; WIDTH] = std::array::from_fn(|_| Fr::random(&mut rng));
                let k = [Fr::ZERO; WIDTH];
                let at = |next: [Fr; WIDTH]| link(&flags, &row, &sbox(next), &k);
                let base = at(next);
                for j in 0..WIDTH {
                    let deltas = [Fr::ONE, Fr::from(2), Fr::random(&mut rng)];
                    for d in deltas {
                        let mut moved = next;
                        moved[j] += d;
                        let after = at(moved);
                        let slope: Vec<Fr> = (0..WIDTH).map(|i| after[i] - base[i]).collect();
                        if next_internal {
                            // Lower triangular: equation i does not see cells above i, and is linear in cell i.
                            assert!(slope[..j].iter().all(|slope| *slope == Fr::ZERO), "{j}");
                            assert_eq!(slope[j], -d, "{j}");
                        } else {
                            let mut unit = [Fr::ZERO; WIDTH];
                            unit[j] = Fr::ONE;
                            let [f1, f2, f3] = of_state(&unit);
                            // x5 of the next row is in the forecasts too after internal rounds.
                            if !(internal && j == 0) {
                                assert_eq!(
                                    slope,
                                    [unit[0], f1, f2, f3].map(|v| -v * on * d).to_vec()
                                );
                            } else {
                                assert_eq!(slope[0], -d);
                            }
                        }
                    }
                }
            }
        }
    }
}
