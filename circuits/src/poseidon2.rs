//! Poseidon2 over the BN254 scalar field, t = 4: the one hash of the protocol (section 3).
//!
//! Three uses, three functions: [`permute`], [`compress4`] for tree nodes, [`sponge`] for
//! everything that has a domain. The in-circuit twin is `crate::gates`'s `permutation`.

pub mod constants;

use constants::{
    EXTERNAL_CONSTANTS, HALF_EXTERNAL_ROUNDS, INTERNAL_CONSTANTS, INTERNAL_DIAGONAL, WIDTH,
};
use ff::Field;
use halo2curves::bn256::Fr;

/// State of the permutation.
pub type State = [Fr; WIDTH];

/// Elements that the sponge absorbs per permutation; the fourth is the capacity.
pub const RATE: usize = WIDTH - 1;

/// What a sponge hash is about. Two domains never give the same input to the permutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Domain {
    /// Operator id, `sponge(1; secret, pool)`.
    Operator = 1,
    /// Validator tag, `sponge(2; secret, index, pool)`.
    Tag = 2,
    /// Leaf of the registry tree, `sponge(3; index, tag)`.
    RegistryLeaf = 3,
    /// Registry root, `sponge(4; tree root, N)`.
    RegistryRoot = 4,
    /// Leaf of the ledger tree, `sponge(5; meta, tag, duties, words)`.
    LedgerLeaf = 5,
    /// Ledger root, `sponge(6; tree root, registry root, chain, start, epochs, N)`.
    LedgerRoot = 6,
}

impl Domain {
    /// The sponge's initial capacity element for `len` inputs: `domain + 2^64 * len`.
    pub const fn capacity(self, len: usize) -> Fr {
        Fr::from_raw([self as u64, len as u64, 0, 0])
    }
}

/// `x^5`, the S-box.
#[inline]
pub fn sbox(x: Fr) -> Fr {
    x.square().square() * x
}

/// The external linear layer, `EXTERNAL_MATRIX * state`.
#[inline]
pub fn external_layer(state: &State) -> State {
    // Additions only: 5a+7b+c+3d etc. by the schedule of the Poseidon2 paper, appendix B.
    let [a, b, c, d] = *state;
    let t0 = a + b;
    let t1 = c + d;
    let t2 = b.double() + t1;
    let t3 = d.double() + t0;
    let t4 = t1.double().double() + t3;
    let t5 = t0.double().double() + t2;
    [t3 + t5, t5, t2 + t4, t4]
}

/// The internal linear layer, `(J + diag) * state`.
#[inline]
pub fn internal_layer(state: &State) -> State {
    let sum = state.iter().sum::<Fr>();
    std::array::from_fn(|i| sum + INTERNAL_DIAGONAL[i] * state[i])
}

/// The permutation: an external layer, 4 external rounds, 56 internal, 4 external.
pub fn permute(input: State) -> State {
    let external_round = |state: State, constants: &State| {
        external_layer(&std::array::from_fn(|i| sbox(state[i] + constants[i])))
    };
    let (first, last) = EXTERNAL_CONSTANTS.split_at(HALF_EXTERNAL_ROUNDS);
    let state = first.iter().fold(external_layer(&input), external_round);
    let state = INTERNAL_CONSTANTS
        .iter()
        .fold(state, |mut state, constant| {
            state[0] = sbox(state[0] + constant);
            internal_layer(&state)
        });
    last.iter().fold(state, external_round)
}

/// A node of an arity-4 tree: `P(children)[0] + children[0]`.
///
/// The feed-forward makes the permutation one-way; without it anyone could invert a node.
pub fn compress4(children: &State) -> Fr {
    permute(*children)[0] + children[0]
}

/// Sponge hash of `inputs` under `domain`; inputs are padded with zeros to a multiple of [`RATE`].
pub fn sponge(domain: Domain, inputs: &[Fr]) -> Fr {
    let mut state = [Fr::ZERO, Fr::ZERO, Fr::ZERO, domain.capacity(inputs.len())];
    for block in inputs.chunks(RATE) {
        for (cell, input) in state.iter_mut().zip(block) {
            *cell += input;
        }
        state = permute(state);
    }
    state[0]
}

#[cfg(test)]
mod tests {
    use super::constants::EXTERNAL_MATRIX;
    use super::*;
    use ark_ff::{BigInteger, PrimeField as _};
    use ff::{FromUniformBytes, PrimeField as _};
    use proptest::prelude::*;

    fn to_ark(x: Fr) -> ark_bn254::Fr {
        ark_bn254::Fr::from_le_bytes_mod_order(x.to_repr().as_ref())
    }

    fn from_ark(x: ark_bn254::Fr) -> Fr {
        let mut repr = [0u8; 32];
        repr.copy_from_slice(&x.into_bigint().to_bytes_le());
        Fr::from_repr(repr).expect("both crates use the same modulus")
    }

    proptest! {
        #[test]
        fn agrees_with_an_independent_crate(seed in prop::array::uniform4(any::<[u64; 8]>())) {
            let state = seed.map(|limbs| {
                let mut bytes = [0u8; 64];
                for (chunk, limb) in bytes.chunks_mut(8).zip(limbs) {
                    chunk.copy_from_slice(&limb.to_le_bytes());
                }
                Fr::from_uniform_bytes(&bytes)
            });
            let theirs = taceo_poseidon2::bn254::t4::permutation(&state.map(to_ark));
            prop_assert_eq!(permute(state), theirs.map(from_ark));
        }

        #[test]
        fn external_layer_is_the_matrix(limbs in any::<[u64; 4]>()) {
            let state = limbs.map(Fr::from);
            let product: State = std::array::from_fn(|i| {
                (0..WIDTH).map(|j| Fr::from(EXTERNAL_MATRIX[i][j]) * state[j]).sum()
            });
            prop_assert_eq!(external_layer(&state), product);
        }
    }

    #[test]
    fn domains_and_lengths_separate() {
        let one = [Fr::ONE];
        assert_ne!(sponge(Domain::Operator, &one), sponge(Domain::Tag, &one));
        assert_ne!(
            sponge(Domain::Operator, &one),
            sponge(Domain::Operator, &[Fr::ONE, Fr::ZERO])
        );
    }
}
