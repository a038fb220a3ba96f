//! Whether a proof file proves a statement, under which parameters.

use crate::folders::{CacheArgs, StoreArgs};
use crate::keys;
use std::time::Instant;
use vigil_params::keys::VerifyingKey;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::Statement;
use vigil_params::{ParamsChoice, ParamsId, ParamsKind, ParamsPolicy};
use vigil_verifier::{VerifyError, verify_duty, verify_enrolment, verify_membership};

/// Which parameters are trusted, and where they and the keys lie.
#[derive(Debug, clap::Args)]
pub(crate) struct TrustArgs {
    /// Accept parameters that anybody can make, for tests and benchmarks
    #[arg(long)]
    allow_unsafe_params: bool,
    /// Seed of the unsafe parameters
    #[arg(
        long,
        value_name = "SEED",
        default_value_t = 0,
        requires = "allow_unsafe_params"
    )]
    dev_seed: u64,
    /// Accept the imported parameters of this other ceremony
    #[arg(long, value_name = "ID")]
    other_ceremony: Option<ParamsId>,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

/// How many seconds the check of a proof took, or why the proof is refused. What could not be looked
/// at is an error instead.
pub(crate) type Verdict = Result<f64, String>;

impl TrustArgs {
    /// The ceremony's parameters and no others: what a contract's verifier is made with.
    pub(crate) fn ceremony(store: StoreArgs, cache: CacheArgs) -> Self {
        Self {
            allow_unsafe_params: false,
            dev_seed: 0,
            other_ceremony: None,
            store,
            cache,
        }
    }

    /// Cheap refusals first: parameters, key; then the proof.
    pub(crate) fn judge(
        &self,
        statement: &Statement,
        proof: &ProofFile,
    ) -> anyhow::Result<Verdict> {
        let policy = ParamsPolicy {
            other_ceremony: self.other_ceremony,
            allow_unsafe: self.allow_unsafe_params,
        };
        if let Err(refused) = policy.accept(proof.params_kind(), proof.params_id()) {
            return Ok(Err(refused.to_string()));
        }
        let choice = match proof.params_kind() {
            ParamsKind::Ceremony => ParamsChoice::Ceremony,
            ParamsKind::OtherCeremony => ParamsChoice::OtherCeremony(proof.params_id()),
            ParamsKind::UnsafeDev => ParamsChoice::UnsafeDev {
                seed: self.dev_seed,
            },
        };
        if choice.id() != proof.params_id() {
            return Ok(Err(format!(
                "the proof is under the parameters {}, not {} of that seed",
                proof.params_id(),
                choice.id()
            )));
        }
        let key = keys::verifying(&self.store, &self.cache, proof.shape(), choice)?;
        if let Err(refused) = proof.check_key(&key) {
            return Ok(Err(refused.to_string()));
        }
        let start = Instant::now();
        Ok(match verify(&key, &policy, statement, proof.proof()) {
            Ok(()) => Ok(start.elapsed().as_secs_f64()),
            Err(refused) => Err(refused.to_string()),
        })
    }
}

fn verify(
    key: &VerifyingKey,
    policy: &ParamsPolicy,
    statement: &Statement,
    proof: &[u8],
) -> Result<(), VerifyError> {
    match statement {
        Statement::Duty(duty) => verify_duty(key, policy, duty, proof).map(drop),
        Statement::Enrolment(enrolment) => {
            verify_enrolment(key, policy, enrolment, proof).map(drop)
        }
        Statement::Membership(membership) => verify_membership(key, policy, membership, proof),
    }
}
