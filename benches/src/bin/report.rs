//! Measures Vigil beside the same statement in other proof systems.

use anyhow::Context as _;
use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};
use vigil_benches::report::circom::Circom;
use vigil_benches::report::contest::{Contestant, Ready, Sample, Series};
use vigil_benches::report::document::{self, Report};
use vigil_benches::report::machine::{Machine, Watch};
use vigil_benches::report::noir::Noir;
use vigil_benches::report::process::{MEASURE, Served, measure_process};
use vigil_benches::report::task::{Task, public_inputs};
use vigil_benches::report::{ours, plots};

/// Where lies are told.
const LIES: Task = Task {
    validators: 16,
    words: 1,
};

/// Measures Vigil beside the same statement in Noir (UltraHonk) and circom (Groth16), and with halo2-axiom's prover
///
/// All contestants prove the same statements about the same synthetic ledgers, in turns, each in processes of its
/// own, and their public inputs are compared. Every number is of whole processes: user and system time of all
/// threads. All parameters are made on the spot and unsafe. A peer that is not installed is named with the command
/// that installs it.
#[derive(Debug, Parser)]
#[command(after_help = "Examples:\n  \
    cargo run --release -p vigil-benches --bin report -- --quick\n  \
    cargo run --release -p vigil-benches --bin report -- --write\n\n\
    The full run takes ten minutes on two idle cores and 4 GB of memory, --quick a minute or two.")]
struct Args {
    /// Validators, for all contestants
    #[arg(long, value_name = "V", value_delimiter = ',', default_values_t = [1, 16, 64, 128],
          value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    validators: Vec<u32>,
    /// More validators, for Vigil alone
    #[arg(long, value_name = "V", value_delimiter = ',', default_values_t = [800, 1600],
          value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    more: Vec<u32>,
    /// Validators of 28-day frames, for Vigil alone
    #[arg(long, value_name = "V", value_delimiter = ',', default_values_t = [16, 128],
          value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    frames: Vec<u32>,
    /// Proofs of each contestant and task
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: u32,
    /// Leave out all tasks with more validators
    #[arg(long, value_name = "V")]
    max_validators: Option<u32>,
    /// Begin no task after so many minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    time_limit: u64,
    /// A small run: at most 16 validators, 2 proofs each
    #[arg(long)]
    quick: bool,
    /// Write the section and the plots into the folder of this document
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "docs/benchmarks.md")]
    write: Option<PathBuf>,
    /// Also write all figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where the peers are
    #[arg(long, value_name = "DIR", default_value = "benches/peers")]
    peers: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    match words.first().and_then(|word| word.to_str()) {
        Some(MEASURE) => return measure_process(&words[1..]),
        Some(ours::SERVE) => {
            let arguments = words
                .get(1)
                .and_then(|word| word.to_str())
                .unwrap_or_default();
            let folder = words.get(2).context("no folder is named")?;
            return ours::serve(
                arguments,
                Path::new(folder),
                io::stdin().lock(),
                io::stdout().lock(),
            );
        }
        _ => {}
    }
    let args = Args::parse();
    let report = args.report()?;
    if let Some(path) = &args.json {
        fs::write(path, serde_json::to_string_pretty(&report)?)?;
    }
    match &args.write {
        Some(path) => {
            document::replace(path, &report.to_string())?;
            plots::draw(&report, path.parent().unwrap_or(Path::new(".")))?;
        }
        None => write!(io::stdout(), "{report}")?,
    }
    Ok(())
}

/// A contestant that is ready.
enum Entrant {
    Ours(Served),
    Noir(Noir),
    Circom(Box<Circom>),
}

impl Entrant {
    fn start(
        task: Task,
        contestant: Contestant,
        peers: &Path,
        folder: &Path,
    ) -> anyhow::Result<(Self, Ready)> {
        Ok(match contestant {
            Contestant::Vigil | Contestant::Contract | Contestant::Stock => {
                let (served, ready) = ours::start(task, contestant, folder)?;
                (Self::Ours(served), ready)
            }
            Contestant::Noir => {
                let (noir, ready) = Noir::start(task, peers, &folder.join("noir"))?;
                (Self::Noir(noir), ready)
            }
            Contestant::Circom => {
                let (circom, ready) = Circom::start(task, peers, &folder.join("circom"))?;
                (Self::Circom(Box::new(circom)), ready)
            }
        })
    }

    fn prove(&mut self) -> anyhow::Result<Sample> {
        match self {
            Self::Ours(served) => served.prove("prove"),
            Self::Noir(noir) => noir.prove(),
            Self::Circom(circom) => circom.prove(),
        }
    }

    fn refusals(&mut self, task: Task) -> anyhow::Result<(usize, usize)> {
        match self {
            Self::Ours(served) => served.refusals(),
            Self::Noir(noir) => noir.refusals(task),
            Self::Circom(circom) => circom.refusals(task),
        }
    }
}

