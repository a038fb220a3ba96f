//! How much memory a proof takes at most, told beforehand.
//!
//! Nearly all of it is columns, and how many there are at once follows from the circuit. The sum is an estimate: a test compares it
//! with what proofs were seen to take.

use halo2_proofs::plonk::ConstraintSystem;
use halo2curves::bn256::{Fr, G1Affine};

/// Bytes of scratch that one sum over points needs for each point: magnitudes, shifted ones, digits.
const SUM: usize = 40 + 40 + 16;

/// Bytes that making one proof takes, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The parameters' points.
    pub parameters: usize,
    /// halo2's proving key.
    pub key: usize,
    /// What the engine makes of it.
    pub prepared: usize,
    /// The circuit's cells, and all columns and polynomials at their peak.
    pub proof: usize,
}

impl Estimate {
    /// For a circuit of 2^k rows, on so many threads.
    pub fn new(cs: &ConstraintSystem<Fr>, k: u32, threads: usize) -> Self {
        let rows = 1 << k;
        let column = rows * size_of::<Fr>();
        let pieces = cs.degree() - 1;
        let permuted = cs.permutation().get_columns().len();
        let products = permuted.div_ceil(pieces.max(2) - 1);
        let of_key = cs.num_fixed_columns() + permuted;
        let advice = cs.num_advice_columns();
        let of_proof = advice + cs.num_instance_columns() + products;
        // Values, coefficients, values on a coset; the random polynomial, and the quotient on each coset.
        let quotient = column * (3 * of_proof + 1 + pieces);
        // The circuit's own cells, beside their copy.
        let commitments = column * (2 * advice) + threads * rows * SUM;
        Self {
            parameters: 2 * rows * size_of::<G1Affine>(),
            key: column * (2 * of_key + 3),
            // Each of the key's columns and four more on each coset, whose powers are kept as well; roots; a basis.
            prepared: column * (pieces * (of_key + 5) + 2) + rows * size_of::<G1Affine>(),
            proof: quotient.max(commitments) + threads * rows * SUM,
        }
    }

    /// All of it.
    pub fn total(&self) -> usize {
        self.parameters + self.key + self.prepared + self.proof
    }
}
