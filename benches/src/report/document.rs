//! The report as a section of a document, between two marks.

use super::contest::{Contestant, Series};
use super::figures::{Figure, find};
use super::machine::{Machine, Noise};
use super::task::Task;
use anyhow::{Context as _, ensure};
use serde::Serialize;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

/// What precedes the section.
pub const BEGIN: &str = "<!-- report: begin -->";
/// What follows it.
pub const END: &str = "<!-- report: end -->";

const MIB: f64 = (1 << 20) as f64;

/// Everything that was found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where and when.
    pub machine: Machine,
    /// How noisy it was.
    pub noise: Noise,
    /// The command line.
    pub command: String,
    /// Proofs of each contestant and task.
    pub runs: u32,
    /// All figures.
    pub series: Vec<Series>,
    /// Who could not take part, and how to help it.
    pub absent: Vec<(Contestant, String)>,
    /// What failed or was left out, in words.
    pub failures: Vec<String>,
}

impl Report {
    /// Tasks in which somebody took part besides ours.
    pub fn shared_tasks(&self) -> Vec<Task> {
        let is_shared = |task: &Task| {
            let mut of_task = self.series.iter().filter(|series| series.task == *task);
            task.words == 1 && of_task.any(|series| series.contestant != Contestant::Vigil)
        };
        self.tasks().into_iter().filter(is_shared).collect()
    }

    /// All tasks, small ones first.
    pub fn tasks(&self) -> Vec<Task> {
        let mut tasks: Vec<Task> = self.series.iter().map(|series| series.task).collect();
        tasks.sort_by_key(|task| (task.words, task.validators));
        tasks.dedup();
        tasks
    }

    /// Of one contestant and task.
    pub fn find(&self, task: Task, contestant: Contestant) -> Option<&Series> {
        find(&self.series, task, contestant)
    }

