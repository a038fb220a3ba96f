//! `--engine NAME`: who makes a proof.

use vigil_prover::Engine;

/// Who makes the proof.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EngineArgs {
    /// Who makes the proof: cpu, or stock, halo2-axiom's own prover and the reference, which takes three
    /// times as long; verifiers cannot tell
    #[arg(long, value_name = "NAME", default_value_t)]
    pub(crate) engine: Engine,
}
