//! `--engine NAME`: who makes a proof.

use crate::report;
use vigil_prover::{Engine, EngineChoice};

/// Who makes the proof.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EngineArgs {
    /// Who makes the proof: cpu; cuda, on a GPU; auto, on a GPU if there is one; or stock, halo2-axiom's own
    /// prover and the reference, which takes eight times as long as cpu; verifiers cannot tell
    #[arg(long, value_name = "NAME", default_value_t)]
    engine: EngineChoice,
}

impl EngineArgs {
    /// The engine, or why there is none.
    pub(crate) fn open(&self) -> anyhow::Result<Engine> {
        let engine = self.engine.open(|reason| {
            let reason = anyhow::Error::new(reason);
            report::warn(format!("the cpu engine is used: {reason:#}"));
        })?;
        Ok(engine)
    }
}
