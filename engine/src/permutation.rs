//! The permutation argument's products.

use crate::backend::Challenges;
use crate::fft::Fft;
use crate::secret::Secret;
use ff::{BatchInvert, Field, PrimeField};
use halo2curves::bn256::Fr;
use rayon::prelude::*;

/// Rows of one piece of work.
const CHUNK: usize = 1 << 10;

/// The columns of one product, with what they are permuted to.
pub(crate) struct Set<'a> {
    /// Values of the columns.
    pub(crate) columns: Vec<&'a [Fr]>,
    /// Values of sigma.
    pub(crate) sigma: Vec<&'a [Fr]>,
    /// How many columns earlier sets have.
    pub(crate) first: usize,
}

impl Set<'_> {
    /// The running product over the rows, `z[0] = start`, and the last usable one; `tail` at the end.
    pub(crate) fn product(
        &self,
        fft: &Fft,
        challenges: Challenges,
        start: Fr,
        tail: &[Fr],
    ) -> (Secret<Fr>, Fr) {
        let mut z = Secret::zeros(fft.size());
        z.fill(Fr::ONE);
        z.par_chunks_mut(CHUNK).enumerate().for_each(|(i, chunk)| {
            self.factors(fft, challenges, i * CHUNK, chunk);
        });
        let mut running = start;
        for factor in z.iter_mut() {
            let next = running * *factor;
            *factor = running;
            running = next;
        }
        let usable = z.len() - tail.len();
        z[usable..].copy_from_slice(tail);
        let last = z[usable - 1];
        (z, last)
    }

    /// Numerator by denominator in the rows from `start`.
    fn factors(&self, fft: &Fft, challenges: Challenges, start: usize, factors: &mut [Fr]) {
        let Challenges { beta, gamma } = challenges;
        for (values, sigma) in self.columns.iter().zip(&self.sigma) {
            let rows = values[start..].iter().zip(&sigma[start..]);
            for (factor, (value, sigma)) in factors.iter_mut().zip(rows) {
                *factor *= beta * sigma + gamma + value;
            }
        }
        factors.iter_mut().batch_invert();
        let omega = fft.omega();
        let row = omega.pow_vartime([start as u64]);
        let mut shift = beta * Fr::DELTA.pow_vartime([self.first as u64]) * row;
        for values in &self.columns {
            let mut identity = shift;
            for (factor, value) in factors.iter_mut().zip(&values[start..]) {
                *factor *= identity + gamma + value;
                identity *= omega;
            }
            shift *= Fr::DELTA;
        }
    }
}
