//! `vigil ledger`: from beacon data to a ledger file, and what such a file says.

mod build;
mod follow;
mod header;

use crate::report::{self, Format, Outcome};
use crate::word::Word;
use clap::Subcommand;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_ledger::file::Ledger;

/// What to do with a ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compute a period's ledger from beacon states and blocks
    #[command(
        after_help = "Example:\n  vigil ledger build --states A/states --blocks A/blocks --spec A/spec.json \\\n    \
        --genesis A/genesis.json --registry trial/registry.json --start-epoch 8 --epochs 40 --out 8.ledger"
    )]
    Build(build::BuildArgs),
    /// Record duties from a beacon node as they become final, and write each period's ledger
    #[command(
        after_help = "Examples:\n  vigil ledger follow --beacon http://127.0.0.1:5052 --registry registry.json --store follow \\\n    \
        --start-epoch 350000 --epochs 1575\n  vigil ledger follow --beacon URL1 URL2 --source blocks --once ...   one look, e.g. from cron"
    )]
    Follow(follow::FollowArgs),
    /// Print the root that proofs are about
    #[command(after_help = "Example:\n  vigil ledger root period.ledger")]
    Root(FileArgs),
    /// Print what the root commits to
    #[command(after_help = "Example:\n  vigil ledger show period.ledger --json")]
    Show(FileArgs),
    /// Print the duties of all validators
    #[command(
        after_help = "Examples:\n  vigil ledger export --csv period.ledger > flags.csv\n  \
        vigil ledger export --csv --totals period.ledger > totals.csv"
    )]
    Export(ExportArgs),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Build(args) => args.run(format),
            Self::Follow(args) => args.run(format),
            Self::Root(args) => args.root(format),
            Self::Show(args) => args.show(format),
            Self::Export(args) => args.run(format),
        }
    }
}

/// A ledger file.
#[derive(Debug, clap::Args)]
pub(crate) struct FileArgs {
    /// The ledger
    #[arg(value_name = "FILE.ledger")]
    file: PathBuf,
}

#[derive(Debug, Serialize)]
struct Root {
    ledger_root: Word,
    unsigned_registry: bool,
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ledger_root.fmt(f)
    }
}

#[derive(Debug, Serialize)]
struct Shown {
    ledger_root: Word,
    file_sha256: Word,
    unsigned_registry: bool,
    registry_root: Word,
    genesis_validators_root: Word,
    start_epoch: u64,
    epochs: u32,
    words: usize,
    validators: u32,
    slashed: usize,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            validators,
            slashed,
            start_epoch,
            epochs,
            ..
        } = self;
        let last = start_epoch + u64::from(*epochs) - 1;
        writeln!(f, "{validators} validators, {slashed} of them slashed")?;
        writeln!(f, "  epochs    {start_epoch} to {last} ({epochs})")?;
        writeln!(f, "  root      {}", self.ledger_root)?;
        writeln!(f, "  sha256    {}", self.file_sha256)?;
        write!(f, "  registry  {}", self.registry_root)?;
        if self.unsigned_registry {
            f.write_str(", UNSIGNED: nobody vouches for it")?;
        }
        write!(f, "\n  chain     {}", self.genesis_validators_root)
    }
}

fn shown(ledger: &Ledger) -> Shown {
    let header = ledger.header();
    let is_slashed = |entry: &&vigil_ledger::file::LedgerEntry| entry.row.slashed;
    Shown {
        ledger_root: ledger.root().into(),
        file_sha256: Word(ledger.file_hash()),
        unsigned_registry: ledger.unsigned_registry(),
        registry_root: header.registry_root.into(),
        genesis_validators_root: Word(*ledger.genesis_validators_root()),
        start_epoch: header.start_epoch,
        epochs: header.epochs,
        words: ledger.words().count(),
        validators: header.registered,
        slashed: ledger.entries().iter().filter(is_slashed).count(),
    }
}

impl FileArgs {
    fn root(self, format: Format) -> anyhow::Result<Outcome> {
        let ledger = Ledger::read(&self.file)?;
        warn_if_unsigned(&ledger);
        let root = Root {
            ledger_root: ledger.root().into(),
            unsigned_registry: ledger.unsigned_registry(),
        };
        report::print(&root, format)?;
        Ok(Outcome::Accepted)
    }

    fn show(self, format: Format) -> anyhow::Result<Outcome> {
        let ledger = Ledger::read(&self.file)?;
        report::print(&shown(&ledger), format)?;
        Ok(Outcome::Accepted)
    }
}

/// Arguments of `vigil ledger export`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// As comma-separated values
    #[arg(long, required = true)]
    csv: bool,
    /// One line a validator instead of one an epoch and validator
    #[arg(long)]
    totals: bool,
    #[command(flatten)]
    ledger: FileArgs,
}

#[derive(Debug, Serialize)]
struct Exported {
    csv: String,
    unsigned_registry: bool,
}

impl ExportArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let ledger = Ledger::read(&self.ledger.file)?;
        warn_if_unsigned(&ledger);
        let csv = if self.totals {
            ledger.totals_csv()
        } else {
            ledger.flags_csv()
        };
        match format {
            Format::Text => report::write_out(csv.as_bytes())?,
            Format::Json => {
                let unsigned_registry = ledger.unsigned_registry();
                report::print_json(&Exported {
                    csv,
                    unsigned_registry,
                })?;
            }
        }
        Ok(Outcome::Accepted)
    }
}

/// Says that the ledger is of a draft, wherever the result itself has no room for it.
pub(super) fn warn_if_unsigned(ledger: &Ledger) {
    if ledger.unsigned_registry() {
        report::warn("the ledger is of an UNSIGNED draft registry: nobody vouches for its entries");
    }
}
