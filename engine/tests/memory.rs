//! The estimate of memory beside what a proof is seen to take, in a process of its own that finds its key in the cache: what
//! making a key leaves behind in the allocator would be counted too.
#![allow(clippy::print_stdout, missing_docs, clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::G1Affine;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::path::Path;
use std::process::Command;
use std::{env, fs};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Form, NATIVE_LANES, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::memory::Estimate;
use vigil_engine::{EngineKey, prove};
use vigil_params::keys::{CacheOutcome, KeyCache};
use vigil_params::transcript::{EvmChallenge, EvmWrite};
use vigil_params::{ParamsChoice, ParamsStore};

/// How far the estimate may be from the peak.
const MARGIN: f64 = 0.15;
const THREADS: usize = 2;
/// Tells a process that it is the one that proves, and where the key is.
const FOLDER: &str = "VIGIL_TEST_MEMORY_FOLDER";
const MIB: f64 = 1048576.0;

#[test]
fn the_estimate_is_near_the_peak() {
    if let Some(folder) = env::var_os(FOLDER) {
        return measure(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    // The first makes the key.
    let [_, (estimate, measured)] = [(); 2].map(|()| {
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "the_estimate_is_near_the_peak", "--nocapture"])
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut words = text
            .lines()
            .find(|line| line.contains("MiB"))
            .unwrap()
            .split_whitespace();
        assert_eq!(words.next(), Some("MiB"));
        let mut number = || words.next().unwrap().parse::<f64>().unwrap();
        (number(), number())
    });
    let ratio = estimate / measured;
    assert!(
        (1.0 - MARGIN..=1.0 + MARGIN).contains(&ratio),
        "estimated {estimate} MiB, measured {measured} MiB"
    );
}

/// Proves, and prints estimate and peak.
fn measure(folder: &Path) {
    let shape = Shape {
        family: Family::Duty(Words::W1),
        k: 13,
        lanes: NATIVE_LANES,
        form: Form::Wide,
    };
    let choice = ParamsChoice::UnsafeDev { seed: 0 };
    let store = ParamsStore::new(folder.join("params"));
    let srs = store.srs(shape.k, choice).unwrap();
    let cached = KeyCache::new(folder.join("keys"))
        .proving_key::<VigilCircuit>(shape, choice.id(), || store.srs(shape.k, choice))
        .unwrap();
    let loaded = matches!(cached.outcome, CacheOutcome::Loaded);
    let key = cached.key;
    let prepared = EngineKey::new(srs.kzg(), key.halo2()).unwrap();
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(7), Words::W1, 1, 8).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let mut transcript =
        <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
    let rng = ChaCha20Rng::seed_from_u64(1);
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(THREADS)
        .build()
        .unwrap();
    let proven = threads.install(|| {
        prove(
            &prepared,
            srs.kzg(),
            key.halo2(),
            &circuit,
            &instance,
            rng,
            &mut transcript,
        )
    });
    proven.unwrap();
    let estimate = Estimate::new(key.halo2().get_vk().cs(), shape.k, THREADS).total() as f64;
    println!("\nMiB {:.0} {:.0} {loaded}", estimate / MIB, peak() / MIB);
}

fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mut lines = status
        .lines()
        .filter_map(|line| line.strip_prefix("VmHWM:"));
    let kib = lines.next().unwrap().trim().strip_suffix(" kB").unwrap();
    1024.0 * kib.parse::<f64>().unwrap()
}
