//! Against the sum by the definition, with what the kernels treat apart: zeros, small and negative
//! scalars, equal points, opposite points, the identity.

use super::{Ifma, msm, naive, sum};
use ff::{Field, PrimeField};
use group::{Curve, prime::PrimeCurveAffine};
use halo2curves::bn256::{Fr, G1, G1Affine};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

fn bases(count: usize) -> Vec<G1Affine> {
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    (0..count)
        .map(|_| (G1Affine::generator() * Fr::random(&mut rng)).to_affine())
        .collect()
}

fn check(scalars: &[Fr], bases: &[G1Affine], what: &str) {
    let expected = naive(scalars, bases);
    assert_eq!(sum(None, scalars, bases), expected, "{what}, portable");
    assert_eq!(sum(Ifma::detect(), scalars, bases), expected, "{what}");
}

#[test]
fn random_scalars() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for count in [0, 1, 2, 3, 17, 700, 5000] {
        let scalars: Vec<_> = (0..count).map(|_| Fr::random(&mut rng)).collect();
        check(&scalars, &bases(count), &format!("{count} scalars"));
    }
}

#[test]
fn columns_of_bits_digits_and_blinding() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let scalars: Vec<_> = (0..600)
        .map(|i| match i % 7 {
            0 => Fr::ZERO,
            1 | 2 => Fr::from(u64::from(rng.next_u32() & 1)),
            3 => -Fr::from(u64::from(rng.next_u32() & 3)),
            4 => Fr::from(rng.next_u64()),
            5 if i > 500 => Fr::random(&mut rng),
            _ => Fr::ONE,
        })
        .collect();
    check(&scalars, &bases(600), "a column");
}

#[test]
fn one_bucket_larger_than_a_block() {
    let count = 5000;
    let mut points = bases(64);
    points = points.into_iter().cycle().take(count).collect();
    let scalars = vec![Fr::ONE; count];
    check(&scalars, &points, "equal points in one bucket");
}

#[test]
fn equal_and_opposite_points_and_the_identity() {
    let [p, q] = bases(2)[..] else {
        panic!("two bases")
    };
    let zero = G1Affine::identity();
    let points = [p, p, -p, p, zero, q, zero, zero, -q, q, q, p, p, -p, -p];
    for scalar in [Fr::ONE, -Fr::ONE, Fr::from(3), Fr::TWO_INV] {
        for count in 0..=points.len() {
            check(&vec![scalar; count], &points[..count], "special points");
        }
    }
}

#[test]
fn everything_cancels() {
    let p = bases(1)[0];
    let scalars = [Fr::from(7), -Fr::from(7), Fr::TWO_INV, -Fr::TWO_INV];
    assert_eq!(msm(&scalars, &[p; 4]), G1::default());
}

#[test]
#[should_panic(expected = "2 scalars for 1 bases")]
fn too_few_bases() {
    msm(&[Fr::ONE; 2], &bases(1));
}
