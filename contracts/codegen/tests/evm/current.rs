//! The checked-in contracts are what the generator writes.
//!
//! `VIGIL_WRITE_CONTRACTS=1 cargo test -p vigil-contracts current` writes them anew.

use crate::solc::contracts;
use crate::stored::SHAPES;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_contracts::{Artifacts, generate};
use vigil_params::embedded;
use vigil_params::keys::VerifyingKey;

fn artifacts(name: &str) -> Artifacts {
    let shape: Shape = name.parse().unwrap();
    let srs = embedded::srs(shape.k).unwrap();
    generate(&VerifyingKey::generate::<VigilCircuit>(&srs, shape).unwrap()).unwrap()
}

/// What depends on k or on the number of words is the key's.
#[test]
fn one_verifier_serves_all_sizes_of_a_circuit() {
    for sizes in [
        ["duty-w1-k10-l1", "duty-w1-k11-l1", "duty-w7-k11-l1"],
        ["enrolment-k9-l4", "enrolment-k10-l4", "enrolment-k11-l4"],
        ["duty-w1-k10-l4", "duty-w1-k11-l4", "duty-w7-k11-l4"],
    ] {
        let [first, second, third] = sizes.map(artifacts);
        assert_eq!(first.verifier, second.verifier);
        assert_eq!(first.verifier, third.verifier);
        assert_ne!(first.key_code, second.key_code);
        assert_ne!(second.key_code, third.key_code);
    }
}

#[test]
fn checked_in_contracts_are_current() {
    for name in SHAPES {
        let artifacts = artifacts(name);
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
