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
    #[command(flatten)]
    pub(crate) lanes: LanesArgs,
}

/// Which shape a circuit gets.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct LanesArgs {
    /// Lanes side by side [default: 4, or 1 with --narrow]
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u32).range(1..=16))]
    lanes: Option<u32>,
    /// Fold each lane into two columns: the proof is the cheapest for a contract to check, and takes longer to make
    #[arg(long)]
    narrow: bool,
}

impl LanesArgs {
    /// The smallest shape with enough places.
    pub(crate) fn smallest(&self, family: Family, validators: u32) -> anyhow::Result<Shape> {
        let Shape { lanes, form, .. } = self.shape(family, MAX_K);
        Shape::for_validators(family, validators, lanes, form).ok_or_else(|| {
            anyhow!("{validators} validators do not fit {lanes} lanes at k = {MAX_K}")
        })
    }

    /// The shape of 2^k rows.
    pub(crate) fn shape(&self, family: Family, k: u32) -> Shape {
        let lanes = |default| self.lanes.unwrap_or(default);
        if self.narrow {
            Shape::narrow(family, k, lanes(1))
        } else {
            Shape::wide(family, k, lanes(NATIVE_LANES))
        }
    }
}

impl OutputArgs {
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
