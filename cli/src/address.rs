//! Accounts and pools as people write them.

use std::str::FromStr;
use vigil_circuits::identity::Address;

/// `0x` and 40 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HexAddress(pub(crate) Address);

impl FromStr for HexAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut address = Address::default();
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode_to_slice(digits, &mut address).ok())
            .map(|()| Self(address))
            .ok_or("expected 0x and 40 hex digits")
    }
}
