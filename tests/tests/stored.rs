//! Stored proofs must still verify, under keys that have not changed: a proof's header names its
//! key's ID, so these files pin the verifying keys too.
//!
//! `VIGIL_STORE_PROOFS=1 cargo test -p vigil-tests --test stored` makes them anew; do that only with a
//! changelog entry that says the verifying key changes.
#![allow(missing_docs, clippy::unwrap_used)]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::path::PathBuf;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Shape;
use vigil_circuits::synthetic::{
    CHAIN_ID, OWNER_ADDRESS, PAYOUT_ADDRESS, POOL_ADDRESS, SyntheticPool, THRESHOLDS,
};
use vigil_params::keys::ProvingKey;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Setting, Statement, StatementFile};
use vigil_params::{ParamsPolicy, Srs, dev, embedded};
use vigil_prover::{prove_duty, prove_enrolment, prove_membership};
use vigil_verifier::{verify_duty, verify_enrolment, verify_membership};

const SHAPES: [&str; 6] = [
    "duty-w1-k13-n1",
    "duty-w1-k11-l1",
    "duty-w1-k11-l4",
    "enrolment-k11-n1",
    "enrolment-k11-l4",
    "membership-k8-l1",
];

/// The ceremony's parameters as far as they are embedded, above that unsafe ones.
fn srs(k: u32) -> Srs {
    embedded::srs(k).unwrap_or_else(|| dev::unsafe_srs(k, 0).unwrap())
}

fn path(shape: Shape, extension: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("stored");
    folder.join(format!("{shape}.{extension}"))
}

fn store(shape: Shape) {
    let srs = srs(shape.k);
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(2026);
    let pool =
        SyntheticPool::new(&mut rng, Words::W1, 2, 2 * shape.capacity().min(4) as usize).unwrap();
    let setting = |account| Setting {
        chain_id: CHAIN_ID,
        pool: POOL_ADDRESS,
        account,
    };
    let (setting, statement, proof) = match shape.name().split('-').next().unwrap() {
        "duty" => {
            let (statement, witness) = pool.duty(0, THRESHOLDS);
            let proof = prove_duty(&key, &srs, &statement, &witness).unwrap();
            (setting(PAYOUT_ADDRESS), Statement::Duty(statement), proof)
        }
        "enrolment" => {
            let (statement, witness) = pool.enrolment(0);
            let proof = prove_enrolment(&key, &srs, &statement, &witness).unwrap();
            (
                setting(OWNER_ADDRESS),
                Statement::Enrolment(statement),
                proof,
            )
        }
        _ => {
            let (statement, witness) = pool.membership(1, 77);
            let proof = prove_membership(&key, &srs, &statement, &witness).unwrap();
            (setting([0; 20]), Statement::Membership(statement), proof)
        }
    };
    StatementFile::new(setting, statement)
        .unwrap()
        .write(&path(shape, "json"))
        .unwrap();
    ProofFile::new(&key.verifying_key(), proof)
        .unwrap()
        .write(&path(shape, "proof"))
        .unwrap();
}

#[test]
fn stored_proofs_still_verify_under_the_same_keys() {
    for name in SHAPES {
        let shape: Shape = name.parse().unwrap();
        if std::env::var_os("VIGIL_STORE_PROOFS").is_some() {
            store(shape);
        }
        let file = ProofFile::read(&path(shape, "proof")).unwrap();
        let statement = StatementFile::read(&path(shape, "json")).unwrap();
        assert_eq!(file.shape(), shape);
        let srs = srs(shape.k);
        let key = ProvingKey::generate::<VigilCircuit>(&srs, shape)
            .unwrap()
            .verifying_key();
        file.check_key(&key)
            .unwrap_or_else(|error| panic!("{name}: the key has changed: {error}"));
        let policy = ParamsPolicy {
            allow_unsafe: embedded::srs(shape.k).is_none(),
            ..ParamsPolicy::default()
        };
        match statement.statement() {
            Statement::Duty(duty) => {
                verify_duty(&key, &policy, duty, file.proof()).unwrap();
            }
            Statement::Enrolment(enrolment) => {
                verify_enrolment(&key, &policy, enrolment, file.proof()).unwrap();
            }
            Statement::Membership(membership) => {
                verify_membership(&key, &policy, membership, file.proof()).unwrap();
            }
        }
    }
}
