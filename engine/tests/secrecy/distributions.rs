//! For two secrets of one statement, no element of the proof is distributed differently.
//!
//! The lowest four bits of each element (of a point, of its x) are counted over many proofs of each secret, and
//! the counts of both are compared by a chi-squared test. Seeds are fixed, so the result is too.

use crate::circuit::{
    ADVICE, ADVICE_ROTATIONS, BLINDING, PERMUTED, PIECES, PRODUCT_ROTATIONS, SECRETS, Setting,
};
use crate::generator::Generator;
use std::ops::Range;
use vigil_params::transcript::{POINT_BYTES, SCALAR_BYTES};

/// Proofs of each secret.
const PROOFS: u64 = 1000;
const BINS: usize = 16;
/// With 15 degrees of freedom, two equal distributions exceed this once in a million times.
const THRESHOLD: f64 = 56.5;

/// What an element is, and where its lowest byte lies in the proof.
fn elements() -> Vec<(String, usize)> {
    let mut elements = Vec::new();
    let mut end = 0;
    let mut put = |name: String, bytes: usize| {
        // Big-endian; a point is x and y.
        elements.push((name, end + SCALAR_BYTES - 1));
        end += bytes;
    };
    let points = (0..ADVICE)
        .map(|i| format!("advice {i}"))
        .chain((0..PERMUTED).map(|i| format!("product {i}")))
        .chain(["random polynomial".into()])
        .chain((0..PIECES).map(|i| format!("piece {i}")));
    points.for_each(|name| put(name, POINT_BYTES));
    // In the order of the queries: equality comes first.
    for (column, rotation) in [(0, 0), (1, 0), (0, 1)] {
        assert!(ADVICE_ROTATIONS[column].contains(&rotation));
        put(format!("advice {column} at {rotation}"), SCALAR_BYTES);
    }
    put("fixed".into(), SCALAR_BYTES);
    put("random polynomial at 0".into(), SCALAR_BYTES);
    (0..PERMUTED).for_each(|i| put(format!("sigma {i}"), SCALAR_BYTES));
    for (i, rotations) in PRODUCT_ROTATIONS.iter().enumerate() {
        for rotation in *rotations {
            put(format!("product {i} at {rotation}"), SCALAR_BYTES);
        }
    }
    put("first opening".into(), POINT_BYTES);
    put("second opening".into(), POINT_BYTES);
    elements
}

/// Names of the elements whose distribution depends on the secret.
fn suspicious(proofs: u64, stuck: Range<usize>) -> Vec<String> {
    let setting = Setting::new();
    let elements = elements();
    let mut counts = vec![[[0u32; BINS]; 2]; elements.len()];
    for (i, secret) in SECRETS.into_iter().enumerate() {
        for proof in 0..proofs {
            let seed = 2 * proof + i as u64;
            let proof = setting.prove(secret, Generator::new(seed, stuck.clone()));
            let length = proof.len();
            assert_eq!(length, elements[elements.len() - 1].1 + 1 + SCALAR_BYTES);
            for ((_, place), counts) in elements.iter().zip(&mut counts) {
                counts[i][usize::from(proof[*place]) % BINS] += 1;
            }
        }
    }
    elements
        .into_iter()
        .zip(counts)
        .filter(|(_, counts)| chi_squared(counts) > THRESHOLD)
        .map(|((name, _), _)| name)
        .collect()
}

/// Of two samples of one size: the sum of `(a - b)^2 / (a + b)`.
fn chi_squared([a, b]: &[[u32; BINS]; 2]) -> f64 {
    a.iter()
        .zip(b)
        .filter(|(a, b)| **a + **b > 0)
        .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2) / f64::from(a + b))
        .sum()
}

#[test]
fn no_element_depends_on_the_secret() {
    assert_eq!(suspicious(PROOFS, 0..0), [""; 0]);
}

/// An advice column without blinding has one commitment for each secret.
#[test]
fn an_advice_column_without_blinding_is_caught() {
    let rows = BLINDING + 1;
    for column in 0..ADVICE {
        let stuck = column * rows..(column + 1) * rows;
        assert_eq!(suspicious(PROOFS / 10, stuck), [format!("advice {column}")]);
    }
}

/// Without any randomness at all, all elements give the secret away, except those that are equal by chance in their lowest
/// four bits and those that do not depend on it.
#[test]
fn a_seed_for_two_witnesses_is_caught_everywhere() {
    let caught = suspicious(PROOFS / 10, 0..usize::MAX);
    let all = elements();
    let missed: Vec<_> = all
        .iter()
        .filter(|(name, _)| !caught.contains(name))
        .collect();
    assert!(missed.len() <= all.len() / BINS + 2, "{missed:?}");
}
