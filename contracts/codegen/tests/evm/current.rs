//! The checked-in contracts are what the generator writes.
//!
//! `VIGIL_WRITE_CONTRACTS=1 cargo test -p vigil-contracts current` writes them anew.

use crate::solc::contracts;
use crate::stored::{SHAPES, srs};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_contracts::{Artifacts, generate};
use vigil_params::embedded;
use vigil_params::keys::VerifyingKey;

fn artifacts(name: &str) -> Artifacts {
    let shape: Shape = name.parse().unwrap();
    let srs = srs(shape.k);
    generate(&VerifyingKey::generate::<VigilCircuit>(&srs, shape).unwrap()).unwrap()
}

/// What depends on k is the key's.
#[test]
fn one_verifier_serves_all_sizes_of_a_circuit() {
    let circuits: [&[&str]; 4] = [
        &["duty-w1-k12-n1", "duty-w1-k13-n1"],
        &["duty-w1-k10-l4", "duty-w1-k11-l4"],
        &["enrolment-k9-l4", "enrolment-k10-l4", "enrolment-k11-l4"],
        &["membership-k8-l1", "membership-k9-l1", "membership-k11-l1"],
    ];
    for sizes in circuits {
        let all: Vec<_> = sizes.iter().map(|name| artifacts(name)).collect();
        for pair in all.windows(2) {
            assert!(pair[0].verifier == pair[1].verifier, "{sizes:?}");
            assert_ne!(pair[0].key_code, pair[1].key_code);
        }
    }
}

#[test]
fn checked_in_contracts_are_current() {
    for name in SHAPES {
        let artifacts = artifacts(name);
        // Nobody deploys a key under a known tau without having been told.
        let is_unsafe = embedded::srs(name.parse::<Shape>().unwrap().k).is_none();
        assert_eq!(artifacts.key.source.contains("UNSAFE"), is_unsafe, "{name}");
        for artifact in [artifacts.verifier, artifacts.key] {
            let path = contracts().join(format!("src/generated/{}.sol", artifact.name));
            if std::env::var_os("VIGIL_WRITE_CONTRACTS").is_some() {
                std::fs::write(&path, &artifact.source).unwrap();
            }
            let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                checked_in == artifact.source,
                "{} is not what the generator writes: see this test's first lines",
                artifact.name
            );
        }
    }
}
