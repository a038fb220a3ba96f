//! The estimate of memory beside what a proof is seen to take, in a process of its own that finds its key in the cache: what
//! making a key leaves behind in the allocator would be counted too.
#![allow(clippy::print_stdout, missing_docs, clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::G1Affine;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Form, NATIVE_LANES, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::memory::{Estimate, Place};
use vigil_engine::stored::{self, Section, Shelf};
use vigil_engine::{EngineError, EngineKey, StoredKey, prove, prove_stored};
use vigil_params::keys::{KeyCache, PreparedKey};
use vigil_params::transcript::{EvmChallenge, EvmWrite};
use vigil_params::{ParamsChoice, ParamsStore};

/// How far the estimate may be from the peak.
const MARGIN: f64 = 0.15;
const THREADS: usize = 2;
/// Tells a process that it is the one that proves, and where the key is.
const FOLDER: &str = "VIGIL_TEST_MEMORY_FOLDER";
/// Tells it to map the key.
const MAPPED: &str = "VIGIL_TEST_MEMORY_MAPPED";
const MIB: f64 = 1048576.0;

#[test]
fn the_estimate_is_near_the_peak() {
    if let Some(folder) = env::var_os(FOLDER) {
        return measure(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    // The first makes the key, the third what is mapped.
    let runs = [false, false, true, true].map(|mapped| {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "the_estimate_is_near_the_peak", "--nocapture"])
            .env(FOLDER, folder.path());
        if mapped {
            command.env(MAPPED, "");
        }
        let output = command.output().unwrap();
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
    for (estimate, measured) in [runs[1], runs[3]] {
        let ratio = estimate / measured;
        assert!(
            (1.0 - MARGIN..=1.0 + MARGIN).contains(&ratio),
            "estimated {estimate} MiB, measured {measured} MiB"
        );
    }
    assert!(runs[3].1 < runs[1].1, "mapping saves memory");
}

struct Mapped(PreparedKey);

impl Shelf for Mapped {
    fn section(&self, section: usize) -> io::Result<Section> {
        Ok(Box::new(self.0.section(section)?))
    }
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
    let cache = KeyCache::new(folder.join("keys"));
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(7), Words::W1, 1, 8).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let circuit = || VigilCircuit::duty(shape, &statement, &witness).unwrap();
    let mut transcript =
        <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
    let rng = ChaCha20Rng::seed_from_u64(1);
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(THREADS)
        .build()
        .unwrap();
    let params = srs.kzg();
    let whole = || {
        let cached =
            cache.proving_key::<VigilCircuit>(shape, choice.id(), || store.srs(shape.k, choice));
        cached.unwrap().key
    };
    let (cs, place) = if env::var_os(MAPPED).is_some() {
        let prepared = || cache.prepared_key::<VigilCircuit>(shape, choice.id());
        if prepared().is_none() {
            let key = whole();
            let kept: Result<_, EngineErrorOrIo> = cache.keep_prepared(&key, |sections| {
                stored::write(params, key.halo2(), |columns| Ok(sections.put(columns)?))
            });
            kept.unwrap();
        }
        let (_, file) = prepared().unwrap();
        let file = file.unwrap();
        let vk = file.verifying_key().halo2().clone();
        let stored = StoredKey::new(params, &vk, Box::new(Mapped(file))).unwrap();
        let proven = threads.install(|| {
            let circuit = circuit();
            prove_stored(
                &stored,
                params,
                &vk,
                &circuit,
                &instance,
                rng,
                &mut transcript,
            )
        });
        proven.unwrap();
        (vk.cs().clone(), Place::Mapped)
    } else {
        let key = whole();
        let key = key.halo2();
        let prepared = EngineKey::new(params, key).unwrap();
        let proven = threads.install(|| {
            let circuit = circuit();
            prove(
                &prepared,
                params,
                key,
                &circuit,
                &instance,
                rng,
                &mut transcript,
            )
        });
        proven.unwrap();
        (key.get_vk().cs().clone(), Place::Memory)
    };
    let estimate = Estimate::new(&cs, shape.k, THREADS, place).total() as f64;
    println!("\nMiB {:.0} {:.0}", estimate / MIB, peak() / MIB);
}

#[derive(Debug)]
enum EngineErrorOrIo {
    Engine(#[expect(dead_code)] EngineError),
    Io(#[expect(dead_code)] io::Error),
}

impl From<EngineError> for EngineErrorOrIo {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<io::Error> for EngineErrorOrIo {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mut lines = status
        .lines()
        .filter_map(|line| line.strip_prefix("VmHWM:"));
    let kib = lines.next().unwrap().trim().strip_suffix(" kB").unwrap();
    1024.0 * kib.parse::<f64>().unwrap()
}
