//! Which states the finalised chain vouches for; the rules are in the parent module.

use super::ChainError;
use crate::beacon::{BlockFacts, Root, StateFacts};
use std::collections::{BTreeMap, HashSet};

/// The trusted states up to `last_slot`, by slot.
pub(super) fn trusted_states(
    mut states: Vec<(String, StateFacts)>,
    canonical: &BTreeMap<u64, BlockFacts>,
    descendants: &HashSet<Root>,
    last_slot: u64,
) -> Result<BTreeMap<u64, StateFacts>, ChainError> {
    // Latest first: a state at an empty slot needs a later one that is trusted already.
    states.sort_by_key(|(_, state)| std::cmp::Reverse(state.slot));
    let mut trusted = Vec::<StateFacts>::new();
    for (file, state) in states {
        let committed = is_post_state_of(&state, canonical, descendants)
            || trusted.iter().rev().any(|later| remembers(later, &state));
        if committed {
            trusted.push(state);
        } else if state.slot <= last_slot {
            return Err(ChainError::Unauthenticated {
                file,
                slot: state.slot,
                root: hex::encode(state.root),
            });
        }
    }
    Ok(trusted
        .into_iter()
        .filter(|state| state.slot <= last_slot)
        .map(|state| (state.slot, state))
        .collect())
}

/// Rule 1 (and 3): its block is canonical or descends from the finalised one.
fn is_post_state_of(
    state: &StateFacts,
    canonical: &BTreeMap<u64, BlockFacts>,
    descendants: &HashSet<Root>,
) -> bool {
    // The slots agree unless slots were processed, and then the header has its state root.
    state.is_post_state
        && state.slot == state.last_block_slot
        && (descendants.contains(&state.last_block_root)
            || canonical.get(&state.slot).is_some_and(|block| {
                block.root == state.last_block_root && block.state_root == state.root
            }))
}

/// Rule 2: `later` has the root of `state` in its `state_roots`.
fn remembers(later: &StateFacts, state: &StateFacts) -> bool {
    let ring = later.state_roots.len() as u64;
    state.slot < later.slot
        && later.slot - state.slot <= ring
        && later.state_roots.get((state.slot % ring) as usize) == Some(&state.root)
}
