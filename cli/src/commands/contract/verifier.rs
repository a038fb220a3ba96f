//! `vigil contract verifier`: a shape's verifier and its key.

use crate::folders::{CacheArgs, StoreArgs};
use crate::keys;
use crate::report::{self, Format, Outcome};
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use vigil_circuits::shape::Shape;
use vigil_contracts::{Artifacts, generate};
use vigil_params::atomic::{Readers, write_bytes_atomically};
use vigil_params::keys::{KeyId, VerifyingKey};
use vigil_params::{ParamsChoice, ParamsId};

/// Arguments of `vigil contract verifier`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  vigil contract verifier --shape duty-w1-k11-l1 --out contracts/src\n\n\
    One verifier serves all sizes of a circuit; the key is a contract of its own. Deploy the key first, then\n\
    the verifier with the key's address and the code hash that is shown."
)]
pub(crate) struct Args {
    /// The circuit's size, for instance duty-w1-k11-l1
    #[arg(long, value_name = "SHAPE")]
    shape: Shape,
    /// Source folder of a Solidity project; without it nothing is written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

/// A verifier and its key as they are shown.
#[derive(Debug, Serialize)]
struct Shown {
    shape: String,
    params: ParamsId,
    key_id: KeyId,
    verifier: String,
    key: String,
    key_code_bytes: usize,
    key_code_hash: String,
    files: Vec<PathBuf>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "shape      {}", self.shape)?;
        writeln!(f, "verifier   {}", self.verifier)?;
        writeln!(
            f,
            "key        {}, {} bytes of code",
            self.key, self.key_code_bytes
        )?;
        writeln!(f, "key id     {}", self.key_id)?;
        writeln!(f, "params     {}", self.params)?;
        write!(f, "code hash  {}", self.key_code_hash)?;
        for file in &self.files {
            write!(f, "\nwritten    {}", file.display())?;
        }
        Ok(())
    }
}

impl Args {
    /// Writes it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let key = ceremony_key(self.shape, &self.store, &self.cache)?;
        let artifacts = generate(&key)?;
        let files = match &self.out {
            Some(folder) => write(&artifacts, folder)?,
            None => Vec::new(),
        };
        let shown = Shown {
            shape: self.shape.name(),
            params: key.provenance().id(),
            key_id: key.id(),
            key_code_bytes: artifacts.key_code.len(),
            key_code_hash: format!("0x{}", hex::encode(artifacts.key_code_hash())),
            verifier: artifacts.verifier.name,
            key: artifacts.key.name,
            files,
        };
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }
}

/// Under the ceremony's parameters only: money must not rest on a tau that somebody knows.
pub(super) fn ceremony_key(
    shape: Shape,
    store: &StoreArgs,
    cache: &CacheArgs,
) -> anyhow::Result<VerifyingKey> {
    keys::verifying(store, cache, shape, ParamsChoice::Ceremony)
}

/// Writes the sources below `folder`; where they are.
fn write(artifacts: &Artifacts, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    artifacts
        .sources()
        .into_iter()
        .map(|(place, source)| {
            let path = folder.join(place);
            let parent = path.parent().unwrap_or(folder);
            fs::create_dir_all(parent)
                .and_then(|()| write_bytes_atomically(&path, Readers::Default, source.as_bytes()))
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(path)
        })
        .collect()
}
