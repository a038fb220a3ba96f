//! Where a pool's contracts are: docs/formats.md, "Deployments".

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// Version of the format.
pub const VERSION: u32 = 1;

/// A pool's contracts. It is written before anything is sent, and names where everything will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// [`VERSION`].
    pub version: u32,
    /// EVM chain.
    pub chain_id: u64,
    /// Who deploys.
    pub deployer: Address,
    /// The deployer's transactions from this one on are the deployment.
    pub first_nonce: u64,
    /// keccak256 of all that is sent.
    pub digest: B256,
    /// Whether everything was found in place.
    pub complete: bool,
    /// The contracts.
    pub contracts: Contracts,
    /// By their numbers in the pool.
    pub shapes: Vec<DeployedShape>,
}

/// Addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the contracts' names")]
pub struct Contracts {
    pub timelock: Address,
    pub clock: Address,
    pub policies: Address,
    pub shapes: Address,
    pub oracle: Address,
    pub registry: Address,
    pub pool: Address,
    pub vault: Address,
    pub reserve: Address,
    pub governor: Address,
}

/// A circuit's verifier and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployedShape {
    /// Its name, for instance duty-w1-k11-l4.
    pub shape: String,
    /// Checks proofs.
    pub verifier: Address,
    /// The verifying key, as code.
    pub key: Address,
}

impl Deployment {
    /// The number of a shape in the pool.
    pub fn shape_number(&self, shape: &str) -> Option<u64> {
        let place = self.shapes.iter().position(|one| one.shape == shape)?;
        Some(place as u64)
    }
}
