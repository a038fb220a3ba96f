use super::*;
use std::fs;

/// The two keystores of EIP-2335's own test cases.
const PASSWORD: &str = "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑";
const SECRET: &str = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
const SCRYPT: &str = r#"{
  "crypto": {
    "kdf": {"function": "scrypt", "params": {"dklen": 32, "n": 262144, "p": 1, "r": 8,
      "salt": "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"}, "message": ""},
    "checksum": {"function": "sha256", "params": {},
      "message": "d2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484"},
    "cipher": {"function": "aes-128-ctr", "params": {"iv": "264daa3f303d7259501c93d997d84fe6"},
      "message": "06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f"}
  },
  "description": "This is a test keystore that uses scrypt to secure the secret.",
  "pubkey": "9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07",
  "path": "m/12381/60/3141592653/589793238",
  "uuid": "1d85ae20-35c5-4611-98e8-aa14a633906f",
  "version": 4
}"#;
const PBKDF2: &str = r#"{
  "crypto": {
    "kdf": {"function": "pbkdf2", "params": {"dklen": 32, "c": 262144, "prf": "hmac-sha256",
      "salt": "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"}, "message": ""},
    "checksum": {"function": "sha256", "params": {},
      "message": "8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1"},
    "cipher": {"function": "aes-128-ctr", "params": {"iv": "264daa3f303d7259501c93d997d84fe6"},
      "message": "cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad"}
  },
  "path": "m/12381/60/0/0",
  "uuid": "64625def-3331-4eea-ab6f-782f3ed16a83",
  "version": 4
}"#;

fn open(text: &str, password: &str) -> anyhow::Result<ValidatorKey> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keystore.json");
    fs::write(&path, text).unwrap();
    read(&path, || Ok(password.to_owned().into()))
}

#[test]
fn the_standards_own_keystores_open() {
    let mut secret = [0; 32];
    hex::decode_to_slice(SECRET, &mut secret).unwrap();
    let expected = ValidatorKey::from_be_bytes(&secret).unwrap().pubkey();
    for keystore in [SCRYPT, PBKDF2] {
        let key = open(keystore, PASSWORD).unwrap();
        assert_eq!(key.pubkey(), expected);
    }
    // The same password without its decorations, and with a control code in it.
    let key = open(PBKDF2, "test\u{7f}pass\u{1}word🔑").unwrap();
    assert_eq!(key.pubkey(), expected);
}

#[test]
fn wrong_passwords_and_damaged_keystores_are_refused() {
    let cheap = PBKDF2.replace("262144", "1");
    for (text, cause) in [
        (cheap.clone(), "the password is wrong"),
        (String::new(), "not an EIP-2335 keystore"),
        (
            cheap.replace("\"version\": 4", "\"version\": 3"),
            "version 3",
        ),
        (cheap.replace("aes-128-ctr", "aes-256-ctr"), "cipher"),
        (cheap.replace("\"sha256\"", "\"md5\""), "checksum"),
        (cheap.replace("hmac-sha256", "hmac-md5"), "unknown hash"),
        (cheap.replace("pbkdf2", "argon2"), "not an EIP-2335"),
        (cheap.replace("\"c\": 1", "\"c\": 0"), "rounds"),
        (cheap.replace("\"c\": 1", "\"c\": 4294967295"), "rounds"),
        (cheap.replace("\"dklen\": 32", "\"dklen\": 64"), "64 bytes"),
        (cheap.replace("\"cee03f", "\"cee0"), "ciphertext"),
        (cheap.replace("\"d4e567", "\"d4e56"), "salt"),
        (SCRYPT.replace("262144", "4294967296"), "too much memory"),
        (SCRYPT.replace("262144", "262143"), "power of two"),
        (SCRYPT.replace("\"r\": 8", "\"r\": 0"), "scrypt parameters"),
        ("x".repeat(MAX_BYTES + 1), "more than"),
    ] {
        let error = format!("{:#}", open(&text, "not the password").unwrap_err());
        assert!(error.contains(cause), "{cause}: {error}");
    }
    let other = SCRYPT.replace("9612d7", "9612d8");
    let error = format!("{:#}", open(&other, PASSWORD).unwrap_err());
    assert!(error.contains("public key that it names"), "{error}");
}
