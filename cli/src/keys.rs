//! Keys from the cache, with what the user should know about them.

use crate::report;
use vigil_params::keys::{CacheOutcome, Cached};

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
