//! An account on the command line.

use anyhow::Context;
use std::str::FromStr;
use vigil_circuits::identity::Address;

/// `0x` and 40 hex digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HexAddress(pub(crate) Address);

impl FromStr for HexAddress {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut address = Address::default();
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode_to_slice(digits, &mut address).ok())
            .map(|()| Self(address))
            .context("expected 0x and 40 hex digits")
    }
}
