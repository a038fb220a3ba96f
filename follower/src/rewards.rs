//! What a node says that validators earned, taken at the end of an epoch, while it still can tell.
//!
//! At slot SLOTS_PER_EPOCH * (N + 2) - 1 nodes know the attestation rewards of epoch N, and still have what
//! the rewards of the blocks of epoch N + 1 are computed from.

use crate::client::{AttestationRewards, NodeError, Nodes, Refusal};
use crate::snapshot::block_at_or_before;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vigil_ledger::beacon::{Root, Spec};

/// What is there, or why it is not.
pub(crate) type Answered<T> = Result<T, String>;

/// A node's answers at a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rewards {
    pub(crate) slot: u64,
    /// The last block before or at the slot: on its chain the answers are about.
    pub(crate) last_block_root: Root,
    /// Of the epoch before the slot's.
    pub(crate) attestations: Answered<AttestationRewards>,
    /// Who is rewarded for the blocks of the slot's epoch, by slot.
    pub(crate) blocks: Answered<BTreeMap<u64, u64>>,
    /// What registered members of the sync committee earned by these blocks, by slot and validator.
    pub(crate) sync: Answered<BTreeMap<u64, BTreeMap<u64, i64>>>,
}

impl Rewards {
    /// The node's block at or before the slot, asked for before and after, must not have changed.
    pub(crate) fn take(
        nodes: &mut Nodes,
        spec: &Spec,
        slot: u64,
        indices: &[u64],
    ) -> Result<Option<Self>, NodeError> {
        let epoch = spec.epoch_of(slot);
        let Some(last_block_root) = block_at_or_before(nodes, slot)? else {
            return Ok(None);
        };
        let attestations = match epoch.checked_sub(1) {
            Some(before) => answered(nodes.attestation_rewards(before, indices))?,
            None => Err("epoch 0 is the first".to_owned()),
        };
        let mut slots = Vec::new();
        for slot in (epoch * spec.slots_per_epoch()).max(1)..=slot {
            if nodes.header(&slot.to_string())?.is_some() {
                slots.push(slot);
            }
        }
        let blocks = of_each(&slots, |slot| nodes.block_rewards(slot))?;
        let sync = of_each(&slots, |slot| nodes.sync_rewards(slot, indices))?;
        let is_same = block_at_or_before(nodes, slot)? == Some(last_block_root);
        Ok(is_same.then_some(Self {
            slot,
            last_block_root,
            attestations,
            blocks,
            sync,
        }))
    }
}

/// The answers for all slots, or why the first of those that are lacking is.
fn of_each<T>(
    slots: &[u64],
    mut ask: impl FnMut(u64) -> Result<T, NodeError>,
) -> Result<Answered<BTreeMap<u64, T>>, NodeError> {
    let mut answers = BTreeMap::new();
    for &slot in slots {
        match answered(ask(slot))? {
            Ok(answer) => answers.insert(slot, answer),
            Err(reason) => return Ok(Err(reason)),
        };
    }
    Ok(Ok(answers))
}

/// A node that is of no use at all is an error; one that lacks this is not.
fn answered<T>(answer: Result<T, NodeError>) -> Result<Answered<T>, NodeError> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) => match error.refusal() {
            Refusal::Unreachable { .. }
            | Refusal::Syncing { .. }
            | Refusal::Optimistic
            | Refusal::WrongChain { .. } => Err(error),
            _ => Ok(Err(error.to_string())),
        },
    }
}
