//! How a proof is made: parameters, key, threads; and verified before anybody sees it.

use crate::engine::EngineArgs;
use crate::folders::{CacheArgs, StoreArgs};
use crate::keys;
use crate::memory::MemoryArgs;
use crate::progress::{Spinner, spin};
use crate::threads::ThreadsArgs;
use crate::usage::{Cost, measure};
use anyhow::Context;
use vigil_circuits::shape::Shape;
use vigil_params::keys::VerifyingKey;
use vigil_params::proof_file::ProofFile;
use vigil_params::{ParamsChoice, ParamsId, ParamsKind, ParamsPolicy, Srs};
use vigil_prover::{Engine, Key, ProveError};
use vigil_verifier::VerifyError;

/// With what a proof is made.
#[derive(Debug, clap::Args)]
pub(crate) struct ProvingArgs {
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    memory: MemoryArgs,
    /// Use the imported parameters of this other ceremony
    #[arg(long, value_name = "ID")]
    other_ceremony: Option<ParamsId>,
    /// Use UNSAFE parameters of this seed; verifiers refuse the proof unless asked not to
    #[arg(long, value_name = "SEED", conflicts_with = "other_ceremony")]
    unsafe_dev_params: Option<u64>,
    #[command(flatten)]
    folders: FolderArgs,
}

/// Where parameters and keys lie.
#[derive(Debug, clap::Args)]
pub(crate) struct FolderArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

impl ProvingArgs {
    /// A proof that has been verified, and what making it cost: see [`FolderArgs::prove`].
    pub(crate) fn prove(
        &self,
        shape: Shape,
        make: impl FnOnce(&Engine, Key<'_>, &Srs, &Spinner) -> Result<Vec<u8>, ProveError> + Send,
        check: impl FnOnce(&VerifyingKey, &ParamsPolicy, &[u8]) -> Result<(), VerifyError> + Send,
    ) -> anyhow::Result<(ProofFile, Cost)> {
        let choice = self.choice();
        let engine = self.engine.open()?;
        self.threads.run(|| {
            self.memory.require(&engine, shape)?;
            self.folders
                .prove((&engine, self.memory), shape, choice, make, check)
        })
    }

    /// Who vouches for the parameters.
    pub(crate) fn params_kind(&self) -> ParamsKind {
        match self.choice() {
            ParamsChoice::Ceremony => ParamsKind::Ceremony,
            ParamsChoice::OtherCeremony(_) => ParamsKind::OtherCeremony,
            ParamsChoice::UnsafeDev { .. } => ParamsKind::UnsafeDev,
        }
    }

    fn choice(&self) -> ParamsChoice {
        match (self.unsafe_dev_params, self.other_ceremony) {
            (Some(seed), _) => ParamsChoice::UnsafeDev { seed },
            (None, Some(id)) => ParamsChoice::OtherCeremony(id),
            (None, None) => ParamsChoice::Ceremony,
        }
    }
}

impl FolderArgs {
    /// What `make` makes with the key of this shape, if `check` finds that it holds.
    pub(crate) fn prove(
        &self,
        (engine, memory): (&Engine, MemoryArgs),
        shape: Shape,
        choice: ParamsChoice,
        make: impl FnOnce(&Engine, Key<'_>, &Srs, &Spinner) -> Result<Vec<u8>, ProveError>,
        check: impl FnOnce(&VerifyingKey, &ParamsPolicy, &[u8]) -> Result<(), VerifyError>,
    ) -> anyhow::Result<(ProofFile, Cost)> {
        let (store, cache) = (self.store.open()?, self.cache.open()?);
        let srs = spin("loading parameters", || store.srs(shape.k, choice))?;
        let loaded = spin("preparing the proving key", || {
            engine.load(&cache, shape, &srs)
        })?;
        let key = keys::loaded(loaded);
        let key = Key::from(&key);
        memory.require_for(engine, key)?;
        let spinner = Spinner::new("proving");
        let (proof, cost) = measure(|| make(engine, key, &srs, &spinner))?;
        let proof = proof?;
        spinner.enter("verifying the proof");
        let policy = ParamsPolicy {
            allow_unsafe: matches!(choice, ParamsChoice::UnsafeDev { .. }),
            other_ceremony: match choice {
                ParamsChoice::OtherCeremony(id) => Some(id),
                _ => None,
            },
        };
        let key = key.verifying_key();
        check(&key, &policy, &proof).context(
            "the proof just made does not verify and was not written: run the command again; \
             if that does not help, this machine computes wrongly",
        )?;
        Ok((ProofFile::new(&key, proof)?, cost))
    }
}
