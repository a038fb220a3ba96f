//! Whether this machine has the memory that a proof takes: asked before the work begins, as a process that the
//! system kills in its last minute says nothing.

use anyhow::ensure;
use std::fs;
use std::path::{Path, PathBuf};
use vigil_circuits::shape::Shape;
use vigil_prover::{Engine, Key};

/// What to do about too little memory.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct MemoryArgs {
    /// Prove even if less memory is available than the proof is expected to take
    #[arg(long)]
    ignore_memory: bool,
}

impl MemoryArgs {
    /// Refuses what does not fit, with a key that is mapped, as it is unless no file can be written. Called on the threads
    /// that will prove.
    pub(crate) fn require(self, engine: &Engine, shape: Shape) -> anyhow::Result<()> {
        self.require_with(engine, shape, true)
    }

    /// The same, once the key is there: asks again where it had to stay in memory. That is stricter than it need be, by what
    /// the key takes already.
    pub(crate) fn require_for(self, engine: &Engine, key: Key<'_>) -> anyhow::Result<()> {
        match (engine, key) {
            (Engine::Cpu(_), Key::Whole(_)) => self.require_with(engine, key.shape(), false),
            _ => Ok(()),
        }
    }

    fn require_with(self, engine: &Engine, shape: Shape, stored: bool) -> anyhow::Result<()> {
        let needed = engine.memory(shape, rayon::current_num_threads(), stored);
        match (needed, Machine::default().available()) {
            (Some(needed), Some(available)) if !self.ignore_memory => {
                fits(shape, needed, available)
            }
            _ => Ok(()),
        }
    }
}

fn fits(shape: Shape, needed: u64, available: u64) -> anyhow::Result<()> {
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    ensure!(
        needed <= available,
        "a proof of {shape} takes about {} MiB of memory and {} MiB are available: stop other programs, raise the \
         container's limit, use fewer --threads or a shape with a smaller k for fewer validators, or insist with \
         --ignore-memory",
        mib(needed),
        mib(available)
    );
    Ok(())
}

/// Where the system tells about memory; anywhere but on Linux it tells nothing.
#[derive(Debug)]
struct Machine {
    proc: PathBuf,
    cgroups: PathBuf,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            proc: "/proc".into(),
            cgroups: "/sys/fs/cgroup".into(),
        }
    }
}

impl Machine {
    /// The least of what the machine and each control group around this process have left.
    fn available(&self) -> Option<u64> {
        let meminfo = fs::read_to_string(self.proc.join("meminfo")).unwrap_or_default();
        let groups = fs::read_to_string(self.proc.join("self/cgroup")).unwrap_or_default();
        let of_groups = groups.lines().flat_map(|line| self.left(line));
        of_groups
            .chain(field(&meminfo, "MemAvailable:").map(|kib| kib << 10))
            .min()
    }

    /// What the groups of one line of /proc/self/cgroup have left, outwards.
    fn left(&self, line: &str) -> Vec<u64> {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next())
        else {
            return Vec::new();
        };
        let (root, names) = if controllers.is_empty() {
            (self.cgroups.clone(), UNIFIED)
        } else if controllers.split(',').any(|name| name == "memory") {
            (self.cgroups.join("memory"), LEGACY)
        } else {
            return Vec::new();
        };
        // Inside a container the path may be the host's and not exist here; the root is the container's then.
        let path = Path::new(path.trim_start_matches('/'));
        let mut left: Vec<u64> = path
            .ancestors()
            .filter_map(|group| names.left(&root.join(group)))
            .collect();
        left.dedup();
        left
    }
}

/// Names of a group's files.
#[derive(Clone, Copy, Debug)]
struct Names {
    limit: &'static str,
    usage: &'static str,
    /// In the statistics: what files fill and would be given back first.
    reclaimable: &'static str,
}

const UNIFIED: Names = Names {
    limit: "memory.max",
    usage: "memory.current",
    reclaimable: "inactive_file",
};
const LEGACY: Names = Names {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    reclaimable: "total_inactive_file",
};

impl Names {
    fn left(self, group: &Path) -> Option<u64> {
        let number = |name: &str| -> Option<u64> {
            fs::read_to_string(group.join(name))
                .ok()?
                .trim()
                .parse()
                .ok()
        };
        // "max" is no number: no limit.
        let limit = number(self.limit)?;
        let usage = number(self.usage)?;
        let statistics = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
        let reclaimable = field(&statistics, self.reclaimable).unwrap_or(0);
        Some(limit.saturating_sub(usage.saturating_sub(reclaimable)))
    }
}

/// The number behind a name at the beginning of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().map(str::split_whitespace);
    let mut words = lines.find(|words| words.clone().next() == Some(name))?;
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Machine, fits};
    use std::fs;
    use std::path::Path;
    use tempfile::TempDir;
    use vigil_circuits::shape::Shape;

    const MEMINFO: &str =
        "MemTotal:       24000000 kB\nMemFree:  1 kB\nMemAvailable:    4194304 kB\n";

    fn machine(files: &[(&str, &str)]) -> (TempDir, Machine) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
            fs::write(path, text).unwrap();
        }
        let machine = Machine {
            proc: folder.path().join("proc"),
            cgroups: folder.path().join("cgroup"),
        };
        (folder, machine)
    }

    #[test]
    fn without_groups_the_machine_decides() {
        let (_folder, machine) =
            machine(&[("proc/meminfo", MEMINFO), ("proc/self/cgroup", "0::/\n")]);
        assert_eq!(machine.available(), Some(4 << 30));
    }

    #[test]
    fn the_tightest_group_decides_and_gives_back_what_files_fill() {
        let (_folder, machine) = machine(&[
            ("proc/meminfo", MEMINFO),
            ("proc/self/cgroup", "0::/pod/box\n"),
            ("cgroup/memory.max", "max\n"),
            ("cgroup/pod/memory.max", "1000000\n"),
            ("cgroup/pod/memory.current", "900000\n"),
            ("cgroup/pod/memory.stat", "anon 1\ninactive_file 200000\n"),
            ("cgroup/pod/box/memory.max", "5000000\n"),
            ("cgroup/pod/box/memory.current", "10\n"),
        ]);
        assert_eq!(machine.available(), Some(300_000));
    }

    #[test]
    fn old_groups_are_read_too_and_a_host_s_path_leads_to_the_root() {
        let (_folder, machine) = machine(&[
            ("proc/meminfo", MEMINFO),
            (
                "proc/self/cgroup",
                "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n",
            ),
            ("cgroup/memory/memory.limit_in_bytes", "7000\n"),
            ("cgroup/memory/memory.usage_in_bytes", "9000\n"),
            ("cgroup/memory/memory.stat", "total_inactive_file 4000\n"),
        ]);
        assert_eq!(machine.available(), Some(2000));
    }

    #[test]
    fn a_system_that_tells_nothing_stops_nobody() {
        let (_folder, machine) = machine(&[]);
        assert_eq!(machine.available(), None);
    }

    #[test]
    fn a_refusal_says_both_figures_and_what_to_do() {
        let shape = Shape::default();
        assert!(fits(shape, 7 << 20, 7 << 20).is_ok());
        let error = fits(shape, (7 << 20) + 1, 7 << 20).unwrap_err().to_string();
        assert!(
            error.contains("about 8 MiB")
                && error.contains("7 MiB are")
                && error.contains("--ignore-memory")
        );
    }
}
