//! `vigil registry`: which validators a pool counts.

use crate::hex_address::HexAddress;
use crate::report::{self, Format, Outcome};
use crate::secret_file;
use crate::word::Word;
use anyhow::{Context, ensure};
use clap::Subcommand;
use rand_core::OsRng;
use serde::Serialize;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use vigil_ledger::registry::Registry;
use vigil_params::atomic::{Readers, write_bytes_atomically};

/// What to do with a registry.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an unsigned registry with fresh operators, for trials and studies on any chain
    #[command(
        after_help = "Writes DIR/registry.json and DIR/operator-0.key, DIR/operator-1.key, ... (not encrypted).\n\
        Nobody vouches for a draft, and every output says so.\n\n\
        Example:\n  vigil registry draft --indices 0..63 --operators 4 --out trial"
    )]
    Draft(DraftArgs),
    /// Show a registry: its root, how many validators, whether it is signed
    Show(ShowArgs),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Draft(args) => args.run(format),
            Self::Show(args) => args.run(format),
        }
    }
}

/// `0..63`: both ends are included.
#[derive(Clone, Debug)]
struct Indices(RangeInclusive<u64>);

impl FromStr for Indices {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (first, last) = text.split_once("..").context("expected FIRST..LAST")?;
        let (first, last): (u64, u64) = (first.parse()?, last.parse()?);
        ensure!(first <= last, "the first index is above the last");
        ensure!(
            last - first < 1 << 20,
            "a registry holds at most 1048576 validators"
        );
        Ok(Self(first..=last))
    }
}

/// Arguments of `vigil registry draft`.
#[derive(Debug, clap::Args)]
pub(crate) struct DraftArgs {
    /// Validator indices, both ends included
    #[arg(long, value_name = "FIRST..LAST")]
    indices: Indices,
    /// How many operators share them, in turn
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=4096))]
    operators: u16,
    /// EVM chain of the pool
    #[arg(long, value_name = "ID", default_value_t = 1)]
    chain_id: u64,
    /// The pool's contract
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "0x7667696c00000000000000000000000000000000"
    )]
    pool: HexAddress,
    /// A new folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Debug, Serialize)]
struct Summary {
    registry: PathBuf,
    registry_root: Word,
    validators: usize,
    unsigned: bool,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.unsigned {
            "UNSIGNED draft"
        } else {
            "signed"
        };
        writeln!(f, "{} ({mark})", self.registry.display())?;
        write!(
            f,
            "{} validators, root {}",
            self.validators, self.registry_root
        )
    }
}

impl DraftArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let validators: Vec<_> = self.indices.0.map(|index| (index, [0; 48])).collect();
        let operators = usize::from(self.operators);
        let (registry, secrets) = Registry::draft(
            self.chain_id,
            self.pool.0,
            &validators,
            operators,
            &mut OsRng,
        )?;
        std::fs::create_dir(&self.out)
            .with_context(|| format!("cannot create the folder {}", self.out.display()))?;
        for (number, secret) in secrets.iter().enumerate() {
            secret_file::create(
                &self.out.join(format!("operator-{number}.key")),
                secret,
                None,
            )?;
        }
        let path = self.out.join("registry.json");
        write_bytes_atomically(&path, Readers::Default, registry.to_json().as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
        summarise(path, &registry, format)
    }
}

/// Arguments of `vigil registry show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The registry
    #[arg(value_name = "FILE")]
    registry: PathBuf,
}

impl ShowArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let registry = Registry::read(&self.registry)?;
        summarise(self.registry, &registry, format)
    }
}

fn summarise(path: PathBuf, registry: &Registry, format: Format) -> anyhow::Result<Outcome> {
    let summary = Summary {
        registry: path,
        registry_root: registry.root()?.into(),
        validators: registry.entries.len(),
        unsigned: registry.unsigned,
    };
    report::print(&summary, format)?;
    Ok(Outcome::Accepted)
}
