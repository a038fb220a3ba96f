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
mod recoded;
#[cfg(target_arch = "x86_64")]
mod vectors;

use crate::arithmetic::{self, Ifma};
use crate::secret::Secret;
use classes::{Class, plan};
pub(crate) use digits::Digit;
use digits::{Magnitude, Recoding};
use group::Group;
use group::prime::PrimeCurveAffine;
use recoded::Recoded;

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
    sum(arithmetic::vectors(), scalars, bases)
}

fn sum(vectors: Option<Ifma>, scalars: &[Fr], bases: &[G1Affine]) -> G1 {
    let magnitudes = magnitudes(scalars);
    let mut histogram = [0; Magnitude::MAX_BITS + 1];
    for magnitude in magnitudes.iter() {
        histogram[magnitude.bits()] += 1;
    }
    let sums = plan(&histogram)
        .into_par_iter()
        .flat_map(|class| class_sums(vectors, class, &magnitudes, bases))
        .collect();
    horner(sums)
}

/// The sum of `2^bit` times point.
fn horner(mut sums: Vec<(usize, G1)>) -> G1 {
    sums.sort_unstable_by_key(|(bit, _)| *bit);
    let mut total = G1::identity();
    let mut at = sums.last().map_or(0, |(bit, _)| *bit);
    for (bit, sum) in sums.iter().rev() {
        while at > *bit {
            total = total.double();
            at -= 1;
        }
        total += sum;
    }
    (0..at).fold(total, |total, _| total.double())
}

fn magnitudes(scalars: &[Fr]) -> Secret<Magnitude> {
    let indexed = scalars.iter().enumerate();
    Secret::collect(
        scalars.len(),
        indexed.filter_map(|(index, scalar)| Magnitude::new(index, scalar)),
    )
}

/// Sums whose sum of `2^bit` times point is that over the members of the class.
fn class_sums(
    vectors: Option<Ifma>,
    class: Class,
    magnitudes: &[Magnitude],
    bases: &[G1Affine],
) -> Vec<(usize, G1)> {
    let recoding = Recoding::new(class.bits, class.window);
    let members = magnitudes
        .iter()
        .filter(|magnitude| class.contains(magnitude.bits()));
    let recoded = Recoded::new(&recoding, magnitudes.len(), members);
    let windows = recoding.windows();
    #[cfg(not(target_arch = "x86_64"))]
    let _: Option<Ifma> = vectors;
    #[cfg(target_arch = "x86_64")]
    if let Some(ifma) = vectors {
        let together = vectors::together(recoded.len());
        return (0..windows.div_ceil(together))
            .into_par_iter()
            .flat_map_iter(|i| {
                let windows = i * together..windows.min((i + 1) * together);
                let sums = vectors::bits(ifma, &recoded, windows, bases);
                sums.into_iter().map(|(bit, sum)| (bit, sum.to_curve()))
            })
            .collect();
    }
    (0..windows)
        .into_par_iter()
        .map(|window| {
            let sum = buckets::window_sum(&recoded, window, bases);
            (class.window * window, sum)
        })
        .collect()
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
