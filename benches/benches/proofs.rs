//! Keys, proofs and their verification, under the ceremony's parameters (k = 11).
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsPolicy, embedded};
use vigil_prover::{Engine, prove_duty_observed};
use vigil_verifier::{verify_duty, verify_duty_batch};

fn proofs(c: &mut Criterion) {
    let mut group = c.benchmark_group("duty k11");
    group.sample_size(10);
    let policy = ParamsPolicy::default();
    for lanes in [1, 4] {
        let shape = Shape::wide(Family::Duty(Words::W1), 11, lanes);
        let srs = embedded::srs(shape.k).unwrap();
        group.bench_function(format!("keygen, {lanes} lanes"), |b| {
            b.iter(|| ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap());
        });
        let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
        let verifying = key.verifying_key();
        let engine = Engine::default();
        engine.prepare(&key, &srs).unwrap();
        for validators in [1, shape.capacity() as usize] {
            let mut rng = ChaCha20Rng::seed_from_u64(1);
            let pool = SyntheticPool::new(&mut rng, Words::W1, 1, validators).unwrap();
            let (statement, witness) = pool.duty(0, THRESHOLDS);
            let prove =
                || prove_duty_observed(&engine, &key, &srs, &statement, &witness, |_| {}).unwrap();
            group.bench_function(format!("prove V = {validators}, {lanes} lanes"), |b| {
                b.iter(prove);
            });
            let proof = prove();
            group.bench_function(format!("verify V = {validators}, {lanes} lanes"), |b| {
                b.iter(|| verify_duty(&verifying, &policy, &statement, &proof).unwrap());
            });
            let batch = vec![(&verifying, &statement, &proof[..]); 10];
            group.bench_function(format!("verify batch of 10, {lanes} lanes"), |b| {
                b.iter(|| verify_duty_batch(&policy, &batch).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, proofs);
criterion_main!(benches);
