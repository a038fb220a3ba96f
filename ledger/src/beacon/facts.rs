//! States and blocks reduced to what a ledger needs, with the roots that authenticate them.

use super::block::{
    SignedBeaconBlockAltair, SignedBeaconBlockBellatrix, SignedBeaconBlockCapella,
    SignedBeaconBlockDeneb, SignedBeaconBlockElectra, SignedBlock,
};
use super::lists::Reduced;
use super::operations::Pubkey;
use super::preset::{Mainnet, Minimal, Preset};
use super::proposer::{DOMAIN_BEACON_ATTESTER, DOMAIN_BEACON_PROPOSER, get_seed};
use super::state::{
    BeaconStateAltair, BeaconStateBellatrix, BeaconStateCapella, BeaconStateDeneb,
    BeaconStateElectra, BeaconStateFulu, State, StateFields,
};
use super::{Fork, PresetName, ProposerSource, Root, Spec};
use crate::chain::ChainError;
use crate::epoch::Standing;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use tree_hash::TreeHash as _;

/// A signed block, without its signature: nothing here checks BLS signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockFacts {
    /// Hash tree root of the block, by which others call it.
    pub root: Root,
    /// Its slot.
    pub slot: u64,
    /// Who proposed it.
    pub proposer_index: u64,
    /// The block before it.
    pub parent_root: Root,
    /// Root of the state after it.
    pub state_root: Root,
    /// One bit a seat of the sync committee.
    pub sync_bits: Vec<bool>,
    /// The attestations in it.
    pub attestations: Vec<AttestationFacts>,
}

/// An aggregate of votes in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestationFacts {
    /// The slot of the votes.
    pub slot: u64,
    /// The block voted for as the head.
    pub beacon_block_root: Root,
    /// The checkpoint voted for.
    pub target: Checkpoint,
    /// The committees of the slot that it speaks for, in the order of its bits.
    pub committees: Vec<u64>,
    /// One bit a member, the lowest bit of a byte first.
    pub bits: Vec<u8>,
    /// How many members the bits are about.
    pub members: usize,
}

/// A validator's record in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidatorFacts {
    /// In Gwei.
    pub effective_balance: u64,
    /// The chain's flag.
    pub slashed: bool,
    /// First active epoch.
    pub activation_epoch: u64,
    /// First epoch in which it is no longer active.
    pub exit_epoch: u64,
}

impl ValidatorFacts {
    /// `is_active_validator`: slashed validators stay active until they exit.
    pub fn is_active(&self, epoch: u64) -> bool {
        self.activation_epoch <= epoch && epoch < self.exit_epoch
    }
}

/// A checkpoint of Casper FFG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Its epoch.
    pub epoch: u64,
    /// The last block at or before the epoch's first slot.
    pub root: Root,
}

/// A state, reduced.
#[derive(Clone, PartialEq, Eq)]
pub struct StateFacts {
    /// Hash tree root of the whole state.
    pub root: Root,
    /// Its slot.
    pub slot: u64,
    /// The fork in force.
    pub fork: Fork,
    /// Which chain it belongs to.
    pub genesis_validators_root: Root,
    /// Slot of the last block applied to it.
    pub last_block_slot: u64,
    /// Root of the last block applied to it.
    pub last_block_root: Root,
    /// Whether that block's own post-state is this state: no empty slot has been processed since.
    pub is_post_state: bool,
    /// Roots of earlier states, a ring by slot.
    pub state_roots: Vec<Root>,
    /// The registry of validators.
    pub validators: Vec<ValidatorFacts>,
    /// Their public keys, perhaps followed by those of later states: [`StateFacts`] of a chain share them.
    pub pubkeys: Arc<Vec<[u8; 48]>>,
    /// Flags of the epoch before the state's epoch, one byte a validator.
    pub previous_epoch_participation: Vec<u8>,
    /// The finalised checkpoint.
    pub finalized: Checkpoint,
    /// Validator indices of the current sync committee, one a seat.
    pub sync_committee: Vec<u64>,
    /// What decides the proposers of the state's epoch.
    pub proposers: ProposerSource,
    /// Seed of the committees of the state's epoch.
    pub attester_seed: Root,
}

