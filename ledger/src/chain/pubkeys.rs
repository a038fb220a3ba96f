//! Validators' public keys. An index keeps its key for ever and new ones are appended, so states of
//! one chain share the list of the newest.

use super::Chain;
use crate::beacon::StateFacts;
use std::sync::Arc;

/// Lets `new` and the states at hand share one list of keys.
pub(super) fn share(held: &mut [(String, StateFacts)], new: &mut StateFacts) {
    let Some((_, last)) = held.last() else {
        return;
    };
    let old = Arc::clone(&last.pubkeys);
    if old.starts_with(&new.pubkeys) {
        new.pubkeys = old;
    } else if new.pubkeys.starts_with(&old) {
        let sharing = held.iter_mut().map(|(_, state)| state);
        for state in sharing.filter(|state| Arc::ptr_eq(&state.pubkeys, &old)) {
            state.pubkeys = Arc::clone(&new.pubkeys);
        }
    }
}

impl Chain {
    /// The public key of a validator, if the newest trusted state knows it.
    pub fn pubkey(&self, index: u64) -> Option<[u8; 48]> {
        let newest = self.states().values().next_back()?;
        let place = usize::try_from(index).ok()?;
        // The shared list may go on with keys from a state that nobody vouches for.
        (place < newest.validators.len()).then(|| newest.pubkeys.get(place).copied())?
    }
}
