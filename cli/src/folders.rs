//! Where `vigil` keeps its files.

use anyhow::Context;
use clap::Args;
use std::env;
use std::path::PathBuf;
use vigil_params::ParamsStore;

/// The parameter store's folder.
#[derive(Clone, Debug, Args)]
pub(crate) struct StoreArgs {
    /// Folder of imported parameters [default: $XDG_DATA_HOME/vigil/params, else
    /// ~/.local/share/vigil/params]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

impl StoreArgs {
    /// The store.
    pub(crate) fn open(&self) -> anyhow::Result<ParamsStore> {
        let folder = match &self.store {
            Some(folder) => folder.clone(),
            None => data_home()?.join("vigil").join("params"),
        };
        Ok(ParamsStore::new(folder))
    }
}

/// The base folder of the XDG specification, by which a relative path is to be ignored.
fn data_home() -> anyhow::Result<PathBuf> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local").join("share")))
        .context("neither XDG_DATA_HOME nor HOME names a folder; say --store DIR")
}
