//! Unsafe parameters for benchmarks and tests.
//!
//! tau follows from a seed that anybody can try, so anybody can forge proofs under them. They are
//! made only here, only on request, and their [`Provenance`] says [`ParamsKind::UnsafeDev`]
//! for ever: it is part of the parameters' ID, hence of every key's ID and every proof's header.
//!
//! [`ParamsKind::UnsafeDev`]: crate::ParamsKind::UnsafeDev

use crate::digest::{ParamsId, hash_parts};
use crate::provenance::Provenance;
use crate::srs::Srs;
use ff::{Field, FromUniformBytes, PrimeField};
use group::prime::PrimeCurveAffine;
use group::{Curve, Group};
use halo2curves::bn256::{Fr, G1, G1Affine, G2Affine};
use rayon::prelude::*;

const DOMAIN: &[u8; 16] = b"vigil.unsafe.dev";
/// Bits of a scalar that one table lookup takes care of.
const WINDOW_BITS: usize = 8;
/// Points that are made affine together.
const BATCH: usize = 1 << 10;

/// Largest k of development parameters.
pub const MAX_K: u32 = crate::ptau::MAX_POWER;

/// Unsafe parameters for 2^k rows from a seed; the same seed gives the same parameters, and one tau
/// for every k. `None` above [`MAX_K`].
pub fn unsafe_srs(k: u32, seed: u64) -> Option<Srs> {
    let (powers, lagrange, provenance) = unsafe_points(k, seed)?;
    Some(Srs::from_points(k, powers, lagrange, provenance))
}

/// ID of the unsafe parameters from a seed.
pub fn unsafe_id(seed: u64) -> ParamsId {
    provenance(seed, 0).id()
}

/// Powers and one more, Lagrange basis and mark of [`unsafe_srs`].
pub(crate) fn unsafe_points(
    k: u32,
    seed: u64,
) -> Option<(Vec<G1Affine>, Vec<G1Affine>, Provenance)> {
    if k > MAX_K {
        return None;
    }
    let tau = tau(seed);
    let table = generator_multiples();
    let powers = multiples(&table, &powers_of(tau, (1 << k) + 1));
    let lagrange = multiples(&table, &lagrange_at(tau, k));
    Some((powers, lagrange, provenance(seed, k)))
}

fn provenance(seed: u64, k: u32) -> Provenance {
    Provenance::of_unsafe_dev((G2Affine::generator() * tau(seed)).to_affine(), k)
}

/// The secret that is none.
pub(crate) fn tau(seed: u64) -> Fr {
    let half = |n: u8| hash_parts(DOMAIN, &[&seed.to_le_bytes(), &[n]]);
    let mut wide = [0; 64];
    wide[..32].copy_from_slice(&half(0));
    wide[32..].copy_from_slice(&half(1));
    Fr::from_uniform_bytes(&wide)
}

fn powers_of(tau: Fr, count: usize) -> Vec<Fr> {
    std::iter::successors(Some(Fr::ONE), |power| Some(power * tau))
        .take(count)
        .collect()
}

/// `L_j(tau) = (tau^n - 1) w^j / (n (tau - w^j))`.
fn lagrange_at(tau: Fr, k: u32) -> Vec<Fr> {
    let n = 1u64 << k;
    let root = (k..Fr::S).fold(Fr::ROOT_OF_UNITY, |root, _| root.square());
    let roots = powers_of(root, 1 << k);
    let mut values: Vec<Fr> = roots
        .iter()
        .map(|root| (tau - root) * Fr::from(n))
        .collect();
    ff::BatchInvert::batch_invert(values.iter_mut());
    let vanishing = tau.pow_vartime([n]) - Fr::ONE;
    for (value, root) in values.iter_mut().zip(&roots) {
        *value *= vanishing * root;
    }
    values
}

/// `table[i][d] = d 2^(8 i) G`.
fn generator_multiples() -> Vec<Vec<G1Affine>> {
    let mut base = G1::generator();
    (0..Fr::NUM_BITS as usize)
        .step_by(WINDOW_BITS)
        .map(|_| {
            let row: Vec<G1> = std::iter::successors(Some(G1::identity()), |sum| Some(sum + base))
                .take(1 << WINDOW_BITS)
                .collect();
            base = (0..WINDOW_BITS).fold(base, |point, _| point.double());
            affine(&row)
        })
        .collect()
}

fn multiples(table: &[Vec<G1Affine>], scalars: &[Fr]) -> Vec<G1Affine> {
    scalars
        .par_chunks(BATCH)
        .flat_map_iter(|scalars| {
            let points: Vec<G1> = scalars
                .iter()
                .map(|scalar| {
                    table
                        .iter()
                        .zip(scalar.to_repr())
                        .fold(G1::identity(), |sum, (row, digit)| {
                            sum + row[usize::from(digit)]
                        })
                })
                .collect();
            affine(&points)
        })
        .collect()
}

fn affine(points: &[G1]) -> Vec<G1Affine> {
    let mut affine = vec![G1Affine::identity(); points.len()];
    G1::batch_normalize(points, &mut affine);
    affine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParamsKind;
    use halo2_proofs::arithmetic::g_to_lagrange;
    use halo2_proofs::poly::commitment::ParamsProver;

    #[test]
    fn they_are_what_they_claim_and_marked() {
        let srs = unsafe_srs(5, 1).unwrap();
        assert_eq!(srs.kind(), ParamsKind::UnsafeDev);
        let tau = tau(1);
        for (i, point) in srs.kzg().get_g().iter().enumerate() {
            assert_eq!(
                *point,
                (G1::generator() * tau.pow_vartime([i as u64])).to_affine()
            );
        }
        let powers = srs
            .kzg()
            .get_g()
            .iter()
            .map(PrimeCurveAffine::to_curve)
            .collect();
        let lagrange = multiples(&generator_multiples(), &lagrange_at(tau, 5));
        assert_eq!(g_to_lagrange::<G1Affine>(powers, 5), lagrange);
    }

    #[test]
    fn one_seed_has_one_id_for_every_size() {
        assert_eq!(
            unsafe_srs(3, 1).unwrap().id(),
            unsafe_srs(4, 1).unwrap().id()
        );
        assert_ne!(
            unsafe_srs(3, 1).unwrap().id(),
            unsafe_srs(3, 2).unwrap().id()
        );
        assert!(unsafe_srs(MAX_K + 1, 1).is_none());
    }
}
