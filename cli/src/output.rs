//! Where a proof and its statement go, and of which shape it is.

use anyhow::{Context, anyhow};
use std::path::PathBuf;
use vigil_circuits::shape::{Family, MAX_K, NATIVE_LANES, Shape};
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::StatementFile;

/// Files and lanes.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Where the statement goes
    #[arg(long, value_name = "FILE.json")]
    pub(crate) statement: PathBuf,
    /// Where the proof goes
    #[arg(long, value_name = "FILE")]
    pub(crate) proof: PathBuf,
    /// Lanes side by side; a contract takes proofs of one lane
    #[arg(long, value_name = "L", default_value_t = NATIVE_LANES,
          value_parser = clap::value_parser!(u32).range(1..=16))]
    lanes: u32,
}

impl OutputArgs {
    /// The smallest shape with enough places.
    pub(crate) fn shape(&self, family: Family, validators: u32) -> anyhow::Result<Shape> {
        let lanes = self.lanes;
        Shape::for_validators(family, validators, lanes).ok_or_else(|| {
            anyhow!("{validators} validators do not fit {lanes} lanes at k = {MAX_K}")
        })
    }

    /// Writes both files.
    pub(crate) fn write(&self, statement: &StatementFile, proof: &ProofFile) -> anyhow::Result<()> {
        statement
            .write(&self.statement)
            .with_context(|| format!("cannot write {}", self.statement.display()))?;
        proof
            .write(&self.proof)
            .with_context(|| format!("cannot write {}", self.proof.display()))
    }
}
