//! A key's numbers as an engine prepares them, in a file of the cache that is mapped and not read. Layout in
//! docs/formats.md, "Prepared keys".
//!
//! A proof looks at all of them once, so nothing is gained by copying them first; and what is mapped can be dropped by the
//! system and by the prover. They are hashed in pieces, on all threads, each time that a file is opened: a digest over the
//! whole would take longer than preparing the key again.

use super::file::{self, CachedKey, KeyFile, KeyFileError, Wanted};
use super::mapped::{NUMBER_BYTES, Numbers};
use super::{ProvingKey, ShapedCircuit, VerifyingKey, key_id};
use crate::atomic::{Readers, write_atomically};
use crate::digest::{FileDigest, KeyId};
use crate::provenance::Provenance;
use blake2b_simd::many::{HashManyJob, hash_many};
use blake2b_simd::{Params, State};
use halo2curves::bn256::Fr;
use halo2curves::serde::SerdeObject;
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use vigil_circuits::shape::Shape;

const DIGEST_BYTES: u64 = 64;
/// Sections begin at multiples of it: a page of most processors, and of none is it a part.
const PAGE: usize = 1 << 16;
/// Numbers that are hashed together; four such pieces are hashed at once.
const PIECE: usize = 1 << 13;
const PIECES_AT_ONCE: usize = 4;
/// More than any engine writes.
const MAX_SECTIONS: usize = 64;
/// More than header and verifying key have.
const MAX_HEAD: u64 = 1 << 28;
/// The highest limb of r.
const TOP_LIMB: u64 = 0x3064_4e72_e131_a029;

/// A key's numbers in a file of the cache, and the verifying key that they belong to.
#[derive(Debug)]
pub struct PreparedKey {
    key: VerifyingKey,
    file: File,
    sections: Vec<Extent>,
}

/// Where a section lies.
#[derive(Clone, Copy, Debug)]
struct Extent {
    offset: u64,
    numbers: usize,
}

impl PreparedKey {
    /// The verifying key.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Its ID.
    pub fn id(&self) -> KeyId {
        self.key.id()
    }

    /// The circuit's shape.
    pub fn shape(&self) -> Shape {
        self.key.shape()
    }

    /// Where the parameters come from.
    pub fn provenance(&self) -> &Provenance {
        self.key.provenance()
    }

    /// Bytes in its sections.
    pub fn bytes(&self) -> u64 {
        self.sections.iter().map(|section| section.bytes()).sum()
    }

    /// The numbers of one section, which were found to be below the modulus when the file was opened.
    pub fn section(&self, section: usize) -> io::Result<Numbers> {
        let extent = self.sections.get(section).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "there is no such section")
        })?;
        Numbers::map(&self.file, extent.offset, extent.numbers)
    }
}

impl Extent {
    fn bytes(self) -> u64 {
        self.numbers as u64 * NUMBER_BYTES as u64
    }
}

/// Takes the sections of a file that is being written.
pub struct Sections<'a> {
    writer: &'a mut dyn Write,
    digest: State,
    written: u64,
    lengths: Vec<u64>,
}

impl std::fmt::Debug for Sections<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sections")
            .field("lengths", &self.lengths)
            .finish_non_exhaustive()
    }
}

impl Sections<'_> {
    /// The next one: the numbers of all these columns.
    pub fn put(&mut self, columns: &[&[Fr]]) -> io::Result<()> {
        self.pad()?;
        let mut numbers = columns.iter().flat_map(|column| column.iter()).peekable();
        let mut piece = Vec::with_capacity(PIECE * NUMBER_BYTES);
        let mut count = 0;
        while numbers.peek().is_some() {
            piece.clear();
            for number in numbers.by_ref().take(PIECE) {
                number.write_raw(&mut piece)?;
                count += 1;
            }
            self.digest.update(FileDigest::of(&piece).0.as_slice());
            self.write(&piece)?;
        }
        self.lengths.push(count);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.writer.write_all(bytes)
    }

    /// Zeros up to the next page.
    fn pad(&mut self) -> io::Result<()> {
        let missing = self.written.next_multiple_of(PAGE as u64) - self.written;
        self.write(&vec![0; missing as usize])
    }

    /// How long the sections are, how many there are, and the digest.
    fn finish(mut self) -> io::Result<()> {
        let mut tail = Vec::new();
        for length in &self.lengths {
            tail.extend(length.to_le_bytes());
        }
        tail.extend((self.lengths.len() as u64).to_le_bytes());
        self.digest.update(&tail);
        self.write(&tail)?;
        let digest = FileDigest::finish(&self.digest);
        self.write(&digest.0)
    }
}

