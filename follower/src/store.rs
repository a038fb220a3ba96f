//! What a follower keeps on disk: a `redb` database, which no crash can leave half-written.
//!
//! | table | key | value |
//! |---|---|---|
//! | `about` | name | which chain, registry and period the store is of; the finalised checkpoint |
//! | `epochs` | epoch | [`EpochFacts`], final |
//! | `network` | epoch | everybody's votes, if the source knows them |
//! | `periods` | first epoch | what is left of a period once it has its ledger |
//! | `compared` | epoch, part | what a comparison with another source came to |
//! | `snapshots` | kind, slot, last block | candidates, not final yet |
//! | `proposers` | epoch, dependent block | candidates, not final yet |
//! | `blocks` | root | canonical blocks of epochs that are not recorded yet |

mod candidates;
mod error;
mod guarded;
mod periods;
mod tables;
mod view;

pub use error::StoreError;
use guarded::guarded;
pub(crate) use periods::PeriodRecord;
pub use view::StoreView;

use crate::follow::{Comparison, Part};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use tables::{decode, encode};
use vigil_ledger::beacon::{Checkpoint, Root};
use vigil_ledger::epoch::EpochFacts;
use vigil_ledger::rows::NetworkEpoch;

const ABOUT: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("about");
const EPOCHS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("epochs");
const NETWORK: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("network");
const PERIODS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("periods");
const COMPARED: TableDefinition<'_, (u64, u8), &[u8]> = TableDefinition::new("compared");
const SNAPSHOTS: TableDefinition<'_, (u8, u64, Root), &[u8]> = TableDefinition::new("snapshots");
const PROPOSERS: TableDefinition<'_, (u64, Root), &[u8]> = TableDefinition::new("proposers");
const BLOCKS: TableDefinition<'_, Root, &[u8]> = TableDefinition::new("blocks");

const IDENTITY: &str = "identity";
const ANCHOR: &str = "anchor";
const FORMAT: u32 = 2;

/// What a store is about; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) format: u32,
    pub(crate) genesis_validators_root: Root,
    /// Root of the registry, as bytes.
    pub(crate) registry_root: Root,
    pub(crate) start_epoch: u64,
    pub(crate) epochs: u32,
    /// Facts come from states rather than from blocks.
    pub(crate) from_states: bool,
}

impl Identity {
    pub(crate) fn new(
        genesis_validators_root: Root,
        registry_root: Root,
        (start_epoch, epochs): (u64, u32),
        from_states: bool,
    ) -> Self {
        Self {
            format: FORMAT,
            genesis_validators_root,
            registry_root,
            start_epoch,
            epochs,
            from_states,
        }
    }
}

/// The store. One process at a time has it.
pub(crate) struct Store {
    database: Database,
    path: PathBuf,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.path.display())
    }
}