impl StateFacts {
    /// The record and the flags of a validator, if the state knows it.
    pub fn standing(&self, index: u64) -> Standing {
        let Ok(place) = usize::try_from(index) else {
            return Standing::default();
        };
        Standing {
            record: self.validators.get(place).copied(),
            flags: self.previous_epoch_participation.get(place).copied(),
        }
    }
}

/// Roots and registry fill megabytes: slot and root say which state it is.
impl fmt::Debug for StateFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "StateFacts({}, slot {}, {})",
            self.fork,
            self.slot,
            hex::encode(self.root)
        )
    }
}

/// Decodes and hashes a state.
///
/// # Errors
/// If it is no state of the preset and of the fork at its slot; `file` is what errors call it.
pub fn decode_state(spec: &Spec, file: &str, bytes: &[u8]) -> Result<StateFacts, ChainError> {
    with_state(spec, file, bytes, |fork, root, fields| {
        reduce(spec, fork, file, root, fields)
    })
}

/// Decodes and hashes a state, and hands fork, root and fields to `reduce`.
pub(super) fn with_state<R>(
    spec: &Spec,
    file: &str,
    bytes: &[u8],
    reduce: impl FnOnce(Fork, Root, StateFields) -> Result<R, ChainError>,
) -> Result<R, ChainError> {
    // genesis_time (8), genesis_validators_root (32), slot (8)
    let slot = slot_at(file, bytes, 40)?;
    let (fork, _) = spec.fork_at(slot)?;
    match spec.preset() {
        PresetName::Mainnet => state_of_fork::<Mainnet, R>(spec, fork, file, bytes, reduce),
        PresetName::Minimal => state_of_fork::<Minimal, R>(spec, fork, file, bytes, reduce),
    }
}

/// Decodes and hashes a signed block.
///
/// # Errors
/// If it is no signed block of the preset and of the fork at its slot; `file` is what errors call it.
pub fn decode_block(spec: &Spec, file: &str, bytes: &[u8]) -> Result<BlockFacts, ChainError> {
    // offset of the message (4), signature (96), then the message, which starts with its slot
    let slot = slot_at(file, bytes, 100)?;
    let (fork, _) = spec.fork_at(slot)?;
    match spec.preset() {
        PresetName::Mainnet => block_of_fork::<Mainnet>(spec, fork, file, bytes),
        PresetName::Minimal => block_of_fork::<Minimal>(spec, fork, file, bytes),
    }
}

fn slot_at(file: &str, bytes: &[u8], offset: usize) -> Result<u64, ChainError> {
    bytes
        .get(offset..)
        .and_then(<[u8]>::first_chunk)
        .map(|slot| u64::from_le_bytes(*slot))
        .ok_or_else(|| ChainError::Truncated {
            file: file.to_owned(),
            at_least: offset + 8,
            got: bytes.len(),
        })
}

fn state_of_fork<P: Preset, R>(
    spec: &Spec,
    fork: Fork,
    file: &str,
    bytes: &[u8],
    reduce: impl FnOnce(Fork, Root, StateFields) -> Result<R, ChainError>,
) -> Result<R, ChainError> {
    match fork {
        Fork::Altair => state::<BeaconStateAltair<P, Reduced>, R>(spec, fork, file, bytes, reduce),
        Fork::Bellatrix => {
            state::<BeaconStateBellatrix<P, Reduced>, R>(spec, fork, file, bytes, reduce)
        }
        Fork::Capella => {
            state::<BeaconStateCapella<P, Reduced>, R>(spec, fork, file, bytes, reduce)
        }
        Fork::Deneb => state::<BeaconStateDeneb<P, Reduced>, R>(spec, fork, file, bytes, reduce),
        Fork::Electra => {
            state::<BeaconStateElectra<P, Reduced>, R>(spec, fork, file, bytes, reduce)
        }
        Fork::Fulu => state::<BeaconStateFulu<P, Reduced>, R>(spec, fork, file, bytes, reduce),
    }
}

