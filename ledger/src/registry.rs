//! The registry: which validators a pool counts, and under which tags (protocol section 4).
//!
//! A JSON file that people can read. Entries are sorted by index. Each is vouched for by the validator's
//! BLS key over the registration message, and by a membership proof that some registered operator can
//! open the tag. A *draft* has neither: it is for trials and studies, and says so wherever it appears.
//!
//! The way there: operators are admitted to a list ([`Operators`]); each validator is registered in a
//! file of its own ([`Registration`]); when a batch closes, [`Registry::with_batch`] puts its
//! registrations on top of the version before.

mod batch;
pub(crate) mod bounded;
mod chain;
mod error;
mod key;
mod message;
mod operators;
mod registration;
mod setting;
mod wire;

pub use error::RegistryError;
pub use key::ValidatorKey;
pub use message::RegistrationMessage;
pub use operators::{Operator, Operators};
pub use registration::Registration;
pub use setting::{BeaconChain, PoolSetting};

use rand_core::{CryptoRng, RngCore};
use std::collections::HashMap;
use std::path::Path;
use vigil_circuits::Fr;
use vigil_circuits::identity::{
    Address, INDEX_BITS, OperatorSecret, Pool, fr_to_be_bytes, registry_leaf, registry_root,
};
use vigil_circuits::statement::MembershipStatement;
use vigil_circuits::tree::{LEDGER_DEPTH, Tree};

/// Largest registry file: 4^10 entries of at most 8 KiB.
const MAX_FILE_BYTES: u64 = 1 << 33;
/// In place of a key nobody knows; drafts only.
const NO_KEY: [u8; 48] = [0; 48];

/// Why a membership proof does not hold, as its verifier says.
pub type MembershipVerdict = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// One registered validator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryEntry {
    /// Number of the batch in which it was registered; 0 in a draft.
    pub batch: u64,
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

/// A batch of registrations, and the operators who could take part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number; later batches have larger ones.
    pub number: u64,
    /// How many operators were registered: the first ones of the list.
    pub operators: u32,
    /// Root of their tree, which its membership proofs are about.
    pub operators_root: Fr,
}

