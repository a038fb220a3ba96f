//! `vigil registry`: which validators a pool counts, and under which tags.

use crate::address::HexAddress;
use crate::passphrase::PassphraseArgs;
use crate::report::{self, Format, Outcome};
use crate::secret_file;
use crate::word::Word;
use anyhow::{Context, ensure};
use clap::Subcommand;
use rand_core::OsRng;
use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use vigil_ledger::registry::Registry;
use vigil_params::atomic::{Readers, TEMPORARY_PREFIX, write_bytes_atomically};

const FILE_NAME: &str = "registry.json";
/// A draft knows no keys: nobody has signed anything.
const NO_KEY: [u8; 48] = [0; 48];
/// Leaves of the registry's tree.
const MAX_VALIDATORS: u64 = 1 << 20;
/// Leaves of the operators' tree.
const MAX_OPERATORS: i64 = 1 << 12;

/// What to do with a registry.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an UNSIGNED registry with fresh operator secrets, for trials and studies
    #[command(
        after_help = "Writes registry.json and operator-0.key, operator-1.key ... into a new folder. Operators\n\
        get the validators in turn. Nobody vouches for a draft; public keys in it are zero. Secrets\n\
        are not encrypted unless --passphrase-file is given.\n\n\
        Example:\n  vigil registry draft --indices 0..63 --operators 4 --out trial"
    )]
    Draft(DraftArgs),
    /// Print what a registry says, and its root
    #[command(after_help = "Example:\n  vigil registry show registry.json --json")]
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

/// `FIRST..LAST`, both included.
#[derive(Clone, Copy, Debug)]
struct Indices {
    first: u64,
    last: u64,
}

impl FromStr for Indices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text
            .split_once("..")
            .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
            .ok_or("expected FIRST..LAST, both included, such as 0..63")?;
        if last < first || last - first >= MAX_VALIDATORS {
            return Err(format!("expected 1 to {MAX_VALIDATORS} validators"));
        }
        Ok(Self { first, last })
    }
}

/// Arguments of `vigil registry draft`.
#[derive(Debug, clap::Args)]
pub(crate) struct DraftArgs {
    /// Validators, both ends included
    #[arg(long, value_name = "FIRST..LAST")]
    indices: Indices,
    /// How many operators
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_OPERATORS))]
    operators: u32,
    /// The new folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// EVM chain of the pool
    #[arg(long, value_name = "ID", default_value_t = 1)]
    chain_id: u64,
    /// The pool's contract
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "0x0000000000000000000000000000000000000000"
    )]
    pool: HexAddress,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

#[derive(Debug, Serialize)]
struct Drafted {
    unsigned: bool,
    registry: PathBuf,
    registry_root: Word,
    validators: usize,
    operators: Vec<PathBuf>,
}

impl fmt::Display for Drafted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (validators, operators) = (self.validators, self.operators.len());
        writeln!(
            f,
            "UNSIGNED draft: {validators} validators of {operators} operators"
        )?;
        writeln!(f, "  file  {}", self.registry.display())?;
        write!(f, "  root  {}", self.registry_root)
    }
}

impl DraftArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let passphrase = self
            .passphrase
            .is_given()
            .then(|| self.passphrase.choose())
            .transpose()?;
        let validators: Vec<_> = (self.indices.first..=self.indices.last)
            .map(|index| (index, NO_KEY))
            .collect();
        let operators = self.operators as usize;
        let (registry, secrets) = Registry::draft(
            self.chain_id,
            self.pool.0,
            &validators,
            operators,
            &mut OsRng,
        )?;
        // All files appear at once, under their final name.
        let parent = match self.out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        ensure!(
            self.out.symlink_metadata().is_err(),
            "{} exists; secrets are never overwritten",
            self.out.display()
        );
        fs::create_dir_all(parent)?;
        let folder = tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .tempdir_in(parent)?;
        let names: Vec<_> = (0..operators)
            .map(|o| format!("operator-{o}.key"))
            .collect();
        for (name, secret) in names.iter().zip(&secrets) {
            secret_file::create(&folder.path().join(name), secret, passphrase.clone())?;
        }
        let json = registry.to_json();
        let path = folder.path().join(FILE_NAME);
        write_bytes_atomically(&path, Readers::Default, json.as_bytes())?;
        fs::rename(folder.path(), &self.out)
            .with_context(|| format!("cannot make {}", self.out.display()))?;
        // It has moved: nothing is left to delete.
        let _ = folder.keep();
        let drafted = Drafted {
            unsigned: registry.unsigned,
            registry: self.out.join(FILE_NAME),
            registry_root: registry.root()?.into(),
            validators: registry.entries.len(),
            operators: names.iter().map(|name| self.out.join(name)).collect(),
        };
        report::print(&drafted, format)?;
        Ok(Outcome::Accepted)
    }
}

/// Arguments of `vigil registry show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The registry
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Serialize)]
struct Shown {
    unsigned: bool,
    registry_root: Word,
    chain_id: u64,
    pool: String,
    batch: u64,
    validators: usize,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unsigned {
            writeln!(f, "UNSIGNED draft: nobody vouches for its entries")?;
        }
        writeln!(f, "{} validators, batch {}", self.validators, self.batch)?;
        writeln!(f, "  pool  {} on chain {}", self.pool, self.chain_id)?;
        write!(f, "  root  {}", self.registry_root)
    }
}

impl ShowArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let registry = Registry::read(&self.file)?;
        let shown = Shown {
            unsigned: registry.unsigned,
            registry_root: registry.root()?.into(),
            chain_id: registry.chain_id,
            pool: format!("0x{}", hex::encode(registry.pool)),
            batch: registry.batch(),
            validators: registry.entries.len(),
        };
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }
}