/// Writes the file of `key`, atomically; `fill` puts the sections.
pub(super) fn write<E: From<io::Error>>(
    path: &Path,
    key: &ProvingKey,
    fill: impl FnOnce(&mut Sections<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let key = key.verifying_key();
    let mut head = file::header::<PreparedKey>(&key.label)?;
    key.write_key(&mut head)?;
    // Nobody else has to read it, and nobody else may write into what is mapped.
    write_atomically(path, Readers::Owner, |writer| {
        let mut sections = Sections {
            writer,
            digest: State::new(),
            written: 0,
            lengths: Vec::new(),
        };
        head.resize(head.len().next_multiple_of(PAGE), 0);
        sections.digest.update(&head);
        sections.write(&head)?;
        fill(&mut sections)?;
        sections.finish().map_err(E::from)
    })
}

/// Opens and checks the wanted file.
///
/// halo2's reader sees the verifying key only after the digest was found right.
pub(super) fn open<C: ShapedCircuit>(
    path: &Path,
    wanted: Wanted,
) -> Result<PreparedKey, KeyFileError> {
    let mut file = File::open(path)?;
    let layout = Layout::read(&mut file)?;
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(&mut file)
        .take(layout.head)
        .read_to_end(&mut head)?;
    let mut digest = State::new();
    digest.update(&head);
    for extent in &layout.sections {
        let numbers = Numbers::map(&file, extent.offset, extent.numbers)?;
        digest.update(&checked(numbers.bytes())?.concat());
    }
    digest.update(&layout.tail);
    if FileDigest::finish(&digest) != layout.digest {
        return Err(KeyFileError::Digest);
    }
    let mut reader = &head[..];
    let label = file::read_header::<PreparedKey>(&mut reader, wanted)?;
    let expected = label.id;
    let key = VerifyingKey::read_key::<C>(&mut reader, label)?;
    let got = key_id(&key.key, key.label.shape, &key.label.provenance);
    if got != expected {
        return Err(KeyFileError::Id { expected, got });
    }
    Ok(PreparedKey {
        key,
        file,
        sections: layout.sections,
    })
}

/// The digest of each piece, all of whose numbers are below the modulus.
fn checked(section: &[u8]) -> Result<Vec<[u8; DIGEST_BYTES as usize]>, KeyFileError> {
    let params = Params::new();
    let digests: Vec<Option<Vec<_>>> = section
        .par_chunks(PIECES_AT_ONCE * PIECE * NUMBER_BYTES)
        .map(|pieces| {
            let mut jobs: Vec<_> = pieces
                .chunks(PIECE * NUMBER_BYTES)
                .map(|piece| HashManyJob::new(&params, piece))
                .collect();
            hash_many(&mut jobs);
            let digests = jobs.iter().map(|job| *job.to_hash().as_array());
            all_reduced(pieces).then(|| digests.collect())
        })
        .collect();
    let digests: Option<Vec<_>> = digests.into_iter().collect();
    Ok(digests.ok_or(KeyFileError::Number)?.concat())
}

/// A number is looked at closely only where its highest limb is not below that of r, which is one in 2^62.
fn all_reduced(numbers: &[u8]) -> bool {
    let (numbers, rest) = numbers.as_chunks::<NUMBER_BYTES>();
    let doubtful = |number: &&[u8; NUMBER_BYTES]| {
        let (_, [top]) = number.as_chunks::<8>().0.split_at(3) else {
            return true;
        };
        u64::from_le_bytes(*top) >= TOP_LIMB
    };
    let reduced = |number: &[u8; NUMBER_BYTES]| Fr::from_raw_bytes(number).is_some();
    rest.is_empty() && numbers.iter().filter(doubtful).all(reduced)
}

/// What the end of a file says about it.
struct Layout {
    /// Bytes before the first section.
    head: u64,
    sections: Vec<Extent>,
    tail: Vec<u8>,
    digest: FileDigest,
}

impl Layout {
    fn read(file: &mut File) -> Result<Self, KeyFileError> {
        let length = file.metadata()?.len();
        let least = DIGEST_BYTES + 8;
        if length < least {
            return Err(KeyFileError::Length {
                expected: least,
                got: length,
            });
        }
        file.seek(SeekFrom::Start(length - least))?;
        let count = read_word(file)?;
        let mut digest = [0; DIGEST_BYTES as usize];
        file.read_exact(&mut digest)?;
        let damaged = || KeyFileError::Header("length");
        let count = usize::try_from(count)
            .ok()
            .filter(|count| *count <= MAX_SECTIONS)
            .ok_or_else(damaged)?;
        let tail = 8 * (count as u64 + 1);
        let end = length
            .checked_sub(tail + DIGEST_BYTES)
            .ok_or_else(damaged)?;
        file.seek(SeekFrom::Start(end))?;
        let mut bytes = vec![0; tail as usize];
        file.read_exact(&mut bytes)?;
        let lengths = bytes.as_chunks::<8>().0[..count].iter();
        let lengths: Vec<u64> = lengths.map(|length| u64::from_le_bytes(*length)).collect();
        let (head, sections) = extents(&lengths, end).ok_or_else(damaged)?;
        Ok(Self {
            head,
            sections,
            tail: bytes,
            digest: FileDigest(digest),
        })
    }
}

/// The head's length and the places of sections that are so long, the last of which ends at `end`.
fn extents(lengths: &[u64], end: u64) -> Option<(u64, Vec<Extent>)> {
    let page = PAGE as u64;
    let mut sections = Vec::new();
    // Backwards: each begins where a whole number of pages before it are left.
    let mut after = end;
    for (i, numbers) in lengths.iter().enumerate().rev() {
        let bytes = numbers.checked_mul(NUMBER_BYTES as u64)?;
        let last = i + 1 == lengths.len();
        let taken = if last {
            bytes
        } else {
            bytes.checked_next_multiple_of(page)?
        };
        after = after.checked_sub(taken)?;
        sections.push(Extent {
            offset: after,
            numbers: usize::try_from(*numbers).ok()?,
        });
    }
    sections.reverse();
    (after.is_multiple_of(page) && after <= MAX_HEAD).then_some((after, sections))
}

fn read_word(file: &mut File) -> io::Result<u64> {
    let mut word = [0; 8];
    file.read_exact(&mut word)?;
    Ok(u64::from_le_bytes(word))
}

/// Its header is a key file's.
impl KeyFile for PreparedKey {
    const CLASS: u8 = 3;
    const EXTENSION: &'static str = "prepared";
}
