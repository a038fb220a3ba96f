//! Documents, digests, and the contracts' own.

use super::*;
use alloy_dyn_abi::TypedData;
use std::collections::HashSet;

const ORACLE: Oracle = Oracle {
    chain_id: u64::MAX,
    address: [0x76; 20],
};

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

fn root() -> BatchRoot {
    BatchRoot {
        batch: 3,
        registry_root: -Fr::one(),
        registered: 12,
        operators_root: Fr::from(5),
        file_hash: [0xab; 32],
    }
}

fn deposit() -> Deposit {
    Deposit {
        pubkey: [0x80; 48],
        signature: [0x90; 96],
        data_root: [0xdd; 32],
    }
}

#[test]
fn a_wallet_that_reads_the_document_signs_the_same_digest() {
    for signing in [
        ToSign::header(&header(), &ORACLE),
        ToSign::root(&root(), &ORACLE),
        ToSign::deposits(&[deposit(), deposit()], [0x0d; 32], &ORACLE),
    ] {
        let read: TypedData = serde_json::from_value(signing.document().clone()).unwrap();
        assert_eq!(read.eip712_signing_hash().unwrap(), signing.digest());
    }
}

#[test]
fn every_field_chain_and_oracle_change_the_digest() {
    let digest = |header: &header::SignedHeader, chain_id, oracle| {
        let address = [oracle; 20];
        ToSign::header(header, &Oracle { chain_id, address }).digest()
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

#[test]
fn every_field_of_a_root_changes_the_digest() {
    let changes: [fn(&mut BatchRoot); 6] = [
        |_| (),
        |root| root.batch = 9,
        |root| root.registry_root = Fr::from(9),
        |root| root.registered = 9,
        |root| root.operators_root = Fr::from(9),
        |root| root.file_hash = [9; 32],
    ];
    let digests = changes.map(|change| {
        let mut other = root();
        change(&mut other);
        ToSign::root(&other, &ORACLE).digest()
    });
    assert_eq!(HashSet::from(digests).len(), changes.len());
}

#[test]
fn every_byte_of_deposits_changes_the_digest() {
    let sign = |list: &[Deposit], root| ToSign::deposits(list, [root; 32], &ORACLE).digest();
    let changes: [fn(&mut Deposit); 3] = [
        |deposit| deposit.pubkey[47] ^= 1,
        |deposit| deposit.signature[95] ^= 1,
        |deposit| deposit.data_root[31] ^= 1,
    ];
    let mut digests: HashSet<B256> = changes
        .iter()
        .map(|change| {
            let mut other = deposit();
            change(&mut other);
            sign(&[deposit(), other], 1)
        })
        .collect();
    digests.insert(sign(&[deposit(), deposit()], 1));
    digests.insert(sign(&[deposit(), deposit()], 2));
    digests.insert(sign(&[deposit()], 1));
    digests.insert(sign(&[], 1));
    assert_eq!(digests.len(), changes.len() + 4);
}

/// The contracts' own: `contracts/test/TypedData.t.sol` has the same ones.
#[test]
fn the_contracts_hash_the_same() {
    let oracle = Oracle {
        chain_id: 1,
        address: [0x6f; 20],
    };
    let digests = [
        ToSign::root(&root(), &oracle).digest(),
        ToSign::deposits(&[deposit(), deposit()], [0x0d; 32], &oracle).digest(),
    ];
    let expected = [
        "0x473cf732692c193ebae7378d94a2da9f0598f13ad94978870fc7e041f5d05992",
        "0xb3010657ae099d32822c79ad1de0bdc27ec45258c306b04a9b7df970822cbe2a",
    ];
    assert_eq!(digests.map(|digest| digest.to_string()), expected);
}
