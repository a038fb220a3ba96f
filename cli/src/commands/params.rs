//! `vigil params`: which parameters there are, and how to get larger ones.

use crate::folders::StoreArgs;
use crate::progress::{ImportBar, spin};
use crate::report::{self, Format, Outcome};
use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_params::digest::FileDigest;
use vigil_params::import::{self, ImportOptions, Start};
use vigil_params::published::published_digest;
use vigil_params::{ParamsChoice, ParamsId, ParamsKind, Provenance, dev, embedded};

/// What to do with parameters.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the parameters at hand, with their provenance
    #[command(after_help = "Example:\n  vigil params show --json")]
    Show(ShowArgs),
    /// Check a ceremony's file and put its parameters into the store
    #[command(
        after_help = "Example:\n  vigil params import powersOfTau28_hez_final_17.ptau\n\n\
        An import that was interrupted goes on where it stopped."
    )]
    Import(ImportArgs),
    /// Make UNSAFE parameters for benchmarks and tests; anybody can forge proofs under them
    #[command(after_help = "Example:\n  vigil params dev --k 14")]
    Dev(DevArgs),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Show(args) => args.run(format),
            Self::Import(args) => args.run(format),
            Self::Dev(args) => args.run(format),
        }
    }
}

/// Parameters as they are shown.
#[derive(Debug, Serialize)]
struct Entry {
    kind: ParamsKind,
    id: ParamsId,
    max_k: u32,
    file: String,
    source_power: u32,
    source_blake2b: Option<FileDigest>,
    /// Whether the source's digest is the published one of its power; `None` if none is known.
    source_is_published: Option<bool>,
    #[serde(rename = "unsafe")]
    is_unsafe: bool,
}

impl Entry {
    fn new(provenance: &Provenance, max_k: u32, file: String) -> Self {
        let published = (provenance.kind() == ParamsKind::Ceremony)
            .then(|| published_digest(provenance.source_power()))
            .flatten();
        let source = provenance.source_digest();
        Self {
            kind: provenance.kind(),
            id: provenance.id(),
            max_k,
            file,
            source_power: provenance.source_power(),
            source_blake2b: source.copied(),
            source_is_published: published
                .zip(source)
                .map(|(published, got)| published == *got),
            is_unsafe: provenance.is_unsafe(),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, for up to 2^{} rows", self.kind, self.max_k)?;
        writeln!(f, "  file     {}", self.file)?;
        write!(f, "  id       {}", self.id)?;
        if let Some(digest) = &self.source_blake2b {
            let verdict = match self.source_is_published {
                Some(true) => "the published digest",
                Some(false) => "NOT the published digest",
                None => "no published digest is known",
            };
            write!(f, "\n  source   2^{} powers, {verdict}", self.source_power)?;
            write!(f, "\n  blake2b  {digest}")?;
        }
        Ok(())
    }
}

/// Arguments of `vigil params show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Serialize)]
struct Shown {
    embedded: Entry,
    store: PathBuf,
    stored: Vec<Entry>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Embedded: {}", self.embedded)?;
        write!(f, "\nStore {}:", self.store.display())?;
        if self.stored.is_empty() {
            f.write_str(" empty")?;
        }
        for entry in &self.stored {
            write!(f, "\n{entry}")?;
        }
        Ok(())
    }
}

impl ShowArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let store = self.store.open()?;
        let embedded = embedded::FILE_NAME.to_owned();
        let stored = store.list()?;
        let shown = Shown {
            embedded: Entry::new(&embedded::provenance(), embedded::MAX_K, embedded),
            store: store.folder().to_owned(),
            stored: stored
                .iter()
                .map(|s| Entry::new(&s.provenance, s.k, s.path.display().to_string()))
                .collect(),
        };
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }
}

/// Arguments of `vigil params import`.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// A snarkjs ceremony file, up to power 24
    #[arg(value_name = "FILE.ptau")]
    file: PathBuf,
    /// Take a file of another ceremony than Perpetual Powers of Tau; it is marked for ever
    #[arg(long)]
    allow_other_ceremony: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Serialize)]
struct ImportedReport {
    params: Entry,
    sizes: Vec<u32>,
    resumed: bool,
}

impl fmt::Display for ImportedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<String> = self.sizes.iter().map(ToString::to_string).collect();
        write!(
            f,
            "Imported {}\n  k        {}",
            self.params,
            sizes.join(", ")
        )
    }
}

impl ImportArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let store = self.store.open()?;
        let options = ImportOptions {
            allow_other_ceremony: self.allow_other_ceremony,
        };
        let imported = {
            let mut bar = ImportBar::new();
            import::import(&store, &self.file, options, &mut |progress| {
                bar.show(progress)
            })
        }
        .with_context(|| format!("cannot import {}", self.file.display()))?;
        match imported.start {
            Start::SourceChanged(digest) => report::warn(format_args!(
                "an earlier import was of a file with the digest {digest}; started anew"
            )),
            Start::CheckpointDamaged => {
                report::warn("the checkpoint of an earlier import was damaged; started anew");
            }
            _ => {}
        }
        let max_k = imported.sizes.iter().copied().max().unwrap_or(0);
        let folder = store.folder().display().to_string();
        let imported = ImportedReport {
            params: Entry::new(&imported.provenance, max_k, folder),
            resumed: imported.start == Start::Resumed,
            sizes: imported.sizes,
        };
        report::print(&imported, format)?;
        Ok(Outcome::Accepted)
    }
}

/// Arguments of `vigil params dev`.
#[derive(Debug, clap::Args)]
pub(crate) struct DevArgs {
    /// For 2^K rows
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(dev::MAX_K)))]
    k: u32,
    /// Which of them; the same seed gives the same parameters
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Serialize)]
struct Made {
    params: Entry,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Made {}", self.params)
    }
}

impl DevArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let store = self.store.open()?;
        let choice = ParamsChoice::UnsafeDev { seed: self.seed };
        let srs = spin("making unsafe parameters", || store.srs(self.k, choice))?;
        report::warn(
            "anybody can forge proofs under these parameters; for tests and benchmarks only",
        );
        let folder = store.folder().display().to_string();
        let made = Made {
            params: Entry::new(srs.provenance(), self.k, folder),
        };
        report::print(&made, format)?;
        Ok(Outcome::Accepted)
    }
}
