//! Sums of scalar times point.

use crate::build::emulator;
use crate::kernels::numbers;
use ff::{Field, PrimeField};
use group::prime::PrimeCurveAffine;
use group::{Curve, Group};
use halo2curves::bn256::{Fr, G1, G1Affine};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use vigil_engine::msm::msm;

fn points(count: usize) -> Vec<G1Affine> {
    let mut point = G1::generator() * Fr::from(0x5eed);
    let points: Vec<G1> = (0..count)
        .map(|_| {
            point = point.double() + G1::generator();
            point
        })
        .collect();
    let mut affine = vec![G1Affine::identity(); count];
    G1::batch_normalize(&points, &mut affine);
    affine
}

fn compare(k: u32, name: &str, scalars: &[Fr], bases: &[G1Affine]) {
    let device = emulator().device(k).unwrap();
    let vector = device.upload(scalars).unwrap();
    let on_device = device.upload_bases(bases).unwrap();
    let got = device.commit(&on_device, &vector).unwrap();
    assert_eq!(got, msm(scalars, bases).to_affine(), "{name}, k = {k}");
}

/// (r - 1) / 2 and what lies around it: where a scalar's sign changes.
fn around_half() -> [Fr; 4] {
    let half = -Fr::ONE * Fr::TWO_INV;
    [half - Fr::ONE, half, half + Fr::ONE, half.double()]
}

#[test]
fn all_kinds_of_scalars() {
    for k in [1, 2, 4, 7, 10] {
        let size = 1usize << k;
        let bases = points(size);
        let mut rng = ChaCha20Rng::seed_from_u64(k.into());
        let fill = |value: Fr| vec![value; size];
        let mut short = |bits: u32| -> Vec<Fr> {
            (0..size)
                .map(|_| Fr::from(rng.next_u64() >> (64 - bits)))
                .collect()
        };
        let cases = [
            ("mixed", numbers(size, 1)),
            ("zeros", fill(Fr::ZERO)),
            ("ones", fill(Fr::ONE)),
            ("minus ones", fill(-Fr::ONE)),
            ("bits", short(1)),
            ("bytes", short(8)),
            ("words", short(64)),
            ("halves", (0..size).map(|i| around_half()[i % 4]).collect()),
        ];
        for (name, scalars) in cases {
            compare(k, name, &scalars, &bases);
        }
    }
}

/// Digits of all ones, and of exactly half a window, where signs and carries meet.
#[test]
fn powers_of_two_and_their_neighbours() {
    let bases = points(1 << 10);
    for offset in [-Fr::ONE, Fr::ZERO, Fr::ONE] {
        let scalars: Vec<Fr> = (0..1 << 10)
            .map(|i| Fr::from(2).pow_vartime([i % 256]) + offset)
            .collect();
        compare(10, "powers of two", &scalars, &bases);
    }
}

/// Sums that meet the point itself, its negative, or infinity.
#[test]
fn points_that_are_equal_opposite_or_infinite() {
    let k = 8;
    let size = 1 << k;
    let point = points(1)[0];
    let scalars = numbers(size, 9);
    let with = |f: &dyn Fn(usize) -> G1Affine| (0..size).map(f).collect::<Vec<_>>();
    let one = vec![Fr::ONE; size];
    for scalars in [&scalars, &one] {
        compare(k, "equal", scalars, &with(&|_| point));
        compare(
            k,
            "opposite",
            scalars,
            &with(&|i| if i % 2 == 0 { point } else { -point }),
        );
        compare(k, "infinite", scalars, &with(&|_| G1Affine::identity()));
        compare(
            k,
            "some infinite",
            scalars,
            &with(&|i| {
                if i % 3 == 0 {
                    G1Affine::identity()
                } else {
                    point
                }
            }),
        );
    }
}

/// A column of a witness: nearly all points under one digit, and a few random rows.
#[test]
fn a_bucket_with_nearly_all_points() {
    let size = 1 << 11;
    let mut scalars = vec![Fr::ONE; size];
    let random = numbers(16, 4);
    scalars[size - 16..].copy_from_slice(&random);
    scalars[17] = Fr::from(3);
    compare(11, "skewed", &scalars, &points(size));
}
