//! The prover says which stage begins.
#![allow(missing_docs, clippy::unwrap_used)]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::Fr;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Shape;
use vigil_circuits::synthetic::SyntheticPool;
use vigil_params::embedded;
use vigil_params::keys::ProvingKey;
use vigil_prover::{Engine, ProveError, Stage, prove_membership_observed};

#[test]
fn stages_come_in_order_and_a_false_statement_ends_at_the_first() {
    let shape = Shape::default();
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(7), Words::W1, 3, 3).unwrap();
    let (mut statement, witness) = pool.membership(2, 77);

    let mut stages = Vec::new();
    prove_membership_observed(&Engine::default(), &key, &srs, &statement, &witness, |s| {
        stages.push(s)
    })
    .unwrap();
    assert_eq!(stages, [Stage::Check, Stage::Witness, Stage::Proof]);

    statement.tag += Fr::from(1);
    stages.clear();
    let refused =
        prove_membership_observed(&Engine::default(), &key, &srs, &statement, &witness, |s| {
            stages.push(s)
        });
    assert!(matches!(refused, Err(ProveError::Untrue(_))));
    assert_eq!(stages, [Stage::Check]);
}
