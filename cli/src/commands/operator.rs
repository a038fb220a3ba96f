//! `vigil operator`: an operator's secret and its public ID.

mod register;

use crate::address::HexAddress;
use crate::passphrase::PassphraseArgs;
use crate::report::{self, Format, Outcome};
use crate::secret_file;
use crate::word::Word;
use anyhow::ensure;
use clap::Subcommand;
use rand_core::OsRng;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_circuits::identity::{OperatorSecret, Pool};

/// What to do with an operator.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new secret, from the system's randomness
    #[command(
        after_help = "The file can be read by its owner only, is encrypted with a passphrase in the age\n\
        format, and never replaces another. Keep a copy: nobody can recover it.\n\n\
        Examples:\n  vigil operator new --out operator.key\n  \
        vigil operator new --out operator.key --passphrase-file passphrase.txt"
    )]
    New(NewArgs),
    /// Print the public ID of a secret at a pool
    #[command(
        after_help = "Example:\n  vigil operator id --key operator.key --chain-id 1 \
        --pool 0x7676767676767676767676767676767676767676"
    )]
    Id(IdArgs),
    /// Register a validator: tag, signature and membership proof in one file for the pool
    #[command(
        after_help = "The validator's key signs the registration under a domain of its own, so that the signature\n\
        is never an attestation or an exit. The file holds nothing secret and does not name the\n\
        operator. The operators' list must be the pool's, as it stands for this batch.\n\n\
        Example:\n  vigil operator register --key operator.key --index 123456 \\\n    \
        --keystore keystore-m_12381_3600_0_0_0.json --keystore-password-file password.txt \\\n    \
        --operators operators.json --batch 1 --out 123456.json"
    )]
    Register(Box<register::RegisterArgs>),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::New(args) => args.run(format),
            Self::Id(args) => args.run(format),
            Self::Register(args) => args.run(format),
        }
    }
}

/// Arguments of `vigil operator new`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewArgs {
    /// The new file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Do not encrypt: whoever reads the file has the secret
    #[arg(long, conflicts_with = "passphrase_file")]
    no_passphrase: bool,
}

#[derive(Debug, Serialize)]
struct Created {
    file: PathBuf,
    encrypted: bool,
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.encrypted {
            "encrypted"
        } else {
            "NOT encrypted"
        };
        write!(f, "New operator secret in {}, {how}", self.file.display())
    }
}

impl NewArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        // Before anybody thinks of a passphrase; the write itself looks again.
        ensure!(
            self.out.symlink_metadata().is_err(),
            "{} exists; a secret is never overwritten",
            self.out.display()
        );
        let passphrase = if self.no_passphrase {
            None
        } else {
            Some(self.passphrase.choose()?)
        };
        let created = Created {
            encrypted: passphrase.is_some(),
            file: self.out,
        };
        let secret = OperatorSecret::random(&mut OsRng);
        secret_file::create(&created.file, &secret, passphrase)?;
        report::print(&created, format)?;
        Ok(Outcome::Accepted)
    }
}

/// Arguments of `vigil operator id`.
#[derive(Debug, clap::Args)]
pub(crate) struct IdArgs {
    /// The operator's secret
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// EVM chain of the pool
    #[arg(long, value_name = "ID")]
    chain_id: u64,
    /// The pool's contract
    #[arg(long, value_name = "ADDRESS")]
    pool: HexAddress,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

#[derive(Debug, Serialize)]
struct Id {
    operator_id: Word,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.operator_id.fmt(f)
    }
}

impl IdArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let secret = secret_file::read(&self.key, || self.passphrase.ask())?;
        let pool = Pool::new(self.chain_id, &self.pool.0);
        let id = Id {
            operator_id: secret.operator_id(pool).into(),
        };
        report::print(&id, format)?;
        Ok(Outcome::Accepted)
    }
}
