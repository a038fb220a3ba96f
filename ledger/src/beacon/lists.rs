//! A state's lists with one entry a validator: nine tenths of its bytes.
//!
//! They are hashed while they are decoded, entry by entry from the bytes, and only what a ledger reads is
//! kept. The root is that of the whole list all the same: whoever changes a bit that is not kept changes
//! the state's root.

use super::operations::Pubkey;
use super::state::Validator;
use super::{Root, ValidatorFacts};
use ssz::{Decode, DecodeError};
use tree_hash::{Hash256, MerkleHasher, PackedEncoding, TreeHash, TreeHashType, mix_in_length};

/// VALIDATOR_REGISTRY_LIMIT, the limit of each of these lists.
const REGISTRY_LIMIT: usize = 1 << 40;
const BYTES_PER_CHUNK: usize = 32;

/// How a state holds these lists.
pub(crate) trait Lists: 'static {
    type Validators: Decode + TreeHash;
    type Balances: Decode + TreeHash;
    type PreviousParticipation: Decode + TreeHash;
    type CurrentParticipation: Decode + TreeHash;
    type InactivityScores: Decode + TreeHash;
}

/// Records and final flags; of the rest no more than its root.
pub(crate) enum Reduced {}

impl Lists for Reduced {
    type Validators = Validators;
    type Balances = Hashed<8>;
    type PreviousParticipation = Flags;
    type CurrentParticipation = Hashed<1>;
    type InactivityScores = Hashed<8>;
}

/// `validators`, by column.
pub(crate) struct Validators {
    pub(crate) facts: Vec<ValidatorFacts>,
    pub(crate) pubkeys: Vec<Pubkey>,
    pub(crate) withdrawal_credentials: Vec<Root>,
    root: Hash256,
}

impl Decode for Validators {
    fn is_ssz_fixed_len() -> bool {
        false
    }

    fn from_ssz_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let count = entries(bytes, Validator::ssz_fixed_len())?;
        let mut hasher = ListHasher::new(REGISTRY_LIMIT);
        let mut facts = Vec::with_capacity(count);
        let mut pubkeys = Vec::with_capacity(count);
        let mut withdrawal_credentials = Vec::with_capacity(count);
        for entry in bytes.chunks_exact(Validator::ssz_fixed_len()) {
            let validator = Validator::from_ssz_bytes(entry)?;
            hasher.write(validator.tree_hash_root().as_slice())?;
            facts.push(ValidatorFacts {
                effective_balance: validator.effective_balance,
                slashed: validator.slashed,
                activation_epoch: validator.activation_epoch,
                exit_epoch: validator.exit_epoch,
            });
            pubkeys.push(validator.pubkey);
            withdrawal_credentials.push(validator.withdrawal_credentials);
        }
        Ok(Self {
            facts,
            pubkeys,
            withdrawal_credentials,
            root: hasher.finish(count)?,
        })
    }
}

/// A list of basic values of `BYTES` bytes each, of which only the root is kept.
pub(crate) struct Hashed<const BYTES: usize> {
    root: Hash256,
}

impl<const BYTES: usize> Decode for Hashed<BYTES> {
    fn is_ssz_fixed_len() -> bool {
        false
    }

    fn from_ssz_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let count = entries(bytes, BYTES)?;
        let mut hasher = ListHasher::new(REGISTRY_LIMIT / (BYTES_PER_CHUNK / BYTES));
        hasher.write(bytes)?;
        Ok(Self {
            root: hasher.finish(count)?,
        })
    }
}

/// Participation flags, one byte a validator.
pub(crate) struct Flags {
    pub(crate) bytes: Vec<u8>,
    root: Hash256,
}

impl Decode for Flags {
    fn is_ssz_fixed_len() -> bool {
        false
    }

    fn from_ssz_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let Hashed { root } = Hashed::<1>::from_ssz_bytes(bytes)?;
        Ok(Self {
            bytes: bytes.to_vec(),
            root,
        })
    }
}

/// The hash is known since the list was decoded.
macro_rules! tree_hash_of_root {
    ($name:ty $(, const $bytes:ident)?) => {
        impl $(<const $bytes: usize>)? TreeHash for $name {
            fn tree_hash_type() -> TreeHashType {
                TreeHashType::List
            }

            fn tree_hash_packed_encoding(&self) -> PackedEncoding {
                unreachable!("a list is never packed")
            }

            fn tree_hash_packing_factor() -> usize {
                unreachable!("a list is never packed")
            }

            fn tree_hash_root(&self) -> Hash256 {
                self.root
            }
        }
    };
}

tree_hash_of_root!(Validators);
tree_hash_of_root!(Flags);
tree_hash_of_root!(Hashed<BYTES>, const BYTES);

/// How many entries of a size the bytes hold. What is allocated for them is less than the bytes.
fn entries(bytes: &[u8], size: usize) -> Result<usize, DecodeError> {
    let count = bytes.len() / size;
    if bytes.len() == count * size {
        Ok(count)
    } else {
        Err(DecodeError::InvalidByteLength {
            len: bytes.len(),
            expected: count * size,
        })
    }
}

/// Hashes a list chunk by chunk, holding one node of each level of its tree.
struct ListHasher(MerkleHasher);

impl ListHasher {
    fn new(limit: usize) -> Self {
        Self(MerkleHasher::with_leaves(limit))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.0.write(bytes).map_err(too_long)
    }

    fn finish(self, length: usize) -> Result<Hash256, DecodeError> {
        let root = self.0.finish().map_err(too_long)?;
        Ok(mix_in_length(&root, length))
    }
}

/// No bytes in memory hold 2^40 entries.
fn too_long(error: tree_hash::Error) -> DecodeError {
    DecodeError::BytesInvalid(format!("{error:?}"))
}

#[cfg(test)]
mod tests;
