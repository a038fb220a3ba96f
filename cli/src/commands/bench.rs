//! `vigil bench`: what proofs cost on this machine.

use crate::engine::EngineArgs;
use crate::keys;
use crate::memory::MemoryArgs;
use crate::output::LanesArgs;
use crate::progress::spin;
use crate::report::{self, Format, Outcome};
use crate::threads::ThreadsArgs;
use crate::usage::{Cost, measure};
use anyhow::{Context, ensure};
use clap::Subcommand;
use rand_core::OsRng;
use serde::Serialize;
use std::path::Path;
use std::time::Instant;
use std::{fmt, fs};
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, MAX_K, MEMBERSHIP_K, Shape};
use vigil_circuits::statement::{DutyStatement, DutyWitness};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_params::keys::KeyCache;
use vigil_params::{ParamsKind, ParamsPolicy, Srs, dev};
use vigil_prover::{Engine, Key, LoadedKey, prove_duty_observed};
use vigil_verifier::verify_duty;

const SEED: u64 = 0;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Time a duty proof over a synthetic ledger, under unsafe parameters made on the spot
    #[command(
        after_help = "Parameters, keys and warm-up proofs are made before the clock starts and are reported\n\
        apart; the key is then taken from a cache, as `vigil prove` takes it. The peak of memory is that of\n\
        the timed proof, keys and parameters included.\n\n\
        Examples:\n  vigil bench prove --validators 12\n  \
        vigil bench prove --validators 1000 --words 7 --lanes 1 --json"
    )]
    Prove(ProveArgs),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Prove(args) => args.run(format),
        }
    }
}

/// Arguments of `vigil bench prove`.
#[derive(Debug, clap::Args)]
pub(crate) struct ProveArgs {
    /// The operator's validators
    #[arg(long, value_name = "V", value_parser = clap::value_parser!(u32).range(1..))]
    validators: u32,
    /// Words of 225 epochs in the period: 1, 7 or 28
    #[arg(long, value_name = "W", default_value = "1", value_parser = parse_words)]
    words: Words,
    /// 2^K rows [default: the smallest that hold V validators]
    #[arg(long, value_name = "K",
          value_parser = clap::value_parser!(u32).range(i64::from(MEMBERSHIP_K)..=i64::from(MAX_K)))]
    k: Option<u32>,
    #[command(flatten)]
    lanes: LanesArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    memory: MemoryArgs,
    /// Proofs before the timed one
    #[arg(long, value_name = "N", default_value_t = 1)]
    warm_ups: u32,
}

fn parse_words(text: &str) -> Result<Words, String> {
    text.parse()
        .ok()
        .and_then(Words::from_count)
        .ok_or_else(|| "expected 1, 7 or 28".to_owned())
}

#[derive(Debug, Serialize)]
struct Report {
    shape: String,
    engine: String,
    validators: u32,
    capacity: u32,
    words: usize,
    k: u32,
    lanes: u32,
    threads: usize,
    prove_seconds: f64,
    cpu_seconds: f64,
    peak_rss_bytes: u64,
    proof_bytes: usize,
    verify_seconds: f64,
    params: ParamsKind,
    params_seconds: f64,
    keygen_seconds: f64,
    key_file_bytes: u64,
    load_seconds: f64,
    load_cpu_seconds: f64,
    prepare_seconds: f64,
    prepared_bytes: usize,
    warm_ups: u32,
    warm_up_seconds: f64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            validators,
            capacity,
            ..
        } = self;
        let per_validator = 1e3 * self.cpu_seconds / f64::from(*validators);
        let mib = self.peak_rss_bytes as f64 / f64::from(1 << 20);
        writeln!(f, "{}: {validators} of {capacity} validators", self.shape)?;
        writeln!(
            f,
            "  prove    {:.3} s on {} thread{}",
            self.prove_seconds,
            self.threads,
            if self.threads == 1 { "" } else { "s" }
        )?;
        writeln!(
            f,
            "  cpu      {:.3} s, {per_validator:.1} ms a validator",
            self.cpu_seconds
        )?;
        writeln!(f, "  memory   {mib:.0} MiB at most")?;
        writeln!(f, "  proof    {} bytes", self.proof_bytes)?;
        writeln!(f, "  verify   {:.2} ms", 1e3 * self.verify_seconds)?;
        writeln!(
            f,
            "  before   parameters {:.3} s, keys {:.3} s, {} warm-up proofs {:.3} s",
            self.params_seconds, self.keygen_seconds, self.warm_ups, self.warm_up_seconds
        )?;
        writeln!(
            f,
            "  load     {:.3} s, cpu {:.3} s: a key of {:.0} MiB from the cache",
            self.load_seconds,
            self.load_cpu_seconds,
            self.key_file_bytes as f64 / f64::from(1 << 20)
        )?;
        let prepared = self.prepared_bytes as f64 / f64::from(1 << 20);
        writeln!(
            f,
            "  engine   {}, key prepared in {:.3} s to {prepared:.0} MiB",
            self.engine, self.prepare_seconds
        )?;
        write!(f, "  params   {}", self.params)
    }
}

