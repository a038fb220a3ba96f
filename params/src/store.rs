//! The parameter store: a folder of imported and development parameters, one file for each k.
//!
//! [`ParamsStore::srs`] is the one way to get parameters. It takes the embedded ones where they are
//! large enough, else a file of the store, else it says which ceremony file to import. It never
//! makes any up.

mod file;

pub(crate) use file::write;

use crate::dev;
use crate::digest::ParamsId;
use crate::embedded;
use crate::provenance::{ParamsKind, Provenance};
use crate::ptau::MAX_POWER;
use crate::srs::Srs;
use group::prime::PrimeCurveAffine;
use halo2_proofs::arithmetic::g_to_lagrange;
use halo2_proofs::poly::commitment::ParamsProver;
use halo2curves::bn256::G1Affine;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Extension of the store's files.
pub const EXTENSION: &str = "srs";

/// Which parameters are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ParamsChoice {
    /// The ceremony whose parameters are embedded.
    #[default]
    Ceremony,
    /// Another ceremony that was imported, by its ID.
    OtherCeremony(ParamsId),
    /// Unsafe development parameters from this seed.
    UnsafeDev {
        /// See [`dev::unsafe_srs`].
        seed: u64,
    },
}

impl ParamsChoice {
    /// ID of these parameters, known before any file is read.
    pub fn id(&self) -> ParamsId {
        match *self {
            Self::Ceremony => embedded::provenance().id(),
            Self::OtherCeremony(id) => id,
            Self::UnsafeDev { seed } => dev::unsafe_id(seed),
        }
    }
}

/// What is wrong with one file of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreFileError {
    /// The system's answer.
    #[error("cannot read it")]
    Io(#[from] io::Error),
    /// Truncated, or something appended.
    #[error("it has {got} bytes, expected {expected}")]
    Length {
        /// From k.
        expected: u64,
        /// On disk.
        got: u64,
    },
    /// Some other kind of file.
    #[error("it is not a parameter file of Vigil")]
    Magic,
    /// A later format.
    #[error("its format has version {got}, expected {expected}")]
    Version {
        /// Known.
        expected: u16,
        /// As read.
        got: u16,
    },
    /// A field of the header makes no sense.
    #[error("its header's {0} is damaged")]
    Header(&'static str),
    /// Another size than its name says.
    #[error("it is for 2^{got} rows, expected 2^{expected}")]
    Size {
        /// From its name.
        expected: u32,
        /// From its header.
        got: u32,
    },
    /// Other parameters than its name says.
    #[error("it holds the parameters {got}, expected {expected}")]
    Id {
        /// From its name.
        expected: ParamsId,
        /// From its header.
        got: ParamsId,
    },
    /// Damaged.
    #[error("its digest does not match its content")]
    Digest,
    /// Points of some other tau.
    #[error("its points do not belong to the tau that its header names")]
    Tau,
}

/// Why there are no parameters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// Nothing large enough.
    #[error(
        "there are no ceremony parameters for 2^{k} rows (largest at hand: 2^{largest}); download \
         powersOfTau28_hez_final_{k:02}.ptau of the Perpetual Powers of Tau ceremony and run \
         `vigil params import powersOfTau28_hez_final_{k:02}.ptau`"
    )]
    NotImported {
        /// Wanted.
        k: u32,
        /// Largest in store or program.
        largest: u32,
    },
    /// Nothing large enough of another ceremony.
    #[error("there are no parameters {id} for 2^{k} rows; import a larger file of that ceremony")]
    OtherNotImported {
        /// Wanted.
        k: u32,
        /// Which.
        id: ParamsId,
    },
    /// Larger than anything supported.
    #[error("2^{k} rows are more than the supported 2^{MAX_POWER}")]
    TooLarge {
        /// Wanted.
        k: u32,
    },
    /// A file is there, but damaged.
    #[error("the parameter file {path} cannot be used; delete it and import again")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: StoreFileError,
    },
    /// The store's folder.
    #[error("cannot use the parameter store {path}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// One file of the store, as its header describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredParams {
    /// The file.
    pub path: PathBuf,
    /// It serves 2^k rows.
    pub k: u32,
    /// Where its points come from.
    pub provenance: Provenance,
}

/// A folder with parameter files. It need not exist.
#[derive(Clone, Debug)]
pub struct ParamsStore {
    folder: PathBuf,
}

