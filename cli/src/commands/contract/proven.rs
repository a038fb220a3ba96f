//! A statement and its proof, which hold before a contract hears of them.

use crate::folders::{CacheArgs, StoreArgs};
use crate::judge::TrustArgs;
use anyhow::{Context, bail};
use serde::Serialize;
use std::path::PathBuf;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Setting, Statement, StatementFile};

/// Where they are.
#[derive(Debug, clap::Args)]
pub(super) struct ProvenArgs {
    /// The statement
    #[arg(long, value_name = "FILE.json")]
    statement: PathBuf,
    /// The proof
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

/// Something that the contract would refuse.
#[derive(Clone, Debug, Serialize, thiserror::Error)]
#[error("REFUSED: {refused}")]
pub(super) struct Refused {
    pub(super) refused: String,
}

impl ProvenArgs {
    /// Statement and proof, which prove what they say; [`Refused`] is among the errors.
    pub(super) fn read(&self) -> anyhow::Result<(Setting, Statement, ProofFile)> {
        let file = StatementFile::read(&self.statement)
            .with_context(|| format!("cannot use the statement {}", self.statement.display()))?;
        let proof = ProofFile::read(&self.proof)
            .with_context(|| format!("cannot use the proof {}", self.proof.display()))?;
        if file.unsigned_registry() {
            bail!(Refused {
                refused: "the statement is about an UNSIGNED draft registry, which no pool has"
                    .into()
            });
        }
        let trust = TrustArgs::ceremony(self.store.clone(), self.cache.clone());
        if let Err(refused) = trust.judge(file.statement(), &proof)? {
            bail!(Refused { refused });
        }
        Ok((*file.setting(), *file.statement(), proof))
    }
}
