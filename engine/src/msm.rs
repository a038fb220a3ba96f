//! Multi-scalar multiplication: the sum of `scalar * point`.
//!
//! Scalars are taken by absolute value (r - 1 is -1) and sorted into classes by length: an advice
//! column is mostly bits and digits, and its few random rows must not make every window of every
//! scalar be looked at. Each class is cut into windows of signed digits; the points of a window
//! are sorted by digit, and equal digits are added up pairwise in affine coordinates with one
//! inversion for a whole block (`buckets`). The model in `classes` decides where to cut.

mod buckets;
mod classes;
mod digits;
#[cfg(target_arch = "x86_64")]
mod vectors;

use crate::secret::Secret;
use classes::{Class, plan};
pub(crate) use digits::Digit;
use digits::{Magnitude, Recoding};
use group::Group;

use halo2curves::bn256::{Fr, G1, G1Affine};
use rayon::prelude::*;

/// The sum of `scalars[i] * bases[i]`. Only as many bases as there are scalars are used.
///
/// Running time and memory access depend on the scalars, as in every prover that we know of.
///
/// # Panics
/// If there are fewer bases than scalars.
pub fn msm(scalars: &[Fr], bases: &[G1Affine]) -> G1 {
    assert!(
        scalars.len() <= bases.len(),
        "{} scalars for {} bases",
        scalars.len(),
        bases.len()
    );
    let magnitudes = magnitudes(scalars);
    let mut histogram = [0; Magnitude::MAX_BITS + 1];
    for magnitude in magnitudes.iter() {
        histogram[magnitude.bits()] += 1;
    }
    plan(&histogram)
        .into_par_iter()
        .map(|class| class_sum(class, &magnitudes, bases))
        .reduce(G1::identity, |a, b| a + b)
}

fn magnitudes(scalars: &[Fr]) -> Secret<Magnitude> {
    let indexed = scalars.iter().enumerate();
    Secret::collect(
        scalars.len(),
        indexed.filter_map(|(index, scalar)| Magnitude::new(index, scalar)),
    )
}

fn class_sum(class: Class, magnitudes: &[Magnitude], bases: &[G1Affine]) -> G1 {
    let recoding = Recoding::new(class.bits, class.window);
    let members = magnitudes
        .iter()
        .filter(|magnitude| class.contains(magnitude.bits()))
        .map(|magnitude| recoding.shifted(magnitude));
    let members = Secret::collect(magnitudes.len(), members);
    let sums: Vec<G1> = (0..recoding.windows())
        .into_par_iter()
        .map(|window| buckets::window_sum(&recoding, window, &members, bases))
        .collect();
    sums.into_iter().rev().fold(G1::identity(), |sum, window| {
        (0..class.window).fold(sum, |sum, _| sum.double()) + window
    })
}

/// The naive sum, for a handful of points.
#[cfg(test)]
fn naive(scalars: &[Fr], bases: &[G1Affine]) -> G1 {
    scalars
        .iter()
        .zip(bases)
        .map(|(scalar, base)| *base * *scalar)
        .sum()
}

#[cfg(test)]
mod tests;
