//! What is kept of the last slot of an epoch, before it is final and while nodes still have its state.
//!
//! The snapshot at slot SLOTS_PER_EPOCH * (N + 2) - 1 has the records and final flags of epoch N, and says
//! who has which duties in epoch N + 1. A few kilobytes besides the registered validators' share.

use crate::client::{Header, NodeError, Nodes};
use serde::{Deserialize, Serialize};
use vigil_ledger::beacon::{Root, Spec, StateFacts};
use vigil_ledger::epoch::{EpochDuties, Seats, Standing, places};
use vigil_ledger::registry::{Registry, RegistryError};
use vigil_ledger::rows::{NetworkEpoch, RowError};

/// How many earlier snapshots a state vouches for. The minimal preset's ring of state roots has no more.
pub(crate) const REMEMBERED_EPOCHS: u64 = 7;

/// A state or a node's answers about it, reduced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) slot: u64,
    /// The last block applied to it: with the slot, it decides everything else.
    pub(crate) last_block_root: Root,
    /// `None` if it is made of a node's answers.
    pub(crate) state: Option<StateIdentity>,
    /// One a registered validator.
    pub(crate) standings: Vec<Standing>,
    /// A registered validator whose key is not the chain's.
    pub(crate) wrong_key: Option<u64>,
    /// Of the slot's own epoch; `None` if the proposers are kept apart.
    pub(crate) proposers: Option<Vec<u64>>,
    pub(crate) sync_committee: Vec<u64>,
    pub(crate) seats: Seats,
    /// What everybody voted in the epoch before the slot's own; a node's answers do not say.
    pub(crate) network: Option<NetworkEpoch>,
}

/// How a state can be told to be canonical.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StateIdentity {
    pub(crate) root: Root,
    /// It is what its last block commits to, no empty slot after it.
    pub(crate) is_post_state: bool,
    /// Roots of the states at the ends of earlier epochs.
    pub(crate) earlier: Vec<(u64, Root)>,
}

impl Snapshot {
    pub(crate) fn of_state(
        spec: &Spec,
        state: &StateFacts,
        registry: &Registry,
    ) -> Result<Self, RowError> {
        let indices = registry.indices();
        let key = |index| {
            let place = usize::try_from(index).ok()?;
            state.pubkeys.get(place).copied()
        };
        let EpochDuties {
            proposers,
            sync_committee,
        } = EpochDuties::of_state(spec, state)?;
        let ring = state.state_roots.len() as u64;
        let remembered = |epochs: u64| {
            let slot = state.slot.checked_sub(epochs * spec.slots_per_epoch())?;
            let root = state.state_roots.get((slot % ring.max(1)) as usize)?;
            Some((slot, *root))
        };
        Ok(Self {
            slot: state.slot,
            last_block_root: state.last_block_root,
            state: Some(StateIdentity {
                root: state.root,
                is_post_state: state.is_post_state && state.slot == state.last_block_slot,
                earlier: (1..=REMEMBERED_EPOCHS).filter_map(remembered).collect(),
            }),
            standings: indices.iter().map(|&index| state.standing(index)).collect(),
            wrong_key: wrong_key(registry, key),
            proposers: Some(proposers),
            sync_committee,
            seats: Seats::of_state(spec, state, &indices),
            network: match spec.epoch_of(state.slot) {
                0 => None,
                epoch => Some(NetworkEpoch::of_state(state, epoch - 1)?),
            },
        })
    }

    /// From committees and records as a node tells them, and the block that it has at or before the slot:
    /// asked for before and after, it must not have changed. Of its states that of this block is asked
    /// for, as not every node has those of empty slots: only blocks and an epoch's end change the rest.
    pub(crate) fn of_answers(
        nodes: &mut Nodes,
        spec: &Spec,
        slot: u64,
        registry: &Registry,
    ) -> Result<Option<Self>, NodeError> {
        let indices = registry.indices();
        let epoch = spec.epoch_of(slot);
        let Some(last) = last_block(nodes, slot)? else {
            return Ok(None);
        };
        let state_slot = match spec.epoch_of(last.slot) == epoch {
            true => last.slot,
            false => slot,
        };
        let whos = places(&indices);
        let mut seats = Seats::new(spec, indices.len());
        for committee in nodes.committees(spec, state_slot, epoch)? {
            seats.insert(committee.slot, committee.members.into_iter(), &whos);
        }
        let sync_committee = nodes.sync_committee(state_slot, epoch)?;
        let records = nodes.validators(state_slot, &indices)?;
        if last_block(nodes, slot)? != Some(last) {
            return Ok(None);
        }
        let standing = |index| Standing {
            record: records.get(index).map(|record| record.facts),
            flags: None,
        };
        Ok(Some(Self {
            slot,
            last_block_root: last.root,
            state: None,
            standings: indices.iter().map(standing).collect(),
            wrong_key: wrong_key(registry, |index| {
                records.get(&index).map(|record| record.pubkey)
            }),
            proposers: None,
            sync_committee,
            seats,
            network: None,
        }))
    }
}

/// The first entry whose key is another than the chain's; those that the chain does not know yet may be.
fn wrong_key(registry: &Registry, key: impl Fn(u64) -> Option<[u8; 48]>) -> Option<u64> {
    let own = |index| {
        let entries = &registry.entries;
        let place = entries.binary_search_by_key(&index, |entry| entry.index);
        place.ok().map(|place| entries[place].pubkey)
    };
    match registry.check_keys(|index| key(index).or_else(|| own(index))) {
        Err(RegistryError::WrongKey { index }) => Some(index),
        _ => None,
    }
}

/// The root of the last block of the node's chain at or before a slot.
pub(crate) fn block_at_or_before(nodes: &mut Nodes, slot: u64) -> Result<Option<Root>, NodeError> {
    Ok(last_block(nodes, slot)?.map(|header| header.root))
}

fn last_block(nodes: &mut Nodes, slot: u64) -> Result<Option<Header>, NodeError> {
    /// More empty slots in a row than any chain that finalises has.
    const LONGEST_GAP: u64 = 512;
    for slot in (slot.saturating_sub(LONGEST_GAP)..=slot).rev() {
        let id = match slot {
            0 => "genesis".to_owned(),
            slot => slot.to_string(),
        };
        if let Some(header) = nodes.header(&id)? {
            return Ok((header.slot <= slot).then_some(header));
        }
    }
    Ok(None)
}
