//! `vigil operator register`: a validator's registration, ready for the pool.

use crate::keystore;
use crate::passphrase::{KeystorePasswordArgs, PassphraseArgs};
use crate::proving::FolderArgs;
use crate::report::{self, Format, Outcome};
use crate::secret_file;
use crate::word::Word;
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_ledger::registry::{Operators, Registration};
use vigil_params::atomic::{Readers, write_bytes_atomically};

/// Arguments of `vigil operator register`.
#[derive(Debug, clap::Args)]
pub(crate) struct RegisterArgs {
    /// The operator's secret
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// The validator's index on the beacon chain
    #[arg(long, value_name = "INDEX", value_parser = clap::value_parser!(u64).range(..1 << 40))]
    index: u64,
    /// The validator's signing key, an EIP-2335 keystore
    #[arg(long, value_name = "FILE.json")]
    keystore: PathBuf,
    #[command(flatten)]
    password: KeystorePasswordArgs,
    /// The pool's operators' list; it names the pool and its chains
    #[arg(long, value_name = "FILE.json")]
    operators: PathBuf,
    /// The batch that is open
    #[arg(long, value_name = "NUMBER")]
    batch: u64,
    /// Where the registration goes
    #[arg(long, value_name = "FILE.json")]
    out: PathBuf,
    #[command(flatten)]
    folders: FolderArgs,
}

#[derive(Debug, Serialize)]
struct Registered {
    registration: PathBuf,
    index: u64,
    pubkey: String,
    tag: Word,
    batch: u64,
    chain_id: u64,
    pool: String,
    genesis_validators_root: Word,
}

impl fmt::Display for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, batch, .. } = self;
        writeln!(f, "Registration of validator {index} in batch {batch}")?;
        writeln!(f, "  file    {}", self.registration.display())?;
        writeln!(f, "  key     {}", self.pubkey)?;
        writeln!(f, "  tag     {}", self.tag)?;
        writeln!(f, "  pool    {} on chain {}", self.pool, self.chain_id)?;
        write!(f, "  beacon  {}", self.genesis_validators_root)
    }
}

impl RegisterArgs {
    pub(super) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let operators = Operators::read(&self.operators).with_context(|| {
            format!(
                "cannot use the operators' list {}",
                self.operators.display()
            )
        })?;
        let secret = secret_file::read(&self.key, || self.passphrase.ask())?;
        // Before the keystore's slow key derivation, and before anybody types a second password.
        operators.path_of(&secret)?;
        let key = keystore::read(&self.keystore, || self.password.ask())?;
        let (mut registration, statement, witness) =
            Registration::new(&operators, self.batch, &secret, self.index, &key)?;
        registration.entry.membership = self.folders.prove_membership(&statement, &witness)?;
        write_bytes_atomically(
            &self.out,
            Readers::Default,
            registration.to_json().as_bytes(),
        )
        .with_context(|| format!("cannot write {}", self.out.display()))?;
        let setting = registration.setting;
        let registered = Registered {
            registration: self.out,
            index: self.index,
            pubkey: format!("0x{}", hex::encode(registration.entry.pubkey)),
            tag: registration.entry.tag.into(),
            batch: self.batch,
            chain_id: setting.chain_id,
            pool: format!("0x{}", hex::encode(setting.pool)),
            genesis_validators_root: Word(setting.beacon.genesis_validators_root),
        };
        report::print(&registered, format)?;
        Ok(Outcome::Accepted)
    }
}
