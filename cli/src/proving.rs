//! With what a proof is made: parameters, key, threads.

use crate::folders::{CacheArgs, StoreArgs};
use crate::keys;
use crate::progress::spin;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsChoice, ParamsId, ParamsKind, Srs};

/// With what a proof is made.
#[derive(Debug, clap::Args)]
pub(crate) struct ProvingArgs {
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Use the imported parameters of this other ceremony
    #[arg(long, value_name = "ID")]
    other_ceremony: Option<ParamsId>,
    /// Use UNSAFE parameters of this seed; verifiers refuse the proof unless asked not to
    #[arg(long, value_name = "SEED", conflicts_with = "other_ceremony")]
    unsafe_dev_params: Option<u64>,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

impl ProvingArgs {
    /// Parameters and key for proofs of this shape; from now on with the threads asked for.
    pub(crate) fn prepare(&self, shape: Shape) -> anyhow::Result<(Srs, ProvingKey)> {
        if let Some(threads) = self.threads {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads as usize)
                .build_global()?;
        }
        prepare(shape, self.choice(), &self.store, &self.cache)
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

/// Parameters and key for proofs of this shape.
pub(crate) fn prepare(
    shape: Shape,
    choice: ParamsChoice,
    store: &StoreArgs,
    cache: &CacheArgs,
) -> anyhow::Result<(Srs, ProvingKey)> {
    let (store, cache) = (store.open()?, cache.open()?);
    let srs = spin("loading parameters", || store.srs(shape.k, choice))?;
    let key = spin("preparing the proving key", || {
        cache.proving_key::<VigilCircuit>(shape, choice.id(), || store.srs(shape.k, choice))
    })?;
    Ok((srs, keys::with_warnings(key)))
}
