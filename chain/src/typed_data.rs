//! What a member of the quorum signs about a period, as EIP-712 has it.

use crate::interface::{Root, SignedHeader};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct};
use serde_json::{Value, json};
use vigil_circuits::{header, identity};

/// The domain's name, and its version.
const DOMAIN: (&str, &str) = ("Vigil", "1");

fn domain(chain_id: U256, oracle: Address) -> Eip712Domain {
    let (name, version) = DOMAIN;
    let (name, version) = (Some(name.into()), Some(version.into()));
    Eip712Domain::new(name, version, Some(chain_id), Some(oracle), None)
}

/// The 32 bytes under a member's signature over a batch's root.
pub fn root_digest(root: &Root, chain_id: u64, oracle: &identity::Address) -> B256 {
    root.eip712_signing_hash(&domain(U256::from(chain_id), Address::from(*oracle)))
}

/// A header as one oracle's members sign it.
#[derive(Clone, Debug)]
pub struct HeaderToSign {
    header: SignedHeader,
    chain_id: U256,
    oracle: Address,
}

impl HeaderToSign {
    /// For the oracle at an address of an EVM chain.
    pub fn new(header: &header::SignedHeader, chain_id: u64, oracle: &identity::Address) -> Self {
        Self {
            header: header.into(),
            chain_id: U256::from(chain_id),
            oracle: Address::from(*oracle),
        }
    }

    fn domain(&self) -> Eip712Domain {
        domain(self.chain_id, self.oracle)
    }

    /// The 32 bytes under a signature.
    pub fn digest(&self) -> B256 {
        self.header.eip712_signing_hash(&self.domain())
    }

    /// The document for `eth_signTypedData_v4`. Numbers are decimal strings, since some do not fit in
    /// JavaScript's.
    pub fn to_json(&self) -> Value {
        let header = &self.header;
        json!({
            "types": {
                "EIP712Domain": fields(&self.domain().encode_type()),
                "SignedHeader": fields(&SignedHeader::eip712_encode_type()),
            },
            "primaryType": SignedHeader::NAME,
            "domain": {
                "name": DOMAIN.0,
                "version": DOMAIN.1,
                "chainId": self.chain_id.to_string(),
                "verifyingContract": self.oracle.to_string(),
            },
            "message": {
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
            },
        })
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
mod tests {
    use super::*;
    use alloy_dyn_abi::TypedData;
    use vigil_circuits::Fr;

    fn header() -> header::SignedHeader {
        header::SignedHeader {
            ledger_root: -Fr::one(),
            registry_root: Fr::from(2),
            chain: Fr::from(3),
            start_epoch: u64::MAX,
            epochs: 225,
            registered: 10_000,
            total_good: (1 << 48) - 1,
            total_slashed: 7,
            network_bps: 9_876,
            file_hash: [0xab; 32],
        }
    }

    #[test]
    fn a_wallet_that_reads_the_document_signs_the_same_digest() {
        let signing = HeaderToSign::new(&header(), u64::MAX, &[0x76; 20]);
        let read: TypedData = serde_json::from_value(signing.to_json()).unwrap();
        assert_eq!(read.eip712_signing_hash().unwrap(), signing.digest());
    }

    #[test]
    fn every_field_chain_and_oracle_change_the_digest() {
        let digest = |header: &header::SignedHeader, chain_id, oracle| {
            HeaderToSign::new(header, chain_id, &[oracle; 20]).digest()
        };
        let changes: [fn(&mut header::SignedHeader); 10] = [
            |header| header.ledger_root = Fr::from(9),
            |header| header.registry_root = Fr::from(9),
            |header| header.chain = Fr::from(9),
            |header| header.start_epoch = 9,
            |header| header.epochs = 9,
            |header| header.registered = 9,
            |header| header.total_good = 9,
            |header| header.total_slashed = 9,
            |header| header.network_bps = 9,
            |header| header.file_hash = [9; 32],
        ];
        let mut digests: Vec<B256> = changes
            .iter()
            .map(|change| {
                let mut other = header();
                change(&mut other);
                digest(&other, 1, 0x76)
            })
            .collect();
        digests.extend([
            digest(&header(), 1, 0x76),
            digest(&header(), 2, 0x76),
            digest(&header(), 1, 0x77),
        ]);
        digests.sort();
        let count = digests.len();
        digests.dedup();
        assert_eq!(digests.len(), count);
    }
}