/// A registry version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// The validators' beacon chain; a draft may leave it out.
    pub beacon: Option<BeaconChain>,
    /// EVM chain of the pool.
    pub chain_id: u64,
    /// The pool's contract.
    pub pool: Address,
    /// No signatures and no membership proofs: a draft.
    pub unsigned: bool,
    /// Its batches, by increasing number; none in a draft.
    pub batches: Vec<Batch>,
    /// Entries by increasing index.
    pub entries: Vec<RegistryEntry>,
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
                batch: 0,
                index,
                pubkey,
                tag: secret.tag(index, pool_id),
                signature: Vec::new(),
                membership: Vec::new(),
            })
            .collect();
        let registry = Self {
            beacon: None,
            chain_id,
            pool,
            unsigned: true,
            batches: Vec::new(),
            entries,
        };
        registry.check()?;
        Ok((registry, secrets))
    }

    /// The indices of its validators, in their order.
    pub fn indices(&self) -> Vec<u64> {
        self.entries.iter().map(|entry| entry.index).collect()
    }

    /// The pool as it enters identities.
    pub fn pool_id(&self) -> Pool {
        Pool::new(self.chain_id, &self.pool)
    }

    /// The pool and its beacon chain.
    pub fn setting(&self) -> Result<PoolSetting, RegistryError> {
        Ok(PoolSetting {
            beacon: self.beacon.ok_or(RegistryError::NoBeaconChain)?,
            chain_id: self.chain_id,
            pool: self.pool,
        })
    }

    /// The number of the batch that made this version; 0 for a draft.
    pub fn batch(&self) -> u64 {
        self.batches.last().map_or(0, |batch| batch.number)
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

    /// What must hold of any registry, a draft too: entries are sorted, distinct and in range, and
    /// each belongs to a batch.
    pub fn check(&self) -> Result<(), RegistryError> {
        self.check_order()?;
        self.check_distinct()?;
        if self.unsigned {
            return Ok(());
        }
        self.setting()?;
        for pair in self.batches.windows(2) {
            let (previous, number) = (pair[0].number, pair[1].number);
            if previous >= number {
                return Err(RegistryError::BatchOrder { previous, number });
            }
        }
        self.entries
            .iter()
            .try_for_each(|entry| self.batch_of(entry).map(drop))
    }

    /// Entries are sorted by index, distinct and in range.
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

    /// No key and no tag stands twice. A draft that knows no keys has zeros in their place.
    fn check_distinct(&self) -> Result<(), RegistryError> {
        let mut keys = HashMap::new();
        let mut tags = HashMap::new();
        for entry in &self.entries {
            let index = entry.index;
            let is_known = !(self.unsigned && entry.pubkey == NO_KEY);
            if let Some(previous) = keys.insert(entry.pubkey, index).filter(|_| is_known) {
                return Err(RegistryError::DuplicateKey { previous, index });
            }
            if let Some(previous) = tags.insert(fr_to_be_bytes(entry.tag), index) {
                return Err(RegistryError::DuplicateTag { previous, index });
            }
        }
        Ok(())
    }

    fn batch_of(&self, entry: &RegistryEntry) -> Result<&Batch, RegistryError> {
        self.batches
            .binary_search_by_key(&entry.batch, |batch| batch.number)
            .map(|found| &self.batches[found])
            .map_err(|_| RegistryError::UnknownBatch {
                index: entry.index,
                batch: entry.batch,
            })
    }

    /// Whoever vouches for an entry does: its validator's signature, and the membership proof by
    /// `holds`. A draft is refused. Whether the registry is in order is [`Registry::check`]'s.
    pub fn verify_entry(
        &self,
        entry: &RegistryEntry,
        holds: impl FnOnce(&MembershipStatement, &[u8]) -> MembershipVerdict,
    ) -> Result<(), RegistryError> {
        if self.unsigned {
            return Err(RegistryError::Unsigned);
        }
        Registration {
            setting: self.setting()?,
            batch: *self.batch_of(entry)?,
            entry: entry.clone(),
        }
        .verify(holds)
    }

    /// Every batch rests on the first operators of the pool's list.
    pub fn check_operators(&self, operators: &Operators) -> Result<(), RegistryError> {
        operators.check_setting(&self.setting()?)?;
        self.batches
            .iter()
            .try_for_each(|batch| operators.check_batch(batch))
    }

    /// The registry is of this beacon chain; a draft that names none is of any.
    pub fn check_beacon_chain(
        &self,
        genesis_validators_root: &[u8; 32],
    ) -> Result<(), RegistryError> {
        match self.beacon {
            None if self.unsigned => Ok(()),
            None => Err(RegistryError::NoBeaconChain),
            Some(got) if got.genesis_validators_root == *genesis_validators_root => Ok(()),
            Some(got) => Err(RegistryError::OtherBeaconChain {
                expected: BeaconChain {
                    genesis_validators_root: *genesis_validators_root,
                    ..got
                },
                got,
            }),
        }
    }

    /// The keys are those that the chain has for the indices; what a draft does not know is not asked.
    pub fn check_keys(
        &self,
        chain_key: impl Fn(u64) -> Option<[u8; 48]>,
    ) -> Result<(), RegistryError> {
        let is_known = |entry: &&RegistryEntry| !(self.unsigned && entry.pubkey == NO_KEY);
        match self
            .entries
            .iter()
            .filter(is_known)
            .find(|entry| chain_key(entry.index) != Some(entry.pubkey))
        {
            Some(entry) => Err(RegistryError::WrongKey { index: entry.index }),
            None => Ok(()),
        }
    }

    /// Reads a registry file. What [`Registry::check`] asks holds; who vouches for it is not asked.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        Self::from_json(&read(path, MAX_FILE_BYTES)?)
    }
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, RegistryError> {
    bounded::read(path, limit).map_err(|source| RegistryError::Io {
        path: path.display().to_string(),
        source,
    })
}

#[cfg(test)]
mod tests;
