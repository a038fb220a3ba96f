//! Which pool a file is about, and on which beacon chain its validators are.

use super::{Batch, RegistryEntry, bounded};
use crate::beacon::spec::{api_object, hex_bytes};
use crate::chain::ChainError;
use std::fmt;
use std::path::Path;
use vigil_circuits::identity::{Address, Pool, Purpose, context};
use vigil_circuits::statement::MembershipStatement;

/// A registration's membership proof names no account.
const NO_ACCOUNT: Address = [0; 20];
/// A node's answer on its genesis has about 250 bytes.
const MAX_GENESIS_BYTES: u64 = 1 << 16;

/// A beacon chain, as signatures know it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BeaconChain {
    /// `genesis_validators_root`.
    pub genesis_validators_root: [u8; 32],
    /// `GENESIS_FORK_VERSION`.
    pub genesis_fork_version: [u8; 4],
}

impl BeaconChain {
    /// From the answer of `/eth/v1/beacon/genesis`, with or without its `data` envelope.
    pub fn from_genesis_json(json: &[u8]) -> Result<Self, ChainError> {
        const FILE: &str = "genesis.json";
        let fields = api_object(FILE, json)?;
        let text = |key: &str| fields.get(key).and_then(|value| value.as_str());
        let bad = |detail: &str| ChainError::Json {
            file: FILE,
            detail: detail.to_owned(),
        };
        Ok(Self {
            genesis_validators_root: text("genesis_validators_root")
                .and_then(hex_bytes)
                .ok_or_else(|| bad("genesis_validators_root is not 0x and 64 hex digits"))?,
            genesis_fork_version: text("genesis_fork_version")
                .and_then(hex_bytes)
                .ok_or_else(|| bad("genesis_fork_version is not 0x and 8 hex digits"))?,
        })
    }

    /// Reads a node's answer on its genesis from a file.
    pub fn read_genesis(path: &Path) -> Result<Self, ChainError> {
        let json = bounded::read(path, MAX_GENESIS_BYTES).map_err(|source| ChainError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::from_genesis_json(&json)
    }
}

impl fmt::Debug for BeaconChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for BeaconChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (root, version) = (&self.genesis_validators_root, &self.genesis_fork_version);
        let (root, version) = (hex::encode(root), hex::encode(version));
        write!(f, "0x{root}, fork version 0x{version}")
    }
}

/// A pool, and the beacon chain of its validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSetting {
    /// The beacon chain.
    pub beacon: BeaconChain,
    /// EVM chain of the pool.
    pub chain_id: u64,
    /// The pool's contract.
    pub pool: Address,
}

impl PoolSetting {
    /// The pool as it enters identities.
    pub fn pool_id(&self) -> Pool {
        Pool::new(self.chain_id, &self.pool)
    }

    /// What the membership proof of `entry`, registered in `batch`, proves.
    pub(super) fn membership(&self, batch: &Batch, entry: &RegistryEntry) -> MembershipStatement {
        MembershipStatement {
            operators_root: batch.operators_root,
            pool: self.pool_id(),
            index: entry.index,
            tag: entry.tag,
            context: context(
                self.chain_id,
                &self.pool,
                &NO_ACCOUNT,
                Purpose::Registration,
            ),
        }
    }
}

impl fmt::Display for PoolSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{} on chain {}", hex::encode(self.pool), self.chain_id)
    }
}
