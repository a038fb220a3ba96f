//! A look at what a follower has recorded, while no follower has the store open.
//!
//! `redb` belongs to one writer at a time, and its file cannot be copied safely under a writer's hands: what
//! is in use is refused with words that say so.

use super::{EPOCHS, FORMAT, IDENTITY, Identity, StoreError, guarded::guarded, tables::decode};
use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTable,
};
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use vigil_ledger::beacon::Root;
use vigil_ledger::epoch::EpochFacts;

/// A store that is looked at, and not changed.
pub struct StoreView {
    database: ReadOnlyDatabase,
    path: PathBuf,
    identity: Identity,
}

impl fmt::Debug for StoreView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreView({})", self.path.display())
    }
}

impl StoreView {
    /// Opens the store in `folder`. One whose follower was killed is put in order first, as the next
    /// follower would.
    ///
    /// # Errors
    /// If there is none, a follower has it open, or it is damaged.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("follow.redb");
        let refused = |error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::Followed { path: path.clone() },
            error => StoreError::open(&path, error),
        };
        let database = guarded(&path, || match ReadOnlyDatabase::open(&path) {
            Err(DatabaseError::RepairAborted) => {
                drop(Database::open(&path)?);
                ReadOnlyDatabase::open(&path)
            }
            opened => opened,
        })?
        .map_err(refused)?;
        let identity = identity(&path, &begin(&path, &database)?)?;
        Ok(Self {
            database,
            path,
            identity,
        })
    }

    /// The chain's genesis_validators_root.
    pub fn genesis_validators_root(&self) -> Root {
        self.identity.genesis_validators_root
    }

    /// Root of the registry version, as bytes.
    pub fn registry_root(&self) -> Root {
        self.identity.registry_root
    }

    /// First epoch of the first period.
    pub fn start_epoch(&self) -> u64 {
        self.identity.start_epoch
    }

    /// Length of a period.
    pub fn epochs(&self) -> u32 {
        self.identity.epochs
    }

    /// Which epochs are recorded.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn recorded(&self) -> Result<BTreeSet<u64>, StoreError> {
        let epochs = begin(&self.path, &self.database)?
            .open_table(EPOCHS)
            .map_err(failed(&self.path))?;
        let keys = epochs.iter().map_err(failed(&self.path))?;
        keys.map(|entry| Ok(entry.map_err(failed(&self.path))?.0.value()))
            .collect()
    }

    /// The facts of an epoch, if it is recorded.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn epoch(&self, epoch: u64) -> Result<Option<EpochFacts>, StoreError> {
        let epochs = begin(&self.path, &self.database)?
            .open_table(EPOCHS)
            .map_err(failed(&self.path))?;
        match epochs.get(epoch).map_err(failed(&self.path))? {
            Some(bytes) => decode(&self.path, bytes.value()).map(Some),
            None => Ok(None),
        }
    }
}

fn identity(path: &Path, read: &ReadTransaction) -> Result<Identity, StoreError> {
    let undecodable = || StoreError::Undecodable {
        path: path.to_owned(),
    };
    let about = read.open_table(super::ABOUT).map_err(failed(path))?;
    let bytes = about.get(IDENTITY).map_err(failed(path))?;
    let identity: Identity = decode(path, bytes.ok_or_else(undecodable)?.value())?;
    if identity.format != FORMAT {
        return Err(undecodable());
    }
    Ok(identity)
}

fn begin(path: &Path, database: &ReadOnlyDatabase) -> Result<ReadTransaction, StoreError> {
    database.begin_read().map_err(failed(path))
}

fn failed<E: Into<redb::Error>>(path: &Path) -> impl Fn(E) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::Failed {
        path: path.clone(),
        source: Box::new(error.into()),
    }
}
