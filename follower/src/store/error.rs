//! What can be wrong with a store.

use super::Identity;
use std::path::{Path, PathBuf};

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("cannot make the store's folder {}: {source}", path.display())]
    Folder {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A new one cannot be made.
    #[error("cannot make the store {}: {source}", path.display())]
    Making {
        /// The database.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else has it.
    #[error("{} is in use by another follower: each needs a folder of its own", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// A follower has it, so that it cannot be looked at.
    #[error("{} is in use by a follower: stop that first, which loses nothing, or let it run with --once from a timer", path.display())]
    Followed {
        /// The database.
        path: PathBuf,
    },
    /// The database cannot be read or written.
    #[error("the store {} cannot be used: {source}", path.display())]
    Failed {
        /// The database.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// A value does not decode.
    #[error("the store {} is damaged, or of another version of vigil: start again in an empty folder", path.display())]
    Undecodable {
        /// The database.
        path: PathBuf,
    },
    /// It is about something else.
    #[error("the store {} is for {what} {expected}, not {got}: use another folder", path.display())]
    Other {
        /// The database.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What it is for.
        expected: String,
        /// What was asked for.
        got: String,
    },
    /// An epoch is recorded with other facts.
    #[error("epoch {epoch} is recorded already, with other facts: what is final must not change")]
    Rewritten {
        /// The epoch.
        epoch: u64,
    },
}

impl StoreError {
    pub(super) fn open(path: &Path, error: redb::DatabaseError) -> Self {
        let path = path.to_owned();
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen => Self::InUse { path },
            error => Self::Failed {
                path,
                source: Box::new(error.into()),
            },
        }
    }
}

/// The store is of what was asked for.
pub(super) fn check(path: &Path, found: &Identity, asked: &Identity) -> Result<(), StoreError> {
    let source = |from_states| if from_states { "states" } else { "blocks" };
    let facts = |id: &Identity| {
        [
            ("format", id.format.to_string()),
            ("chain", hex::encode(id.genesis_validators_root)),
            ("registry", hex::encode(id.registry_root)),
            ("first epoch", id.start_epoch.to_string()),
            ("period length", id.epochs.to_string()),
            ("source", source(id.from_states).to_owned()),
        ]
    };
    for ((what, expected), (_, got)) in facts(found).into_iter().zip(facts(asked)) {
        if expected != got {
            return Err(StoreError::Other {
                path: path.to_owned(),
                what,
                expected,
                got,
            });
        }
    }
    Ok(())
}
