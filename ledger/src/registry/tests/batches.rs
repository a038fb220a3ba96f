//! Batches on top of one another, registrations and operators' lists.

use super::*;

#[test]
fn a_batch_grows_the_version_before_and_the_operators_list() {
    let first = signed();
    let list = operators(3);
    let second = [(2, 5), (0, 100)].map(|(o, index)| registration(&list, 4, o, index));
    let grown = Registry::with_batch(&list, Some(&first), 4, &second).unwrap();
    verify(&grown).unwrap();
    assert_eq!(grown.batch(), 4);
    assert_eq!(grown.entries.len(), 5);
    grown.check_operators(&list).unwrap();
    grown.check_operators(&operators(5)).unwrap();
    assert!(matches!(
        grown.check_operators(&operators(2)),
        Err(RegistryError::OtherOperators {
            batch: 4,
            operators: 3
        })
    ));
    assert_eq!(
        Registry::from_json(grown.to_json().as_bytes()).unwrap(),
        grown
    );

    let build = |previous: &Registry, batch, registrations: &[Registration]| {
        Registry::with_batch(&list, Some(previous), batch, registrations).unwrap_err()
    };
    assert!(matches!(
        build(&grown, 4, &[]),
        RegistryError::BatchOrder {
            previous: 4,
            number: 4
        }
    ));
    let again = registration(&list, 5, 1, 70);
    assert!(matches!(
        build(&grown, 5, &[again]),
        RegistryError::Duplicate { index: 70 }
    ));
    let mut draft = first;
    draft.unsigned = true;
    assert!(matches!(build(&draft, 5, &[]), RegistryError::Unsigned));
}

#[test]
fn a_registration_of_another_batch_list_or_pool_is_refused() {
    let list = operators(2);
    let stale = registration(&list, 1, 0, 8);
    assert!(matches!(
        stale.check_belongs(&list, 2),
        Err(RegistryError::OtherBatch {
            index: 8,
            expected: 2,
            got: 1
        })
    ));
    assert!(matches!(
        stale.check_belongs(&operators(3), 1),
        Err(RegistryError::OtherOperators {
            batch: 1,
            operators: 2
        })
    ));
    let mut other = stale.clone();
    other.setting.chain_id = 5;
    assert!(matches!(
        other.check_belongs(&list, 1),
        Err(RegistryError::OtherPool { .. })
    ));
    other = stale.clone();
    other.setting.beacon.genesis_fork_version[3] ^= 1;
    assert!(matches!(
        other.check_belongs(&list, 1),
        Err(RegistryError::OtherBeaconChain { .. })
    ));
    let stranger = Registration::new(&list, 1, &secret(7), 8, &key(1));
    assert!(matches!(stranger, Err(RegistryError::UnknownOperator)));
}

#[test]
fn a_registration_survives_its_file_and_names_no_operator() {
    let list = operators(2);
    let registration = registration(&list, 1, 1, 8);
    registration.verify(holds).unwrap();
    let json = registration.to_json();
    assert_eq!(
        Registration::from_json(json.as_bytes()).unwrap(),
        registration
    );
    let id = secret(1).operator_id(SETTING.pool_id());
    for hidden in [hex::encode(fr_to_be_bytes(id)), hex::encode([1; 20])] {
        assert!(list.to_json().contains(&hidden));
        assert!(!json.contains(&hidden));
    }
    for length in 0..json.len() - 1 {
        assert!(Registration::from_json(&json.as_bytes()[..length]).is_err());
    }
    assert!(Registration::from_json(list.to_json().as_bytes()).is_err());
}

#[test]
fn an_operators_list_survives_its_file_and_has_nobody_twice() {
    let list = operators(3);
    assert_eq!(
        Operators::from_json(list.to_json().as_bytes()).unwrap(),
        list
    );
    assert!(matches!(
        list.with(list.list()[1]),
        Err(RegistryError::DuplicateOperator {
            previous: 1,
            position: 3
        })
    ));
    let many = (0..4097).map(|id| Operator {
        id: Fr::from(id),
        owner: [0; 20],
    });
    assert!(matches!(
        Operators::new(SETTING, many.collect()),
        Err(RegistryError::TooMany(_))
    ));
}

#[test]
fn a_nodes_answer_on_its_genesis_names_the_chain() {
    let root = "11".repeat(32);
    let fields =
        format!(r#""genesis_validators_root": "0x{root}", "genesis_fork_version": "0x00001020""#);
    for json in [
        format!(r#"{{"data": {{{fields}}}}}"#),
        format!("{{{fields}}}"),
    ] {
        let beacon = BeaconChain::from_genesis_json(json.as_bytes()).unwrap();
        assert_eq!(beacon, SETTING.beacon);
        let short = json.replace("00001020", "001020");
        assert!(BeaconChain::from_genesis_json(short.as_bytes()).is_err());
    }
}
