//! An account's key in a keystore of the execution layer, version 3 (Web3 Secret Storage).
//!
//! The primitives are those of [`crate::keystore`]; the checksum is keccak256, and the password is taken as it is.

use crate::bounded;
use crate::keystore::Kdf;
use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use age::secrecy::{ExposeSecret, SecretString};
use alloy_primitives::{Address, Keccak256};
use anyhow::{Context, ensure};
use ctr::Ctr128BE;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;
use vigil_chain::node::Wallet;
use zeroize::Zeroizing;

/// Real ones have about 500 bytes.
const MAX_BYTES: usize = 1 << 14;

#[derive(Deserialize)]
struct Keystore {
    /// Old ones have it with a capital letter.
    #[serde(alias = "Crypto")]
    crypto: Crypto,
    /// Not every program writes it.
    #[serde(default)]
    address: Option<String>,
    version: u64,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    ciphertext: String,
    kdf: Value,
    kdfparams: Value,
    mac: String,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: String,
}

/// Reads and decrypts a keystore; `ask` is called for the password once the file is known to be one.
pub(crate) fn read(
    path: &Path,
    ask: impl FnOnce() -> anyhow::Result<SecretString>,
) -> anyhow::Result<Wallet> {
    let open = || {
        let text = bounded::read(path, MAX_BYTES)?;
        let keystore: Keystore =
            serde_json::from_slice(&text).context("it is not a keystore of version 3")?;
        let version = keystore.version;
        ensure!(version == 3, "it has version {version}, expected 3");
        let cipher = &keystore.crypto.cipher;
        ensure!(cipher == "aes-128-ctr", "its cipher is unknown");
        let kdf = keystore.kdf()?;
        let secret = keystore.decrypt(&kdf, ask()?.expose_secret())?;
        keystore.wallet(&secret)
    };
    open().with_context(|| format!("cannot use the keystore {}", path.display()))
}

impl Keystore {
    /// The same functions and parameters as in a validator's keystore, by other names.
    fn kdf(&self) -> anyhow::Result<Kdf> {
        let crypto = &self.crypto;
        let same = serde_json::json!({ "function": crypto.kdf, "params": crypto.kdfparams });
        serde_json::from_value(same).context("its key derivation is unknown")
    }

    fn decrypt(&self, kdf: &Kdf, password: &str) -> anyhow::Result<Zeroizing<[u8; 32]>> {
        let derived = kdf.derive(password.as_bytes())?;
        let mut secret = Zeroizing::new([0u8; 32]);
        decode("ciphertext", &self.crypto.ciphertext, secret.as_mut_slice())?;
        let (mut mac, mut iv) = ([0u8; 32], [0u8; 16]);
        decode("mac", &self.crypto.mac, &mut mac)?;
        decode("iv", &self.crypto.cipherparams.iv, &mut iv)?;
        let (key, check) = derived.split_at(16);
        let mut got = Keccak256::new();
        got.update(check);
        got.update(secret.as_slice());
        ensure!(
            got.finalize() == mac,
            "the password is wrong or the file is damaged"
        );
        Ctr128BE::<Aes128>::new(key.into(), &iv.into()).apply_keystream(secret.as_mut_slice());
        Ok(secret)
    }

    fn wallet(&self, secret: &[u8; 32]) -> anyhow::Result<Wallet> {
        let wallet = Wallet::from_secret(secret).context("what it holds is no account's key")?;
        if let Some(address) = &self.address {
            let named: Option<Address> = address.parse().ok();
            ensure!(
                named == Some(wallet.address()),
                "the address that it names is not that of its key"
            );
        }
        Ok(wallet)
    }
}

fn decode(field: &str, text: &str, into: &mut [u8]) -> anyhow::Result<()> {
    let size = into.len();
    hex::decode_to_slice(text, into)
        .ok()
        .with_context(|| format!("its {field} is not {size} bytes in hex"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Test vectors of the Web3 Secret Storage Definition; both hold one key.
    const PASSWORD: &str = "testpassword";
    const ADDRESS: &str = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b";
    const PBKDF2: &str = r#"{
      "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {"c": 262144, "dklen": 32, "prf": "hmac-sha256",
          "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
      },
      "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3
    }"#;
    const SCRYPT: &str = r#"{
      "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": {"dklen": 32, "n": 262144, "r": 1, "p": 8,
          "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"
      },
      "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3
    }"#;

    fn open(text: &str, password: &str) -> Result<Wallet, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("account.json");
        fs::write(&path, text).unwrap();
        read(&path, || Ok(password.to_owned().into())).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_standards_own_keystores_open() {
        for text in [PBKDF2, SCRYPT] {
            let wallet = open(text, PASSWORD).unwrap();
            assert_eq!(wallet.address().to_string(), ADDRESS);
        }
        let named = PBKDF2.replace(
            "\"version\"",
            &format!("\"address\": {ADDRESS:?}, \"version\""),
        );
        open(&named, PASSWORD).unwrap();
    }

    #[test]
    fn what_is_wrong_with_a_keystore_is_said() {
        let cases = [
            (PBKDF2.to_owned(), "wrong", "the password is wrong"),
            (
                PBKDF2.replace("5318b4", "5318b5"),
                PASSWORD,
                "the password is wrong",
            ),
            (
                PBKDF2.replace("\"version\": 3", "\"version\": 4"),
                PASSWORD,
                "expected 3",
            ),
            (
                PBKDF2.replace("aes-128-ctr", "des"),
                PASSWORD,
                "cipher is unknown",
            ),
            (
                PBKDF2.replace("pbkdf2", "md5"),
                PASSWORD,
                "key derivation is unknown",
            ),
            (
                PBKDF2.replace("1e6\"}", "1e\"}"),
                PASSWORD,
                "its iv is not 16 bytes",
            ),
            (
                PBKDF2.replace("\"dklen\": 32", "\"dklen\": 8"),
                PASSWORD,
                "8 bytes, not 32",
            ),
            (
                SCRYPT.replace("262144", "1073741824"),
                PASSWORD,
                "too much memory",
            ),
            (
                PBKDF2.replace("\"version\"", "\"address\": \"0x01\", \"version\""),
                PASSWORD,
                "not that of its key",
            ),
            ("{}".to_owned(), PASSWORD, "not a keystore of version 3"),
        ];
        for (text, password, cause) in cases {
            let error = open(&text, password).unwrap_err();
            assert!(error.contains(cause), "{cause}: {error}");
        }
    }
}
