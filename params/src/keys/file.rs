//! One file of the key cache. Layout in docs/formats.md, "Key files".

use super::{CircuitDigest, KeyId, Label, ProvingKey, ShapedCircuit, VerifyingKey, key_id};
use crate::atomic::{Readers, write_atomically};
use crate::digest::{Digesting, FileDigest, ParamsId};
use crate::provenance::{PROVENANCE_BYTES, Provenance};
use halo2_proofs::SerdeFormat;
use halo2_proofs::plonk;
use halo2curves::bn256::G1Affine;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use vigil_circuits::shape::Shape;

const MAGIC: [u8; 8] = *b"VIGILKEY";
const VERSION: u16 = 1;
const DIGEST_BYTES: u64 = 64;
/// Magic, version, class, provenance of the parameters, circuit digest, key ID, shape's name.
const HEADER_BYTES: usize = 8 + 2 + 1 + PROVENANCE_BYTES + 32 + 32 + NAME_BYTES;
/// Longest name of a shape, padded with zeros.
const NAME_BYTES: usize = 32;
/// Points are on the curve and field elements reduced, even though the digest was right.
const FORMAT: SerdeFormat = SerdeFormat::RawBytes;

/// What is wrong with a file of the key cache.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The system's answer.
    #[error("the cached key cannot be read")]
    Io(#[from] io::Error),
    /// Too short to be a key.
    #[error("the cached key is truncated: {got} bytes, at least {expected} expected")]
    Length {
        /// At least.
        expected: u64,
        /// On disk.
        got: u64,
    },
    /// Truncated, extended or changed.
    #[error("the cached key is damaged: its digest does not match its content")]
    Digest,
    /// Damaged, or never a number of the field.
    #[error("the cached key holds a number that is not below the modulus")]
    Number,
    /// Some other kind of file.
    #[error("the cached key is not a key file of Vigil")]
    Magic,
    /// A later format.
    #[error("the cached key has format version {got}, expected {expected}")]
    Version {
        /// Known.
        expected: u16,
        /// As read.
        got: u16,
    },
    /// A field of the header makes no sense.
    #[error("the cached key's header has a wrong {0}")]
    Header(&'static str),
    /// The key of another circuit.
    #[error("the cached key is of {got}, expected {expected}")]
    Shape {
        /// Wanted.
        expected: Shape,
        /// As read.
        got: String,
    },
    /// The circuit has changed since.
    #[error("the cached key is of the circuit {got}, expected {expected}")]
    Circuit {
        /// Wanted.
        expected: CircuitDigest,
        /// As read.
        got: CircuitDigest,
    },
    /// Made with other parameters.
    #[error("the cached key was made with the parameters {got}, expected {expected}")]
    Params {
        /// Wanted.
        expected: ParamsId,
        /// As read.
        got: ParamsId,
    },
    /// Header and key disagree.
    #[error("the cached key has the ID {got}, its header says {expected}")]
    Id {
        /// From the header.
        expected: KeyId,
        /// Computed.
        got: KeyId,
    },
}

/// What a key file should hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) shape: Shape,
    pub(super) circuit: CircuitDigest,
    pub(super) params: ParamsId,
}

/// The kinds of file, for the cache.
pub(super) trait KeyFile {
    /// Byte in the header.
    const CLASS: u8;
    /// Extension of its files.
    const EXTENSION: &'static str;
}

impl KeyFile for ProvingKey {
    const CLASS: u8 = 1;
    const EXTENSION: &'static str = "pk";
}

impl KeyFile for VerifyingKey {
    const CLASS: u8 = 2;
    const EXTENSION: &'static str = "vk";
}

/// The two kinds of key.
pub(super) trait CachedKey: KeyFile + Sized {
    fn label(&self) -> &Label;
    fn write_key(&self, writer: &mut impl Write) -> io::Result<()>;
    fn read_key<C: ShapedCircuit>(reader: &mut impl Read, label: Label) -> io::Result<Self>;
    fn verifying(&self) -> &plonk::VerifyingKey<G1Affine>;
}

impl CachedKey for ProvingKey {
    fn label(&self) -> &Label {
        &self.label
    }

    fn write_key(&self, writer: &mut impl Write) -> io::Result<()> {
        self.key.write(writer, FORMAT)
    }

    fn read_key<C: ShapedCircuit>(reader: &mut impl Read, label: Label) -> io::Result<Self> {
        let params = C::params_of(label.shape);
        let key = plonk::ProvingKey::read::<_, C>(reader, FORMAT, params)?;
        Ok(Self { key, label })
    }

    fn verifying(&self) -> &plonk::VerifyingKey<G1Affine> {
        self.key.get_vk()
    }
}

impl CachedKey for VerifyingKey {
    fn label(&self) -> &Label {
        &self.label
    }

    fn write_key(&self, writer: &mut impl Write) -> io::Result<()> {
        self.key.write(writer, FORMAT)
    }

    fn read_key<C: ShapedCircuit>(reader: &mut impl Read, label: Label) -> io::Result<Self> {
        let params = C::params_of(label.shape);
        let key = plonk::VerifyingKey::read::<_, C>(reader, FORMAT, params)?;
        Ok(Self { key, label })
    }

