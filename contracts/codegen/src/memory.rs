//! Addresses of everything that a verifier keeps in memory.
//!
//! Solidity's own memory is not used: the code never returns to it. Blocks that the transcript hashes begin with a
//! word for the hash before them. Points are multiplied where they lie: the scalar goes into the word after them,
//! so runs of points are walked from their end, and a word follows each run.

use crate::gates::Cell;
use crate::key::KeyLayout;
use crate::model::Circuit;
use crate::openings::Openings;
use crate::word::WORD;

/// Bytes of a point.
pub const POINT: usize = 64;
/// Words before the rotations' denominators: x^n - 1, x, x - last, x - 1, and two products.
pub const DOMAIN_DENOMINATORS: usize = 6;

/// A generated verifier's memory; bytes from 0.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Named words, in the order of [`NAMES`].
    pub words: usize,
    /// Digest, public inputs, advice commitments.
    pub advice_block: usize,
    /// Public inputs.
    pub inputs: usize,
    /// Advice commitments.
    pub advice: usize,
    /// A hash, permutation products, the random polynomial.
    pub products_block: usize,
    /// A hash, the quotient's pieces.
    pub quotient_block: usize,
    /// A hash, SHPLONK's first point; its second, which nothing hashes, follows.
    pub opening_block: usize,
    /// A hash, all evaluations.
    pub evaluations_block: usize,
    /// Evaluations.
    pub evaluations: usize,
    /// Values to be inverted.
    pub denominators: usize,
    /// How many.
    pub denominator_count: usize,
    /// Their inverses.
    pub inverses: usize,
    /// Scalars of the proof's points, in their order.
    pub coefficients: usize,
    /// Scalars of the key's points, in their order.
    pub key_coefficients: usize,
    /// Sum on the right of the pairing, and room for a term.
    pub right: usize,
    /// Sum on the left of the pairing, and room for a term with its scalar.
    pub left: usize,
    /// Input of the pairing.
    pub pairing: usize,
    /// The key's data.
    pub key: usize,
    /// Temporary values of the gates.
    pub slots: usize,
    public_input: usize,
    openings: Openings,
}

/// Words with a name.
pub const NAMES: [&str; 14] = [
    "WEIGHT",
    "BETA",
    "GAMMA",
    "Y",
    "X",
    "SHPLONK_Y",
    "SHPLONK_V",
    "SHPLONK_U",
    "X_TO_N",
    "L_FIRST",
    "L_LAST",
    "L_ACTIVE",
    "PUBLIC_INPUT",
    "QUOTIENT",
];

impl Memory {
    /// Lays everything out.
    pub fn new(circuit: &Circuit, openings: &Openings, key: &KeyLayout, inputs: usize) -> Self {
        // Calls of precompiles and hashes of two words use what lies before.
        let mut next = 0x100;
        let mut take = |words: usize| {
            let at = next;
            next += words * WORD;
            at
        };
        let words = take(NAMES.len());
        let points = |count: usize| count * POINT / WORD;
        let advice_block = take(1);
        let input_words = take(inputs);
        let advice = take(points(circuit.advice));
        let products_block = take(1 + points(circuit.products() + 1));
        let quotient_block = take(1 + points(circuit.quotient_pieces));
        let opening_block = take(1 + points(2));
        let evaluations_block = take(1);
        let evaluations = take(openings.evaluations.count);
        let denominator_count = DOMAIN_DENOMINATORS + openings.rotations.len();
        let denominators = take(denominator_count);
        let inverses = take(denominator_count);
        let coefficients = take(proof_points(circuit));
        let key_coefficients = take(key.points().len() + 1);
        let right = take(points(2));
        let left = take(points(2) + 1);
        let pairing = take(12);
        let key_at = take(key.words());
        // The generator of G1 follows the key's points, and a word for its scalar.
        take(points(1) + 1);
        let slots = take(0);
        let public_input = words
            + WORD
                * NAMES
                    .iter()
                    .position(|&name| name == "PUBLIC_INPUT")
                    .unwrap_or(0);
        Self {
            words,
            advice_block,
            inputs: input_words,
            advice,
            products_block,
            quotient_block,
            opening_block,
            evaluations_block,
            evaluations,
            denominators,
            denominator_count,
            inverses,
            coefficients,
            key_coefficients,
            right,
            left,
            pairing,
            key: key_at,
            slots,
            public_input,
            openings: openings.clone(),
        }
    }

    /// Where a gate's cell lies.
    pub(crate) fn cell(&self, cell: Cell) -> usize {
        let evaluations = &self.openings.evaluations;
        let at = match cell {
            Cell::Advice { query, .. } => evaluations.advice + query,
            Cell::Fixed(query) => evaluations.fixed + query,
            Cell::Instance => return self.public_input,
        };
        self.evaluation(at)
    }

    /// Where the proof's n-th scalar lies.
    pub fn evaluation(&self, n: usize) -> usize {
        self.evaluations + n * WORD
    }
}

/// Points of a proof: advice, permutation products, random polynomial, quotient pieces, two of SHPLONK.
pub fn proof_points(circuit: &Circuit) -> usize {
    circuit.advice + circuit.products() + 1 + circuit.quotient_pieces + 2
}
