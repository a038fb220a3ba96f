//! What a member of the quorum signs about a period, a batch of the registry, or deposits, as EIP-712 has it.

use crate::interface::SignedHeader;
use crate::to_uint;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct, SolValue};
use serde_json::{Value, json};
use vigil_circuits::{Fr, header, identity};

/// The domain's name, and its version.
const DOMAIN: (&str, &str) = ("Vigil", "1");

/// `Root` and `Deposits` as the contracts name them.
mod message {
    #![allow(missing_docs, reason = "made by a macro; documented in Solidity")]

    alloy_sol_types::sol! {
        #[derive(Debug)]
        struct Root {
            uint64 batch;
            uint256 registryRoot;
            uint32 registered;
            uint256 operatorsRoot;
            bytes32 fileHash;
        }

        #[derive(Debug)]
        struct Deposits {
            bytes32 depositRoot;
            bytes32 deposits;
        }

        #[derive(Debug)]
        struct Deposit {
            bytes pubkey;
            bytes signature;
            bytes32 dataRoot;
        }
    }
}

/// Whose members sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oracle {
    /// EVM chain of the pool.
    pub chain_id: u64,
    /// The `LedgerOracle` contract.
    pub address: identity::Address,
}

/// The registry version that a batch is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchRoot {
    /// The batch's number in the contract.
    pub batch: u64,
    /// Root of the version.
    pub registry_root: Fr,
    /// N, its validators.
    pub registered: u32,
    /// Root of the operators' tree that the membership proofs refer to.
    pub operators_root: Fr,
    /// SHA-256 of the published registry file.
    pub file_hash: [u8; 32],
}

/// A deposit for a validator whose credentials are the vault's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// The validator's BLS key.
    pub pubkey: [u8; 48],
    /// Its signature over the deposit.
    pub signature: [u8; 96],
    /// What the deposit contract compares: the root of all of the deposit's data.
    pub data_root: [u8; 32],
}

/// A message as one oracle's members sign it.
#[derive(Clone, Debug)]
pub struct ToSign {
    digest: B256,
    document: Value,
}

impl ToSign {
    /// A period's header.
    pub fn header(header: &header::SignedHeader, oracle: &Oracle) -> Self {
        let header = SignedHeader::from(header);
        let message = json!({
            "ledgerRoot": header.ledgerRoot.to_string(),
            "registryRoot": header.registryRoot.to_string(),
            "chain": header.chain.to_string(),
            "fileHash": header.fileHash.to_string(),
            "startEpoch": header.startEpoch.to_string(),
            "epochs": header.epochs.to_string(),
            "registered": header.registered.to_string(),
            "totalGood": header.totalGood.to_string(),
            "totalSlashed": header.totalSlashed.to_string(),
            "networkBps": header.networkBps.to_string(),
        });
        Self::new(&header, message, oracle)
    }

    /// A batch's root.
    pub fn root(root: &BatchRoot, oracle: &Oracle) -> Self {
        let root = message::Root {
            batch: root.batch,
            registryRoot: to_uint(root.registry_root),
            registered: root.registered,
            operatorsRoot: to_uint(root.operators_root),
            fileHash: B256::from(root.file_hash),
        };
        let message = json!({
            "batch": root.batch.to_string(),
            "registryRoot": root.registryRoot.to_string(),
            "registered": root.registered.to_string(),
            "operatorsRoot": root.operatorsRoot.to_string(),
            "fileHash": root.fileHash.to_string(),
        });
        Self::new(&root, message, oracle)
    }

    /// Deposits for validators, as long as the deposit contract's root is `deposit_root`.
    pub fn deposits(list: &[Deposit], deposit_root: [u8; 32], oracle: &Oracle) -> Self {
        let list: Vec<_> = list
            .iter()
            .map(|deposit| message::Deposit {
                pubkey: Bytes::copy_from_slice(&deposit.pubkey),
                signature: Bytes::copy_from_slice(&deposit.signature),
                dataRoot: B256::from(deposit.data_root),
            })
            .collect();
        let deposits = message::Deposits {
            depositRoot: B256::from(deposit_root),
            deposits: keccak256(list.abi_encode()),
        };
        let message = json!({
            "depositRoot": deposits.depositRoot.to_string(),
            "deposits": deposits.deposits.to_string(),
        });
        Self::new(&deposits, message, oracle)
    }

    /// Numbers of the message are decimal strings, since some do not fit in JavaScript's.
    fn new<M: SolStruct>(signed: &M, message: Value, oracle: &Oracle) -> Self {
        let (name, version) = DOMAIN;
        let address = Address::from(oracle.address);
        let domain = Eip712Domain::new(
            Some(name.into()),
            Some(version.into()),
            Some(U256::from(oracle.chain_id)),
            Some(address),
            None,
        );
        let document = json!({
            "types": {
                "EIP712Domain": fields(&domain.encode_type()),
                M::NAME: fields(&M::eip712_encode_type()),
            },
            "primaryType": M::NAME,
            "domain": {
                "name": name,
                "version": version,
                "chainId": oracle.chain_id.to_string(),
                "verifyingContract": address.to_string(),
            },
            "message": message,
        });
        let digest = signed.eip712_signing_hash(&domain);
        Self { digest, document }
    }

    /// The 32 bytes under a signature.
    pub fn digest(&self) -> B256 {
        self.digest
    }

    /// The document for `eth_signTypedData_v4`.
    pub fn document(&self) -> &Value {
        &self.document
    }
}

/// The members of a type as JSON has them, from `Name(type name,...)`.
fn fields(encoded: &str) -> Value {
    let members = encoded.split(['(', ')']).nth(1).unwrap_or_default();
    members
        .split(',')
        .filter_map(|member| member.split_once(' '))
        .map(|(kind, name)| json!({ "name": name, "type": kind }))
        .collect()
}

#[cfg(test)]
mod tests;
