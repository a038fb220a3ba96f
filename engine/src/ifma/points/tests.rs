//! Against sums by the library, with points that no line goes through.

use super::{Adder, Source, affine};
use crate::ifma::Ifma;
use crate::msm::Digit;
use ff::Field;
use group::Curve;
use group::prime::PrimeCurveAffine;
use halo2curves::bn256::{Fr, G1, G1Affine};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

fn check(digits: &[Digit], bases: &[G1Affine], block: usize) {
    let Some(ifma) = Ifma::detect() else {
        return;
    };
    let (mut buckets, mut sums) = (Vec::new(), Vec::new());
    let mut adder = Adder::new(ifma, block);
    let source = Source::Bases(digits, bases);
    adder.sums(
        source,
        |place| digits[place].bucket,
        &mut buckets,
        &mut sums,
    );
    // And what was summed in pieces once more, from points.
    let (mut whole_buckets, mut whole) = (Vec::new(), Vec::new());
    adder.sums(
        Source::Points(&sums),
        |place| buckets[place],
        &mut whole_buckets,
        &mut whole,
    );
    let sums = affine(ifma, &whole);
    let mut expected: Vec<(u32, G1)> = Vec::new();
    for digit in digits {
        let base = bases[digit.index()];
        let point = if digit.is_negative() { -base } else { base };
        match expected.last_mut() {
            Some((bucket, sum)) if *bucket == digit.bucket => *sum += point,
            _ => expected.push((digit.bucket, point.to_curve())),
        }
    }
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(bucket, sum)| (bucket, sum.to_affine()))
        .collect();
    let found: Vec<_> = whole_buckets.into_iter().zip(sums).collect();
    assert_eq!(found, expected);
}

fn bases(count: usize, rng: &mut ChaCha20Rng) -> Vec<G1Affine> {
    (0..count)
        .map(|_| (G1::generator() * Fr::random(&mut *rng)).to_affine())
        .collect()
}

#[test]
fn runs_of_all_lengths() {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let bases = bases(100, &mut rng);
    for count in [1, 2, 7, 8, 9, 16, 33, 500] {
        let mut bucket = 1;
        let digits: Vec<Digit> = (0..count)
            .map(|i| {
                bucket += u32::from(rng.next_u32() % 5 == 0);
                Digit {
                    bucket,
                    tag: (i * 7 % 100) << 1 | rng.next_u32() & 1,
                }
            })
            .collect();
        for block in [4096, 512] {
            check(&digits, &bases, block);
        }
    }
}

#[test]
fn equal_and_opposite_points_and_the_identity() {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let mut bases = bases(3, &mut rng);
    bases.push(G1Affine::identity());
    for seed in 0..20 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut bucket = 1;
        let digits: Vec<Digit> = (0..60)
            .map(|_| {
                bucket += u32::from(rng.next_u32() % 6 == 0);
                Digit {
                    bucket,
                    tag: rng.next_u32() % 8,
                }
            })
            .collect();
        check(&digits, &bases, 4096);
    }
}
