//! `vigil registry`: which validators a pool counts, and under which tags.

mod admit;
mod build;
mod draft;
mod stakes;
mod verify;

use crate::report::{self, Format, Outcome};
use crate::word::Word;
use clap::Subcommand;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_ledger::registry::{Registry, RegistryError};

/// What to do with a registry.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a new operator to the pool's list, by its enrolment without validators
    #[command(
        after_help = "The proof shows that somebody knows the operator's secret, and the statement names the\n\
        owner account. Exits with 1 if the proof is refused, or the operator is in the list already.\n\n\
        Examples:\n  vigil registry admit --operators operators.json --genesis genesis.json \\\n    \
        --statement first.json --proof first.proof\n  \
        vigil registry admit --operators operators.json --statement next.json --proof next.proof"
    )]
    Admit(Box<admit::AdmitArgs>),
    /// Make the next registry version from the registrations of a batch
    #[command(
        after_help = "Checks every registration: that it is of this pool, batch and operators' list, that no\n\
        validator, key or tag stands twice, the validator's signature and the membership proof; and\n\
        the version before likewise. With --state also that the chain has the key for the index, that\n\
        the stake is the pool's, and that nobody who joins is slashed or exiting.\n\
        Exits with 1 and names the file if one is refused.\n\n\
        Examples:\n  vigil registry build --operators operators.json --batch 1 \\\n    \
        --registrations 17.json 18.json --out registry-1.json\n  \
        vigil registry build --operators operators.json --batch 2 --previous registry-1.json \\\n    \
        --registrations batch-2/*.json --out registry-2.json"
    )]
    Build(Box<build::BuildArgs>),
    /// Check a registry as everybody should: signatures and membership proofs
    #[command(
        after_help = "Exits with 0 if all hold, 1 if one is refused, 2 if the file cannot be used.\n\n\
        Examples:\n  vigil registry verify registry-1.json --operators operators.json\n  \
        vigil registry verify registry-1.json --operators operators.json --state finalised.ssz \\\n    \
        --spec spec.json --credentials 0x0100..."
    )]
    Verify(Box<verify::VerifyArgs>),
    /// Make an UNSIGNED registry with fresh operator secrets, for trials and studies
    #[command(
        after_help = "Writes registry.json and operator-0.key, operator-1.key ... into a new folder. Operators\n\
        get the validators in turn. Nobody vouches for a draft; public keys in it are zero. Secrets\n\
        are not encrypted unless --passphrase-file is given.\n\n\
        Example:\n  vigil registry draft --indices 0..63 --operators 4 --out trial"
    )]
    Draft(draft::DraftArgs),
    /// Print what a registry says, and its root
    #[command(after_help = "Example:\n  vigil registry show registry.json --json")]
    Show(ShowArgs),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Admit(args) => args.run(format),
            Self::Build(args) => args.run(format),
            Self::Verify(args) => args.run(format),
            Self::Draft(args) => args.run(format),
            Self::Show(args) => args.run(format),
        }
    }
}

/// What a report says of a refusal, with its causes; what could not be read is an error instead.
fn refusal(error: RegistryError) -> anyhow::Result<String> {
    match error.is_refusal() {
        true => Ok(format!("{:#}", anyhow::Error::from(error))),
        false => Err(error.into()),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    genesis_validators_root: Option<Word>,
    batch: u64,
    batches: usize,
    validators: usize,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unsigned {
            writeln!(f, "UNSIGNED draft: nobody vouches for its entries")?;
        }
        writeln!(f, "{} validators, batch {}", self.validators, self.batch)?;
        writeln!(
            f,
            "  pool          {} on chain {}",
            self.pool, self.chain_id
        )?;
        match self.genesis_validators_root {
            Some(root) => writeln!(f, "  beacon chain  {root}")?,
            None => writeln!(f, "  beacon chain  any")?,
        }
        write!(f, "  root          {}", self.registry_root)
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
            genesis_validators_root: registry
                .beacon
                .map(|beacon| Word(beacon.genesis_validators_root)),
            batch: registry.batch(),
            batches: registry.batches.len(),
            validators: registry.entries.len(),
        };
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }
}
