//! How far an import came, in a file of fixed length with a digest.
//!
//! Beside it lies the file of the powers in G1 read so far. The powers are flushed before the
//! checkpoint that counts them is renamed into place, so a checkpoint never promises more than
//! there is.

use super::{ImportError, Start};
use crate::atomic::{Readers, write_bytes_atomically};
use crate::digest::FileDigest;
use crate::ptau::{G1_BYTES, PtauError, decode_g1};
use group::prime::PrimeCurveAffine;
use halo2curves::bn256::{G1Affine, G2Affine};
use halo2curves::serde::SerdeObject;
use rand_core::{OsRng, RngCore};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"VIGILIMP";
/// Since version 2 one power more is put aside.
const VERSION: u16 = 2;
const CHECKPOINT_NAME: &str = "import.checkpoint";
const PARTIAL_NAME: &str = "import.partial";
/// Magic, version, stage, next; source digest, seed; three points of each group; digest.
const BYTES: usize = 8 + 2 + 1 + 8 + 64 + 32 + 3 * 64 + 3 * 128 + 64;

/// Which check is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    PowersG1 = 1,
    PowersG2 = 2,
    Lagrange = 3,
}

/// Weighted sums over the pairs `(P_i, P_{i+1})` so far, and the last point seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sums<C> {
    pub(super) lower: C,
    pub(super) upper: C,
    pub(super) last: C,
}

impl<C: PrimeCurveAffine> Sums<C> {
    /// Before the first pair.
    fn new() -> Self {
        Self {
            lower: C::identity(),
            upper: C::identity(),
            last: C::generator(),
        }
    }
}

/// What a checkpoint remembers.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) position: Stage,
    /// Pairs done, or the next k.
    pub(super) next: u64,
    /// Of the weights; drawn by the operating system after the digest was known.
    pub(super) seed: [u8; 32],
    pub(super) g1: Sums<G1Affine>,
    pub(super) g2: Sums<G2Affine>,
}

/// The state of an import, and its files.
#[derive(Debug)]
pub(super) struct Checkpoint {
    path: PathBuf,
    partial_path: PathBuf,
    partial: File,
    source: FileDigest,
    pub(super) tau_g2: G2Affine,
    pub(super) state: State,
}

impl Checkpoint {
    /// Goes on from the checkpoint in `folder`, if it is sound and of this source, else begins.
    pub(super) fn open(
        folder: &Path,
        source: FileDigest,
        tau_g2: G2Affine,
    ) -> Result<(Self, Start), ImportError> {
        let path = folder.join(CHECKPOINT_NAME);
        let partial_path = folder.join(PARTIAL_NAME);
        let (state, start) = match read_file(&path)?.map(|bytes| parse(&bytes, source)) {
            None => (State::new(), Start::Fresh),
            Some(Ok(state)) => (state, Start::Resumed),
            Some(Err(start)) => (State::new(), start),
        };
        let partial = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(start != Start::Resumed)
            .open(&partial_path)?;
        let mut checkpoint = Self {
            path,
            partial_path,
            partial,
            source,
            tau_g2,
            state,
        };
        if start != Start::Resumed {
            checkpoint.put_powers(0, &[G1Affine::generator()])?;
        }
        Ok((checkpoint, start))
    }

    /// Which check is next.
    pub(super) fn position(&self) -> Stage {
        self.state.position
    }

    /// Makes everything so far permanent.
    pub(super) fn save(&self) -> io::Result<()> {
        self.partial.sync_data()?;
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        let state = &self.state;
        bytes.push(state.position as u8);
        bytes.extend(state.next.to_le_bytes());
        bytes.extend(self.source.0);
        bytes.extend(state.seed);
        for point in [state.g1.lower, state.g1.upper, state.g1.last] {
            point.write_raw(&mut bytes)?;
        }
        for point in [state.g2.lower, state.g2.upper, state.g2.last] {
            point.write_raw(&mut bytes)?;
        }
        bytes.extend(FileDigest::of(&bytes).0);
        debug_assert_eq!(bytes.len(), BYTES);
        write_bytes_atomically(&self.path, Readers::Owner, &bytes)
    }

    /// Moves on to the next check.
    pub(super) fn advance(&mut self, position: Stage, next: u64) -> io::Result<()> {
        self.state.position = position;
        self.state.next = next;
        self.save()
    }

    /// Puts checked powers aside.
    pub(super) fn put_powers(&mut self, first: u64, powers: &[G1Affine]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(powers.len() * G1_BYTES);
        for power in powers {
            power.write_raw(&mut bytes)?;
        }
        self.partial
            .seek(SeekFrom::Start(first * G1_BYTES as u64))?;
        self.partial.write_all(&bytes)
    }

    /// The first `count` powers, as put aside.
    pub(super) fn powers(&mut self, count: usize) -> Result<Vec<G1Affine>, ImportError> {
        let mut bytes = vec![0; count * G1_BYTES];
        self.partial.seek(SeekFrom::Start(0))?;
        let read = self.partial.read_exact(&mut bytes);
        read.map_err(PtauError::Io)
            .and_then(|()| decode_g1(&bytes, 0, 0))
            .map_err(|_| ImportError::PartialDamaged)
    }

    /// Removes both files: the import is complete.
    pub(super) fn remove(&self) -> io::Result<()> {
        // The checkpoint first: without it, the powers beside it mean nothing.
        for path in [&self.path, &self.partial_path] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl State {
    fn new() -> Self {
        let mut seed = [0; 32];
        OsRng.fill_bytes(&mut seed);
        Self {
            position: Stage::PowersG1,
            next: 0,
            seed,
            g1: Sums::new(),
            g2: Sums::new(),
        }
    }
}

/// The state in a checkpoint's bytes, or how to begin instead.
fn parse(bytes: &[u8], source: FileDigest) -> Result<State, Start> {
    let (body, digest) = bytes
        .split_at_checked(BYTES - 64)
        .ok_or(Start::CheckpointDamaged)?;
    if FileDigest::of(body).0[..] != *digest {
        return Err(Start::CheckpointDamaged);
    }
    let (state, found) = parse_body(body).ok_or(Start::CheckpointDamaged)?;
    if found == source {
        Ok(state)
    } else {
        Err(Start::SourceChanged(found))
    }
}

fn parse_body(mut rest: &[u8]) -> Option<(State, FileDigest)> {
    let rest = &mut rest;
    let magic: [u8; 8] = take(rest)?;
    let version = u16::from_le_bytes(take(rest)?);
    if magic != MAGIC || version != VERSION {
        return None;
    }
    let position = match take(rest)? {
        [1] => Stage::PowersG1,
        [2] => Stage::PowersG2,
        [3] => Stage::Lagrange,
        _ => return None,
    };
    let next = u64::from_le_bytes(take(rest)?);
    let source = FileDigest(take(rest)?);
    let seed = take(rest)?;
    let mut g1 = || G1Affine::from_raw_bytes(&take::<64>(rest)?);
    let g1 = Sums {
        lower: g1()?,
        upper: g1()?,
        last: g1()?,
    };
    let mut g2 = || G2Affine::from_raw_bytes(&take::<128>(rest)?);
    let g2 = Sums {
        lower: g2()?,
        upper: g2()?,
        last: g2()?,
    };
    let state = State {
        position,
        next,
        seed,
        g1,
        g2,
    };
    Some((state, source))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

/// The file's bytes, one more than a checkpoint has at most; `None` if there is no file.
fn read_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::with_capacity(BYTES + 1);
    file.take(BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
