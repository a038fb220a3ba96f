//! Honest circuits hold, at every family and size that MockProver can take.

use super::*;
use crate::ledger::Words;
use crate::synthetic::{SyntheticPool, THRESHOLDS};
use halo2_proofs::dev::MockProver;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

fn assert_holds(circuit: &VigilCircuit, instance: &[Fr]) {
    let shape = circuit.shape();
    let prover = MockProver::run(shape.k, circuit, vec![instance.to_vec()]).unwrap();
    if let Err(failures) = prover.verify() {
        panic!(
            "{shape}: {} failures, first {:#?}",
            failures.len(),
            &failures[..failures.len().min(3)]
        );
    }
}

#[test]
fn honest_duty_circuits_hold() {
    for (words, k, lanes, validators) in [
        (Words::W1, 11, 1, 3),
        (Words::W1, 11, 4, 20),
        (Words::W1, 12, 1, 12),
        (Words::W7, 12, 2, 2),
        (Words::W28, 13, 1, 1),
    ] {
        let shape = Shape::wide(Family::Duty(words), k, lanes);
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(k) + 100 * u64::from(lanes));
        let pool = SyntheticPool::new(&mut rng, words, 1, validators).unwrap();
        let (statement, witness) = pool.duty(0, THRESHOLDS);
        statement.check(&witness).unwrap();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        assert_holds(
            &VigilCircuit::duty(shape, &statement, &witness).unwrap(),
            &instance,
        );
    }
}

#[test]
fn honest_enrolment_circuits_hold() {
    for (k, lanes, validators) in [(11, 1, 4), (11, 2, 0), (11, 4, 24)] {
        let shape = Shape::wide(Family::Enrolment, k, lanes);
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(lanes));
        let pool = SyntheticPool::new(&mut rng, Words::W1, 1, validators).unwrap();
        let (statement, witness) = pool.enrolment(0);
        statement.check(&witness).unwrap();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        assert_holds(
            &VigilCircuit::enrolment(shape, &statement, &witness).unwrap(),
            &instance,
        );
    }
}

#[test]
fn honest_membership_circuits_hold() {
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(5), Words::W1, 3, 3).unwrap();
    let (statement, witness) = pool.membership(2, 77);
    statement.check(&witness).unwrap();
    let instance = statement.to_instance().unwrap();
    let shape = Shape::default();
    assert_holds(
        &VigilCircuit::membership(shape, &statement, &witness).unwrap(),
        &instance,
    );
}
