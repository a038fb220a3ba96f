//! The key of a proof: whole in memory, or as the cpu engine has prepared it, in a file of the cache.

use crate::Engine;
use std::path::PathBuf;
use std::{fmt, io};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_engine::stored::{self, Section, Shelf};
use vigil_engine::{EngineError, StoredKey};
use vigil_params::keys::{
    CacheOutcome, Cached, KeyCache, KeyError, KeyFileError, KeyId, PreparedKey, ProvingKey,
    VerifyingKey,
};
use vigil_params::{Provenance, Srs};

/// A key that the cpu engine has prepared, in a file of the cache. It is of no use to the others.
pub struct StoredProvingKey {
    pub(crate) stored: StoredKey,
    key: VerifyingKey,
    bytes: u64,
}

/// A key to prove with.
#[derive(Debug)]
pub enum LoadedKey {
    /// In memory.
    Whole(Box<ProvingKey>),
    /// In a file.
    Stored(Box<StoredProvingKey>),
}

/// Either, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// In memory.
    Whole(&'a ProvingKey),
    /// In a file.
    Stored(&'a StoredProvingKey),
}

impl<'a> From<&'a ProvingKey> for Key<'a> {
    fn from(key: &'a ProvingKey) -> Self {
        Self::Whole(key)
    }
}

impl<'a> From<&'a StoredProvingKey> for Key<'a> {
    fn from(key: &'a StoredProvingKey) -> Self {
        Self::Stored(key)
    }
}

impl<'a> From<&'a LoadedKey> for Key<'a> {
    fn from(key: &'a LoadedKey) -> Self {
        match key {
            LoadedKey::Whole(key) => Self::Whole(key),
            LoadedKey::Stored(key) => Self::Stored(key),
        }
    }
}

impl Key<'_> {
    /// Its ID.
    pub fn id(self) -> KeyId {
        match self {
            Self::Whole(key) => key.id(),
            Self::Stored(key) => key.key.id(),
        }
    }

    /// The circuit's shape.
    pub fn shape(self) -> Shape {
        match self {
            Self::Whole(key) => key.shape(),
            Self::Stored(key) => key.key.shape(),
        }
    }

    /// Where the parameters come from.
    pub fn provenance(&self) -> &Provenance {
        match self {
            Self::Whole(key) => key.provenance(),
            Self::Stored(key) => key.key.provenance(),
        }
    }

    /// The verifying key.
    pub fn verifying_key(self) -> VerifyingKey {
        match self {
            Self::Whole(key) => key.verifying_key(),
            Self::Stored(key) => key.key.clone(),
        }
    }
}

struct Sections(PreparedKey);

impl Shelf for Sections {
    fn section(&self, section: usize) -> io::Result<Section> {
        Ok(Box::new(self.0.section(section)?))
    }
}

impl StoredProvingKey {
    fn new(file: PreparedKey, srs: &Srs) -> Result<Self, EngineError> {
        let key = file.verifying_key().clone();
        let bytes = file.bytes();
        let mut stored = StoredKey::new(srs.kzg(), key.halo2(), Box::new(Sections(file)))?;
        if let Some(next) = srs.next_power() {
            stored = stored.with_next_power(srs.kzg(), next)?;
        }
        Ok(Self { stored, key, bytes })
    }

    /// The verifying key.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Bytes in its file, which are mapped a part at a time.
    pub fn mapped(&self) -> u64 {
        self.bytes
    }
}

impl fmt::Debug for StoredProvingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoredProvingKey").field(&self.key).finish()
    }
}

/// Why there is no key to prove with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// None could be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The engine cannot prepare it.
    #[error("the engine could not prepare the key")]
    Engine(#[from] EngineError),
}

/// What a user should know about a file of the cache.
#[derive(Debug)]
#[non_exhaustive]
pub enum Trouble {
    /// It could not be used and was made anew.
    Rebuilt(KeyFileError),
    /// It could not be written, so that the next proof takes longer again.
    NotKept(io::Error),
}

/// A key, and what went wrong with which file on the way.
#[derive(Debug)]
pub struct Loaded {
    /// The key.
    pub key: LoadedKey,
    /// Troubles.
    pub troubles: Vec<(PathBuf, Trouble)>,
}

impl Engine {
    /// The key of a shape under these parameters, from the cache, in the form that this engine takes: for the cpu engine as it
    /// was prepared once, mapped into memory and not read.
    pub fn load(&self, cache: &KeyCache, shape: Shape, srs: &Srs) -> Result<Loaded, LoadError> {
        let mut troubles = Vec::new();
        if matches!(self, Self::Cpu(_))
            && let Some(stored) = open(cache, shape, srs, &mut troubles)?
        {
            let key = LoadedKey::Stored(Box::new(stored));
            return Ok(Loaded { key, troubles });
        }
        let cached = cache.proving_key::<VigilCircuit>(shape, srs.id(), || Ok(srs.clone()))?;
        let key = whole(cached, &mut troubles);
        if matches!(self, Self::Cpu(_)) {
            match cache.keep_prepared(&key, |sections| keep(&key, srs, sections)) {
                Err(KeepError::Engine(cause)) => return Err(cause.into()),
                Err(KeepError::Io(cause)) => {
                    troubles.push((cache.folder().to_owned(), Trouble::NotKept(cause)));
                }
                Ok(_) => {
                    if let Some(stored) = open(cache, shape, srs, &mut troubles)? {
                        let key = LoadedKey::Stored(Box::new(stored));
                        return Ok(Loaded { key, troubles });
                    }
                }
            }
        }
        let key = LoadedKey::Whole(Box::new(key));
        Ok(Loaded { key, troubles })
    }
}

/// The prepared key, if the cache has one that can be used.
fn open(
    cache: &KeyCache,
    shape: Shape,
    srs: &Srs,
    troubles: &mut Vec<(PathBuf, Trouble)>,
) -> Result<Option<StoredProvingKey>, EngineError> {
    let Some((path, file)) = cache.prepared_key::<VigilCircuit>(shape, srs.id()) else {
        return Ok(None);
    };
    let cause = match file {
        Ok(file) => match StoredProvingKey::new(file, srs) {
            // Sections of another engine's, however they came there.
            Err(EngineError::Stored(cause)) => KeyFileError::Io(cause),
            stored => return stored.map(Some),
        },
        Err(cause) => cause,
    };
    troubles.push((path, Trouble::Rebuilt(cause)));
    Ok(None)
}

fn whole(cached: Cached<ProvingKey>, troubles: &mut Vec<(PathBuf, Trouble)>) -> ProvingKey {
    if let CacheOutcome::Rebuilt(cause) = cached.outcome {
        troubles.push((cached.path.clone(), Trouble::Rebuilt(cause)));
    }
    if let Some(cause) = cached.not_kept {
        troubles.push((cached.path, Trouble::NotKept(cause)));
    }
    cached.key
}

/// Why a prepared key is not in the cache.
enum KeepError {
    Engine(EngineError),
    Io(io::Error),
}

impl From<EngineError> for KeepError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<io::Error> for KeepError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn keep(
    key: &ProvingKey,
    srs: &Srs,
    sections: &mut vigil_params::keys::Sections<'_>,
) -> Result<(), KeepError> {
    stored::write(srs.kzg(), key.halo2(), |columns| Ok(sections.put(columns)?))
}
