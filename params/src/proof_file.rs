//! The file that carries a proof. Layout in docs/formats.md, "Proof files".
//!
//! The header says what a verifier needs before it looks at the proof: shape, parameters with their
//! unsafe mark, key. None of it is trusted: the verifier compares it with its own key. There is no
//! checksum, since the proof is its own.

use crate::atomic::{Readers, write_bytes_atomically};
use crate::digest::{KeyId, ParamsId};
use crate::embedded;
use crate::keys::VerifyingKey;
use crate::provenance::ParamsKind;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use vigil_circuits::shape::Shape;

const MAGIC: [u8; 8] = *b"VIGILPRF";
const VERSION: u16 = 1;
/// Longest name of a shape.
const MAX_NAME_BYTES: usize = 32;
/// Longest proof. The largest shapes' proofs are far below it.
pub const MAX_PROOF_BYTES: usize = 1 << 16;
/// Magic, version, kind, length of the name; parameters, key; length of the proof.
const FIXED_BYTES: usize = 8 + 2 + 1 + 1 + 32 + 32 + 4;
/// Longest file.
pub const MAX_FILE_BYTES: usize = FIXED_BYTES + MAX_NAME_BYTES + MAX_PROOF_BYTES;

/// Why bytes are not a proof file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFileError {
    /// The system's answer.
    #[error("cannot read the proof file")]
    Io(#[from] io::Error),
    /// Too long to be a proof file.
    #[error("the proof file is larger than {max} bytes")]
    TooLarge {
        /// At most.
        max: usize,
    },
    /// Some other kind of file.
    #[error("not a proof file of Vigil")]
    Magic,
    /// A later format.
    #[error("the proof file has format version {got}, expected {expected}")]
    Version {
        /// Known.
        expected: u16,
        /// As read.
        got: u16,
    },
    /// Ends within its header.
    #[error("the proof file is truncated: {got} bytes, at least {expected} expected")]
    Truncated {
        /// At least.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// No such kind of parameters.
    #[error("the proof file names the unknown kind of parameters {0}")]
    Kind(u8),
    /// Marked as the ceremony's, with another ID, or the other way round.
    #[error("the proof file's mark ({kind}) does not belong to the parameters {id} that it names")]
    Mark {
        /// The mark.
        kind: ParamsKind,
        /// The ID.
        id: ParamsId,
    },
    /// No such shape.
    #[error("the proof file names a shape that is unknown or out of range")]
    Shape,
    /// More proof than any shape has.
    #[error("the proof file announces a proof of {got} bytes, at most {max} are allowed")]
    ProofTooLarge {
        /// At most.
        max: usize,
        /// As announced.
        got: usize,
    },
    /// Truncated or extended.
    #[error("the proof file announces a proof of {expected} bytes and holds {got}")]
    ProofLength {
        /// As announced.
        expected: usize,
        /// As there are.
        got: usize,
    },
    /// Made with another key.
    #[error("the proof was made with the key {got}, expected {expected}")]
    Key {
        /// The verifier's.
        expected: KeyId,
        /// From the file.
        got: KeyId,
    },
    /// Made with other parameters.
    #[error("the proof was made with the parameters {got}, expected {expected}")]
    Params {
        /// The verifier's.
        expected: ParamsId,
        /// From the file.
        got: ParamsId,
    },
    /// Of another circuit.
    #[error("the proof is of the shape {got}, expected {expected}")]
    OtherShape {
        /// The verifier's.
        expected: Shape,
        /// From the file.
        got: Shape,
    },
}

/// A proof with what it was made with.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofFile {
    shape: Shape,
    kind: ParamsKind,
    params: ParamsId,
    key: KeyId,
    proof: Vec<u8>,
}

impl ProofFile {
    /// The file for a proof made with `key`. Shape, parameters and mark are the key's.
    pub fn new(key: &VerifyingKey, proof: Vec<u8>) -> Result<Self, ProofFileError> {
        check_proof_length(proof.len())?;
        Ok(Self {
            shape: key.shape(),
            kind: key.provenance().kind(),
            params: key.provenance().id(),
            key: key.id(),
            proof,
        })
    }

    /// The circuit's shape, as the file says.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Who vouches for the parameters, as the file says. For the embedded ceremony it was checked
    /// against their ID.
    pub fn params_kind(&self) -> ParamsKind {
        self.kind
    }

    /// The parameters, as the file says.
    pub fn params_id(&self) -> ParamsId {
        self.params
    }

    /// The key, as the file says.
    pub fn key_id(&self) -> KeyId {
        self.key
    }

    /// The proof.
    pub fn proof(&self) -> &[u8] {
        &self.proof
    }

