//! The key cache: a folder of keys, each made once.
//!
//! A file that is damaged, or of a circuit or of parameters that have changed, is reported and
//! replaced, never used. Processes that want the same missing key wait for the one that makes it;
//! should the file system not support locks, each makes it and the last rename wins.

use super::file::{self, CachedKey, KeyFile, Wanted};
use super::{
    KeyError, KeyFileError, PreparedKey, ProvingKey, Sections, ShapedCircuit, VerifyingKey,
    circuit_digest, prepared,
};
use crate::digest::ParamsId;
use crate::srs::Srs;
use crate::store::ParamsError;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use vigil_circuits::shape::Shape;

/// A folder with key files. It need not exist.
#[derive(Clone, Debug)]
pub struct KeyCache {
    folder: PathBuf,
}

/// Where a key came from.
#[derive(Debug)]
#[non_exhaustive]
pub enum CacheOutcome {
    /// The cache had it.
    Loaded,
    /// The cache did not have it; it was made.
    Generated,
    /// The cache's file could not be used; the key was made anew. Tell the user.
    Rebuilt(KeyFileError),
}

/// A key from the cache, and what happened on the way.
#[derive(Debug)]
pub struct Cached<K> {
    /// The key.
    pub key: K,
    /// Where it came from.
    pub outcome: CacheOutcome,
    /// Its file.
    pub path: PathBuf,
    /// Why a key that was made could not be kept, if so.
    pub not_kept: Option<io::Error>,
}

impl KeyCache {
    /// The cache in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The proving key of `shape` under the parameters `params`; `srs` is asked for them only if
    /// the key must be made.
    pub fn proving_key<C: ShapedCircuit>(
        &self,
        shape: Shape,
        params: ParamsId,
        srs: impl FnOnce() -> Result<Srs, ParamsError>,
    ) -> Result<Cached<ProvingKey>, KeyError> {
        self.get::<ProvingKey, C>(shape, params, srs, ProvingKey::generate::<C>)
    }

    /// The verifying key of `shape` under the parameters `params`; `srs` is asked for them only if
    /// the key must be made.
    pub fn verifying_key<C: ShapedCircuit>(
        &self,
        shape: Shape,
        params: ParamsId,
        srs: impl FnOnce() -> Result<Srs, ParamsError>,
    ) -> Result<Cached<VerifyingKey>, KeyError> {
        self.get::<VerifyingKey, C>(shape, params, srs, VerifyingKey::generate::<C>)
    }

    /// What an engine has made of the proving key of `shape` under the parameters `params`; none if the cache does not
    /// have it, or if the circuit cannot have a key, which making one will say. With the file's name.
    pub fn prepared_key<C: ShapedCircuit>(
        &self,
        shape: Shape,
        params: ParamsId,
    ) -> Option<(PathBuf, Result<PreparedKey, KeyFileError>)> {
        let wanted = Wanted {
            shape,
            circuit: circuit_digest::<C>(shape).ok()?,
            params,
        };
        let path = self.path_of::<PreparedKey>(wanted);
        match prepared::open::<C>(&path, wanted) {
            Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => None,
            result => Some((path, result)),
        }
    }

    /// Keeps what an engine makes of a proving key: `fill` puts the sections. The file that is there is replaced; returns
    /// its name. Two processes may make it at once, and either's will do.
    pub fn keep_prepared<E: From<io::Error>>(
        &self,
        key: &ProvingKey,
        fill: impl FnOnce(&mut Sections<'_>) -> Result<(), E>,
    ) -> Result<PathBuf, E> {
        let path = self.path_of::<PreparedKey>(Wanted {
            shape: key.shape(),
            circuit: key.circuit_digest(),
            params: key.provenance().id(),
        });
        prepared::write(&path, key, fill)?;
        Ok(path)
    }

    fn get<K: CachedKey, C: ShapedCircuit>(
        &self,
        shape: Shape,
        params: ParamsId,
        srs: impl FnOnce() -> Result<Srs, ParamsError>,
        generate: impl FnOnce(&Srs, Shape) -> Result<K, KeyError>,
    ) -> Result<Cached<K>, KeyError> {
        let circuit =
            circuit_digest::<C>(shape).map_err(|source| KeyError::Generation { shape, source })?;
        let wanted = Wanted {
            shape,
            circuit,
            params,
        };
        let path = self.path_of::<K>(wanted);
        if let Some(Ok(key)) = load::<K, C>(&path, wanted) {
            return Ok(loaded(key, path));
        }
        // Whoever holds the lock may be making this key: look again once it is ours.
        let _lock = self.lock(&path);
        let outcome = match load::<K, C>(&path, wanted) {
            Some(Ok(key)) => return Ok(loaded(key, path)),
            Some(Err(cause)) => CacheOutcome::Rebuilt(cause),
            None => CacheOutcome::Generated,
        };
        let srs = srs().map_err(|source| KeyError::Params { shape, source })?;
        if srs.id() != params {
            return Err(KeyError::ParamsId {
                expected: params,
                got: srs.id(),
            });
        }
        let key = generate(&srs, shape)?;
        let not_kept = file::write(&path, &key).err();
        Ok(Cached {
            key,
            outcome,
            path,
            not_kept,
        })
    }

    fn path_of<K: KeyFile>(&self, wanted: Wanted) -> PathBuf {
        let circuit = hex::encode(&wanted.circuit.0[..8]);
        let params = hex::encode(&wanted.params.0[..8]);
        let shape = wanted.shape.name();
        let extension = K::EXTENSION;
        self.folder
            .join(format!("{shape}-{circuit}-{params}.{extension}"))
    }

    /// Waits for the lock of one entry; released when dropped.
    fn lock(&self, path: &Path) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = File::create(name)?;
        lock.lock()?;
        Ok(lock)
    }
}

fn load<K: CachedKey, C: ShapedCircuit>(
    path: &Path,
    wanted: Wanted,
) -> Option<Result<K, KeyFileError>> {
    match file::read::<K, C>(path, wanted) {
        Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => None,
        result => Some(result),
    }
}

fn loaded<K>(key: K, path: PathBuf) -> Cached<K> {
    Cached {
        key,
        outcome: CacheOutcome::Loaded,
        path,
        not_kept: None,
    }
}