impl Store {
    /// Opens the store in `folder`, or makes it.
    pub(crate) fn open(folder: &Path, identity: &Identity) -> Result<Self, StoreError> {
        let path = folder.join("follow.redb");
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
            path: folder.to_owned(),
            source,
        })?;
        if !path.exists() {
            Self::make(folder, &path, identity)?;
        }
        let database = guarded(&path, || Database::open(&path))?
            .map_err(|error| StoreError::open(&path, error))?;
        let store = Self { database, path };
        store.check_identity(identity)?;
        Ok(store)
    }

    /// Makes an empty store beside `path` and moves it there: `redb` survives a crash at any time but in the
    /// making of a database, which takes several writes. Who comes second finds the first one's.
    fn make(folder: &Path, path: &Path, identity: &Identity) -> Result<(), StoreError> {
        let cannot = |source| StoreError::Making {
            path: path.to_owned(),
            source,
        };
        let mut builder = tempfile::Builder::new();
        let file = builder
            .prefix(".vigil-tmp-")
            .tempfile_in(folder)
            .map_err(cannot)?;
        let database =
            Database::create(file.path()).map_err(|error| StoreError::open(path, error))?;
        let store = Self {
            database,
            path: path.to_owned(),
        };
        store.check_identity(identity)?;
        drop(store);
        match file.persist_noclobber(path) {
            Err(lost) if lost.error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(cannot(lost.error));
            }
            _ => {}
        }
        // Windows cannot open folders, and journals renames anyway.
        if cfg!(unix) {
            let folder = std::fs::File::open(folder).map_err(cannot)?;
            folder.sync_all().map_err(cannot)?;
        }
        Ok(())
    }

    fn check_identity(&self, identity: &Identity) -> Result<(), StoreError> {
        let write = self.write()?;
        {
            // All tables are there from the first moment on.
            write.open_table(EPOCHS).map_err(self.failed())?;
            write.open_table(NETWORK).map_err(self.failed())?;
            write.open_table(PERIODS).map_err(self.failed())?;
            write.open_table(COMPARED).map_err(self.failed())?;
            write.open_table(SNAPSHOTS).map_err(self.failed())?;
            write.open_table(PROPOSERS).map_err(self.failed())?;
            write.open_table(BLOCKS).map_err(self.failed())?;
            let mut about = write.open_table(ABOUT).map_err(self.failed())?;
            let found = match about.get(IDENTITY).map_err(self.failed())? {
                Some(bytes) => Some(decode::<Identity>(&self.path, bytes.value())?),
                None => None,
            };
            match found {
                Some(found) => error::check(&self.path, &found, identity)?,
                None => {
                    about
                        .insert(IDENTITY, encode(&self.path, identity)?.as_slice())
                        .map_err(self.failed())?;
                }
            }
        }
        write.commit().map_err(self.failed())
    }

    /// The finalised checkpoint that recorded epochs hang on.
    pub(crate) fn anchor(&self) -> Result<Option<Checkpoint>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let about = read.open_table(ABOUT).map_err(self.failed())?;
        match about.get(ANCHOR).map_err(self.failed())? {
            Some(bytes) => decode(&self.path, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Which epochs are recorded.
    pub(crate) fn recorded(&self) -> Result<BTreeSet<u64>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let epochs = read.open_table(EPOCHS).map_err(self.failed())?;
        let keys = epochs.iter().map_err(self.failed())?;
        keys.map(|entry| Ok(entry.map_err(self.failed())?.0.value()))
            .collect()
    }

    pub(crate) fn epoch(&self, epoch: u64) -> Result<Option<EpochFacts>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let epochs = read.open_table(EPOCHS).map_err(self.failed())?;
        match epochs.get(epoch).map_err(self.failed())? {
            Some(bytes) => decode(&self.path, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Which comparisons of recorded epochs there were, and what they came to.
    pub(crate) fn comparisons(&self) -> Result<BTreeMap<(u64, Part), Comparison>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let compared = read.open_table(COMPARED).map_err(self.failed())?;
        let mut comparisons = BTreeMap::new();
        for entry in compared.iter().map_err(self.failed())? {
            let (key, value) = entry.map_err(self.failed())?;
            let (epoch, code) = key.value();
            let part = Part::from_code(code).ok_or_else(|| StoreError::Undecodable {
                path: self.path.clone(),
            })?;
            comparisons.insert((epoch, part), decode(&self.path, value.value())?);
        }
        Ok(comparisons)
    }

    /// Records a final epoch and what it was compared with; what is recorded already stays as it is.
    pub(crate) fn record(
        &self,
        facts: &EpochFacts,
        network: Option<&NetworkEpoch>,
        comparisons: &[(Part, Comparison)],
    ) -> Result<(), StoreError> {
        let write = self.write()?;
        {
            let mut epochs = write.open_table(EPOCHS).map_err(self.failed())?;
            let found = match epochs.get(facts.epoch).map_err(self.failed())? {
                Some(bytes) => Some(decode::<EpochFacts>(&self.path, bytes.value())?),
                None => None,
            };
            match found {
                Some(found) if found == *facts => {}
                Some(_) => return Err(StoreError::Rewritten { epoch: facts.epoch }),
                None => {
                    epochs
                        .insert(facts.epoch, encode(&self.path, facts)?.as_slice())
                        .map_err(self.failed())?;
                }
            }
            let mut networks = write.open_table(NETWORK).map_err(self.failed())?;
            if let Some(network) = network {
                networks
                    .insert(facts.epoch, encode(&self.path, network)?.as_slice())
                    .map_err(self.failed())?;
            }
            let mut compared = write.open_table(COMPARED).map_err(self.failed())?;
            for (part, comparison) in comparisons {
                let bytes = encode(&self.path, comparison)?;
                compared
                    .insert((facts.epoch, part.code()), bytes.as_slice())
                    .map_err(self.failed())?;
            }
        }
        write.commit().map_err(self.failed())
    }

    /// All recorded epochs lie on the chain of this checkpoint. Blocks before a slot are forgotten, and so
    /// are snapshots and proposers that need not be kept.
    pub(crate) fn advance(
        &self,
        anchor: Checkpoint,
        keep_blocks_from: u64,
        keep_snapshot: impl Fn(u64) -> bool,
        keep_proposers: impl Fn(u64) -> bool,
    ) -> Result<(), StoreError> {
        let write = self.write()?;
        {
            let mut about = write.open_table(ABOUT).map_err(self.failed())?;
            about
                .insert(ANCHOR, encode(&self.path, &anchor)?.as_slice())
                .map_err(self.failed())?;
            let mut snapshots = write.open_table(SNAPSHOTS).map_err(self.failed())?;
            snapshots
                .retain(|(_, slot, _), _| keep_snapshot(slot))
                .map_err(self.failed())?;
            let mut proposers = write.open_table(PROPOSERS).map_err(self.failed())?;
            proposers
                .retain(|(epoch, _), _| keep_proposers(epoch))
                .map_err(self.failed())?;
            let mut blocks = write.open_table(BLOCKS).map_err(self.failed())?;
            blocks
                .retain(|_, bytes| {
                    // Its slot comes first; what does not decode is of no use.
                    postcard::take_from_bytes::<u64>(bytes)
                        .is_ok_and(|(slot, _)| slot >= keep_blocks_from)
                })
                .map_err(self.failed())?;
        }
        write.commit().map_err(self.failed())
    }

    fn put<K: redb::Key + for<'a> redb::Value<SelfType<'a> = K>, V: Serialize>(
        &self,
        table: TableDefinition<'_, K, &[u8]>,
        key: K,
        value: &V,
    ) -> Result<(), StoreError> {
        let bytes = encode(&self.path, value)?;
        let write = self.write()?;
        {
            let mut table = write.open_table(table).map_err(self.failed())?;
            table.insert(key, bytes.as_slice()).map_err(self.failed())?;
        }
        write.commit().map_err(self.failed())
    }

    fn write(&self) -> Result<redb::WriteTransaction, StoreError> {
        self.database.begin_write().map_err(self.failed())
    }

    fn failed<E: Into<redb::Error>>(&self) -> impl Fn(E) -> StoreError {
        |error| StoreError::Failed {
            path: self.path.clone(),
            source: Box::new(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
