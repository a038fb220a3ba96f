//! `vigil registry draft`: a registry for which nobody vouches, with its operators' secrets.

use crate::address::HexAddress;
use crate::passphrase::PassphraseArgs;
use crate::report::{self, Format, Outcome};
use crate::secret_file;
use crate::word::Word;
use anyhow::{Context, ensure};
use rand_core::OsRng;
use serde::Serialize;
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use vigil_ledger::registry::{BeaconChain, Registry};
use vigil_params::atomic::{Readers, TEMPORARY_PREFIX, write_bytes_atomically};

const FILE_NAME: &str = "registry.json";
/// A draft knows no keys: nobody has signed anything.
const NO_KEY: [u8; 48] = [0; 48];
/// Leaves of the registry's tree.
const MAX_VALIDATORS: u64 = 1 << 20;
/// Leaves of the operators' tree.
const MAX_OPERATORS: i64 = 1 << 12;

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
    /// The node's answer on its genesis: the draft is of this beacon chain [default: of any]
    #[arg(long, value_name = "FILE.json")]
    genesis: Option<PathBuf>,
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
    pub(super) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let passphrase = self
            .passphrase
            .is_given()
            .then(|| self.passphrase.choose())
            .transpose()?;
        let validators: Vec<_> = (self.indices.first..=self.indices.last)
            .map(|index| (index, NO_KEY))
            .collect();
        let operators = self.operators as usize;
        let (mut registry, secrets) = Registry::draft(
            self.chain_id,
            self.pool.0,
            &validators,
            operators,
            &mut OsRng,
        )?;
        registry.beacon = self
            .genesis
            .as_deref()
            .map(BeaconChain::read_genesis)
            .transpose()?;
        let names: Vec<_> = (0..operators)
            .map(|o| format!("operator-{o}.key"))
            .collect();
        create_folder(&self.out, |folder| {
            for (name, secret) in names.iter().zip(&secrets) {
                secret_file::create(&folder.join(name), secret, passphrase.clone())?;
            }
            let json = registry.to_json();
            write_bytes_atomically(&folder.join(FILE_NAME), Readers::Default, json.as_bytes())?;
            Ok(())
        })?;
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

/// A new folder with all its files, or none: they are written and flushed beside it, under a name that
/// says it is temporary, and appear at once. Whoever is killed in between leaves that at most.
fn create_folder(
    path: &Path,
    fill: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    ensure!(
        path.symlink_metadata().is_err(),
        "{} exists; secrets are never overwritten",
        path.display()
    );
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let folder = tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .tempdir_in(parent)?;
    fill(folder.path())?;
    sync_folder(folder.path())?;
    fs::rename(folder.path(), path).with_context(|| format!("cannot make {}", path.display()))?;
    // It has moved: nothing is left to delete.
    let _ = folder.keep();
    sync_folder(parent)
}

/// Makes what was created or renamed in a folder survive a power failure.
fn sync_folder(folder: &Path) -> anyhow::Result<()> {
    // Windows cannot open folders.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
