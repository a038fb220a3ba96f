//! Cosets of the domain, and a polynomial's pieces from its values on them.

use crate::fft::{Fft, root_of_unity};
use crate::secret::Secret;
use ff::{Field, WithSmallOrderMulGroup};
use halo2curves::bn256::Fr;
use rayon::prelude::*;

/// Rows of one piece of work.
const CHUNK: usize = 1 << 9;

/// As many cosets as the quotient has pieces.
///
/// The shifts are `zeta theta^c`, with zeta of order 3 and theta a root of unity of a larger domain, so that
/// their n-th powers differ from each other and from 1.
#[derive(Clone, Debug)]
pub struct Cosets {
    shifts: Vec<Fr>,
    /// Powers of each shift, for the transforms.
    powers: Vec<Vec<Fr>>,
    /// From the cosets' coefficients to the pieces', division by `X^n - 1` included.
    matrix: Vec<Vec<Fr>>,
}

impl Cosets {
    /// For a quotient of `pieces` times n coefficients.
    pub fn new(fft: &Fft, pieces: usize) -> Self {
        let size = fft.size();
        let theta =
            root_of_unity(size.trailing_zeros() + pieces.next_power_of_two().trailing_zeros());
        let shifts: Vec<Fr> = (0..pieces as u64)
            .map(|c| Fr::ZETA * theta.pow_vartime([c]))
            .collect();
        let powers = shifts.iter().map(|shift| powers(*shift, size)).collect();
        let heights: Vec<Fr> = shifts
            .iter()
            .map(|shift| shift.pow_vartime([size as u64]))
            .collect();
        Self {
            shifts,
            powers,
            matrix: interpolation(&heights),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.shifts.len()
    }

    /// A coset's shift.
    pub fn shift(&self, coset: usize) -> Fr {
        self.shifts[coset]
    }

    /// Its powers, as many as the domain has elements.
    pub fn powers(&self, coset: usize) -> &[Fr] {
        &self.powers[coset]
    }

    /// Row j gives the pieces' j-th coefficients from the cosets', without the powers of their shifts; division by `X^n - 1`
    /// is included.
    pub fn matrix(&self) -> &[Vec<Fr>] {
        &self.matrix
    }

    /// Bytes in memory.
    pub fn memory(&self) -> usize {
        self.powers
            .iter()
            .map(|powers| size_of_val(&powers[..]))
            .sum()
    }

    /// From the values of q on each coset, the pieces of `q / (X^n - 1)`, lowest first.
    pub(crate) fn pieces(&self, fft: &Fft, mut values: Vec<Secret<Fr>>) -> Vec<Secret<Fr>> {
        values
            .par_iter_mut()
            .for_each(|values| fft.coefficients(values));
        let inverses: Vec<Fr> = self
            .shifts
            .iter()
            .map(|shift| shift.invert().unwrap_or(Fr::ZERO))
            .collect();
        // Rows of all cosets are taken together, so that the pieces can replace the values.
        let mut chunks: Vec<Vec<&mut [Fr]>> = Vec::new();
        chunks.resize_with(fft.size().div_ceil(CHUNK), Vec::new);
        for values in &mut values {
            for (chunk, values) in chunks.iter_mut().zip(values.chunks_mut(CHUNK)) {
                chunk.push(values);
            }
        }
        chunks
            .into_par_iter()
            .enumerate()
            .for_each(|(i, mut rows)| {
                let start = (i * CHUNK) as u64;
                let mut unshift: Vec<Fr> = inverses
                    .iter()
                    .map(|inverse| inverse.pow_vartime([start]))
                    .collect();
                let mut row = Secret::zeros(rows.len());
                for j in 0..rows[0].len() {
                    for ((cell, values), (power, inverse)) in row
                        .iter_mut()
                        .zip(&rows)
                        .zip(unshift.iter_mut().zip(&inverses))
                    {
                        *cell = values[j] * *power;
                        *power *= inverse;
                    }
                    for (values, weights) in rows.iter_mut().zip(&self.matrix) {
                        values[j] = row.iter().zip(weights).map(|(a, b)| *a * b).sum();
                    }
                }
            });
        values
    }
}

fn powers(base: Fr, count: usize) -> Vec<Fr> {
    std::iter::successors(Some(Fr::ONE), |power| Some(*power * base))
        .take(count)
        .collect()
}

/// Row j gives the j-th coefficient of the polynomial p with `p(t_c) (t_c - 1)` at the heights t_c.
fn interpolation(heights: &[Fr]) -> Vec<Vec<Fr>> {
    let count = heights.len();
    let mut matrix = vec![vec![Fr::ZERO; count]; count];
    for (c, height) in heights.iter().enumerate() {
        // The Lagrange polynomial of t_c, coefficients lowest first.
        let mut basis = vec![Fr::ONE];
        let mut scale = *height - Fr::ONE;
        for other in heights.iter().filter(|other| *other != height) {
            scale *= *height - other;
            basis.push(Fr::ZERO);
            for i in (0..basis.len()).rev() {
                let lower = if i == 0 { Fr::ZERO } else { basis[i - 1] };
                basis[i] = lower - basis[i] * other;
            }
        }
        let scale = scale.invert().unwrap_or(Fr::ZERO);
        for (row, coefficient) in matrix.iter_mut().zip(basis) {
            row[c] = coefficient * scale;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::{Cosets, Secret};
    use crate::fft::Fft;
    use ff::Field;
    use halo2_proofs::arithmetic::eval_polynomial;
    use halo2curves::bn256::Fr;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn concat(pieces: &[Secret<Fr>]) -> impl Iterator<Item = &Fr> {
        pieces.iter().flat_map(|piece| piece.iter())
    }

    #[test]
    fn pieces_of_a_product_with_the_vanishing_polynomial() {
        let fft = Fft::new(4);
        for count in 1..=8 {
            let cosets = Cosets::new(&fft, count);
            let mut rng = ChaCha20Rng::seed_from_u64(count as u64);
            let quotient: Vec<Fr> = (0..16 * count).map(|_| Fr::random(&mut rng)).collect();
            let values = (0..count)
                .map(|c| {
                    let values = (0..16).map(|i| {
                        let x = cosets.shift(c) * fft.rotation(i);
                        eval_polynomial(&quotient, x) * (x.pow_vartime([16]) - Fr::ONE)
                    });
                    Secret::collect(16, values)
                })
                .collect();
            let pieces = cosets.pieces(&fft, values);
            assert!(concat(&pieces).eq(&quotient), "{count} pieces");
        }
    }

    #[test]
    fn more_rows_than_one_chunk() {
        let fft = Fft::new(10);
        let cosets = Cosets::new(&fft, 2);
        let mut rng = ChaCha20Rng::seed_from_u64(0);
        let quotient: Vec<Fr> = (0..2048).map(|_| Fr::random(&mut rng)).collect();
        let values = (0..2)
            .map(|c| {
                let height = cosets.shift(c).pow_vartime([1024]);
                let folded: Vec<Fr> = (0..1024)
                    .map(|i| (quotient[i] + quotient[i + 1024] * height) * (height - Fr::ONE))
                    .collect();
                let mut values = Secret::zeros(1024);
                fft.coset_values(&folded, cosets.powers(c), &mut values);
                values
            })
            .collect();
        assert!(concat(&cosets.pieces(&fft, values)).eq(&quotient));
    }
}
