//! Transforms, evaluations, combinations, divisions.

use crate::build::emulator;
use ff::Field;
use halo2curves::bn256::Fr;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use vigil_engine::fft::Fft;

/// Random numbers with those at the ends of the field among them.
pub(crate) fn numbers(count: usize, seed: u64) -> Vec<Fr> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let ends = [Fr::ZERO, Fr::ONE, -Fr::ONE];
    (0..count)
        .map(|i| match i % 5 {
            0 => ends[i / 5 % 3],
            _ => Fr::random(&mut rng),
        })
        .collect()
}

/// Vectors that are all one number, and a mixed one.
fn vectors(count: usize) -> Vec<Vec<Fr>> {
    let mut vectors = vec![numbers(count, count as u64)];
    for value in [Fr::ZERO, Fr::ONE, -Fr::ONE] {
        vectors.push(vec![value; count]);
    }
    vectors
}

pub(crate) fn powers(base: Fr, count: usize) -> Vec<Fr> {
    let powers = std::iter::successors(Some(Fr::ONE), |power| Some(*power * base));
    powers.take(count).collect()
}

/// 11 and 12 take two passes, of different lengths and of the same.
const SIZES: [u32; 8] = [1, 2, 3, 5, 8, 10, 11, 12];

#[test]
fn what_goes_up_comes_down() {
    for k in [1, 9] {
        let device = emulator().device(k).unwrap();
        let scalars = numbers(1 << k, 3);
        let vector = device.upload(&scalars).unwrap();
        assert_eq!(device.download(&vector).unwrap(), scalars);
    }
}

#[test]
fn transforms() {
    for k in SIZES {
        let device = emulator().device(k).unwrap();
        let fft = Fft::new(k);
        let shift = Fr::from(7);
        let shifts = powers(shift, 1 << k);
        let on_device = device.powers(shift).unwrap();
        assert_eq!(device.download(&on_device).unwrap(), shifts, "{k}");
        for input in vectors(1 << k) {
            let vector = device.upload(&input).unwrap();
            let mut coefficients = input.clone();
            fft.coefficients(&mut coefficients);
            let got = device.coefficients(&vector).unwrap();
            assert_eq!(device.download(&got).unwrap(), coefficients, "{k}");

            let mut values = vec![Fr::ZERO; 1 << k];
            fft.coset_values(&input, &shifts, &mut values);
            let got = device.coset_values(&vector, &on_device).unwrap();
            assert_eq!(device.download(&got).unwrap(), values, "{k}");
        }
    }
}

#[test]
fn points_of_the_domain() {
    for k in SIZES {
        let device = emulator().device(k).unwrap();
        let shift = Fr::from(11);
        let omega = Fft::new(k).omega();
        let expected: Vec<Fr> = powers(omega, 1 << k).iter().map(|x| shift * x).collect();
        let points = device.points(shift).unwrap();
        assert_eq!(device.download(&points).unwrap(), expected, "{k}");
    }
}

#[test]
fn evaluations_with_rotations() {
    for k in SIZES {
        let size = 1usize << k;
        let device = emulator().device(k).unwrap();
        let weights = numbers(size, 1);
        let on_device = device.upload(&weights).unwrap();
        let inputs = vectors(size);
        let vectors: Vec<_> = inputs.iter().map(|v| device.upload(v).unwrap()).collect();
        let rotations = [0, 1, -1, -7, i32::MAX, i32::MIN, size as i32];
        let queries: Vec<_> = vectors
            .iter()
            .flat_map(|vector| rotations.map(|rotation| (vector, rotation)))
            .collect();
        let got = device.dots(&on_device, &queries).unwrap();
        let expected: Vec<Fr> = inputs
            .iter()
            .flat_map(|input| rotations.map(|rotation| dot(input, &weights, rotation)))
            .collect();
        assert_eq!(got, expected, "{k}");
        assert_eq!(device.dots(&on_device, &[]).unwrap(), []);
    }
}

fn dot(input: &[Fr], weights: &[Fr], rotation: i32) -> Fr {
    let size = input.len() as i64;
    let weight = |i: i64| weights[(i - i64::from(rotation)).rem_euclid(size) as usize];
    (0..size).map(|i| input[i as usize] * weight(i)).sum()
}

#[test]
fn the_lagrange_basis_evaluates() {
    for k in SIZES {
        let size = 1usize << k;
        let device = emulator().device(k).unwrap();
        let values = numbers(size, 2);
        let mut coefficients = values.clone();
        Fft::new(k).coefficients(&mut coefficients);
        let x = Fr::from(0x1234_5678);
        let weights = device.lagrange(x).unwrap();
        let vector = device.upload(&values).unwrap();
        let got = device.dots(&weights, &[(&vector, 0)]).unwrap();
        let expected = coefficients
            .iter()
            .rev()
            .fold(Fr::ZERO, |sum, c| sum * x + c);
        assert_eq!(got, [expected], "{k}");
        assert!(device.lagrange(Fft::new(k).rotation(5)).is_err(), "{k}");
    }
}

#[test]
fn combinations() {
    for k in SIZES {
        let size = 1usize << k;
        let device = emulator().device(k).unwrap();
        let inputs = vectors(size);
        let factors = [Fr::from(5), Fr::ZERO, Fr::ONE, -Fr::ONE];
        let vectors: Vec<_> = inputs.iter().map(|v| device.upload(v).unwrap()).collect();
        let terms: Vec<_> = vectors.iter().zip(factors).collect();
        let got = device.combine(&terms).unwrap();
        let expected: Vec<Fr> = (0..size)
            .map(|i| {
                inputs
                    .iter()
                    .zip(factors)
                    .map(|(v, factor)| v[i] * factor)
                    .sum()
            })
            .collect();
        assert_eq!(device.download(&got).unwrap(), expected, "{k}");
        let nothing = device.combine(&[]).unwrap();
        assert_eq!(device.download(&nothing).unwrap(), vec![Fr::ZERO; size]);
    }
}

#[test]
fn divisions() {
    let point_sets: [&[Fr]; 4] = [
        &[],
        &[Fr::ZERO],
        &[Fr::ONE, -Fr::ONE],
        &[Fr::from(3), Fr::from(0xabcdef), Fr::from(3)],
    ];
    for k in SIZES {
        let device = emulator().device(k).unwrap();
        for input in vectors(1 << k) {
            let vector = device.upload(&input).unwrap();
            for points in point_sets {
                let mut quotient = input.clone();
                let remainders: Vec<Fr> = points
                    .iter()
                    .map(|point| divide(&mut quotient, *point))
                    .collect();
                let (got, rest) = device.divide(&vector, points).unwrap();
                assert_eq!(device.download(&got).unwrap(), quotient, "{k}");
                assert_eq!(rest, remainders, "{k}");
            }
        }
    }
}

/// Horner's rule, whose intermediate results are the quotient.
fn divide(polynomial: &mut [Fr], point: Fr) -> Fr {
    polynomial.iter_mut().rev().fold(Fr::ZERO, |carry, term| {
        let next = *term + carry * point;
        *term = carry;
        next
    })
}
