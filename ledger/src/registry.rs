//! The registry: which validators a pool counts, and under which tags (protocol section 4).
//!
//! A JSON file that people can read. Entries are sorted by index. Each is vouched for by the validator's
//! BLS key over the registration message, and by a membership proof that some registered operator can
//! open the tag. A *draft* has neither: it is for trials and studies, and says so wherever it appears.

mod message;
mod wire;

pub use message::RegistrationMessage;

use rand_core::{CryptoRng, RngCore};
use std::path::Path;
use vigil_circuits::Fr;
use vigil_circuits::identity::{
    Address, INDEX_BITS, OperatorSecret, Pool, registry_leaf, registry_root,
};
use vigil_circuits::tree::{LEDGER_DEPTH, TooManyLeaves, Tree};

/// Largest registry file: about 2 KiB an entry of 4^10.
const MAX_FILE_BYTES: u64 = 1 << 32;

/// One registered validator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryEntry {
    /// Validator index, below 2^40.
    pub index: u64,
    /// Its compressed BLS12-381 public key.
    pub pubkey: [u8; 48],
    /// Its tag.
    pub tag: Fr,
    /// Signature over the registration message; empty in a draft.
    pub signature: Vec<u8>,
    /// Membership proof, the bytes of its file; empty in a draft.
    pub membership: Vec<u8>,
}

/// A registry version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// EVM chain of the pool.
    pub chain_id: u64,
    /// The pool's contract.
    pub pool: Address,
    /// Number of the batch that made this version.
    pub batch: u64,
    /// No signatures and no membership proofs: a draft.
    pub unsigned: bool,
    /// Entries by increasing index.
    pub entries: Vec<RegistryEntry>,
}