impl ProveArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let shape = self.shape()?;
        let report = self.threads.run(|| self.measure(shape))?;
        report::print(&report, format)?;
        Ok(Outcome::Accepted)
    }

    fn measure(&self, shape: Shape) -> anyhow::Result<Report> {
        let engine = &self.engine.open()?;
        self.memory.require(engine, shape)?;
        let validators = self.validators as usize;
        let pool = SyntheticPool::new(&mut OsRng, self.words, 1, validators)?;
        let (statement, witness) = pool.duty(0, THRESHOLDS);

        let (srs, params) = spin("making unsafe parameters", || {
            measure(|| dev::unsafe_srs(shape.k, SEED))
        })?;
        let srs = srs.context("there are no parameters of this size")?;
        let folder = tempfile::tempdir().context("cannot make a folder for the keys")?;
        let cache = KeyCache::new(folder.path());
        let load = || engine.load(&cache, shape, &srs);
        let (made, keygen) = spin("making keys", || measure(|| load().map(drop)))?;
        made?;
        let (key, load) = spin("loading the key", || measure(load))?;
        let key = &keys::loaded(key?);
        self.memory.require_for(engine, Key::from(key))?;
        let (prepared_bytes, prepare) = spin("preparing the key", || {
            measure(|| engine.prepare(key, &srs))
        })?;
        let prepared_bytes = prepared_bytes?;
        let key_file_bytes = largest_file(folder.path())?;
        let start = Instant::now();
        for _ in 0..self.warm_ups {
            spin("warming up", || {
                prove_duty_observed(engine, key, &srs, &statement, &witness, |_| {})
            })?;
        }
        let warm_up_seconds = start.elapsed().as_secs_f64();
        let (proof, cost) = spin("proving", || prove(engine, key, &srs, &statement, &witness))?;
        let verify_seconds = verify(key, &statement, &proof)?;

        Ok(Report {
            shape: shape.name(),
            engine: engine.to_string(),
            validators: self.validators,
            capacity: shape.capacity(),
            words: self.words.count(),
            k: shape.k,
            lanes: shape.lanes,
            threads: rayon::current_num_threads(),
            prove_seconds: cost.seconds,
            cpu_seconds: cost.cpu_seconds,
            peak_rss_bytes: cost.peak_rss_bytes,
            proof_bytes: proof.len(),
            verify_seconds,
            params: srs.kind(),
            params_seconds: params.seconds,
            keygen_seconds: keygen.seconds,
            key_file_bytes,
            load_seconds: load.seconds,
            load_cpu_seconds: load.cpu_seconds,
            prepare_seconds: prepare.seconds,
            prepared_bytes,
            warm_ups: self.warm_ups,
            warm_up_seconds,
        })
    }

    fn shape(&self) -> anyhow::Result<Shape> {
        let family = Family::Duty(self.words);
        let validators = self.validators;
        let Some(k) = self.k else {
            return self.lanes.smallest(family, validators);
        };
        let shape = self.lanes.shape(family, k);
        let capacity = shape.capacity();
        ensure!(
            validators <= capacity,
            "{validators} validators do not fit the {capacity} places of {shape}; use a larger --k"
        );
        Ok(shape)
    }
}

fn prove(
    engine: &Engine,
    key: &LoadedKey,
    srs: &Srs,
    statement: &DutyStatement,
    witness: &DutyWitness,
) -> anyhow::Result<(Vec<u8>, Cost)> {
    let (proof, cost) =
        measure(|| prove_duty_observed(engine, key, srs, statement, witness, |_| {}))?;
    Ok((proof?, cost))
}

/// A figure for a proof that does not verify would be worthless.
fn verify(key: &LoadedKey, statement: &DutyStatement, proof: &[u8]) -> anyhow::Result<f64> {
    let policy = ParamsPolicy {
        allow_unsafe: true,
        ..ParamsPolicy::default()
    };
    let key = Key::from(key).verifying_key();
    let start = Instant::now();
    verify_duty(&key, &policy, statement, proof)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Of the files that the cache has: the one that was loaded.
fn largest_file(folder: &Path) -> anyhow::Result<u64> {
    let mut largest = 0;
    for entry in fs::read_dir(folder)? {
        largest = largest.max(entry?.metadata()?.len());
    }
    Ok(largest)
}
