//! A verifying key as data on chain: what depends on k, on fixed cells and on the ceremony.
//!
//! The contract's code is a zero byte (STOP: it cannot be run) and then words, which a verifier copies to its memory.
//! [`KeyLayout`] says which word is what; its fingerprint, the first word, ties the key to the verifiers of its
//! circuit.

use crate::model::Circuit;
use crate::openings::{Commitment, Openings};
use crate::word::{WORD, be_bytes};
use ff::{Field, PrimeField};
use halo2_proofs::plonk;
use halo2curves::CurveAffine;
use halo2curves::bn256::{Fr, G1Affine, G2Affine};
use sha3::{Digest, Keccak256};

/// Words with a name, before the tables.
pub const NAMES: [&str; 7] = [
    "KEY_CIRCUIT",
    "KEY_DIGEST",
    "KEY_PLACES",
    "KEY_K",
    "KEY_N_INVERSE",
    "KEY_OMEGA",
    "KEY_OMEGA_LAST",
];

/// Which word of a key's data is what.
#[derive(Clone, Debug)]
pub struct KeyLayout {
    rotations: Vec<i32>,
    /// Of every set with several points, the set and a rotation: the constant part of a Lagrange denominator.
    lagrange: Vec<(usize, i32)>,
    sets: Vec<Vec<i32>>,
    points: Vec<Commitment>,
    last_rotation: i32,
    circuit: [u8; 32],
}

/// A key does not fit its circuit's verifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Two rotations are one point: queries would collide.
    #[error("rotations {0} and {1} are the same row of a domain of 2^{2} rows")]
    Rotations(i32, i32, u32),
    /// A coordinate of the point at infinity in G2.
    #[error("the key's [tau]_2 is the point at infinity")]
    TauAtInfinity,
}

impl KeyLayout {
    /// The layout for a circuit. `circuit_text` is everything that its verifier's code depends on.
    pub fn new(circuit: &Circuit, openings: &Openings, circuit_text: &str) -> Self {
        let several = |set: &&(usize, Vec<i32>)| set.1.len() > 1;
        let sets: Vec<_> = openings
            .sets
            .iter()
            .map(|set| set.rotations.clone())
            .collect();
        let lagrange = sets
            .iter()
            .cloned()
            .enumerate()
            .collect::<Vec<_>>()
            .iter()
            .filter(several)
            .flat_map(|(i, rotations)| rotations.iter().map(|&rotation| (*i, rotation)))
            .collect();
        let opened = |commitment: &Commitment| {
            openings
                .sets
                .iter()
                .flat_map(|set| &set.commitments)
                .any(|(other, _)| other == commitment)
        };
        // A fixed column that no gate looks at is not opened: the key need not hold it.
        let points = (0..circuit.fixed)
            .map(Commitment::Fixed)
            .filter(opened)
            .chain((0..circuit.wired.len()).map(Commitment::Sigma))
            .collect();
        Self {
            rotations: openings.rotations.clone(),
            lagrange,
            sets,
            points,
            last_rotation: circuit.last_rotation(),
            circuit: Keccak256::digest(circuit_text.as_bytes()).into(),
        }
    }

    /// Fingerprint of the circuit, the key's first word.
    pub fn circuit(&self) -> [u8; 32] {
        self.circuit
    }

    /// Offset in bytes of a named word.
    pub fn name(&self, name: &str) -> Option<usize> {
        NAMES
            .iter()
            .position(|&other| other == name)
            .map(|i| i * WORD)
    }

    /// Offset of omega^rotation.
    pub fn rotation(&self, rotation: i32) -> Option<usize> {
        let place = self.rotations.iter().position(|&other| other == rotation)?;
        Some((NAMES.len() + place) * WORD)
    }

    /// Offset of the first power of omega.
    pub fn first_rotation(&self) -> usize {
        NAMES.len() * WORD
    }

    /// Offset of a Lagrange denominator's constant part, inverted; none where a set has one point.
    pub fn lagrange(&self, set: usize, rotation: i32) -> Option<usize> {
        let place = self
            .lagrange
            .iter()
            .position(|&other| other == (set, rotation))?;
        Some((NAMES.len() + self.rotations.len() + place) * WORD)
    }

    /// Offset of `[tau]_2`.
    pub fn tau(&self) -> usize {
        (NAMES.len() + self.rotations.len() + self.lagrange.len()) * WORD
    }

    /// Commitments that the key holds, in order.
    pub fn points(&self) -> &[Commitment] {
        &self.points
    }

    /// Offset of the first commitment.
    pub fn first_point(&self) -> usize {
        self.tau() + 4 * WORD
    }

    /// Words of a key's data.
    pub fn words(&self) -> usize {
        self.first_point() / WORD + 2 * self.points.len()
    }

    /// The data of a key of this circuit.
    pub fn data(
        &self,
        key: &plonk::VerifyingKey<G1Affine>,
        k: u32,
        tau: G2Affine,
        places: u32,
    ) -> Result<Vec<u8>, KeyError> {
        self.require_distinct_rotations(k)?;
        let omega = (k..Fr::S).fold(Fr::ROOT_OF_UNITY, |root, _| root.square());
        let power = |rotation: i32| {
            let row = i64::from(rotation).rem_euclid(1 << k);
            omega.pow_vartime([row as u64])
        };
        let n_inverse = Fr::TWO_INV.pow_vartime([u64::from(k)]);
        let mut data = self.circuit.to_vec();
        let mut word = |value: Fr| data.extend(be_bytes(&value));
        word(key.transcript_repr());
        word(Fr::from(u64::from(places)));
        word(Fr::from(u64::from(k)));
        word(n_inverse);
        word(omega);
        word(power(self.last_rotation));
        for &rotation in &self.rotations {
            word(power(rotation));
        }
        for &(set, rotation) in &self.lagrange {
            let denominator: Fr = self.sets[set]
                .iter()
                .filter(|&&other| other != rotation)
                .map(|&other| power(rotation) - power(other))
                .product();
            let inverse = Option::<Fr>::from(denominator.invert());
            word(inverse.expect("rotations are distinct modulo 2^k"));
        }
        let coordinates = Option::<halo2curves::Coordinates<G2Affine>>::from(tau.coordinates());
        let tau = coordinates.ok_or(KeyError::TauAtInfinity)?;
        for coordinate in [tau.x().c1, tau.x().c0, tau.y().c1, tau.y().c0] {
            data.extend(be_bytes(&coordinate));
        }
        for commitment in &self.points {
            let point = match *commitment {
                Commitment::Fixed(column) => key.fixed_commitments()[column],
                Commitment::Sigma(column) => key.permutation().commitments()[column],
                _ => unreachable!("a key holds fixed columns and permutation polynomials"),
            };
            // A column of zeros commits to infinity, which the precompiles spell as (0, 0), like halo2curves.
            data.extend(be_bytes(&point.x));
            data.extend(be_bytes(&point.y));
        }
        debug_assert_eq!(data.len(), self.words() * WORD);
        Ok(data)
    }

    fn require_distinct_rotations(&self, k: u32) -> Result<(), KeyError> {
        let row = |rotation: i32| i64::from(rotation).rem_euclid(1 << k);
        for (i, &a) in self.rotations.iter().enumerate() {
            for &b in &self.rotations[i + 1..] {
                if row(a) == row(b) {
                    return Err(KeyError::Rotations(a, b, k));
                }
            }
        }
        Ok(())
    }
}
