//! For two secrets of one statement, no element of the proof is distributed differently.
//!
//! The lowest four bits of each element (of a point, of its x) are counted over many proofs of each secret, and
//! the counts of both are compared by a chi-squared test. Seeds are fixed, so the result is too.

use crate::circuit::{
    ADVICE, ADVICE_ROTATIONS, BLINDING, PERMUTED, PIECES, PRODUCT_ROTATIONS, SECRETS, Setting,
};
use crate::generator::Generator;
use vigil_params::transcript::{POINT_BYTES, SCALAR_BYTES};

/// Proofs of each secret.
const PROOFS: u64 = 1000;
/// For the columns' rows and the blinds that KZG drops.
const COLUMN_DRAWS: usize = ADVICE * (BLINDING + 1) + ADVICE + PERMUTED * (BLINDING + 1);
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

/// Names of the elements whose distribution depends on the secret. `prove` makes a proof of the one secret or the other,
/// by a seed; elements are given by the place of their lowest byte.
pub(crate) fn suspicious(
    elements: &[(String, usize)],
    proofs: u64,
    prove: impl Fn(usize, u64) -> Vec<u8>,
) -> Vec<String> {
    let mut counts = vec![[[0u32; BINS]; 2]; elements.len()];
    for secret in [0, 1] {
        for proof in 0..proofs {
            let proof = prove(secret, 2 * proof + secret as u64);
            let length = proof.len();
            assert_eq!(length, elements[elements.len() - 1].1 + 1 + SCALAR_BYTES);
            for ((_, place), counts) in elements.iter().zip(&mut counts) {
                counts[secret][usize::from(proof[*place]) % BINS] += 1;
            }
        }
    }
    elements
        .iter()
        .zip(counts)
        .filter(|(_, counts)| chi_squared(counts) > THRESHOLD)
        .map(|((name, _), _)| name.clone())
        .collect()
}

/// The same, of proofs of the smallest circuit, by a generator that is made of a seed.
fn suspicious_factors(
    setting: &Setting,
    proofs: u64,
    generator: impl Fn(u64) -> Generator,
) -> Vec<String> {
    suspicious(&elements(), proofs, |secret, seed| {
        setting.prove(SECRETS[secret], generator(seed))
    })
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
    for setting in [Setting::new(), Setting::with_border()] {
        let caught = suspicious_factors(&setting, PROOFS, |seed| Generator::new(seed, 0..0));
        assert_eq!(caught, [""; 0]);
    }
}

/// An advice column without blinding has one commitment for each secret.
#[test]
fn an_advice_column_without_blinding_is_caught() {
    let (setting, rows) = (Setting::new(), BLINDING + 1);
    for column in 0..ADVICE {
        let stuck = column * rows..(column + 1) * rows;
        let caught = suspicious_factors(&setting, PROOFS / 10, |seed| {
            Generator::new(seed, stuck.clone())
        });
        assert_eq!(caught, [format!("advice {column}")]);
    }
}

/// Without any randomness at all, all elements give the secret away, except those that are equal by chance in their lowest
/// four bits and those that do not depend on it.
#[test]
fn a_seed_for_two_witnesses_is_caught_everywhere() {
    let caught = suspicious_factors(&Setting::new(), PROOFS / 10, |seed| {
        Generator::new(seed, 0..usize::MAX)
    });
    let all = elements();
    let missed: Vec<_> = all
        .iter()
        .filter(|(name, _)| !caught.contains(name))
        .collect();
    assert!(missed.len() <= all.len() / BINS + 2, "{missed:?}");
}

/// The columns and the random polynomial have no randomness here, so what hides the pieces is their own: the multiples of
/// `X^n`. Without these the pieces give the secret away, each as far as its lowest four bits are not equal by chance.
#[test]
fn pieces_have_blinding_of_their_own() {
    let generator = |seed| Generator::for_pieces(seed, COLUMN_DRAWS);
    let pieces = |setting: &Setting| {
        let mut caught = suspicious_factors(setting, PROOFS / 4, generator);
        assert!(caught.iter().any(|name| name == "advice 0"), "{caught:?}");
        caught.retain(|name| name.starts_with("piece"));
        caught
    };
    assert_eq!(pieces(&Setting::with_border()), [""; 0]);
    let all: Vec<_> = (0..PIECES).map(|i| format!("piece {i}")).collect();
    assert_eq!(pieces(&Setting::new()), all);
}
