//! A validator's signing key, for the one message that it signs here.

use super::RegistrationMessage;
use super::message::CIPHERSUITE;
use blst::min_pk::SecretKey;
use std::fmt;

/// A validator's BLS12-381 secret key; wiped from memory when dropped.
pub struct ValidatorKey(SecretKey);

impl ValidatorKey {
    /// From 32 big-endian bytes; `None` unless they are between 0 and the group's order.
    pub fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
        SecretKey::from_bytes(bytes).ok().map(Self)
    }

    /// The compressed public key.
    pub fn pubkey(&self) -> [u8; 48] {
        self.0.sk_to_pk().to_bytes()
    }

    /// Signs a registration.
    pub fn sign(&self, message: &RegistrationMessage) -> [u8; 96] {
        let root = message.signing_root();
        self.0.sign(&root, CIPHERSUITE, &[]).to_bytes()
    }
}

impl fmt::Debug for ValidatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ValidatorKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_outside_the_group_are_refused_and_none_shows_in_debug() {
        assert!(ValidatorKey::from_be_bytes(&[0; 32]).is_none());
        assert!(ValidatorKey::from_be_bytes(&[0xff; 32]).is_none());
        let key = ValidatorKey::from_be_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "ValidatorKey(redacted)");
    }
}