    fn verifying(&self) -> &plonk::VerifyingKey<G1Affine> {
        &self.key
    }
}

/// Writes `key`, atomically.
pub(super) fn write<K: CachedKey>(path: &Path, key: &K) -> io::Result<()> {
    write_atomically(path, Readers::Default, |file| {
        let mut writer = Digesting::new(file);
        writer.write_all(&header::<K>(key.label())?)?;
        key.write_key(&mut writer)?;
        let digest = writer.digest();
        writer.inner.write_all(&digest.0)
    })
}

/// Reads the wanted key.
///
/// halo2's readers panic on some malformed bytes, so they see the file only after its digest was
/// found right and its header is that of this very circuit. Both passes read one open file, which
/// no writer of ours changes: they rename new files into place.
pub(super) fn read<K: CachedKey, C: ShapedCircuit>(
    path: &Path,
    wanted: Wanted,
) -> Result<K, KeyFileError> {
    let mut file = File::open(path)?;
    let got = file.metadata()?.len();
    let expected = HEADER_BYTES as u64 + DIGEST_BYTES;
    if got < expected {
        return Err(KeyFileError::Length { expected, got });
    }
    let body = got - DIGEST_BYTES;
    check_digest(&mut file, body)?;
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(1 << 20, file).take(body);
    let label = read_header::<K>(&mut reader, wanted)?;
    let expected = label.id;
    let key = K::read_key::<C>(&mut reader, label)?;
    if reader.limit() != 0 {
        return Err(KeyFileError::Header("length"));
    }
    let label = key.label();
    let got = key_id(key.verifying(), label.shape, &label.provenance);
    if got == expected {
        Ok(key)
    } else {
        Err(KeyFileError::Id { expected, got })
    }
}

fn check_digest(file: &mut File, body: u64) -> Result<(), KeyFileError> {
    let mut reader = Digesting::new(file.take(body));
    io::copy(&mut reader, &mut io::sink())?;
    let expected = reader.digest();
    let mut digest = [0; DIGEST_BYTES as usize];
    file.read_exact(&mut digest)?;
    if FileDigest(digest) == expected {
        Ok(())
    } else {
        Err(KeyFileError::Digest)
    }
}

pub(super) fn header<K: KeyFile>(label: &Label) -> io::Result<Vec<u8>> {
    let name = label.shape.name();
    let mut padded = [0; NAME_BYTES];
    let place = padded.get_mut(..name.len());
    place
        .ok_or_else(|| io::Error::other("the shape's name is too long for a key file"))?
        .copy_from_slice(name.as_bytes());
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend(MAGIC);
    header.extend(VERSION.to_le_bytes());
    header.push(K::CLASS);
    header.extend(label.provenance.to_bytes());
    header.extend(label.circuit.0);
    header.extend(label.id.0);
    header.extend(padded);
    debug_assert_eq!(header.len(), HEADER_BYTES);
    Ok(header)
}

pub(super) fn read_header<K: KeyFile>(
    reader: &mut impl Read,
    wanted: Wanted,
) -> Result<Label, KeyFileError> {
    let mut bytes = [0; HEADER_BYTES];
    reader.read_exact(&mut bytes)?;
    let mut rest = &bytes[..];
    if take::<8>(&mut rest)? != MAGIC {
        return Err(KeyFileError::Magic);
    }
    let got = u16::from_le_bytes(take(&mut rest)?);
    if got != VERSION {
        return Err(KeyFileError::Version {
            expected: VERSION,
            got,
        });
    }
    let [class] = take(&mut rest)?;
    if class != K::CLASS {
        return Err(KeyFileError::Header("class"));
    }
    let provenance = take(&mut rest)?;
    let provenance =
        Provenance::from_bytes(&provenance).map_err(|field| KeyFileError::Header(field.0))?;
    let label = Label {
        circuit: CircuitDigest(take(&mut rest)?),
        id: KeyId(take(&mut rest)?),
        shape: wanted.shape,
        provenance,
    };
    check_label(&label, rest, wanted)?;
    Ok(label)
}

fn check_label(label: &Label, name: &[u8], wanted: Wanted) -> Result<(), KeyFileError> {
    let name = String::from_utf8_lossy(name);
    let name = name.trim_end_matches('\0');
    if name != wanted.shape.name() {
        return Err(KeyFileError::Shape {
            expected: wanted.shape,
            got: name.to_owned(),
        });
    }
    if label.circuit != wanted.circuit {
        return Err(KeyFileError::Circuit {
            expected: wanted.circuit,
            got: label.circuit,
        });
    }
    let got = label.provenance.id();
    if got != wanted.params {
        return Err(KeyFileError::Params {
            expected: wanted.params,
            got,
        });
    }
    Ok(())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], KeyFileError> {
    let (head, tail) = rest
        .split_first_chunk()
        .ok_or(KeyFileError::Header("length"))?;
    *rest = tail;
    Ok(*head)
}
