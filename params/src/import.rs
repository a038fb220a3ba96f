//! Importing a ceremony's file into the store.
//!
//! The file is read once for its digest and once in chunks. What is checked:
//!
//! 1. the layout ([`crate::ptau`]), and that every point is finite, on the curve and, in G2, in the
//!    subgroup;
//! 2. the first powers are the generators, and `[tau]_2` is the embedded ceremony's, unless another
//!    ceremony was asked for;
//! 3. with weights `r_i`, for `L = sum r_i P_i` and `H = sum r_i P_{i+1}` over all powers in G1:
//!    `e(L, [tau]_2) = e(H, G2)`; likewise in G2 with `[tau]_1`;
//! 4. each Lagrange basis commits to random values as the powers commit to their interpolation.
//!
//! **Why 3 suffices.** Let `d_i = P_{i+1} - tau P_i`. The equation says `sum r_i d_i = 0`. The `r_i`
//! are 128 bits each, from the operating system and drawn after the file's digest was taken, so if
//! any `d_i` is not zero the equation holds with a probability of at most 2^-128. All `d_i` zero and
//! `P_0 = G1` mean `P_i = tau^i G1`. The same argument carries 4.
//!
//! **Interruptions.** After each chunk a checkpoint says how far the import came and what the sums
//! are; the powers read so far lie in a second file beside it. An import that was stopped or killed
//! goes on from there, if the source still has the digest that the checkpoint names. The store's
//! files appear at the end, one rename each.
//!
//! **Memory.** Steps 1 to 3 need a few MiB; step 4 needs the powers, two copies of the basis and the
//! random values at once: measured, 380 bytes for each of 2^15 rows.

mod checkpoint;
mod error;
mod lagrange;
mod powers;
mod weights;

pub use error::ImportError;

use crate::digest::{Digesting, FileDigest};
use crate::provenance::{ParamsKind, Provenance};
use crate::ptau::{PtauError, PtauFile, SectionId};
use crate::store::ParamsStore;
use checkpoint::{Checkpoint, Stage as Position};
use halo2curves::bn256::{G1Affine, G2Affine};
use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

const DIGEST_CHUNK: usize = 1 << 20;

/// What an import is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Reading the file for its digest; in bytes.
    Digest,
    /// Checking powers in G1; in points.
    PowersG1,
    /// Checking powers in G2; in points.
    PowersG2,
    /// Checking or computing Lagrange bases; in bases.
    Lagrange,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is busy with.
    pub stage: Stage,
    /// Done of it.
    pub done: u64,
    /// All of it.
    pub total: u64,
}

/// Called after each step; `Break` stops the import, which can be resumed.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// What the caller asks for beyond the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportOptions {
    /// Take a file of another ceremony; it is marked as such for ever.
    pub allow_other_ceremony: bool,
}

/// How an import began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// From the beginning.
    Fresh,
    /// Where an earlier one of the same file had stopped.
    Resumed,
    /// From the beginning: an earlier one was of a file with this other digest, which means that
    /// the file has changed or that it is another one.
    SourceChanged(FileDigest),
    /// From the beginning: the checkpoint of an earlier one was damaged.
    CheckpointDamaged,
}

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Where the points come from.
    pub provenance: Provenance,
    /// The store now has files for these k.
    pub sizes: Vec<u32>,
    /// How the import began.
    pub start: Start,
}

/// Checks the file at `source` and puts its parameters into `store`.
pub fn import(
    store: &ParamsStore,
    source: &Path,
    options: ImportOptions,
    on_progress: OnProgress<'_>,
) -> Result<Imported, ImportError> {
    let file = File::open(source).map_err(PtauError::Io)?;
    let mut ptau = PtauFile::open(BufReader::with_capacity(DIGEST_CHUNK, file))?;
    let tau_g2 = check_beginning(&mut ptau)?;
    // The kind does not depend on the digest, so a wrong ceremony is refused at once.
    let kind = Provenance::of_ceremony_file(tau_g2, ptau.power(), FileDigest([0; 64])).kind();
    if kind != ParamsKind::Ceremony && !options.allow_other_ceremony {
        return Err(ImportError::OtherCeremony);
    }

    fs::create_dir_all(store.folder())?;
    let _lock = lock(store)?;
    let digest = digest_of(&mut ptau, on_progress)?;
    let provenance = Provenance::of_ceremony_file(tau_g2, ptau.power(), digest);
    let (mut checkpoint, start) = Checkpoint::open(store.folder(), digest, tau_g2)?;
    match check_and_store(store, &mut ptau, &mut checkpoint, &provenance, on_progress) {
        Ok(sizes) => {
            checkpoint.remove()?;
            Ok(Imported {
                provenance,
                sizes,
                start,
            })
        }
        Err(error) => {
            // A refused file will be refused again; there is nothing to go on from.
            if error.is_verdict() {
                checkpoint.remove()?;
            }
            Err(error)
        }
    }
}

/// Everything that a checkpoint can go on with.
fn check_and_store<R: io::Read + io::Seek>(
    store: &ParamsStore,
    ptau: &mut PtauFile<R>,
    checkpoint: &mut Checkpoint,
    provenance: &Provenance,
    on_progress: OnProgress<'_>,
) -> Result<Vec<u32>, ImportError> {
    if checkpoint.position() == Position::PowersG1 {
        powers::check_g1(ptau, checkpoint, on_progress)?;
    }
    if checkpoint.position() == Position::PowersG2 {
        powers::check_g2(ptau, checkpoint, on_progress)?;
    }
    lagrange::store_bases(store, ptau, checkpoint, provenance, on_progress)
}

/// The generators, and `[tau]_2`.
fn check_beginning<R: io::Read + io::Seek>(
    ptau: &mut PtauFile<R>,
) -> Result<G2Affine, ImportError> {
    let g1 = ptau.read_g1(SectionId::TauG1, 0, 1)?;
    let g2 = ptau.read_g2(0, 2)?;
    if g1[0] != G1Affine::generator() {
        return Err(ImportError::Generator { group: "G1" });
    }
    if g2[0] != G2Affine::generator() {
        return Err(ImportError::Generator { group: "G2" });
    }
    Ok(g2[1])
}

/// Held while importing: two imports would overwrite each other's checkpoint.
fn lock(store: &ParamsStore) -> Result<File, ImportError> {
    let lock = File::create(store.folder().join("import.lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ImportError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn digest_of<R: io::Read + io::Seek>(
    ptau: &mut PtauFile<R>,
    on_progress: OnProgress<'_>,
) -> Result<FileDigest, ImportError> {
    let total = ptau.len()?;
    let mut reader = Digesting::new(ptau.rewind()?);
    let mut buffer = vec![0; DIGEST_CHUNK];
    let mut done = 0;
    loop {
        let len = reader.read(&mut buffer)?;
        if len == 0 {
            return Ok(reader.digest());
        }
        done += len as u64;
        report(on_progress, Stage::Digest, done, total)?;
    }
}

fn report(
    on_progress: OnProgress<'_>,
    stage: Stage,
    done: u64,
    total: u64,
) -> Result<(), ImportError> {
    match on_progress(Progress { stage, done, total }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ImportError::Stopped),
    }
}

#[cfg(test)]
mod tests;
