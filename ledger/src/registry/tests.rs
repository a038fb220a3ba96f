use super::*;
use blst::min_pk::SecretKey;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const CIPHERSUITE: &[u8] = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

fn key(seed: u8) -> SecretKey {
    SecretKey::key_gen(&[seed; 32], &[]).unwrap()
}

/// Three validators, each signing its registration.
fn signed() -> Registry {
    let keys = [key(1), key(2), key(3)];
    let validators: Vec<_> = keys
        .iter()
        .zip([4, 9, 70])
        .map(|(key, index)| (index, key.sk_to_pk().to_bytes()))
        .collect();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (mut registry, secrets) = Registry::draft(1, [7; 20], &validators, 2, &mut rng).unwrap();
    assert_eq!(secrets.len(), 2);
    registry.unsigned = false;
    for (i, key) in keys.iter().enumerate() {
        let root = registry.message(&registry.entries[i]).signing_root();
        registry.entries[i].signature = key.sign(&root, CIPHERSUITE, &[]).to_bytes().to_vec();
        registry.entries[i].membership = vec![1];
    }
    registry
}

fn holds(entry: &RegistryEntry) -> bool {
    entry.membership == [1]
}

#[test]
fn a_signed_registry_verifies_and_survives_its_file() {
    let registry = signed();
    registry.verify(holds).unwrap();
    assert_eq!(
        Registry::from_json(registry.to_json().as_bytes()).unwrap(),
        registry
    );
    registry
        .check_keys(|index| {
            Some(
                key([(4, 1), (9, 2), (70, 3)]
                    .iter()
                    .find(|(i, _)| *i == index)?
                    .1)
                .sk_to_pk()
                .to_bytes(),
            )
        })
        .unwrap();
}

#[test]
fn every_defect_has_its_name() {
    let refused = |edit: &dyn Fn(&mut Registry)| {
        let mut registry = signed();
        edit(&mut registry);
        registry.verify(holds).unwrap_err()
    };
    assert!(matches!(
        refused(&|r| r.unsigned = true),
        RegistryError::Unsigned
    ));
    assert!(matches!(
        refused(&|r| r.entries[1] = r.entries[0].clone()),
        RegistryError::Duplicate { index: 4 }
    ));
    assert!(matches!(
        refused(&|r| r.entries.swap(0, 1)),
        RegistryError::Order {
            previous: 9,
            index: 4
        }
    ));
    assert!(matches!(
        refused(&|r| r.entries[2].index = 1 << 40),
        RegistryError::Index { .. }
    ));
    assert!(matches!(
        refused(&|r| r.entries[0].pubkey = r.entries[1].pubkey),
        RegistryError::Signature { index: 4 }
    ));
    assert!(matches!(
        refused(&|r| r.entries[0].pubkey[1] ^= 1),
        RegistryError::InvalidKey { index: 4 }
    ));
    assert!(matches!(
        refused(&|r| r.entries[1].tag += Fr::from(1)),
        RegistryError::Signature { index: 9 }
    ));
    assert!(matches!(
        refused(&|r| r.batch = 1),
        RegistryError::Signature { index: 4 }
    ));
    assert!(matches!(
        refused(&|r| r.entries[2].signature.clear()),
        RegistryError::Signature { index: 70 }
    ));
    assert!(matches!(
        refused(&|r| r.entries[2].membership.clear()),
        RegistryError::Membership { index: 70 }
    ));
    let wrong_key = signed().check_keys(|_| Some([0; 48])).unwrap_err();
    assert!(matches!(wrong_key, RegistryError::WrongKey { index: 4 }));
}

#[test]
fn damaged_files_are_errors() {
    let json = signed().to_json();
    for length in 0..json.len() {
        assert!(
            Registry::from_json(&json.as_bytes()[..length]).is_err(),
            "{length} bytes"
        );
    }
    let other = json.replace("vigil.registry.v1", "vigil.registry.v2");
    assert!(matches!(
        Registry::from_json(other.as_bytes()),
        Err(RegistryError::Format(_))
    ));
    let unreduced = json.replacen("\"tag\": \"0x", "\"tag\": \"0xff", 1);
    assert!(matches!(
        Registry::from_json(unreduced.as_bytes()),
        Err(RegistryError::Field { field: "tag", .. })
    ));
}
