//! `vigil selftest`: this program against the protocol's known answers.

use crate::report::{self, Format, Outcome};
use crate::vectors::{self, Comparison, Difference, Vectors};
use anyhow::{Context, ensure};
use serde::Serialize;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Far more than any sensible file of known answers.
const MAX_BYTES: u64 = 1 << 28;

/// Arguments of `vigil selftest`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Recomputes every value of the file and names each that differs; exits with 1 on any.\n\n\
    Example:\n  vigil selftest --vectors data/protocol-vectors.json"
)]
pub(crate) struct Args {
    /// The known answers
    #[arg(long, value_name = "FILE.json")]
    vectors: PathBuf,
}

#[derive(Debug, Serialize)]
struct Report {
    passed: bool,
    compared: usize,
    differences: Vec<Difference>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.differences {
            writeln!(f, "{} differs", difference.path)?;
            writeln!(f, "  file      {}", difference.file)?;
            writeln!(f, "  computed  {}", difference.computed)?;
        }
        let (compared, wrong) = (self.compared, self.differences.len());
        match wrong {
            0 => write!(f, "ok: all {compared} values agree"),
            _ => write!(f, "FAILED: {wrong} of {compared} values differ"),
        }
    }
}

impl Args {
    /// Compares.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let vectors = read(&self.vectors)
            .with_context(|| format!("cannot use the vectors {}", self.vectors.display()))?;
        let Comparison {
            compared,
            differences,
        } = vectors::check(&vectors)
            .with_context(|| format!("cannot use the vectors {}", self.vectors.display()))?;
        let passed = differences.is_empty();
        let report = Report {
            passed,
            compared,
            differences,
        };
        report::print(&report, format)?;
        Ok(if passed {
            Outcome::Accepted
        } else {
            Outcome::Refused
        })
    }
}

fn read(path: &Path) -> anyhow::Result<Vectors> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 <= MAX_BYTES,
        "it has more than {MAX_BYTES} bytes"
    );
    serde_json::from_slice(&bytes).context("it does not have the format of protocol vectors")
}
