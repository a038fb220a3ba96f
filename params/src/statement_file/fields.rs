//! Field elements and addresses as JSON strings.

use super::MAX_FILE_BYTES;
use crate::digest::parse_hex;
use ff::PrimeField;
use halo2curves::bn256::Fr;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::io;
use vigil_circuits::identity::Address;

/// Why text is not a statement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatementFileError {
    /// The system's answer.
    #[error("cannot read the statement file")]
    Io(#[from] io::Error),
    /// Too long to be a statement.
    #[error("the statement file is larger than {max} bytes (at most {MAX_FILE_BYTES} are read)")]
    TooLarge {
        /// At most.
        max: usize,
    },
    /// Not JSON, or not with exactly these fields.
    #[error("the statement file is malformed")]
    Json(#[from] serde_json::Error),
    /// A later format.
    #[error("the statement file has format version {got}, expected {expected}")]
    Version {
        /// Known.
        expected: u32,
        /// As read.
        got: u32,
    },
    /// The statement's context is of another chain, pool, account or purpose.
    #[error("the statement's context does not belong to its chain, pool and account")]
    Context,
    /// The membership statement is of another pool.
    #[error("the membership statement's pool is not that of its chain and address")]
    Pool,
    /// A registration with an account.
    #[error("a registration's membership statement has no account")]
    Account,
}

/// A field element as `0x` and 64 hex digits, big endian, below the modulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldHex(pub Fr);

/// An account as `0x` and 40 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AddressHex(pub(super) Address);

impl Serialize for FieldHex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = self.0.to_repr();
        bytes.reverse();
        serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
    }
}

impl<'de> Deserialize<'de> for FieldHex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes: [u8; 32] = parse_hex(&text).map_err(D::Error::custom)?;
        bytes.reverse();
        Option::from(Fr::from_repr(bytes))
            .map(Self)
            .ok_or_else(|| D::Error::custom("a field element is not below the field's modulus"))
    }
}

impl Serialize for AddressHex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0x{}", hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for AddressHex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_hex(&text).map(Self).map_err(D::Error::custom)
    }
}
