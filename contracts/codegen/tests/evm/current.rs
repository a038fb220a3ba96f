//! The checked-in contracts are what the generator writes.
//!
//! `VIGIL_WRITE_CONTRACTS=1 cargo test -p vigil-contracts current` writes them anew.

use crate::solc::contracts;
use crate::stored::SHAPES;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_contracts::generate;
use vigil_params::embedded;
use vigil_params::keys::VerifyingKey;

#[test]
fn checked_in_contracts_are_current() {
    for name in SHAPES {
        let shape: Shape = name.parse().unwrap();
        let srs = embedded::srs(shape.k).unwrap();
        let key = VerifyingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
        let artifacts = generate(&key).unwrap();
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
