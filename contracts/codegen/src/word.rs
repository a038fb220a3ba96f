//! EVM words.

use ff::PrimeField;
use halo2curves::bn256::Fr;

/// Bytes of a word.
pub(crate) const WORD: usize = 32;

/// A field element as the EVM holds it.
pub(crate) fn be_bytes<F: PrimeField<Repr = [u8; 32]>>(value: &F) -> [u8; 32] {
    let mut bytes = value.to_repr();
    bytes.reverse();
    bytes
}

/// A literal without leading zeros: short numbers stay readable and take short pushes.
pub(crate) fn literal(value: &Fr) -> String {
    let digits = hex::encode(be_bytes(value));
    let digits = digits.trim_start_matches('0');
    if digits.len() <= 2 {
        return u8::from_str_radix(digits, 16).unwrap_or(0).to_string();
    }
    format!("0x{digits}")
}

/// An address in memory.
pub(crate) fn address(at: usize) -> String {
    format!("0x{at:04x}")
}
