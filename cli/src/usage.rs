//! What a piece of work costs this process: time, processor time, memory.

use nix::sys::resource::{Usage, UsageWho, getrusage};
use std::fs;
use std::time::Instant;

/// The cost of one piece of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// By the clock.
    pub(crate) seconds: f64,
    /// Of all threads, user and system.
    pub(crate) cpu_seconds: f64,
    /// The largest resident set while it ran. Where the system cannot reset its count (anywhere but
    /// Linux), since the process started.
    pub(crate) peak_rss_bytes: u64,
}

/// Runs `work` and says what it cost.
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> anyhow::Result<(T, Cost)> {
    reset_peak();
    let cpu = cpu_seconds(&getrusage(UsageWho::RUSAGE_SELF)?);
    let start = Instant::now();
    let value = work();
    let seconds = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let cost = Cost {
        seconds,
        cpu_seconds: cpu_seconds(&usage) - cpu,
        peak_rss_bytes: peak_bytes().unwrap_or_else(|| max_rss_bytes(&usage)),
    };
    Ok((value, cost))
}

fn cpu_seconds(usage: &Usage) -> f64 {
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
        .sum()
}

/// macOS counts in bytes, all others in KiB.
fn max_rss_bytes(usage: &Usage) -> u64 {
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    u64::try_from(usage.max_rss()).unwrap_or(0) * unit
}

/// Asks Linux to forget the peak so far; elsewhere the peak is the whole process's.
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn work_and_memory_are_seen() {
        const BYTES: usize = 64 << 20;
        let (sum, cost) = measure(|| {
            let touched = black_box(vec![1u8; BYTES]);
            touched.iter().map(|&byte| u64::from(byte)).sum::<u64>()
        })
        .unwrap();
        assert_eq!(sum, BYTES as u64);
        assert!(cost.seconds > 0.0 && cost.cpu_seconds > 0.0);
        assert!(cost.peak_rss_bytes >= BYTES as u64, "{cost:?}");
    }
}
