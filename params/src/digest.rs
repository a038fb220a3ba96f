//! Digests and IDs: BLAKE2b, written as hex.

use blake2b_simd::{Params, State};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

/// Not the hex digits of a value of this length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 0x and {expected} lower-case hex digits, got {got:?}")]
pub struct ParseHexError {
    /// How many digits.
    pub expected: usize,
    /// What was there instead.
    pub got: String,
}

/// `0x` and exactly 2 N lower-case hex digits: one value, one spelling.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseHexError> {
    let error = || ParseHexError {
        expected: 2 * N,
        got: text.chars().take(2 * N + 8).collect(),
    };
    let digits = text.strip_prefix("0x").ok_or_else(error)?;
    if digits.bytes().any(|digit| digit.is_ascii_uppercase()) {
        return Err(error());
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| error())?;
    Ok(bytes)
}

/// Defines a fixed-length byte string that prints, parses and serialises as hex.
macro_rules! hex_newtype {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "0x{}", hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseHexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

hex_newtype!(
    /// BLAKE2b-512 of a file, as the ceremony publishes it.
    FileDigest,
    64
);
hex_newtype!(
    /// Which parameters: a hash of their kind and of `[tau]_2`. It does not depend on k, because all
    /// sizes of one ceremony are made with one tau.
    ParamsId,
    32
);
hex_newtype!(
    /// Which key: a hash of shape, verifying key and parameters.
    KeyId,
    32
);
hex_newtype!(
    /// Which circuit: a hash of its columns, gates, lookups, fixed cells and copies; independent of
    /// any parameters.
    CircuitDigest,
    32
);

impl FileDigest {
    /// Digest of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        let mut state = State::new();
        state.update(bytes);
        Self::finish(&state)
    }

    pub(crate) fn finish(state: &State) -> Self {
        Self(*state.finalize().as_array())
    }
}

/// A 32-byte hash of length-prefixed parts, separated from every other use by `domain`.
pub(crate) fn hash_parts(domain: &[u8; 16], parts: &[&[u8]]) -> [u8; 32] {
    let mut state = Params::new().hash_length(32).personal(domain).to_state();
    for part in parts {
        state.update(&(part.len() as u64).to_le_bytes());
        state.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(state.finalize().as_bytes());
    hash
}

/// A reader or writer that digests what passes through.
#[derive(Debug)]
pub(crate) struct Digesting<S> {
    pub(crate) inner: S,
    state: State,
}

impl<S> Digesting<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self {
            inner,
            state: State::new(),
        }
    }

    pub(crate) fn digest(&self) -> FileDigest {
        FileDigest::finish(&self.state)
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buf)?;
        self.state.update(&buf[..len]);
        Ok(len)
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let len = self.inner.write(buf)?;
        self.state.update(&buf[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_spelling() {
        let id = ParamsId([0xab; 32]);
        assert_eq!(id.to_string().parse(), Ok(id));
        let digits = "ab".repeat(32);
        for bad in [
            digits.clone(),
            format!("0x{}", digits.to_uppercase()),
            format!("0x{digits}ab"),
            format!("0x{}", &digits[2..]),
            format!("0x{}zz", &digits[2..]),
            String::new(),
        ] {
            assert!(bad.parse::<ParamsId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let domain = b"vigil.test......";
        assert_ne!(
            hash_parts(domain, &[b"ab", b"c"]),
            hash_parts(domain, &[b"a", b"bc"])
        );
        assert_ne!(
            hash_parts(domain, &[b"ab"]),
            hash_parts(b"vigil.test2.....", &[b"ab"])
        );
    }
}
