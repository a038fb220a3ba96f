//! `vigil ledger`: from beacon chain data to a period's duty ledger.

use crate::progress::spin;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_ledger::chain::Chain;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

/// What to do with a ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compute a period's ledger from beacon states and blocks
    #[command(
        after_help = "Example:\n  vigil ledger build --states A/states --blocks A/blocks --spec A/spec.json \\\n    \
        --genesis A/genesis.json --registry trial/registry.json --start-epoch 8 --epochs 40 --out 8.ledger"
    )]
    Build(BuildArgs),
    /// What a ledger is about, and its root
    Show(FileArgs),
    /// A ledger's rows, for people and other programs
    #[command(
        after_help = "Examples:\n  vigil ledger export --csv 8.ledger\n  vigil ledger export --csv --totals 8.ledger"
    )]
    Export(ExportArgs),
    /// Only the root
    Root(FileArgs),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Build(args) => args.run(format),
            Self::Show(args) => args.show(format),
            Self::Export(args) => args.run(),
            Self::Root(args) => args.root(format),
        }
    }
}

/// Arguments of `vigil ledger build`.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildArgs {
    /// Folder of beacon states (SSZ)
    #[arg(long, value_name = "DIR")]
    states: PathBuf,
    /// Folder of signed beacon blocks (SSZ)
    #[arg(long, value_name = "DIR")]
    blocks: PathBuf,
    /// The node's answer on its configuration
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,
    /// The node's answer on its genesis
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// Which validators, under which tags
    #[arg(long, value_name = "FILE")]
    registry: PathBuf,
    /// First epoch
    #[arg(long, value_name = "EPOCH")]
    start_epoch: u64,
    /// Length, 1 to 6300 epochs
    #[arg(long, value_name = "COUNT")]
    epochs: u32,
    /// Ledger of the period before: its outages are carried on
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// The new ledger
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Serialize)]
struct Summary {
    ledger: PathBuf,
    ledger_root: Word,
    registry_root: Word,
    start_epoch: u64,
    epochs: u32,
    validators: u32,
    unsigned_registry: bool,
    file_sha256: String,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.start_epoch + u64::from(self.epochs) - 1;
        writeln!(
            f,
            "{}: epochs {} to {last}",
            self.ledger.display(),
            self.start_epoch
        )?;
        if self.unsigned_registry {
            writeln!(
                f,
                "UNSIGNED registry: nobody vouches for who runs which validator"
            )?;
        }
        writeln!(
            f,
            "{} validators of the registry {}",
            self.validators, self.registry_root
        )?;
        writeln!(f, "file sha256  {}", self.file_sha256)?;
        write!(f, "ledger root  {}", self.ledger_root)
    }
}

fn summary(path: PathBuf, ledger: &Ledger) -> Summary {
    let header = ledger.header();
    Summary {
        ledger: path,
        ledger_root: ledger.root().into(),
        registry_root: header.registry_root.into(),
        start_epoch: header.start_epoch,
        epochs: header.epochs,
        validators: header.registered,
        unsigned_registry: ledger.unsigned_registry(),
        file_sha256: hex::encode(ledger.file_hash()),
    }
}

impl BuildArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let registry = Registry::read(&self.registry)?;
        let previous = self
            .previous
            .as_deref()
            .map(Ledger::read)
            .transpose()
            .context("cannot use the preceding ledger")?;
        let chain = spin("reading and authenticating the chain", || {
            Chain::load_parts(&self.spec, &self.genesis, &self.states, &self.blocks)
        })?;
        let ledger = Ledger::build(
            &chain,
            &registry,
            self.start_epoch,
            self.epochs,
            previous.as_ref(),
        )?;
        ledger.write(&self.out)?;
        report::print(&summary(self.out, &ledger), format)?;
        Ok(Outcome::Accepted)
    }
}

/// A ledger file.
#[derive(Debug, clap::Args)]
pub(crate) struct FileArgs {
    /// The ledger
    #[arg(value_name = "FILE.ledger")]
    ledger: PathBuf,
}

#[derive(Debug, Serialize)]
struct Root {
    ledger_root: Word,
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ledger_root.fmt(f)
    }
}

impl FileArgs {
    fn show(self, format: Format) -> anyhow::Result<Outcome> {
        let ledger = Ledger::read(&self.ledger)?;
        report::print(&summary(self.ledger, &ledger), format)?;
        Ok(Outcome::Accepted)
    }

    fn root(self, format: Format) -> anyhow::Result<Outcome> {
        let root = Root {
            ledger_root: Ledger::read(&self.ledger)?.root().into(),
        };
        report::print(&root, format)?;
        Ok(Outcome::Accepted)
    }
}

/// Arguments of `vigil ledger export`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// As comma-separated values, the one format there is
    #[arg(long, required = true)]
    csv: bool,
    /// One line a validator instead of one an epoch and validator
    #[arg(long)]
    totals: bool,
    /// The ledger
    #[arg(value_name = "FILE.ledger")]
    ledger: PathBuf,
}

impl ExportArgs {
    fn run(self) -> anyhow::Result<Outcome> {
        let ledger = Ledger::read(&self.ledger)?;
        let csv = if self.totals {
            ledger.totals_csv()
        } else {
            ledger.flags_csv()
        };
        report::write_out(csv.as_bytes())?;
        Ok(Outcome::Accepted)
    }
}
