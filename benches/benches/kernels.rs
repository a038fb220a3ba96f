//! Hash, tree, statement and witness: everything before the proof system.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::hint::black_box;
use vigil_circuits::Fr;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::poseidon2::permute;
use vigil_circuits::shape::{Family, NATIVE_LANES, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_circuits::tree::{LEDGER_DEPTH, Tree};

fn hash(c: &mut Criterion) {
    let state = [1, 2, 3, 4].map(Fr::from);
    c.bench_function("poseidon2/permute", |b| {
        b.iter(|| permute(black_box(state)))
    });
    for leaves in [100, 10_000] {
        c.bench_function(&format!("tree/{leaves} leaves"), |b| {
            b.iter_batched(
                || (0..leaves).map(Fr::from).collect::<Vec<_>>(),
                |leaves| Tree::new(leaves, LEDGER_DEPTH).unwrap(),
                BatchSize::LargeInput,
            );
        });
    }
}

fn statement(c: &mut Criterion) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 1, 20).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let shape = Shape::wide(Family::Duty(Words::W1), 11, NATIVE_LANES);
    c.bench_function("statement/check 20", |b| {
        b.iter(|| statement.check(&witness))
    });
    c.bench_function("circuit/assemble 20", |b| {
        b.iter(|| VigilCircuit::duty(shape, &statement, &witness).unwrap());
    });
}

criterion_group!(kernels, hash, statement);
criterion_main!(kernels);