fn block_of_fork<P: Preset>(
    spec: &Spec,
    fork: Fork,
    file: &str,
    bytes: &[u8],
) -> Result<BlockFacts, ChainError> {
    match fork {
        Fork::Altair => {
            decode::<SignedBeaconBlockAltair<P>>(spec, fork, file, bytes).map(|b| b.facts())
        }
        Fork::Bellatrix => {
            decode::<SignedBeaconBlockBellatrix<P>>(spec, fork, file, bytes).map(|b| b.facts())
        }
        Fork::Capella => {
            decode::<SignedBeaconBlockCapella<P>>(spec, fork, file, bytes).map(|b| b.facts())
        }
        Fork::Deneb => {
            decode::<SignedBeaconBlockDeneb<P>>(spec, fork, file, bytes).map(|b| b.facts())
        }
        Fork::Electra | Fork::Fulu => {
            decode::<SignedBeaconBlockElectra<P>>(spec, fork, file, bytes).map(|b| b.facts())
        }
    }
}

fn decode<T: ssz::Decode>(
    spec: &Spec,
    fork: Fork,
    file: &str,
    bytes: &[u8],
) -> Result<T, ChainError> {
    T::from_ssz_bytes(bytes).map_err(|error| ChainError::Undecodable {
        file: file.to_owned(),
        fork,
        preset: spec.preset(),
        detail: format!("{error:?}"),
    })
}

fn state<T: State, R>(
    spec: &Spec,
    fork: Fork,
    file: &str,
    bytes: &[u8],
    reduce: impl FnOnce(Fork, Root, StateFields) -> Result<R, ChainError>,
) -> Result<R, ChainError> {
    let state: T = decode(spec, fork, file, bytes)?;
    let root = state.tree_hash_root().0;
    let fields = state.into_fields();
    let (_, expected) = spec.fork_at(fields.slot)?;
    if fields.current_version != expected {
        return Err(ChainError::ForkVersion {
            file: file.to_owned(),
            fork,
            expected: hex::encode(expected),
            got: hex::encode(fields.current_version),
        });
    }
    reduce(fork, root, fields)
}

fn reduce(
    spec: &Spec,
    fork: Fork,
    file: &str,
    root: Root,
    state: StateFields,
) -> Result<StateFacts, ChainError> {
    let inconsistent = |detail: &'static str| ChainError::Inconsistent {
        file: file.to_owned(),
        detail,
    };
    // The block's state root is filled in by the first slot processed after the block.
    let is_post_state = state.latest_block_header.state_root == Root::default();
    let mut header = state.latest_block_header;
    if is_post_state {
        header.state_root = root;
    }
    let seed = |domain| {
        get_seed(&state.randao_mixes, spec.epoch_of(state.slot), domain)
            .ok_or_else(|| inconsistent("it has no randao mix for its epoch"))
    };
    let proposers = match state.proposer_lookahead {
        Some(lookahead) => ProposerSource::Lookahead(lookahead),
        None => ProposerSource::Seed(seed(DOMAIN_BEACON_PROPOSER)?),
    };
    let attester_seed = seed(DOMAIN_BEACON_ATTESTER)?;
    let pubkeys = state.validators.pubkeys;
    let sync_committee = indices_of(&state.sync_committee, &pubkeys)
        .ok_or_else(|| inconsistent("a member of its sync committee is no validator"))?;
    Ok(StateFacts {
        root,
        slot: state.slot,
        fork,
        genesis_validators_root: state.genesis_validators_root,
        last_block_slot: header.slot,
        last_block_root: header.tree_hash_root().0,
        is_post_state,
        state_roots: state.state_roots,
        validators: state.validators.facts,
        pubkeys: Arc::new(pubkeys),
        previous_epoch_participation: state.previous_epoch_participation.bytes,
        finalized: Checkpoint {
            epoch: state.finalized_checkpoint.epoch,
            root: state.finalized_checkpoint.root,
        },
        sync_committee,
        proposers,
        attester_seed,
    })
}

/// The indices of the members of a committee. It is much shorter than the registry, so that a table of
/// its members is filled from a pass over that.
fn indices_of(members: &[Pubkey], pubkeys: &[Pubkey]) -> Option<Vec<u64>> {
    let mut indices: HashMap<&Pubkey, Option<u64>> =
        members.iter().map(|member| (member, None)).collect();
    for (index, pubkey) in (0..).zip(pubkeys) {
        if let Some(place) = indices.get_mut(pubkey) {
            *place = Some(index);
        }
    }
    members.iter().map(|member| indices[member]).collect()
}
