//! The engine as the prover has it, with the key kept for the next proof.

use crate::build::emulator;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, MEMBERSHIP_K, Shape};
use vigil_circuits::synthetic::SyntheticPool;
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsPolicy, embedded};
use vigil_prover::{Engine, PreparedKeys, prove_membership_observed};
use vigil_verifier::verify_membership;

#[test]
fn the_verifier_accepts_what_the_cuda_engine_proves() {
    let shape = Shape::wide(Family::Membership, MEMBERSHIP_K, 1);
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 2, 8).unwrap();
    let engine = Engine::Cuda(emulator().clone(), PreparedKeys::default());
    assert_eq!(engine.to_string(), "cuda");
    assert!(engine.prepare(&key, &srs).unwrap() > 0);
    let verifying = key.verifying_key();
    let policy = ParamsPolicy::default();
    for subject in [77, 78] {
        let (statement, witness) = pool.membership(1, subject);
        let proof =
            prove_membership_observed(&engine, &key, &srs, &statement, &witness, |_| {}).unwrap();
        verify_membership(&verifying, &policy, &statement, &proof).unwrap();
        let (other, _) = pool.membership(1, subject + 1);
        assert!(verify_membership(&verifying, &policy, &other, &proof).is_err());
    }
}