/// Why a registry is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The file cannot be read.
    #[error("cannot read the registry {path}")]
    Io {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not the format.
    #[error("the registry is not in the format vigil.registry.v1")]
    Format(#[source] serde_json::Error),
    /// Too long to be one.
    #[error("the registry has {got} bytes, at most {limit} are read")]
    Size {
        /// Bytes of the file.
        got: u64,
        /// Bytes read at most.
        limit: u64,
    },
    /// A field does not decode.
    #[error("{field} of validator {index} is not {expected}")]
    Field {
        /// Validator index.
        index: u64,
        /// Which field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The pool's address does not decode.
    #[error("the pool is not an address of 20 bytes in hex")]
    Pool,
    /// An index of 2^40 or more.
    #[error("validator index {index} is not below 2^40")]
    Index {
        /// The index.
        index: u64,
    },
    /// Twice the same validator.
    #[error("validator {index} is registered twice")]
    Duplicate {
        /// Validator index.
        index: u64,
    },
    /// Not sorted.
    #[error("validator {index} comes after {previous}: entries must be sorted by index")]
    Order {
        /// The earlier entry.
        previous: u64,
        /// The later one.
        index: u64,
    },
    /// The key is not the one that the chain has for the index.
    #[error("the public key of validator {index} is not the chain's")]
    WrongKey {
        /// Validator index.
        index: u64,
    },
    /// The public key is no valid point of the group.
    #[error("the public key of validator {index} is not a valid BLS12-381 key")]
    InvalidKey {
        /// Validator index.
        index: u64,
    },
    /// The signature does not verify.
    #[error("the registration of validator {index} is not signed by its key")]
    Signature {
        /// Validator index.
        index: u64,
    },
    /// The membership proof does not verify.
    #[error("the membership proof of validator {index} does not hold")]
    Membership {
        /// Validator index.
        index: u64,
    },
    /// A draft where a registry is needed.
    #[error("this registry is an unsigned draft: nobody vouches for its entries")]
    Unsigned,
    /// More validators than the tree holds.
    #[error(transparent)]
    TooMany(#[from] TooManyLeaves),
}

impl Registry {
    /// An unsigned draft over `indices` (and their keys), shared out among fresh operators in turn.
    pub fn draft<R: RngCore + CryptoRng>(
        chain_id: u64,
        pool: Address,
        validators: &[(u64, [u8; 48])],
        operators: usize,
        rng: &mut R,
    ) -> Result<(Self, Vec<OperatorSecret>), RegistryError> {
        let secrets: Vec<_> = (0..operators)
            .map(|_| OperatorSecret::random(rng))
            .collect();
        let pool_id = Pool::new(chain_id, &pool);
        let entries = validators
            .iter()
            .zip(secrets.iter().cycle())
            .map(|(&(index, pubkey), secret)| RegistryEntry {
                index,
                pubkey,
                tag: secret.tag(index, pool_id),
                signature: Vec::new(),
                membership: Vec::new(),
            })
            .collect();
        let registry = Self {
            chain_id,
            pool,
            batch: 0,
            unsigned: true,
            entries,
        };
        registry.check_order()?;
        Ok((registry, secrets))
    }

    /// The pool as it enters identities.
    pub fn pool_id(&self) -> Pool {
        Pool::new(self.chain_id, &self.pool)
    }

    /// The tree of `sponge(3; index, tag)`.
    pub fn tree(&self) -> Result<Tree, RegistryError> {
        let leaves = self
            .entries
            .iter()
            .map(|entry| registry_leaf(entry.index, entry.tag));
        Ok(Tree::new(leaves.collect(), LEDGER_DEPTH)?)
    }

    /// `sponge(4; tree root, N)`.
    pub fn root(&self) -> Result<Fr, RegistryError> {
        Ok(registry_root(
            self.tree()?.root(),
            self.entries.len() as u32,
        ))
    }

    /// Entries are sorted, distinct and in range.
    pub fn check_order(&self) -> Result<(), RegistryError> {
        if let Some(entry) = self
            .entries
            .iter()
            .find(|entry| entry.index >> INDEX_BITS != 0)
        {
            return Err(RegistryError::Index { index: entry.index });
        }
        for pair in self.entries.windows(2) {
            let (previous, index) = (pair[0].index, pair[1].index);
            if previous == index {
                return Err(RegistryError::Duplicate { index });
            }
            if previous > index {
                return Err(RegistryError::Order { previous, index });
            }
        }
        Ok(())
    }

    /// Everything about the entries that does not need the chain: order, signatures, membership
    /// proofs (`membership` says whether an entry's holds). A draft is refused.
    pub fn verify(&self, membership: impl Fn(&RegistryEntry) -> bool) -> Result<(), RegistryError> {
        if self.unsigned {
            return Err(RegistryError::Unsigned);
        }
        self.check_order()?;
        for entry in &self.entries {
            self.message(entry).verify(entry)?;
            if !membership(entry) {
                return Err(RegistryError::Membership { index: entry.index });
            }
        }
        Ok(())
    }

    /// The keys are those that the chain has for the indices.
    pub fn check_keys(
        &self,
        chain_key: impl Fn(u64) -> Option<[u8; 48]>,
    ) -> Result<(), RegistryError> {
        match self
            .entries
            .iter()
            .find(|entry| chain_key(entry.index) != Some(entry.pubkey))
        {
            Some(entry) => Err(RegistryError::WrongKey { index: entry.index }),
            None => Ok(()),
        }
    }

    /// What the validator of `entry` signs.
    pub fn message(&self, entry: &RegistryEntry) -> RegistrationMessage {
        RegistrationMessage {
            pool: self.pool_id(),
            batch: self.batch,
            index: entry.index,
            pubkey: entry.pubkey,
            tag: entry.tag,
        }
    }

    /// Reads a registry file; entries are checked for order, not for signatures.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        let io = |source| RegistryError::Io {
            path: path.display().to_string(),
            source,
        };
        let got = std::fs::metadata(path).map_err(io)?.len();
        if got > MAX_FILE_BYTES {
            return Err(RegistryError::Size {
                got,
                limit: MAX_FILE_BYTES,
            });
        }
        Self::from_json(&std::fs::read(path).map_err(io)?)
    }
}

#[cfg(test)]
mod tests;
