//! 32 bytes as people and JSON write them.

use ff::PrimeField;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use vigil_circuits::Fr;
use vigil_circuits::ledger::EpochBits;

/// A 32-byte big-endian number, `0x` and 64 hex digits; not necessarily a field element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) [u8; 32]);

impl Word {
    /// The field element; `None` at and above the modulus.
    pub(crate) fn to_fr(self) -> Option<Fr> {
        let mut repr = self.0;
        repr.reverse();
        Fr::from_repr(repr).into()
    }

    /// The bitmap; `None` if a bit at 225 or above is set.
    pub(crate) fn to_bits(self) -> Option<EpochBits> {
        let limb = |i: usize| {
            let end = 32 - 8 * i;
            self.0[end - 8..end]
                .iter()
                .fold(0u64, |limb, &byte| limb << 8 | u64::from(byte))
        };
        EpochBits::from_limbs(std::array::from_fn(limb))
    }
}

impl From<Fr> for Word {
    fn from(value: Fr) -> Self {
        let mut bytes = value.to_repr();
        bytes.reverse();
        Self(bytes)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Word {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
            .map(|()| Self(bytes))
            .ok_or("expected 0x and 64 hex digits")
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