impl Args {
    fn report(&self) -> anyhow::Result<Report> {
        let peers = self
            .peers
            .canonicalize()
            .unwrap_or_else(|_| self.peers.clone());
        let missing = [
            (Contestant::Noir, Noir::missing(&peers)),
            (Contestant::Circom, Circom::missing(&peers)),
        ];
        let absent: Vec<_> = missing
            .into_iter()
            .filter_map(|(contestant, help)| Some((contestant, help?)))
            .collect();
        let mut report = Report {
            machine: Machine::this(),
            noise: Watch::start().stop(),
            command: self.command(),
            runs: self.runs(),
            series: Vec::new(),
            absent: absent
                .iter()
                .map(|(contestant, help)| (*contestant, self.relative(help, &peers)))
                .collect(),
            failures: Vec::new(),
        };
        let watch = Watch::start();
        let start = Instant::now();
        let is_absent = |contestant: &Contestant| absent.iter().any(|(who, _)| who == contestant);
        let tasks = self.tasks();
        let total: usize = tasks
            .iter()
            .map(|(_, all)| if *all { Contestant::ALL.len() } else { 1 })
            .sum();
        let bar = bar(total as u64 * u64::from(report.runs));
        for (task, all) in tasks {
            if start.elapsed() > Duration::from_secs(60 * self.time_limit) {
                let Task { validators, words } = task;
                report.failures.push(format!(
                    "{validators} validators of {words} words were left out: the time limit of {} minutes was over",
                    self.time_limit
                ));
                continue;
            }
            let contestants: Vec<_> = Contestant::ALL
                .into_iter()
                .filter(|contestant| *contestant == Contestant::Vigil || all)
                .filter(|contestant| !is_absent(contestant))
                .collect();
            self.contest(task, &contestants, &peers, &bar, &mut report)?;
        }
        bar.finish_and_clear();
        report.noise = watch.stop();
        Ok(report)
    }

    /// One task, the contestants in turns.
    fn contest(
        &self,
        task: Task,
        contestants: &[Contestant],
        peers: &Path,
        bar: &ProgressBar,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let duty = task.duty()?;
        let expected: Vec<String> = public_inputs(&duty.statement)?
            .iter()
            .map(hex::encode)
            .collect();
        let mut entrants = Vec::new();
        for contestant in contestants {
            bar.set_message(format!(
                "{} validators: preparing {contestant}",
                task.validators
            ));
            match Entrant::start(task, *contestant, peers, folder.path()) {
                Ok((entrant, ready)) => entrants.push((
                    entrant,
                    Series {
                        task,
                        contestant: *contestant,
                        ready,
                        samples: Vec::new(),
                        refused: (0, 0),
                    },
                )),
                Err(error) => report.failures.push(failure(task, *contestant, &error)),
            }
        }
        for _ in 0..report.runs {
            entrants.retain_mut(|(entrant, series)| {
                bar.set_message(format!(
                    "{} validators: {}",
                    task.validators, series.contestant
                ));
                let sample = entrant.prove().and_then(|sample| {
                    anyhow::ensure!(
                        sample.public_inputs == expected,
                        "the proof is of another statement"
                    );
                    Ok(sample)
                });
                bar.inc(1);
                match sample {
                    Ok(sample) => series.samples.push(sample),
                    Err(error) => report
                        .failures
                        .push(failure(task, series.contestant, &error)),
                }
                !series.samples.is_empty()
            });
        }
        for (entrant, series) in &mut entrants {
            if task == LIES {
                bar.set_message(format!("lying to {}", series.contestant));
                match entrant.refusals(task) {
                    Ok(refused) => series.refused = refused,
                    Err(error) => report
                        .failures
                        .push(failure(task, series.contestant, &error)),
                }
            }
        }
        report
            .series
            .extend(entrants.into_iter().map(|(_, series)| series));
        Ok(())
    }

    /// Tasks, and whether they are for all contestants.
    fn tasks(&self) -> Vec<(Task, bool)> {
        let limit = match (self.max_validators, self.quick) {
            (Some(limit), _) => limit,
            (None, true) => 16,
            (None, false) => u32::MAX,
        };
        let of = |all: &[u32], words, shared| -> Vec<(Task, bool)> {
            let all = all.iter().filter(|validators| **validators <= limit);
            all.map(|&validators| (Task { validators, words }, shared))
                .collect()
        };
        [
            of(&self.validators, 1, true),
            of(&self.more, 1, false),
            of(&self.frames, 28, false),
        ]
        .concat()
    }

    fn runs(&self) -> u32 {
        if self.quick {
            self.runs.min(2)
        } else {
            self.runs
        }
    }

    /// As somebody else would type it.
    fn command(&self) -> String {
        let words: Vec<String> = env::args().skip(1).collect();
        format!(
            "cargo run --release -p vigil-benches --bin report -- {}",
            words.join(" ")
        )
        .trim_end_matches(" -- ")
        .to_owned()
    }

    /// Paths as the user gave them.
    fn relative(&self, text: &str, peers: &Path) -> String {
        text.replace(
            &peers.display().to_string(),
            &self.peers.display().to_string(),
        )
    }
}

fn failure(task: Task, contestant: Contestant, error: &anyhow::Error) -> String {
    format!(
        "{contestant} failed at {} validators: {error:#}",
        task.validators
    )
}

/// On standard error; hidden where that is no terminal.
fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg:60} {wide_bar} {pos} of {len}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
