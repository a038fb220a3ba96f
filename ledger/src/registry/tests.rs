mod batches;
mod chain;

use super::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const SETTING: PoolSetting = PoolSetting {
    beacon: BeaconChain {
        genesis_validators_root: [0x11; 32],
        genesis_fork_version: [0, 0, 0x10, 0x20],
    },
    chain_id: 1,
    pool: [7; 20],
};
/// Stands for a membership proof that holds.
const PROOF: [u8; 3] = [1, 2, 3];

fn key(seed: u8) -> ValidatorKey {
    ValidatorKey::from_be_bytes(&[seed; 32]).unwrap()
}

fn secret(seed: u64) -> OperatorSecret {
    OperatorSecret::random(&mut ChaCha20Rng::seed_from_u64(seed))
}

/// The list of the first `count` operators.
fn operators(count: u64) -> Operators {
    let operator = |seed| Operator {
        id: secret(seed).operator_id(SETTING.pool_id()),
        owner: [seed as u8; 20],
    };
    Operators::new(SETTING, (0..count).map(operator).collect()).unwrap()
}

fn registration(list: &Operators, batch: u64, operator: u64, index: u64) -> Registration {
    let key = key(index as u8 + 1);
    let made = Registration::new(list, batch, &secret(operator), index, &key);
    let (mut registration, statement, witness) = made.unwrap();
    statement.check(&witness).unwrap();
    registration.entry.membership = PROOF.to_vec();
    registration
}

/// Three validators of two operators.
fn signed() -> Registry {
    let list = operators(2);
    let registrations =
        [(1, 70), (0, 4), (0, 9)].map(|(operator, index)| registration(&list, 1, operator, index));
    Registry::with_batch(&list, None, 1, &registrations).unwrap()
}

fn holds(_: &MembershipStatement, proof: &[u8]) -> MembershipVerdict {
    match proof == PROOF {
        true => Ok(()),
        false => Err("another proof".into()),
    }
}

fn verify(registry: &Registry) -> Result<(), RegistryError> {
    registry.check()?;
    registry
        .entries
        .iter()
        .try_for_each(|entry| registry.verify_entry(entry, holds))
}

/// What the signed registry is told after an edit.
fn refused(edit: impl Fn(&mut Registry)) -> RegistryError {
    let mut registry = signed();
    edit(&mut registry);
    verify(&registry).unwrap_err()
}

#[test]
fn a_signed_registry_verifies_and_survives_its_file() {
    let registry = signed();
    verify(&registry).unwrap();
    let indices: Vec<_> = registry.entries.iter().map(|entry| entry.index).collect();
    assert_eq!(indices, [4, 9, 70], "sorted, in whatever order they came");
    assert_eq!(
        Registry::from_json(registry.to_json().as_bytes()).unwrap(),
        registry
    );
    registry.check_operators(&operators(2)).unwrap();
    let chain_key = |index| Some(key(u8::try_from(index).ok()? + 1).pubkey());
    registry.check_keys(chain_key).unwrap();
}

#[test]
fn entries_out_of_order_twice_or_out_of_range_are_refused_by_name() {
    assert!(matches!(
        refused(|r| r.entries[1] = r.entries[0].clone()),
        RegistryError::Duplicate { index: 4 }
    ));
    assert!(matches!(
        refused(|r| r.entries.swap(0, 1)),
        RegistryError::Order {
            previous: 9,
            index: 4
        }
    ));
    assert!(matches!(
        refused(|r| r.entries[2].index = 1 << 40),
        RegistryError::Index { .. }
    ));
    assert!(matches!(
        refused(|r| r.entries[2].pubkey = r.entries[0].pubkey),
        RegistryError::DuplicateKey {
            previous: 4,
            index: 70
        }
    ));
    assert!(matches!(
        refused(|r| r.entries[1].tag = r.entries[0].tag),
        RegistryError::DuplicateTag {
            previous: 4,
            index: 9
        }
    ));
}

#[test]
fn wrong_keys_signatures_and_proofs_are_refused_by_name() {
    assert!(matches!(
        refused(|r| r.entries[0].pubkey = key(99).pubkey()),
        RegistryError::Signature { index: 4 }
    ));
    assert!(matches!(
        refused(|r| r.entries[0].pubkey[1] ^= 1),
        RegistryError::InvalidKey { index: 4 }
    ));
    assert!(matches!(
        refused(|r| r.entries[1].tag += Fr::from(1)),
        RegistryError::Signature { index: 9 }
    ));
    for byte in [0, 40, 95] {
        assert!(matches!(
            refused(|r| r.entries[2].signature[byte] ^= 1),
            RegistryError::Signature { index: 70 }
        ));
    }
    assert!(matches!(
        refused(|r| r.entries[2].signature.clear()),
        RegistryError::Signature { index: 70 }
    ));
    assert!(matches!(
        refused(|r| r.entries[2].membership.clear()),
        RegistryError::Membership { index: 70, .. }
    ));
    let wrong_key = signed().check_keys(|_| Some([0; 48])).unwrap_err();
    assert!(matches!(wrong_key, RegistryError::WrongKey { index: 4 }));
}

