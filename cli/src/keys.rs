//! Keys from the cache, with what the user should know about them; and keys to verify with.

use crate::folders::{CacheArgs, StoreArgs};
use crate::progress::spin;
use crate::report;
use std::fmt::Display;
use std::path::Path;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_params::keys::{CacheOutcome, Cached, VerifyingKey};
use vigil_params::{ParamsChoice, embedded};
use vigil_prover::{Loaded, LoadedKey, Trouble};

/// The key that judges proofs of `shape`.
///
/// Under the parameters that are part of this program it is made, which takes a fraction of a second, so no file has a
/// say in what is accepted. Beyond them it is the cache's: whoever writes that folder is trusted.
pub(crate) fn verifying(
    store: &StoreArgs,
    cache: &CacheArgs,
    shape: Shape,
    choice: ParamsChoice,
) -> anyhow::Result<VerifyingKey> {
    spin("preparing the verifying key", || {
        if choice == ParamsChoice::Ceremony
            && let Some(srs) = embedded::srs(shape.k)
        {
            return Ok(VerifyingKey::generate::<VigilCircuit>(&srs, shape)?);
        }
        let (store, cache) = (store.open()?, cache.open()?);
        let srs = || store.srs(shape.k, choice);
        let cached = cache.verifying_key::<VigilCircuit>(shape, choice.id(), srs)?;
        Ok(with_warnings(cached))
    })
}

/// The key; says so if the cache was damaged or could not be written.
pub(crate) fn with_warnings<K>(cached: Cached<K>) -> K {
    if let CacheOutcome::Rebuilt(cause) = &cached.outcome {
        rebuilt(&cached.path, cause);
    }
    if let Some(cause) = &cached.not_kept {
        not_kept(&cached.path, cause);
    }
    cached.key
}

/// The same, of a key to prove with.
pub(crate) fn loaded(loaded: Loaded) -> LoadedKey {
    for (path, trouble) in &loaded.troubles {
        match trouble {
            Trouble::Rebuilt(cause) => rebuilt(path, cause),
            Trouble::NotKept(cause) => not_kept(path, cause),
            _ => {}
        }
    }
    loaded.key
}

fn rebuilt(path: &Path, cause: &impl Display) {
    report::warn(format_args!(
        "the cached key {} could not be used ({cause}); it was made anew",
        path.display()
    ));
}

fn not_kept(path: &Path, cause: &impl Display) {
    report::warn(format_args!(
        "cannot keep the key {}: {cause}",
        path.display()
    ));
}
