//! An operator's secret on disk.
//!
//! Two lines of text: what it is, and 64 hex digits. Encrypted, that text is the content of an
//! armored age file with a passphrase (scrypt), which any age tool opens. The file belongs to its
//! owner alone from the first byte on, and never replaces another.

use crate::bounded;
use age::scrypt;
use age::secrecy::SecretString;
use anyhow::{Context, bail, ensure};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use vigil_circuits::identity::OperatorSecret;
use vigil_params::atomic::TEMPORARY_PREFIX;
use zeroize::Zeroizing;

const HEADER: &str = "vigil operator secret v1";
const DIGITS: usize = 64;
/// An encrypted file has about 500.
const MAX_BYTES: usize = 4096;
const AGE_ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const AGE_BINARY: &[u8] = b"age-encryption.org/v1";
/// log2 of scrypt's N: what other age tools take, about a second and 256 MiB. The library would take what this machine
/// does in a second just now, which is little when it is busy.
const WORK_FACTOR: u8 = 18;
/// The most that a file may ask for: 4 GiB, as other age tools have it. The library's own bound would refuse on a busy
/// machine what an idle one has written.
const MAX_WORK_FACTOR: u8 = 22;

/// Writes a new file, encrypted if there is a passphrase. Refuses to replace anything at `path`.
pub(crate) fn create(
    path: &Path,
    secret: &OperatorSecret,
    passphrase: Option<SecretString>,
) -> anyhow::Result<()> {
    let text = encode(secret);
    let written = match passphrase {
        None => write_new(path, text.as_bytes()),
        Some(passphrase) => {
            let mut recipient = scrypt::Recipient::new(passphrase);
            recipient.set_work_factor(WORK_FACTOR);
            let armored = age::encrypt_and_armor(&recipient, text.as_bytes())?;
            write_new(path, armored.as_bytes())
        }
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            bail!("{} exists; a secret is never overwritten", path.display())
        }
        result => result.with_context(|| format!("cannot write {}", path.display())),
    }
}

/// Reads a secret; `ask` is called for the passphrase only if the file is encrypted.
pub(crate) fn read(
    path: &Path,
    ask: impl FnOnce() -> anyhow::Result<SecretString>,
) -> anyhow::Result<OperatorSecret> {
    let open = || {
        let bytes = bounded::read(path, MAX_BYTES)?;
        if !is_encrypted(&bytes) {
            return decode(&bytes);
        }
        let mut identity = scrypt::Identity::new(ask()?);
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        let text = age::decrypt(&identity, &bytes)
            .map(Zeroizing::new)
            .context("the passphrase is wrong or the file is damaged")?;
        decode(&text)
    };
    open().with_context(|| format!("cannot read the operator secret in {}", path.display()))
}

fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(AGE_ARMOR) || bytes.starts_with(AGE_BINARY)
}

fn encode(secret: &OperatorSecret) -> Zeroizing<String> {
    let bytes = Zeroizing::new(secret.to_be_bytes());
    let digits = Zeroizing::new(hex::encode(bytes.as_slice()));
    let mut text = Zeroizing::new(String::with_capacity(HEADER.len() + DIGITS + 2));
    for part in [HEADER, "\n", &digits, "\n"] {
        text.push_str(part);
    }
    text
}

fn decode(text: &[u8]) -> anyhow::Result<OperatorSecret> {
    let digits = text
        .strip_prefix(HEADER.as_bytes())
        .and_then(|rest| rest.strip_prefix(b"\n"))
        .and_then(|rest| rest.strip_suffix(b"\n"))
        .context("it is not a file of `vigil operator new`")?;
    let mut bytes = Zeroizing::new([0u8; DIGITS / 2]);
    ensure!(
        hex::decode_to_slice(digits, bytes.as_mut_slice()).is_ok(),
        "its second line is not {DIGITS} hex digits"
    );
    OperatorSecret::from_be_bytes(&bytes).context("its secret is not below the field's modulus")
}

/// A new file with all of `bytes`, or none: whoever is killed in between leaves no half secret, and
/// of two writers at once one fails. The parameters' atomic writer would replace what is there.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // tempfile creates with mode 0600.
    let mut temporary = tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;
    use std::fs;

    fn no_passphrase() -> anyhow::Result<SecretString> {
        bail!("asked")
    }

    #[test]
    fn a_secret_comes_back_and_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let secret = OperatorSecret::random(&mut OsRng);
        create(&path, &secret, None).unwrap();
        assert_eq!(read(&path, no_passphrase).unwrap(), secret);
        let error = create(&path, &OperatorSecret::random(&mut OsRng), None).unwrap_err();
        assert!(error.to_string().contains("never overwritten"), "{error}");
        assert_eq!(read(&path, no_passphrase).unwrap(), secret);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn how_hard_a_passphrase_is_to_guess_does_not_follow_the_load() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let secret = OperatorSecret::random(&mut OsRng);
        create(&path, &secret, Some("a passphrase".into())).unwrap();
        let armored = fs::read(&path).unwrap();
        let mut reader = age::armor::ArmoredReader::new(&armored[..]);
        let mut content = Vec::new();
        io::Read::read_to_end(&mut reader, &mut content).unwrap();
        let stanza = content.split(|&byte| byte == b'\n').nth(1).unwrap();
        assert!(stanza.starts_with(b"-> scrypt ") && stanza.ends_with(b" 18"));
        assert_eq!(read(&path, || Ok("a passphrase".into())).unwrap(), secret);
    }

    #[test]
    fn damaged_files_are_refused_and_errors_hold_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let good = encode(&OperatorSecret::random(&mut OsRng)).to_string();
        let digits = &good[HEADER.len() + 1..HEADER.len() + 1 + DIGITS];
        for (bad, cause) in [
            (String::new(), "not a file of"),
            (good[..good.len() - 2].to_owned(), "not a file of"),
            (format!("{}\n", &good[..good.len() - 2]), "hex digits"),
            (format!("{good}\n"), "hex digits"),
            (good.replace("v1", "v2"), "not a file of"),
            (format!("{HEADER}\n{}\n", "f".repeat(DIGITS)), "modulus"),
            ("x".repeat(MAX_BYTES + 1), "more than"),
        ] {
            fs::write(&path, &bad).unwrap();
            let error = format!("{:#}", read(&path, no_passphrase).unwrap_err());
            assert!(error.contains(cause), "{error}");
            assert!(!error.contains(&digits[..16]), "{error}");
        }
    }
}
