//! Other processes: their cost, and contestants that stay.

use super::contest::{Effort, Ready, Sample};
use super::usage::measure;
use anyhow::{Context as _, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::{Deserialize, Serialize};
use std::env;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Subcommand of the report by which it starts a process whose cost it wants to know.
pub const MEASURE: &str = "measure-process";

/// Line by which a contestant is asked for lies.
pub const LIE: &str = "lie";

/// What a process cost, its own children included.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ProcessCost {
    /// Time.
    pub effort: Effort,
    /// The largest resident set of any of them.
    pub peak_rss_bytes: u64,
}

/// Runs a program in a folder; its cost, and what it wrote to standard output.
///
/// The system says the cost of all children together, so a process between, with this child alone, asks for it.
pub fn run(
    folder: &Path,
    program: &Path,
    arguments: &[OsString],
) -> anyhow::Result<(ProcessCost, String)> {
    let output = Command::new(env::current_exe()?)
        .arg(MEASURE)
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let name = program.file_name().unwrap_or(program.as_os_str()).display();
    ensure!(
        output.status.success(),
        "{name} failed: {}",
        errors
            .lines()
            .rev()
            .take(8)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("; ")
    );
    let cost = errors.lines().last().context("no cost was said")?;
    Ok((
        serde_json::from_str(cost)?,
        String::from_utf8(output.stdout)?,
    ))
}

/// The process between.
pub fn measure_process(words: &[OsString]) -> anyhow::Result<()> {
    let (program, arguments) = words.split_first().context("no program is named")?;
    let (status, cost) = measure(|| Command::new(program).args(arguments).status())?;
    let status = status.with_context(|| format!("cannot start {}", program.display()))?;
    ensure!(status.success(), "it ended with {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let time = usage.user_time() + usage.system_time();
    let cost = ProcessCost {
        effort: Effort {
            seconds: cost.seconds,
            cpu_seconds: time.num_microseconds() as f64 / 1e6,
        },
        peak_rss_bytes: u64::try_from(usage.max_rss())? * 1024,
    };
    writeln!(std::io::stderr(), "{}", serde_json::to_string(&cost)?)?;
    Ok(())
}

/// A contestant in a process of its own that has its key in memory, and makes a proof for each line that it reads.
#[derive(Debug)]
pub struct Served {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Served {
    /// Starts it and waits until a proof can begin.
    pub fn start(command: &mut Command) -> anyhow::Result<(Self, Ready)> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let input = child.stdin.take().context("no input to write")?;
        let output = BufReader::new(child.stdout.take().context("no output to read")?);
        let mut served = Self {
            child,
            input,
            output,
        };
        let ready = served.read()?;
        Ok((served, ready))
    }

    /// One proof, of what the line says.
    pub fn prove(&mut self, line: &str) -> anyhow::Result<Sample> {
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        self.read()
    }

    /// How many lies are refused, of how many told.
    pub fn refusals(&mut self) -> anyhow::Result<(usize, usize)> {
        writeln!(self.input, "{LIE}")?;
        self.input.flush()?;
        self.read()
    }

    fn read<T: for<'a> Deserialize<'a>>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).context("the contestant's process failed")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
