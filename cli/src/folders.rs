//! Where `vigil` keeps its files.

use anyhow::Context;
use clap::Args;
use std::env;
use std::path::PathBuf;
use vigil_params::ParamsStore;
use vigil_params::keys::KeyCache;

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
            None => base("XDG_DATA_HOME", &[".local", "share"], "--store")?
                .join("vigil")
                .join("params"),
        };
        Ok(ParamsStore::new(folder))
    }
}

/// The key cache's folder.
#[derive(Clone, Debug, Args)]
pub(crate) struct CacheArgs {
    /// Folder of cached keys [default: $XDG_CACHE_HOME/vigil/keys, else ~/.cache/vigil/keys]
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

impl CacheArgs {
    /// The cache.
    pub(crate) fn open(&self) -> anyhow::Result<KeyCache> {
        let folder = match &self.keys {
            Some(folder) => folder.clone(),
            None => base("XDG_CACHE_HOME", &[".cache"], "--keys")?
                .join("vigil")
                .join("keys"),
        };
        Ok(KeyCache::new(folder))
    }
}

/// A base folder of the XDG specification, by which a relative path is to be ignored.
fn base(variable: &str, below_home: &[&str], flag: &str) -> anyhow::Result<PathBuf> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute(variable)
        .or_else(|| absolute("HOME").map(|home| below_home.iter().fold(home, |p, n| p.join(n))))
        .with_context(|| format!("neither {variable} nor HOME names a folder; say {flag} DIR"))
}
