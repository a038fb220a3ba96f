//! Whoever makes the proof, the verifier's answer is the same.
#![allow(missing_docs, clippy::unwrap_used)]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsPolicy, embedded};
use vigil_prover::{
    Engine, EngineChoice, prove_duty_observed, prove_enrolment_observed, prove_membership_observed,
};
use vigil_verifier::{verify_duty, verify_enrolment, verify_membership};

fn engines() -> [Engine; 2] {
    [EngineChoice::Stock, EngineChoice::Cpu].map(|choice| choice.open(|_| {}).unwrap())
}

#[test]
fn all_statements_on_all_engines() {
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(7), Words::W1, 2, 6).unwrap();
    let policy = ParamsPolicy::default();
    for engine in engines() {
        let keys = |family, k| {
            let shape = Shape::wide(family, k, 1);
            let srs = embedded::srs(k).unwrap();
            let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
            (srs, key)
        };
        let (srs, key) = keys(Family::Duty(Words::W1), 11);
        let (statement, witness) = pool.duty(0, THRESHOLDS);
        let duty = prove_duty_observed(&engine, &key, &srs, &statement, &witness, |_| {}).unwrap();
        verify_duty(&key.verifying_key(), &policy, &statement, &duty).unwrap();
        let (other, _) = pool.duty(1, THRESHOLDS);
        assert!(verify_duty(&key.verifying_key(), &policy, &other, &duty).is_err());

        let (srs, key) = keys(Family::Enrolment, 11);
        let (statement, witness) = pool.enrolment(0);
        let proof =
            prove_enrolment_observed(&engine, &key, &srs, &statement, &witness, |_| {}).unwrap();
        verify_enrolment(&key.verifying_key(), &policy, &statement, &proof).unwrap();

        let shape = Shape::default();
        let (srs, key) = keys(shape.family, shape.k);
        let (statement, witness) = pool.membership(1, 9);
        let proof =
            prove_membership_observed(&engine, &key, &srs, &statement, &witness, |_| {}).unwrap();
        verify_membership(&key.verifying_key(), &policy, &statement, &proof).unwrap();
    }
}

#[test]
fn a_key_is_prepared_once() {
    let shape = Shape::default();
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let [stock, cpu] = engines();
    assert_eq!(stock.prepare(&key, &srs).unwrap(), 0);
    let bytes = cpu.prepare(&key, &srs).unwrap();
    assert!(bytes > 0);
    assert_eq!(cpu.clone().prepare(&key, &srs).unwrap(), bytes);
    let larger = embedded::srs(shape.k + 1).unwrap();
    for engine in [stock, cpu] {
        let refused = engine.prepare(&key, &larger);
        assert!(refused.is_err(), "{engine}: parameters of another size");
    }
}

#[test]
fn the_project_s_own_is_the_default() {
    assert_eq!(Engine::default().to_string(), "cpu");
}