    /// Contestants that have figures.
    pub fn contestants(&self) -> impl Iterator<Item = Contestant> + '_ {
        let took_part = |contestant: &Contestant| {
            self.series
                .iter()
                .any(|series| series.contestant == *contestant)
        };
        Contestant::ALL.into_iter().filter(took_part)
    }

    fn provenance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine {
            processor,
            cores,
            memory_bytes,
            features,
            system,
            commit,
            date,
        } = &self.machine;
        let spread = Figure::of(self.series.iter().map(|series| series.cpu().spread()));
        write!(
            f,
            "Measured {date} at commit {commit} by `{}` in {:.0} minutes: {processor}, {cores} cores, {:.0} GiB, {system} ({}). \
             Medians of {} proofs each; the contestants took turns. ",
            self.command,
            self.noise.seconds / 60.0,
            *memory_bytes as f64 / MIB / 1024.0,
            features.join(", "),
            self.runs,
        )?;
        write!(
            f,
            "How noisy it was: between the least and the largest CPU time of a row lay {:.0} % of the median (worst row {:.0} %)",
            100.0 * spread.median,
            100.0 * spread.max
        )?;
        if let Some(others) = self.noise.others {
            write!(
                f,
                "; other processes kept {others:.1} of the cores busy meanwhile"
            )?;
        }
        if let Some(load) = self.noise.load {
            write!(f, "; load average {load:.1} at the end")?;
        }
        writeln!(f, ".\n")
    }

    fn contest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| V | who | CPU s | ms a validator | of it witness | wall s | peak memory | proof | verification | spread |\n\
             |---|---|---|---|---|---|---|---|---|---|"
        )?;
        for task in self.shared_tasks() {
            for contestant in Contestant::ALL {
                if let Some(series) = self.find(task, contestant) {
                    let cpu = series.cpu();
                    let witness = series
                        .witness_cpu()
                        .map_or("in it".into(), |cpu| format!("{cpu:.2} s"));
                    let memory = memory(series);
                    let verification = verification(series);
                    writeln!(
                        f,
                        "| {} | {contestant} | {:.3} | {:.1} | {witness} | {:.3} | {memory} | {} B | {verification} | {:.0} % |",
                        task.validators,
                        cpu.median,
                        1e3 * cpu.median / task.validator_days(),
                        series.seconds().median,
                        series.proof_bytes(),
                        100.0 * cpu.spread()
                    )?;
                }
            }
        }
        for (contestant, help) in &self.absent {
            writeln!(f, "| | {contestant} | absent: `{help}` | | | | | | | |")?;
        }
        Ok(())
    }

    fn ratios(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nVigil's CPU time over a peer's (below 1: Vigil is cheaper), with keys in memory where the system keeps one, and with \
             loading the key for one proof, and with the peer's witness given away (ours is in ours); memory is that of the process that proves.\n\n\
             | V | peer | CPU | CPU with loading | CPU without the peer's witness | wall | memory |\n|---|---|---|---|---|---|---|"
        )?;
        for task in self.shared_tasks() {
            let Some(ours) = self.find(task, Contestant::Vigil) else {
                continue;
            };
            for contestant in Contestant::PEERS {
                if let Some(peer) = self.find(task, contestant) {
                    writeln!(
                        f,
                        "| {} | {contestant} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
                        task.validators,
                        ours.cpu().median / peer.cpu().median,
                        ours.cpu_with_load() / peer.cpu_with_load(),
                        ours.cpu().median / peer.cpu_without_witness(),
                        ours.seconds().median / peer.seconds().median,
                        ours.peak().median / peer.peak().median
                    )?;
                }
            }
        }
        Ok(())
    }

    /// A system is not to blame for a size that does not suit it.
    fn best(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_validator = |series: &Series, cpu: f64| 1e3 * cpu / series.task.validator_days();
        let cost = |series: &Series| by_validator(series, series.cpu().median);
        let best = |contestant: Contestant| {
            self.series
                .iter()
                .filter(|series| series.contestant == contestant && series.task.words == 1)
                .min_by(|a, b| cost(a).total_cmp(&cost(b)))
        };
        let Some(ours) = best(Contestant::Vigil) else {
            return Ok(());
        };
        writeln!(
            f,
            "\nEach in a day of the V, of those measured, that suits it best:\n\n\
             | who | V | ms a validator | Vigil's over it | without its witness | Vigil's over it |\n|---|---|---|---|---|---|"
        )?;
        for series in Contestant::ALL.into_iter().filter_map(best) {
            let prover = by_validator(series, series.cpu_without_witness());
            writeln!(
                f,
                "| {} | {} | {:.1} | {:.3} | {prover:.1} | {:.3} |",
                series.contestant,
                series.task.validators,
                cost(series),
                cost(ours) / cost(series),
                cost(ours) / prover
            )?;
        }
        Ok(())
    }

    fn keys(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nKeys:\n\n| V | who | circuit | on disk | loading, wall | loading, CPU | made once, CPU |\n|---|---|---|---|---|---|---|"
        )?;
        for task in self.shared_tasks() {
            for contestant in Contestant::ALL {
                if let Some(series) = self.find(task, contestant) {
                    let ready = &series.ready;
                    let (wall, cpu) = match contestant {
                        Contestant::Noir => {
                            ("in each proof".to_owned(), "in each proof".to_owned())
                        }
                        _ => (
                            format!("{:.2} s", ready.load.seconds),
                            format!("{:.2} s", ready.load.cpu_seconds),
                        ),
                    };
                    writeln!(
                        f,
                        "| {} | {contestant} | {} | {:.1} MiB | {wall} | {cpu} | {:.1} s |",
                        task.validators,
                        ready.circuit,
                        ready.key_bytes as f64 / MIB,
                        ready.setup.cpu_seconds
                    )?;
                }
            }
        }
        Ok(())
    }

    fn ours(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nVigil alone, days (W = 1) and frames of 28 days (W = 28):\n\n\
             | W | V | shape | CPU s | ms a validator and day | wall s | peak memory | proof | verification | key | loading |\n\
             |---|---|---|---|---|---|---|---|---|---|---|"
        )?;
        for task in self.tasks() {
            if let Some(series) = self.find(task, Contestant::Vigil) {
                let cpu = series.cpu();
                writeln!(
                    f,
                    "| {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.0} MiB | {} B | {:.1} ms | {:.0} MiB | {:.2} s |",
                    task.words,
                    task.validators,
                    series.ready.circuit,
                    cpu.median,
                    1e3 * cpu.median / task.validator_days(),
                    series.seconds().median,
                    series.peak().median / MIB,
                    series.proof_bytes(),
                    1e3 * series.verification().unwrap_or(0.0),
                    series.ready.key_bytes as f64 / MIB,
                    series.ready.load.seconds
                )?;
            }
        }
        Ok(())
    }

    fn stages(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ours: Vec<_> = self
            .tasks()
            .into_iter()
            .filter_map(|task| Some((task, self.find(task, Contestant::Vigil)?.stages())))
            .filter(|(_, stages)| !stages.is_empty())
            .collect();
        let Some((_, first)) = ours.first() else {
            return Ok(());
        };
        let names: Vec<_> = first.iter().map(|(name, _)| name.as_str()).collect();
        write!(
            f,
            "\nShares of the engine's CPU time, percent:\n\n| W | V | {} |\n|---|---|",
            names.join(" | ")
        )?;
        writeln!(f, "{}", "---|".repeat(names.len()))?;
        for (task, stages) in &ours {
            let sum: f64 = stages.iter().map(|(_, seconds)| seconds).sum();
            write!(f, "| {} | {} |", task.words, task.validators)?;
            for name in &names {
                let seconds = stages
                    .iter()
                    .find(|(stage, _)| stage == name)
                    .map_or(0.0, |(_, s)| *s);
                write!(f, " {:.0} |", 100.0 * seconds / sum)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn lies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        for series in self.series.iter().filter(|series| series.refused.1 > 0) {
            let (refused, told) = series.refused;
            writeln!(
                f,
                "{}, {} validators: {refused} of {told} false statements refused.",
                series.contestant, series.task.validators
            )?;
        }
        for failure in &self.failures {
            writeln!(f, "\n{failure}.")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.provenance(f)?;
        self.contest(f)?;
        self.ratios(f)?;
        self.best(f)?;
        self.keys(f)?;
        self.ours(f)?;
        self.stages(f)?;
        self.lies(f)
    }
}

/// Of the prover, and of the witness where that is another process.
fn memory(series: &Series) -> String {
    let prover = format!("{:.0} MiB", series.peak().median / MIB);
    match series.witness_peak() {
        Some(witness) => format!("{prover}, witness {:.0}", witness / MIB),
        None => prover,
    }
}

/// By the clock, or by a contract.
fn verification(series: &Series) -> String {
    let gas = series.samples.last().and_then(|sample| sample.verify_gas);
    match (series.verification(), gas) {
        (Some(seconds), _) => format!("{:.1} ms", 1e3 * seconds),
        (None, Some(gas)) => format!("{gas} gas"),
        (None, None) => String::new(),
    }
}

/// Replaces what is between the marks of a document.
pub fn replace(document: &Path, section: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(document)
        .with_context(|| format!("cannot read {}", document.display()))?;
    let (before, rest) = text
        .split_once(BEGIN)
        .with_context(|| format!("{} has no line {BEGIN}", document.display()))?;
    let (old, after) = rest
        .split_once(END)
        .with_context(|| format!("{} has no line {END}", document.display()))?;
    ensure!(!old.contains(BEGIN), "the section begins twice");
    let mut new = String::new();
    write!(new, "{before}{BEGIN}\n{}\n{END}{after}", section.trim_end())?;
    fs::write(document, new)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("document.md");
        fs::write(&document, format!("above\n{BEGIN}\nold\n{END}\nbelow\n")).unwrap();
        for _ in 0..2 {
            replace(&document, "new\n").unwrap();
            let text = fs::read_to_string(&document).unwrap();
            assert_eq!(text, format!("above\n{BEGIN}\nnew\n{END}\nbelow\n"));
        }
        fs::write(&document, "no marks").unwrap();
        assert!(replace(&document, "new").is_err());
    }
}
