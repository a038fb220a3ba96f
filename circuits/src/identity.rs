//! Who is who: pools, operators and validator tags (protocol section 4).

use crate::poseidon2::{Domain, sponge};
use ff::{Field, FromUniformBytes, PrimeField};
use halo2curves::bn256::Fr;
use rand_core::{CryptoRng, RngCore};
use sha3::{Digest, Keccak256};
use zeroize::Zeroize;

/// Bits of a validator index.
pub const INDEX_BITS: usize = 40;

/// 20 bytes of an EVM account.
pub type Address = [u8; 20];

/// The pool on its chain: `keccak256(abi.encode(chain id, pool address)) >> 8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool(pub Fr);

impl Pool {
    /// The pool contract at `address` on the EVM chain `chain_id`.
    pub fn new(chain_id: u64, address: &Address) -> Self {
        Self(keccak_shifted(&[
            uint_word(chain_id),
            address_word(address),
        ]))
    }
}

/// What a proof is for; part of its context, so that no proof serves another purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A duty proof, `"vigil.duty.v1"`; the account is the payout address.
    Duty,
    /// An enrolment proof, `"vigil.enrol.v1"`; the account is the owner.
    Enrolment,
    /// A registration's membership proof, `"vigil.register.v1"`; the account is 0.
    Registration,
}

impl Purpose {
    /// The text whose Keccak hash stands in the context.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Duty => "vigil.duty.v1",
            Self::Enrolment => "vigil.enrol.v1",
            Self::Registration => "vigil.register.v1",
        }
    }
}

/// Context of a proof:
/// `keccak256(abi.encode(uint256 chain id, address pool, address account, bytes32 purpose)) >> 8`.
pub fn context(chain_id: u64, pool: &Address, account: &Address, purpose: Purpose) -> Fr {
    let purpose: [u8; 32] = Keccak256::digest(purpose.label()).into();
    keccak_shifted(&[
        uint_word(chain_id),
        address_word(pool),
        address_word(account),
        purpose,
    ])
}

/// An operator's secret: the key to its validators' tags. Never leaves its machine.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorSecret(Fr);

impl OperatorSecret {
    /// A uniform secret; give it the operating system's generator.
    pub fn random<R: RngCore + CryptoRng>(rng: &mut R) -> Self {
        let mut wide = [0u8; 64];
        rng.fill_bytes(&mut wide);
        let secret = Fr::from_uniform_bytes(&wide);
        wide.zeroize();
        Self(secret)
    }

    /// From 32 big-endian bytes; `None` unless below the field's modulus.
    pub fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let mut repr = *bytes;
        repr.reverse();
        let secret = Option::from(Fr::from_repr(repr)).map(Self);
        repr.zeroize();
        secret
    }

    /// 32 big-endian bytes. The caller wipes them.
    pub fn to_be_bytes(&self) -> [u8; 32] {
        let mut bytes = self.0.to_repr();
        bytes.reverse();
        bytes
    }

    /// The field element, for the witness.
    pub(crate) fn expose(&self) -> Fr {
        self.0
    }

    /// Operator id, `sponge(1; secret, pool)`.
    pub fn operator_id(&self, pool: Pool) -> Fr {
        sponge(Domain::Operator, &[self.0, pool.0])
    }

    /// Tag of the validator `index`, `sponge(2; secret, index, pool)`.
    pub fn tag(&self, index: u64, pool: Pool) -> Fr {
        sponge(Domain::Tag, &[self.0, Fr::from(index), pool.0])
    }
}

impl Drop for OperatorSecret {
    fn drop(&mut self) {
        // `Fr` is not `Zeroize`; writing zero through a black box keeps the store alive.
        self.0 = Fr::ZERO;
        std::hint::black_box(&mut self.0);
    }
}

impl std::fmt::Debug for OperatorSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OperatorSecret(redacted)")
    }
}

/// Leaf of the registry tree, `sponge(3; index, tag)`.
pub fn registry_leaf(index: u64, tag: Fr) -> Fr {
    sponge(Domain::RegistryLeaf, &[Fr::from(index), tag])
}

/// Root of a registry, `sponge(4; tree root, N)`, for `registered` = N leaves.
pub fn registry_root(tree_root: Fr, registered: u32) -> Fr {
    sponge(
        Domain::RegistryRoot,
        &[tree_root, Fr::from(u64::from(registered))],
    )
}

/// 32 big-endian bytes of a field element.
pub fn fr_to_be_bytes(value: Fr) -> [u8; 32] {
    let mut bytes = value.to_repr();
    bytes.reverse();
    bytes
}

/// From 32 big-endian bytes; `None` unless below the field's modulus.
pub fn fr_from_be_bytes(bytes: &[u8; 32]) -> Option<Fr> {
    let mut repr = *bytes;
    repr.reverse();
    Option::from(Fr::from_repr(repr))
}

/// A 32-byte big-endian number as a field element, modulo the field's order.
pub fn fr_from_be_bytes_mod(bytes: &[u8; 32]) -> Fr {
    let mut wide = [0u8; 64];
    for (to, from) in wide.iter_mut().zip(bytes.iter().rev()) {
        *to = *from;
    }
    Fr::from_uniform_bytes(&wide)
}

fn uint_word(value: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

fn address_word(address: &Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(address);
    word
}

/// `keccak256(words) >> 8`: 248 bits, so always below the field's order.
fn keccak_shifted(words: &[[u8; 32]]) -> Fr {
    let digest = Keccak256::digest(words.concat());
    let mut shifted = [0; 32];
    shifted[1..].copy_from_slice(&digest[..31]);
    fr_from_be_bytes_mod(&shifted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn a_secret_survives_its_bytes_and_hides_in_debug() {
        let secret = OperatorSecret::random(&mut ChaCha20Rng::seed_from_u64(1));
        assert_eq!(
            OperatorSecret::from_be_bytes(&secret.to_be_bytes()),
            Some(secret.clone())
        );
        assert_eq!(format!("{secret:?}"), "OperatorSecret(redacted)");
        assert_eq!(
            OperatorSecret::from_be_bytes(&[0xff; 32]),
            None,
            "above the modulus"
        );
    }

    #[test]
    fn purposes_chains_and_accounts_separate_contexts() {
        let pool = [7; 20];
        let base = context(1, &pool, &[9; 20], Purpose::Duty);
        assert_ne!(base, context(2, &pool, &[9; 20], Purpose::Duty));
        assert_ne!(base, context(1, &[8; 20], &[9; 20], Purpose::Duty));
        assert_ne!(base, context(1, &pool, &[8; 20], Purpose::Duty));
        assert_ne!(base, context(1, &pool, &[9; 20], Purpose::Enrolment));
    }
}
