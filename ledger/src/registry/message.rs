//! The registration message and its signature.
//!
//! It is an SSZ container (pool: Bytes32, batch: uint64, index: uint64, pubkey: Bytes48, tag: Bytes32),
//! signed over its signing root under an application domain: its type "VGL\x01" has the bit of
//! DOMAIN_APPLICATION_MASK, which no consensus domain has, so the signature can never be one of an
//! attestation, a block or an exit. The rest of the domain is the beacon chain's, by its genesis fork
//! version and `genesis_validators_root`: an index of one chain is another validator on the next.

use super::{BeaconChain, RegistryEntry, RegistryError};
use blst::BLST_ERROR;
use blst::min_pk::{PublicKey, Signature};
use sha2::{Digest, Sha256};
use vigil_circuits::Fr;
use vigil_circuits::identity::{Pool, fr_to_be_bytes};

/// Ciphersuite of the consensus layer.
pub(super) const CIPHERSUITE: &[u8] = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
/// Domain type with the bit of DOMAIN_APPLICATION_MASK, 0x00000001. The letters keep it apart from the
/// other application domain in use, the builder's, which is the bare mask.
const DOMAIN_TYPE: [u8; 4] = *b"VGL\x01";

/// What a validator's key signs to join a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationMessage {
    /// The validator's beacon chain; in the domain.
    pub beacon: BeaconChain,
    /// The pool.
    pub pool: Pool,
    /// The batch.
    pub batch: u64,
    /// Validator index.
    pub index: u64,
    /// Its key.
    pub pubkey: [u8; 48],
    /// The tag to be registered.
    pub tag: Fr,
}

impl RegistrationMessage {
    /// `hash_tree_root` of the container.
    pub fn hash_tree_root(&self) -> [u8; 32] {
        let uint = |value: u64| chunk(&value.to_le_bytes());
        let key = pair(&chunk(&self.pubkey[..32]), &chunk(&self.pubkey[32..]));
        let leaves = [
            fr_to_be_bytes(self.pool.0),
            uint(self.batch),
            uint(self.index),
            key,
            fr_to_be_bytes(self.tag),
        ];
        let leaf = |i: usize| leaves.get(i).copied().unwrap_or([0; 32]);
        let quarter = |i: usize| pair(&leaf(2 * i), &leaf(2 * i + 1));
        pair(
            &pair(&quarter(0), &quarter(1)),
            &pair(&quarter(2), &quarter(3)),
        )
    }

    /// `compute_signing_root` under `compute_domain` of the application domain.
    pub fn signing_root(&self) -> [u8; 32] {
        let fork_data_root = pair(
            &chunk(&self.beacon.genesis_fork_version),
            &self.beacon.genesis_validators_root,
        );
        let mut domain = [0; 32];
        domain[..4].copy_from_slice(&DOMAIN_TYPE);
        domain[4..].copy_from_slice(&fork_data_root[..28]);
        pair(&self.hash_tree_root(), &domain)
    }

    /// Whether `entry` carries its key's signature over this message.
    pub(super) fn verify(&self, entry: &RegistryEntry) -> Result<(), RegistryError> {
        let index = entry.index;
        let key = PublicKey::key_validate(&entry.pubkey)
            .map_err(|_| RegistryError::InvalidKey { index })?;
        let signature = Signature::sig_validate(&entry.signature, true)
            .map_err(|_| RegistryError::Signature { index })?;
        let root = self.signing_root();
        match signature.verify(true, &root, CIPHERSUITE, &[], &key, true) {
            BLST_ERROR::BLST_SUCCESS => Ok(()),
            _ => Err(RegistryError::Signature { index }),
        }
    }
}

fn chunk(bytes: &[u8]) -> [u8; 32] {
    let mut chunk = [0; 32];
    chunk[..bytes.len()].copy_from_slice(bytes);
    chunk
}

fn pair(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}
