//! Vigil as a contestant: with its own engine, and its circuit with halo2-axiom's prover.

use super::contest::{Contestant, Effort, Ready, Sample};
use super::lie::Lie;
use super::process::{LIE, Served};
use super::stages::Stages;
use super::task::{Duty, Task, public_inputs};
use super::usage::{Cost, measure};
use anyhow::{Context as _, ensure};
use std::env;
use std::fs;
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::{Family, Form, NATIVE_LANES, Shape};
use vigil_params::keys::KeyCache;
use vigil_params::{ParamsPolicy, Srs, dev};
use vigil_prover::{Engine, Key, LoadedKey, prove_duty_observed, prove_unchecked};
use vigil_verifier::verify_duty;

/// Subcommand of the report that is this contestant.
pub const SERVE: &str = "serve-contestant";
/// Of the unsafe parameters.
pub const SEED: u64 = 0;

/// Starts the contestant in a process of its own, with its keys in `folder`.
pub fn start(task: Task, contestant: Contestant, folder: &Path) -> anyhow::Result<(Served, Ready)> {
    // Of its own, so that everybody's keys are made.
    let folder = folder.join(format!("{contestant:?}"));
    let command = |make| {
        let mut command = Command::new(env::current_exe()?);
        command
            .arg(SERVE)
            .arg(serde_json::to_string(&(task, contestant, make))?)
            .arg(&folder);
        anyhow::Ok(command)
    };
    // Keys are made in another process, so that what that needs is not in this one's memory.
    let (maker, made) = Served::start(&mut command(true)?)?;
    drop(maker);
    let (served, ready) = Served::start(&mut command(false)?)?;
    let setup = made.setup;
    Ok((served, Ready { setup, ..ready }))
}

/// The contestant itself: says when it is ready, then makes a proof for each line.
pub fn serve(
    arguments: &str,
    folder: &Path,
    input: impl BufRead,
    mut output: impl Write,
) -> anyhow::Result<()> {
    let (task, contestant, make): (Task, Contestant, bool) = serde_json::from_str(arguments)?;
    let engine: Engine = match contestant {
        Contestant::Stock => Engine::Stock,
        _ => Engine::default(),
    };
    let shape = shape(task, contestant)?;
    let srs = dev::unsafe_srs(shape.k, SEED).context("there are no parameters of this size")?;
    let (key, load, key_bytes) = load(&engine, shape, &srs, folder)?;
    let key = Key::from(&key);
    if make {
        let ready = Ready {
            circuit: shape.name(),
            key_bytes,
            load: Effort::default(),
            setup: load,
        };
        return say(&mut output, &ready);
    }
    let (prepared, prepare) = measure(|| engine.prepare(key, &srs))?;
    prepared?;
    let mut load = load;
    load += effort(&prepare);
    say(
        &mut output,
        &Ready {
            circuit: shape.name(),
            key_bytes,
            load,
            setup: Effort::default(),
        },
    )?;
    let Duty {
        statement, witness, ..
    } = task.duty()?;
    let policy = ParamsPolicy {
        allow_unsafe: true,
        ..ParamsPolicy::default()
    };
    let proves =
        |statement, witness| prove_duty_observed(&engine, key, &srs, statement, witness, |_| {});
    for line in input.lines() {
        if line? == LIE {
            say(&mut output, &refusals(task, shape, &srs, folder, &policy)?)?;
            continue;
        }
        let ((proof, stages), cost) =
            measure(|| Stages::of("statement and circuit", || proves(&statement, &witness)))?;
        let proof = proof?;
        let verifying = key.verifying_key();
        let start = Instant::now();
        verify_duty(&verifying, &policy, &statement, &proof)?;
        let sample = Sample {
            effort: effort(&cost),
            witness: None,
            peak_rss_bytes: cost.peak_rss_bytes,
            witness_peak_rss_bytes: None,
            proof_bytes: proof.len() as u64,
            verify_seconds: Some(start.elapsed().as_secs_f64()),
            verify_gas: None,
            stages: match contestant {
                Contestant::Stock => Vec::new(),
                _ => stages,
            },
            public_inputs: public_inputs(&statement)?.iter().map(hex::encode).collect(),
        };
        say(&mut output, &sample)?;
    }
    Ok(())
}

/// The smallest for the task.
fn shape(task: Task, contestant: Contestant) -> anyhow::Result<Shape> {
    let family = Family::Duty(task.words()?);
    let (lanes, form) = match contestant {
        Contestant::Contract => (1, Form::Narrow),
        _ => (NATIVE_LANES, Form::Wide),
    };
    Shape::for_validators(family, task.validators, lanes, form)
        .with_context(|| format!("there is no shape for {} validators", task.validators))
}

/// How many lies are refused, of how many told: by the statement's check, which the prover asks, and by the verifier
/// when the circuit is filled in and proven all the same.
fn refusals(
    task: Task,
    shape: Shape,
    srs: &Srs,
    folder: &Path,
    policy: &ParamsPolicy,
) -> anyhow::Result<(usize, usize)> {
    let cache = KeyCache::new(folder);
    let key = cache
        .proving_key::<VigilCircuit>(shape, srs.id(), || Ok(srs.clone()))?
        .key;
    let (mut refused, mut told) = (0, 0);
    let mut rng = task.rng();
    for lie in Lie::ALL {
        let mut duty = task.duty()?;
        if !lie.tell(&mut duty, &mut rng) {
            continue;
        }
        told += 1;
        let Duty {
            statement, witness, ..
        } = duty;
        let instance = statement.to_instance(shape.capacity())?;
        let circuit = VigilCircuit::duty(shape, &statement, &witness)?;
        let forced = prove_unchecked(&key, srs, circuit, &instance)?;
        let accepted = verify_duty(&key.verifying_key(), policy, &statement, &forced).is_ok();
        refused += usize::from(!accepted && statement.check(&witness).is_err());
    }
    Ok((refused, told))
}

/// The key as the engine takes it, what that took, and the bytes of its file.
fn load(
    engine: &Engine,
    shape: Shape,
    srs: &Srs,
    folder: &Path,
) -> anyhow::Result<(LoadedKey, Effort, u64)> {
    let cache = KeyCache::new(folder);
    let (loaded, cost) = measure(|| engine.load(&cache, shape, srs))?;
    let loaded = loaded?;
    ensure!(loaded.troubles.is_empty(), "{:?}", loaded.troubles);
    let extension = match loaded.key {
        LoadedKey::Stored(_) => "prepared",
        LoadedKey::Whole(_) => "pk",
    };
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|is| is == extension) {
            bytes += entry.metadata()?.len();
        }
    }
    Ok((loaded.key, effort(&cost), bytes))
}

fn effort(cost: &Cost) -> Effort {
    Effort {
        seconds: cost.seconds,
        cpu_seconds: cost.cpu_seconds,
    }
}

fn say(output: &mut impl Write, value: &impl serde::Serialize) -> anyhow::Result<()> {
    writeln!(output, "{}", serde_json::to_string(value)?)?;
    output.flush()?;
    Ok(())
}
