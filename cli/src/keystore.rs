//! A validator's signing key in an EIP-2335 keystore, version 4.
//!
//! Every tool of the consensus layer writes them. No maintained crate of the registry reads them, so
//! the few steps stand here, on RustCrypto's primitives: password by NFKD without control
//! codes, scrypt or PBKDF2 to a key of 32 bytes, SHA-256 of its second half and the ciphertext as the
//! checksum, AES-128 in counter mode under its first half.

use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use age::secrecy::{ExposeSecret, SecretString};
use anyhow::{Context, bail, ensure};
use ctr::Ctr128BE;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;
use vigil_ledger::registry::ValidatorKey;
use zeroize::Zeroizing;

/// Real ones have about 1 KiB.
const MAX_BYTES: usize = 1 << 14;
/// Memory that scrypt may ask for: 128 n r bytes. The standard's own parameters take 256 MiB.
const MAX_SCRYPT_BYTES: u64 = 1 << 30;
/// Rounds of PBKDF2; the standard's own are 2^18.
const MAX_PBKDF2_ROUNDS: u32 = 1 << 24;

#[derive(Deserialize)]
struct Keystore {
    crypto: Crypto,
    /// Without 0x, by the standard. It may be missing.
    #[serde(default)]
    pubkey: String,
    version: u64,
}

#[derive(Deserialize)]
struct Crypto {
    kdf: Kdf,
    checksum: Checksum,
    cipher: Cipher,
}

/// How a password becomes a key.
#[derive(Deserialize)]
#[serde(tag = "function", content = "params", rename_all = "lowercase")]
pub(crate) enum Kdf {
    Scrypt {
        dklen: usize,
        n: u64,
        r: u32,
        p: u32,
        salt: String,
    },
    Pbkdf2 {
        dklen: usize,
        c: u32,
        prf: String,
        salt: String,
    },
}

#[derive(Deserialize)]
struct Checksum {
    function: String,
    message: String,
}

#[derive(Deserialize)]
struct Cipher {
    function: String,
    params: CipherParams,
    message: String,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: String,
}

/// Reads and decrypts a keystore; `ask` is called for the password once the file is known to be one.
pub(crate) fn read(
    path: &Path,
    ask: impl FnOnce() -> anyhow::Result<SecretString>,
) -> anyhow::Result<ValidatorKey> {
    let open = || {
        let mut text = Vec::new();
        File::open(path)?
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut text)?;
        ensure!(
            text.len() <= MAX_BYTES,
            "it has more than {MAX_BYTES} bytes"
        );
        let keystore: Keystore =
            serde_json::from_slice(&text).context("it is not an EIP-2335 keystore")?;
        keystore.check()?;
        keystore.decrypt(ask()?.expose_secret())
    };
    open().with_context(|| format!("cannot use the keystore {}", path.display()))
}

impl Keystore {
    /// What can be refused before anybody types a password.
    fn check(&self) -> anyhow::Result<()> {
        let version = self.version;
        ensure!(version == 4, "it has version {version}, expected 4");
        let Checksum { function, .. } = &self.crypto.checksum;
        ensure!(function == "sha256", "its checksum is an unknown function");
        let Cipher { function, .. } = &self.crypto.cipher;
        ensure!(function == "aes-128-ctr", "its cipher is unknown");
        Ok(())
    }

    fn decrypt(&self, password: &str) -> anyhow::Result<ValidatorKey> {
        let derived = self.crypto.kdf.derive(&normalised(password))?;
        let Cipher {
            params, message, ..
        } = &self.crypto.cipher;
        let mut secret = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(message, secret.as_mut_slice())
            .ok()
            .context("its ciphertext is not 32 bytes in hex")?;
        let mut checksum = [0u8; 32];
        hex::decode_to_slice(&self.crypto.checksum.message, &mut checksum)
            .ok()
            .context("its checksum is not 32 bytes in hex")?;
        let got: [u8; 32] = Sha256::new()
            .chain_update(&derived[16..])
            .chain_update(secret.as_slice())
            .finalize()
            .into();
        ensure!(
            got == checksum,
            "the password is wrong or the file is damaged"
        );
        let mut iv = [0u8; 16];
        hex::decode_to_slice(&params.iv, &mut iv)
            .ok()
            .context("its iv is not 16 bytes in hex")?;
        let (key, _) = derived.split_at(16);
        Ctr128BE::<Aes128>::new(key.into(), &iv.into()).apply_keystream(secret.as_mut_slice());
        let key = ValidatorKey::from_be_bytes(&secret)
            .context("what it holds is not a BLS12-381 secret key")?;
        let named = self.pubkey.strip_prefix("0x").unwrap_or(&self.pubkey);
        ensure!(
            named.is_empty() || named.eq_ignore_ascii_case(&hex::encode(key.pubkey())),
            "the public key that it names is not that of its secret"
        );
        Ok(key)
    }
}

impl Kdf {
    /// The key that a password gives.
    pub(crate) fn derive(&self, password: &[u8]) -> anyhow::Result<Zeroizing<[u8; 32]>> {
        let (Self::Scrypt { dklen, salt, .. } | Self::Pbkdf2 { dklen, salt, .. }) = self;
        ensure!(*dklen == 32, "its derived key has {dklen} bytes, not 32");
        let salt = hex::decode(salt).ok().context("its salt is not hex")?;
        let mut key = Zeroizing::new([0u8; 32]);
        match self {
            Self::Scrypt { n, r, p, .. } => {
                let asked = n.saturating_mul(u64::from(*r)).saturating_mul(128);
                ensure!(
                    asked <= MAX_SCRYPT_BYTES && *p <= 16,
                    "its scrypt parameters ask for too much memory or time"
                );
                ensure!(n.is_power_of_two(), "its scrypt n is not a power of two");
                let params = scrypt::Params::new(n.ilog2() as u8, *r, *p, 32)
                    .ok()
                    .context("its scrypt parameters are invalid")?;
                scrypt::scrypt(password, &salt, &params, key.as_mut_slice())
                    .ok()
                    .context("its scrypt parameters are invalid")?;
            }
            Self::Pbkdf2 { c, prf, .. } => {
                ensure!(prf == "hmac-sha256", "its PBKDF2 has an unknown hash");
                if *c == 0 || *c > MAX_PBKDF2_ROUNDS {
                    bail!("its PBKDF2 has {c} rounds, not 1 to {MAX_PBKDF2_ROUNDS}");
                }
                pbkdf2::pbkdf2_hmac::<Sha256>(password, &salt, *c, key.as_mut_slice());
            }
        }
        Ok(key)
    }
}

/// NFKD, then without the control codes of C0, C1 and Delete; UTF-8.
fn normalised(password: &str) -> Zeroizing<Vec<u8>> {
    // A compatibility decomposition is at most 18 characters long; growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(18 * 4 * password.len()));
    let mut utf8 = [0; 4];
    for character in password.nfkd().filter(|character| !character.is_control()) {
        bytes.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests;
