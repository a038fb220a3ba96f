//! What a beacon state says of validators that join.

use super::*;
use crate::beacon::{ValidatorRecord, ValidatorRecords};

const OURS: [u8; 32] = [1; 32];

/// A state in which everybody of [`signed`] is in order.
fn chain() -> ValidatorRecords {
    let record = |index: u8| ValidatorRecord {
        pubkey: key(index + 1).pubkey(),
        withdrawal_credentials: OURS,
        slashed: false,
        exit_epoch: u64::MAX,
    };
    ValidatorRecords {
        state_root: [0; 32],
        slot: 5,
        genesis_validators_root: SETTING.beacon.genesis_validators_root,
        validators: (0..=70).map(record).collect(),
    }
}

#[test]
fn a_validator_joins_with_its_own_key_the_pools_stake_and_a_future() {
    let refused = |edit: fn(&mut ValidatorRecords)| {
        let mut chain = chain();
        edit(&mut chain);
        let registry = signed();
        let mut joins = registry.entries.iter();
        let joins = joins.try_for_each(|entry| entry.check_joins(&chain, &[[9; 32], OURS]));
        (joins, registry.check_stakes(&chain, &[[9; 32], OURS]))
    };
    assert!(matches!(refused(|_| ()), (Ok(()), Ok(()))));
    assert!(matches!(
        refused(|c| c.validators.truncate(70)),
        (
            Err(RegistryError::NoSuchValidator {
                index: 70,
                validators: 70
            }),
            Err(RegistryError::NoSuchValidator { .. })
        )
    ));
    assert!(matches!(
        refused(|c| c.validators[9].pubkey[0] ^= 1),
        (
            Err(RegistryError::WrongKey { index: 9 }),
            Err(RegistryError::WrongKey { index: 9 })
        )
    ));
    assert!(matches!(
        refused(|c| c.validators[9].withdrawal_credentials[31] ^= 1),
        (
            Err(RegistryError::Credentials { index: 9, .. }),
            Err(RegistryError::Credentials { index: 9, .. })
        )
    ));
    // Who was in order when it joined keeps its place.
    assert!(matches!(
        refused(|c| c.validators[4].slashed = true),
        (Err(RegistryError::AlreadySlashed { index: 4 }), Ok(()))
    ));
    assert!(matches!(
        refused(|c| c.validators[4].exit_epoch = 77),
        (
            Err(RegistryError::AlreadyExiting {
                index: 4,
                epoch: 77
            }),
            Ok(())
        )
    ));
    assert!(matches!(
        refused(|c| c.genesis_validators_root[0] ^= 1),
        (Ok(()), Err(RegistryError::OtherBeaconChain { .. }))
    ));
}