#[test]
fn a_signature_is_for_one_batch_pool_and_beacon_chain() {
    assert!(matches!(
        refused(|r| (r.batches[0].number, r.entries[0].batch) = (2, 2)),
        RegistryError::UnknownBatch { index: 9, batch: 1 }
    ));
    let every_entry = |r: &mut Registry, batch| {
        r.batches[0].number = batch;
        r.entries.iter_mut().for_each(|entry| entry.batch = batch);
    };
    for error in [
        refused(|r| every_entry(r, 2)),
        refused(|r| r.chain_id = 2),
        refused(|r| r.pool[0] ^= 1),
        refused(|r| {
            r.beacon = Some(BeaconChain {
                genesis_fork_version: [9; 4],
                ..SETTING.beacon
            })
        }),
        refused(|r| {
            r.beacon = Some(BeaconChain {
                genesis_validators_root: [9; 32],
                ..SETTING.beacon
            })
        }),
    ] {
        assert!(
            matches!(error, RegistryError::Signature { index: 4 }),
            "{error}"
        );
    }
}

#[test]
fn only_a_draft_is_unsigned_or_names_no_beacon_chain() {
    assert!(matches!(
        refused(|r| r.unsigned = true),
        RegistryError::Unsigned
    ));
    assert!(matches!(
        refused(|r| r.beacon = None),
        RegistryError::NoBeaconChain
    ));
    let validators = [(4, NO_KEY), (5, NO_KEY)];
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let (mut draft, secrets) = Registry::draft(1, [7; 20], &validators, 2, rng).unwrap();
    assert_eq!(secrets.len(), 2);
    draft.check_beacon_chain(&[5; 32]).unwrap();
    draft.check_keys(|_| Some([9; 48])).unwrap();
    assert_eq!(
        Registry::from_json(draft.to_json().as_bytes()).unwrap(),
        draft
    );
    draft.unsigned = false;
    draft.beacon = Some(SETTING.beacon);
    assert!(matches!(
        draft.check(),
        Err(RegistryError::DuplicateKey { .. })
    ));
    assert!(matches!(
        signed().check_beacon_chain(&[5; 32]),
        Err(RegistryError::OtherBeaconChain { .. })
    ));
}

#[test]
fn the_documents_example_is_a_draft() {
    let document = include_str!("../../../docs/formats.md");
    let start = document
        .find("{\n  \"format\": \"vigil.registry.v1\"")
        .unwrap();
    let (example, _) = document[start..].split_once("```").unwrap();
    let draft = Registry::from_json(example.as_bytes()).unwrap();
    assert!(draft.unsigned);
    assert_eq!(draft.to_json(), example);
}

#[test]
fn damaged_files_are_errors() {
    let json = signed().to_json();
    for length in 0..json.len() - 1 {
        assert!(
            Registry::from_json(&json.as_bytes()[..length]).is_err(),
            "{length} bytes"
        );
    }
    let other = json.replace("vigil.registry.v1", "vigil.registry.v2");
    assert!(matches!(
        Registry::from_json(other.as_bytes()),
        Err(RegistryError::Format { .. })
    ));
    let modulus = "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";
    let long = format!("\"membership\": \"0x{}", "00".repeat(4096));
    for (field, from, to) in [
        ("tag", "\"tag\": \"0x", "\"tag\": \"0xff"),
        ("pubkey", "\"pubkey\": \"0x", "\"pubkey\": \"0xff"),
        ("pubkey", "\"pubkey\": \"0x", "\"pubkey\": \""),
        ("signature", "\"signature\": \"0x", "\"signature\": \"0xff"),
        (
            "membership",
            "\"membership\": \"0x",
            "\"membership\": \"0xf",
        ),
        ("membership", "\"membership\": \"0x", &long),
    ] {
        let result = Registry::from_json(json.replacen(from, to, 1).as_bytes());
        assert!(
            matches!(result, Err(RegistryError::Field { index: 4, field: f, .. }) if f == field),
            "{field}: {result:?}"
        );
    }
    // The modulus itself, in place of the first tag.
    let before = "\"tag\": \"0x";
    let start = json.find(before).unwrap() + before.len();
    let mut unreduced = json.clone();
    unreduced.replace_range(start..start + 64, modulus);
    assert!(matches!(
        Registry::from_json(unreduced.as_bytes()),
        Err(RegistryError::Field { field: "tag", .. })
    ));
}
