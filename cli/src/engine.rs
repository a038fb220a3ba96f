//! `--engine NAME`: who makes a proof.

use vigil_prover::Engine;

/// Who makes the proof.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EngineArgs {
    /// Who makes the proof: stock, halo2-axiom's own prover, or cpu, three times as fast and not
    /// reviewed yet; verifiers cannot tell
    #[arg(long, value_name = "NAME", default_value = "stock")]
    pub(crate) engine: Engine,
}
