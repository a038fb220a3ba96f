//! What a piece of work costs this process.

use nix::sys::resource::{UsageWho, getrusage};
use std::fs;
use std::time::Instant;

/// The cost of one piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// By the clock.
    pub seconds: f64,
    /// Of all threads, user and system.
    pub cpu_seconds: f64,
    /// The largest resident set while it ran. Where the system cannot reset its count (anywhere but
    /// Linux), since the process started.
    pub peak_rss_bytes: u64,
}

/// Runs `work` and says what it cost.
///
/// # Errors
/// If the system does not say what a process uses.
pub fn measure<T>(work: impl FnOnce() -> T) -> anyhow::Result<(T, Cost)> {
    // Asks Linux to forget the peak so far.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let (before, _) = used()?;
    let start = Instant::now();
    let value = work();
    let seconds = start.elapsed().as_secs_f64();
    let (after, max_rss) = used()?;
    let cost = Cost {
        seconds,
        cpu_seconds: after - before,
        peak_rss_bytes: peak_bytes().unwrap_or(max_rss),
    };
    Ok((value, cost))
}

fn used() -> anyhow::Result<(f64, u64)> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let cpu = [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
        .sum();
    // macOS counts in bytes, all others in KiB.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok((cpu, u64::try_from(usage.max_rss())? * unit))
}

fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
