//! Passphrases: from a file, or typed at a terminal.

use crate::bounded;
use age::secrecy::{ExposeSecret, SecretString};
use anyhow::{Context, bail, ensure};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

const MAX_BYTES: usize = 4096;

/// Where a passphrase comes from.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct PassphraseArgs {
    /// Read the passphrase from the first line of this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseArgs {
    /// Whether one was given on the command line.
    pub(crate) fn is_given(&self) -> bool {
        self.passphrase_file.is_some()
    }

    /// The passphrase of a file that exists.
    pub(crate) fn ask(&self) -> anyhow::Result<SecretString> {
        match &self.passphrase_file {
            Some(file) => read(file),
            None => type_in("Passphrase: "),
        }
    }

    /// A new passphrase; typed twice.
    pub(crate) fn choose(&self) -> anyhow::Result<SecretString> {
        if let Some(file) = &self.passphrase_file {
            return read(file);
        }
        let passphrase = type_in("New passphrase: ")?;
        let again = type_in("The same again: ")?;
        ensure!(
            passphrase.expose_secret() == again.expose_secret(),
            "the two passphrases differ"
        );
        Ok(passphrase)
    }
}

/// Where the password of a validator's keystore comes from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct KeystorePasswordArgs {
    /// Read the keystore's password from the first line of this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    keystore_password_file: Option<PathBuf>,
}

impl KeystorePasswordArgs {
    /// The password of a keystore that exists.
    pub(crate) fn ask(&self) -> anyhow::Result<SecretString> {
        match &self.keystore_password_file {
            Some(file) => read(file),
            None => type_in("Keystore password: "),
        }
    }
}

fn type_in(prompt: &str) -> anyhow::Result<SecretString> {
    if !io::stdin().is_terminal() {
        bail!(
            "a passphrase is needed and there is no terminal to ask at; say --passphrase-file or \
             --keystore-password-file"
        );
    }
    let passphrase = SecretString::from(rpassword::prompt_password(prompt)?);
    ensure!(
        !passphrase.expose_secret().is_empty(),
        "the passphrase is empty"
    );
    Ok(passphrase)
}

fn read(path: &Path) -> anyhow::Result<SecretString> {
    let line = first_line(path)
        .with_context(|| format!("cannot use the passphrase file {}", path.display()))?;
    Ok(SecretString::from(line))
}

fn first_line(path: &Path) -> anyhow::Result<String> {
    let bytes = bounded::read(path, MAX_BYTES)?;
    let text = std::str::from_utf8(&bytes)
        .ok()
        .context("it is not UTF-8 text")?;
    let line = text.lines().next().unwrap_or_default();
    ensure!(!line.is_empty(), "its first line is empty");
    Ok(line.to_owned())
}