    /// Whether the file says that it was made with this very key.
    pub fn check_key(&self, key: &VerifyingKey) -> Result<(), ProofFileError> {
        if self.shape != key.shape() {
            return Err(ProofFileError::OtherShape {
                expected: key.shape(),
                got: self.shape,
            });
        }
        let expected = key.provenance().id();
        if self.params != expected {
            return Err(ProofFileError::Params {
                expected,
                got: self.params,
            });
        }
        if self.kind != key.provenance().kind() {
            return Err(ProofFileError::Mark {
                kind: self.kind,
                id: self.params,
            });
        }
        if self.key == key.id() {
            Ok(())
        } else {
            Err(ProofFileError::Key {
                expected: key.id(),
                got: self.key,
            })
        }
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let name = self.shape.name();
        let mut bytes = Vec::with_capacity(FIXED_BYTES + name.len() + self.proof.len());
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.push(self.kind.code());
        bytes.push(u8::try_from(name.len()).expect("a shape's name is short"));
        bytes.extend(name.as_bytes());
        bytes.extend(self.params.0);
        bytes.extend(self.key.0);
        let len = u32::try_from(self.proof.len()).expect("a proof is at most 64 KiB");
        bytes.extend(len.to_le_bytes());
        bytes.extend(&self.proof);
        bytes
    }

    /// From the file's bytes, all of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ProofFileError::TooLarge {
                max: MAX_FILE_BYTES,
            });
        }
        let mut rest = Rest {
            bytes,
            len: bytes.len(),
        };
        if rest.array::<8>()? != MAGIC {
            return Err(ProofFileError::Magic);
        }
        let got = u16::from_le_bytes(rest.array()?);
        if got != VERSION {
            return Err(ProofFileError::Version {
                expected: VERSION,
                got,
            });
        }
        let [kind, name_len] = rest.array()?;
        let kind = ParamsKind::from_code(kind).ok_or(ProofFileError::Kind(kind))?;
        let name = rest.slice(usize::from(name_len))?;
        let name = str::from_utf8(name).map_err(|_| ProofFileError::Shape)?;
        let shape = name.parse().map_err(|_| ProofFileError::Shape)?;
        check_shape(&shape)?;
        let params = ParamsId(rest.array()?);
        check_mark(kind, params)?;
        let key = KeyId(rest.array()?);
        let expected = u32::from_le_bytes(rest.array()?) as usize;
        check_proof_length(expected)?;
        if rest.bytes.len() != expected {
            return Err(ProofFileError::ProofLength {
                expected,
                got: rest.bytes.len(),
            });
        }
        Ok(Self {
            shape,
            kind,
            params,
            key,
            proof: rest.bytes.to_vec(),
        })
    }

    /// Reads a file; not more of it than a proof file can have.
    pub fn read(path: &Path) -> Result<Self, ProofFileError> {
        let mut bytes = Vec::new();
        let limit = MAX_FILE_BYTES as u64 + 1;
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Self::from_bytes(&bytes)
    }

    /// Writes the file, atomically.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_bytes_atomically(path, Readers::Default, &self.to_bytes())
    }
}

impl fmt::Debug for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofFile")
            .field("shape", &self.shape.name())
            .field("params_kind", &self.kind)
            .field("params", &self.params)
            .field("key", &self.key)
            .field("proof_bytes", &self.proof.len())
            .finish()
    }
}

/// The ceremony's ID and the ceremony's mark go together; nothing else can wear either.
fn check_mark(kind: ParamsKind, id: ParamsId) -> Result<(), ProofFileError> {
    let is_ceremony = id == embedded::provenance().id();
    if is_ceremony == (kind == ParamsKind::Ceremony) {
        Ok(())
    } else {
        Err(ProofFileError::Mark { kind, id })
    }
}

/// Keeps absurd sizes away from whoever builds the shape's circuit to get its key.
fn check_shape(shape: &Shape) -> Result<(), ProofFileError> {
    if shape.is_supported() {
        Ok(())
    } else {
        Err(ProofFileError::Shape)
    }
}

fn check_proof_length(got: usize) -> Result<(), ProofFileError> {
    if got <= MAX_PROOF_BYTES {
        Ok(())
    } else {
        Err(ProofFileError::ProofTooLarge {
            max: MAX_PROOF_BYTES,
            got,
        })
    }
}

/// What has not been read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    len: usize,
}

impl<'a> Rest<'a> {
    fn slice(&mut self, len: usize) -> Result<&'a [u8], ProofFileError> {
        let consumed = self.len - self.bytes.len();
        let (head, tail) = self
            .bytes
            .split_at_checked(len)
            .ok_or(ProofFileError::Truncated {
                expected: consumed + len,
                got: self.len,
            })?;
        self.bytes = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ProofFileError> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(N)?);
        Ok(array)
    }
}

#[cfg(test)]
mod tests;
