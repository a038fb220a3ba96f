//! Keys from the cache, with what the user should know about them; and keys to verify with.

use crate::folders::{CacheArgs, StoreArgs};
use crate::progress::spin;
use crate::report;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_params::keys::{CacheOutcome, Cached, VerifyingKey};
use vigil_params::{ParamsChoice, embedded};

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
        report::warn(format_args!(
            "the cached key {} could not be used ({cause}); it was made anew",
            cached.path.display()
        ));
    }
    if let Some(cause) = &cached.not_kept {
        report::warn(format_args!(
            "cannot keep the key {}: {cause}",
            cached.path.display()
        ));
    }
    cached.key
}
