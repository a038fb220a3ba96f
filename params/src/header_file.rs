//! The JSON file that carries the header of a period's ledger: what a quorum signs.
//!
//! Field by field in docs/formats.md, "Header files".

use crate::atomic::{Readers, write_bytes_atomically};
use crate::digest::parse_hex;
use crate::statement_file::FieldHex;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use vigil_circuits::header::{HeaderError, SignedHeader};

/// Version of the format.
pub const VERSION: u32 = 1;
/// Longest file.
pub const MAX_FILE_BYTES: usize = 1 << 13;

/// Why text is not a header.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderFileError {
    /// The system's answer.
    #[error("cannot read the header file")]
    Io(#[from] io::Error),
    /// Too long to be a header.
    #[error("the header file is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    /// Not JSON, or not with exactly these fields.
    #[error("the header file is malformed")]
    Json(#[from] serde_json::Error),
    /// Numbers that no ledger gives.
    #[error(transparent)]
    Range(#[from] HeaderError),
    /// A later format.
    #[error("the header file has format version {got}, expected {VERSION}")]
    Version {
        /// As read.
        got: u32,
    },
}

/// A header, and whether somebody vouches for the registry under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HeaderJson", into = "HeaderJson")]
pub struct HeaderFile {
    /// The header.
    pub header: SignedHeader,
    /// The registry is an unsigned draft.
    pub unsigned_registry: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderJson {
    version: u32,
    unsigned_registry: bool,
    ledger_root: FieldHex,
    registry_root: FieldHex,
    chain: FieldHex,
    start_epoch: u64,
    epochs: u32,
    registered: u32,
    total_good: u64,
    total_slashed: u32,
    network_bps: u16,
    file_sha256: HashHex,
}

impl From<HeaderFile> for HeaderJson {
    fn from(file: HeaderFile) -> Self {
        let header = file.header;
        Self {
            version: VERSION,
            unsigned_registry: file.unsigned_registry,
            ledger_root: FieldHex(header.ledger_root),
            registry_root: FieldHex(header.registry_root),
            chain: FieldHex(header.chain),
            start_epoch: header.start_epoch,
            epochs: header.epochs,
            registered: header.registered,
            total_good: header.total_good,
            total_slashed: header.total_slashed,
            network_bps: header.network_bps,
            file_sha256: HashHex(header.file_hash),
        }
    }
}

impl TryFrom<HeaderJson> for HeaderFile {
    type Error = HeaderFileError;

    fn try_from(json: HeaderJson) -> Result<Self, Self::Error> {
        if json.version != VERSION {
            return Err(HeaderFileError::Version { got: json.version });
        }
        let header = SignedHeader {
            ledger_root: json.ledger_root.0,
            registry_root: json.registry_root.0,
            chain: json.chain.0,
            start_epoch: json.start_epoch,
            epochs: json.epochs,
            registered: json.registered,
            total_good: json.total_good,
            total_slashed: json.total_slashed,
            network_bps: json.network_bps,
            file_hash: json.file_sha256.0,
        };
        header.check()?;
        Ok(Self {
            header,
            unsigned_registry: json.unsigned_registry,
        })
    }
}

impl HeaderFile {
    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).expect("numbers and strings always serialise");
        text.push('\n');
        text
    }

    /// From the file's text.
    pub fn from_json(text: &[u8]) -> Result<Self, HeaderFileError> {
        if text.len() > MAX_FILE_BYTES {
            return Err(HeaderFileError::TooLarge);
        }
        serde_json::from_slice::<HeaderJson>(text)?.try_into()
    }

    /// Reads a file; not more of it than a header can have.
    pub fn read(path: &Path) -> Result<Self, HeaderFileError> {
        let mut text = Vec::new();
        let limit = MAX_FILE_BYTES as u64 + 1;
        File::open(path)?.take(limit).read_to_end(&mut text)?;
        Self::from_json(&text)
    }

    /// Writes the file, atomically.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_bytes_atomically(path, Readers::Default, self.to_json().as_bytes())
    }
}

/// A hash as `0x` and 64 hex digits.
struct HashHex([u8; 32]);

impl Serialize for HashHex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0x{}", hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for HashHex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_hex(&text).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_circuits::Fr;

    fn file() -> HeaderFile {
        HeaderFile {
            unsigned_registry: true,
            header: SignedHeader {
                ledger_root: Fr::from(1),
                registry_root: Fr::from(2),
                chain: Fr::from(3),
                start_epoch: 4,
                epochs: 5,
                registered: 8,
                total_good: 7,
                total_slashed: 6,
                network_bps: 9,
                file_hash: [10; 32],
            },
        }
    }

    #[test]
    fn a_header_survives_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("header.json");
        file().write(&path).unwrap();
        assert_eq!(HeaderFile::read(&path).unwrap(), file());
    }

    #[test]
    fn anything_else_is_refused() {
        let text = file().to_json();
        let refused = |text: &str| HeaderFile::from_json(text.as_bytes()).unwrap_err();
        for length in 0..text.len() - 2 {
            assert!(matches!(refused(&text[..length]), HeaderFileError::Json(_)));
        }
        let later = text.replace("\"version\": 1", "\"version\": 2");
        assert!(matches!(
            refused(&later),
            HeaderFileError::Version { got: 2 }
        ));
        let unknown = text.replace("\"epochs\"", "\"days\": 1, \"epochs\"");
        assert!(matches!(refused(&unknown), HeaderFileError::Json(_)));
        let negative = text.replace("\"total_good\": 7", "\"total_good\": -7");
        assert!(matches!(refused(&negative), HeaderFileError::Json(_)));
        let modulus = text.replacen(
            &"0".repeat(63),
            "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f000000",
            1,
        );
        assert!(matches!(refused(&modulus), HeaderFileError::Json(_)));
        for (from, to) in [
            ("\"network_bps\": 9", "\"network_bps\": 10001"),
            ("\"total_slashed\": 6", "\"total_slashed\": 9"),
            ("\"total_good\": 7", "\"total_good\": 281474976710656"),
        ] {
            let text = text.replace(from, to);
            assert!(matches!(refused(&text), HeaderFileError::Range(_)), "{to}");
        }
        let large = " ".repeat(MAX_FILE_BYTES) + &text;
        assert!(matches!(refused(&large), HeaderFileError::TooLarge));
    }
}
