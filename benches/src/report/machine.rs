//! On what, when and beside what else it was measured.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::Serialize;
use std::fs;
use std::process::Command;
use std::thread::available_parallelism;
use std::time::Instant;

/// What a reader must know to judge a figure.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Name of the processor, as far as the system tells.
    pub processor: String,
    /// Processors that this process may use.
    pub cores: usize,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// What the arithmetic could use.
    pub features: Vec<&'static str>,
    /// Operating system and architecture.
    pub system: String,
    /// Of the repository.
    pub commit: String,
    /// UTC.
    pub date: String,
}

impl Machine {
    /// This one, now.
    pub fn this() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let field = |name: &str| {
            let line = cpu.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let flags = field("flags").unwrap_or_default();
        let features = ["adx", "avx2", "avx512f", "avx512ifma"];
        let has = |feature: &&str| flags.split(' ').any(|flag| flag == *feature);
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = memory
            .split_whitespace()
            .nth(1)
            .and_then(|kib| kib.parse::<u64>().ok());
        let dirty = match said("git", &["status", "--porcelain"]).is_empty() {
            true => "",
            false => ", with changes",
        };
        Self {
            processor: field("model name").unwrap_or_else(|| "unknown processor".into()),
            cores: available_parallelism().map_or(1, usize::from),
            memory_bytes: kib.unwrap_or(0) * 1024,
            features: features.into_iter().filter(has).collect(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            commit: said("git", &["rev-parse", "--short", "HEAD"]) + dirty,
            date: said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        }
    }
}

/// What a program prints, or nothing.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default()
}

/// Watches what others do meanwhile.
#[derive(Debug)]
pub struct Watch {
    start: Instant,
    busy: Option<f64>,
    own: f64,
}

/// How noisy it was.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Noise {
    /// The whole run by the clock.
    pub seconds: f64,
    /// Processors that others kept busy meanwhile, on the average; `None` where the system does not tell.
    pub others: Option<f64>,
    /// Load average of the last minute, at the end; `None` likewise.
    pub load: Option<f64>,
}

impl Watch {
    /// From now on.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
            busy: busy_seconds(),
            own: own_seconds(),
        }
    }

    /// Until now. Only children that have ended count as our own.
    pub fn stop(&self) -> Noise {
        let seconds = self.start.elapsed().as_secs_f64();
        let own = own_seconds() - self.own;
        let others = busy_seconds()
            .zip(self.busy)
            .map(|(now, before)| ((now - before - own) / seconds).max(0.0));
        let load = fs::read_to_string("/proc/loadavg").ok();
        Noise {
            seconds,
            others,
            load: load.and_then(|text| text.split(' ').next()?.parse().ok()),
        }
    }
}

/// User, nice, system, interrupts and stolen time of the whole machine, in hundredths of a second there.
fn busy_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let times: Vec<f64> = stat
        .lines()
        .next()?
        .split_whitespace()
        .skip(1)
        .filter_map(|time| time.parse().ok())
        .collect();
    let busy = [0, 1, 2, 5, 6, 7].map(|i| times.get(i).copied().unwrap_or(0.0));
    Some(busy.iter().sum::<f64>() / 100.0)
}

fn own_seconds() -> f64 {
    [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN]
        .into_iter()
        .filter_map(|who| getrusage(who).ok())
        .map(|usage| (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6)
        .sum()
}