impl ParamsStore {
    /// The store in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The parameters for 2^k rows.
    ///
    /// A store that has only larger ones derives them, which takes a transform over the group, and
    /// keeps the result.
    pub fn srs(&self, k: u32, choice: ParamsChoice) -> Result<Srs, ParamsError> {
        if k > MAX_POWER {
            return Err(ParamsError::TooLarge { k });
        }
        match choice {
            ParamsChoice::Ceremony => match embedded::srs(k) {
                Some(srs) => Ok(srs),
                None => self.load(k, embedded::provenance().id())?.ok_or_else(|| {
                    let ours =
                        |stored: &StoredParams| stored.provenance.kind() == ParamsKind::Ceremony;
                    let stored = self.list().unwrap_or_default();
                    let largest = stored.iter().filter(|s| ours(s)).map(|s| s.k).max();
                    ParamsError::NotImported {
                        k,
                        largest: largest.unwrap_or(0).max(embedded::MAX_K),
                    }
                }),
            },
            ParamsChoice::OtherCeremony(id) => self
                .load(k, id)?
                .filter(|srs| srs.kind() == ParamsKind::OtherCeremony)
                .ok_or(ParamsError::OtherNotImported { k, id }),
            ParamsChoice::UnsafeDev { seed } => self.unsafe_dev(k, seed),
        }
    }

    /// Unsafe parameters: from the store, else made and kept.
    fn unsafe_dev(&self, k: u32, seed: u64) -> Result<Srs, ParamsError> {
        let id = dev::unsafe_id(seed);
        let path = self.path_of(k, id);
        if path.exists() {
            return read(&path, k, id);
        }
        let points = dev::unsafe_points(k, seed).ok_or(ParamsError::TooLarge { k })?;
        self.keep(k, points)
    }

    /// From the store: the file for k, else the smallest larger one, cut down.
    fn load(&self, k: u32, id: ParamsId) -> Result<Option<Srs>, ParamsError> {
        let path = self.path_of(k, id);
        if path.exists() {
            return read(&path, k, id).map(Some);
        }
        let larger = (k + 1..=MAX_POWER)
            .map(|larger| (larger, self.path_of(larger, id)))
            .find(|(_, path)| path.exists());
        let Some((larger, larger_path)) = larger else {
            return Ok(None);
        };
        let srs = read(&larger_path, larger, id)?;
        // A larger file has at least one power more than these.
        let powers = srs.kzg().get_g()[..=1 << k].to_vec();
        let lagrange = lagrange_basis(&powers[..1 << k], k);
        self.keep(k, (powers, lagrange, *srs.provenance()))
            .map(Some)
    }

    fn keep(
        &self,
        k: u32,
        points: (Vec<G1Affine>, Vec<G1Affine>, Provenance),
    ) -> Result<Srs, ParamsError> {
        let (powers, lagrange, provenance) = points;
        let path = self.path_of(k, provenance.id());
        write(&path, k, &provenance, &powers, &lagrange)
            .map_err(|source| self.folder_error(source))?;
        Ok(Srs::from_points(k, powers, lagrange, provenance))
    }

    /// What the store holds, by the headers of its files, by kind, ID and k. Files that are not
    /// parameter files, or damaged, are not listed; loading names them.
    pub fn list(&self) -> Result<Vec<StoredParams>, ParamsError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.folder_error(error)),
        };
        let mut stored = Vec::new();
        for entry in entries {
            let path = entry.map_err(|source| self.folder_error(source))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == EXTENSION)
                && let Ok((k, provenance)) = file::peek(&path)
            {
                stored.push(StoredParams {
                    path,
                    k,
                    provenance,
                });
            }
        }
        stored.sort_by_key(|stored| (stored.provenance.kind(), stored.provenance.id(), stored.k));
        Ok(stored)
    }

    /// Path of the file for these parameters; the name says when they are unsafe.
    pub(crate) fn path_of(&self, k: u32, id: ParamsId) -> PathBuf {
        let id = hex::encode(&id.0[..8]);
        self.folder.join(format!("{id}-k{k:02}.{EXTENSION}"))
    }

    fn folder_error(&self, source: io::Error) -> ParamsError {
        ParamsError::Folder {
            path: self.folder.clone(),
            source,
        }
    }
}

pub(crate) fn read(path: &Path, k: u32, id: ParamsId) -> Result<Srs, ParamsError> {
    file::read(path, k, id).map_err(|source| ParamsError::File {
        path: path.to_owned(),
        source,
    })
}

/// The Lagrange basis of 2^k powers, by a transform over the group.
pub(crate) fn lagrange_basis(powers: &[G1Affine], k: u32) -> Vec<G1Affine> {
    g_to_lagrange(powers.iter().map(PrimeCurveAffine::to_curve).collect(), k)
}

#[cfg(test)]
mod tests;
