//! What a follower does with a state of a million validators, piece by piece.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use std::fs;
use std::hint::black_box;
use vigil_benches::chain::{SyntheticChain, spec_json};
use vigil_benches::plan::Plan;
use vigil_ledger::beacon::{Spec, decode_block, decode_state, shuffle};
use vigil_ledger::epoch::Seats;

const PLAN: Plan = Plan {
    validators: 1_000_000,
    registered: 10_000,
    start_epoch: 400_000,
    epochs: 1,
};

fn follow(c: &mut Criterion) {
    let mut group = c.benchmark_group("follow 1M");
    group.sample_size(10);
    let mut list: Vec<u64> = (0..PLAN.validators).collect();
    group.bench_function("shuffle", |b| {
        b.iter(|| shuffle(black_box(&mut list), &[7; 32], 90));
    });

    let folder = tempfile::tempdir().unwrap();
    let chain = SyntheticChain::make(PLAN, folder.path()).unwrap();
    let spec = Spec::from_json(spec_json().to_string().as_bytes()).unwrap();
    let slot = (PLAN.start_epoch + 1) * 32 - 1;
    let bytes = fs::read(chain.state_file(slot)).unwrap();
    group.bench_function("decode and hash a state", |b| {
        b.iter(|| decode_state(&spec, "the state", black_box(&bytes)).unwrap());
    });

    let state = decode_state(&spec, "the state", &bytes).unwrap();
    let indices = PLAN.indices();
    group.bench_function("committees", |b| {
        b.iter(|| Seats::of_state(&spec, black_box(&state), &indices));
    });

    let block = chain.block(&chain.root_at(slot + 8).unwrap()).unwrap();
    group.bench_function("decode and hash a block", |b| {
        b.iter(|| decode_block(&spec, "the block", black_box(block)).unwrap());
    });
}

criterion_group!(benches, follow);
criterion_main!(benches);
