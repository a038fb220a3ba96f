//! The engine's kernels, each beside what the stock prover uses for the same.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ff::Field;
use halo2_proofs::arithmetic::best_multiexp;
use halo2_proofs::poly::EvaluationDomain;
use halo2_proofs::poly::commitment::ParamsProver;
use halo2curves::bn256::Fr;
use rand_chacha::{ChaCha20Rng, rand_core::RngCore, rand_core::SeedableRng};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, NATIVE_LANES, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::Arithmetic;
use vigil_engine::fft::Fft;
use vigil_engine::msm::msm;
use vigil_engine::quotient::{graph::Graph, program::Program};
use vigil_params::keys::ProvingKey;
use vigil_params::{dev, embedded};
use vigil_prover::{Engine, prove_duty_observed};

const K: u32 = 14;
/// The faster one last, where it stays selected. Without the processor's multipliers both are the same.
const ARITHMETICS: [Arithmetic; 2] = [Arithmetic::Portable, Arithmetic::Ifma];

fn random(rng: &mut ChaCha20Rng) -> Vec<Fr> {
    (0..1 << K).map(|_| Fr::random(&mut *rng)).collect()
}

/// Random scalars, and a column of bits with a few blinding rows.
fn commitments(c: &mut Criterion) {
    let srs = dev::unsafe_srs(K, 0).unwrap();
    let bases = srs.kzg().get_g();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let dense = random(&mut rng);
    let mut bits: Vec<Fr> = dense
        .iter()
        .map(|_| Fr::from(u64::from(rng.next_u32() & 1)))
        .collect();
    for row in bits.iter_mut().rev().take(7) {
        *row = Fr::random(&mut rng);
    }
    let mut group = c.benchmark_group("msm 2^14");
    group.sample_size(10);
    for (name, scalars) in [("random", &dense), ("bits", &bits)] {
        group.bench_function(BenchmarkId::new("stock", name), |b| {
            b.iter(|| best_multiexp(scalars, bases));
        });
        for arithmetic in ARITHMETICS {
            arithmetic.select();
            group.bench_function(BenchmarkId::new(arithmetic.to_string(), name), |b| {
                b.iter(|| msm(scalars, bases));
            });
        }
    }
    group.finish();
}

fn transforms(c: &mut Criterion) {
    let values = random(&mut ChaCha20Rng::seed_from_u64(2));
    let domain = EvaluationDomain::<Fr>::new(6, K);
    let fft = Fft::new(K);
    let mut group = c.benchmark_group("coefficients 2^14");
    group.bench_function("stock", |b| {
        b.iter(|| domain.lagrange_to_coeff(domain.lagrange_from_vec(values.clone())));
    });
    for arithmetic in ARITHMETICS {
        arithmetic.select();
        group.bench_function(arithmetic.to_string(), |b| {
            b.iter(|| {
                let mut values = values.clone();
                fft.coefficients(&mut values);
                values
            });
        });
    }
    group.finish();
}

/// As many products as sums, as constraints have; a quarter of the operands are cells.
fn programs(c: &mut Criterion) {
    let mut graph = Graph::default();
    let mut root = graph.cell(0, 0);
    for i in 0..100 {
        let cell = graph.cell(i % 3, i as i32 % 2);
        let square = graph.mul(root, root);
        let sum = graph.add(square, cell);
        let product = graph.mul(sum, root);
        root = graph.sub(product, square);
    }
    let program = Program::compile(&graph, root, 0);
    let columns = [1, 2, 3].map(|seed| random(&mut ChaCha20Rng::seed_from_u64(seed)));
    let columns: Vec<&[Fr]> = columns.iter().map(|column| &column[..]).collect();
    let mut output = vec![Fr::ZERO; 1 << K];
    let mut group = c.benchmark_group("program of 200 products 2^14");
    group.sample_size(20);
    for arithmetic in ARITHMETICS {
        arithmetic.select();
        group.bench_function(arithmetic.to_string(), |b| {
            b.iter(|| program.run(&columns, &[], &mut output));
        });
    }
    group.finish();
}

/// The quotient and all else: whole proofs, with the key prepared.
fn proofs(c: &mut Criterion) {
    let shape = Shape::wide(Family::Duty(Words::W1), 11, NATIVE_LANES);
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let validators = shape.capacity() as usize;
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 1, validators).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let mut group = c.benchmark_group("duty k11, 4 lanes");
    group.sample_size(10);
    for engine in [Engine::Stock, Engine::default()] {
        engine.prepare(&key, &srs).unwrap();
        group.bench_function(engine.to_string(), |b| {
            b.iter(|| prove_duty_observed(&engine, &key, &srs, &statement, &witness, |_| {}));
        });
    }
    group.finish();
}

criterion_group!(benches, commitments, transforms, programs, proofs);
criterion_main!(benches);
