//! What can be wrong with beacon data.

use crate::beacon::{Fork, PresetName};
use std::io;
use std::path::PathBuf;

/// Why beacon data give no chain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is larger than anything it can rightly be.
    #[error("{file} has more than {limit} bytes: it is not what its place says")]
    TooLarge {
        /// Which one.
        file: String,
        /// The most that is read.
        limit: u64,
    },
    /// An archive could not be unpacked.
    #[error("the archive cannot be unpacked: {detail}")]
    Archive {
        /// Why.
        detail: String,
    },
    /// A file that every chain needs is not there.
    #[error("{file} is missing from the archive")]
    MissingFile {
        /// Which one.
        file: &'static str,
    },
    /// An answer of the beacon API is malformed.
    #[error("{file} is not an answer of the beacon API: {detail}")]
    Json {
        /// Which one.
        file: &'static str,
        /// Why.
        detail: String,
    },
    /// PRESET_BASE names no known preset.
    #[error("PRESET_BASE in spec.json is `{got}`, but only `mainnet` and `minimal` are known")]
    UnknownPreset {
        /// The name.
        got: String,
    },
    /// A size is not that of the preset.
    #[error("{name} in spec.json is {got}, but the {preset} preset has {expected}")]
    PresetSize {
        /// Which one.
        name: &'static str,
        /// The preset that spec.json names.
        preset: PresetName,
        /// The preset's size.
        expected: u64,
        /// What spec.json says.
        got: u64,
    },
    /// The fork at a slot is none that this version knows.
    #[error("the fork at slot {slot} is {fork}, and this version knows altair to fulu only")]
    UnknownFork {
        /// Its name.
        fork: String,
        /// The slot.
        slot: u64,
    },
    /// A file ends before its slot.
    #[error("{file} is truncated: it has {got} bytes and its slot alone ends at {at_least}")]
    Truncated {
        /// Which one.
        file: String,
        /// What it needs.
        at_least: usize,
        /// What it has.
        got: usize,
    },
    /// The bytes are no such container.
    #[error(
        "{file} does not decode in the {preset} preset and the {fork} fork of its slot: {detail}; the file is damaged, or spec.json is of another chain"
    )]
    Undecodable {
        /// Which one.
        file: String,
        /// The fork at the slot in it.
        fork: Fork,
        /// The preset of spec.json.
        preset: PresetName,
        /// The decoder's words.
        detail: String,
    },
    /// A state's own fork version is not that of the schedule.
    #[error("{file} has fork version {got}, but {fork} has {expected} in spec.json")]
    ForkVersion {
        /// Which one.
        file: String,
        /// The fork at its slot.
        fork: Fork,
        /// The schedule's version, in hex.
        expected: String,
        /// The state's version, in hex.
        got: String,
    },
    /// A state that no chain has.
    #[error("{file} contradicts itself: {detail}")]
    Inconsistent {
        /// Which one.
        file: String,
        /// How.
        detail: &'static str,
    },
    /// A state of another chain.
    #[error("{file} has genesis_validators_root {got}, but genesis.json has {expected}")]
    OtherChain {
        /// Which one.
        file: String,
        /// Of genesis.json, in hex.
        expected: String,
        /// Of the state, in hex.
        got: String,
    },
    /// No state that a block vouches for has a finalised checkpoint.
    #[error(
        "no epoch is finalised in any state that one of the blocks commits to; add later states and their blocks"
    )]
    NothingFinalized,
    /// Two states finalise different chains.
    #[error(
        "{file} finalises {root} at epoch {epoch}, which is not on the finalised chain of the other states: the data are of two chains"
    )]
    ConflictingFinality {
        /// The state.
        file: String,
        /// Its finalised epoch.
        epoch: u64,
        /// Its finalised root, in hex.
        root: String,
    },
    /// The block of the checkpoint to rest on is missing.
    #[error(
        "block {root} of the finalised checkpoint of epoch {epoch} is missing: add it and its ancestors"
    )]
    MissingCheckpoint {
        /// The checkpoint's epoch.
        epoch: u64,
        /// The block, in hex.
        root: String,
    },
    /// A block between a state and its finalised block is missing.
    #[error(
        "block {root} is missing: the blocks from {file} down to its finalised block must all be there"
    )]
    MissingBlock {
        /// The missing block, in hex.
        root: String,
        /// The state.
        file: String,
    },
    /// A block is not above its parent.
    #[error("block {root} is at slot {slot}, not above its parent at slot {parent_slot}")]
    SlotOrder {
        /// The block, in hex.
        root: String,
        /// Its slot.
        slot: u64,
        /// Its parent's slot.
        parent_slot: u64,
    },
    /// The finalised block is in a later epoch than its checkpoint.
    #[error(
        "the finalised checkpoint of epoch {epoch} names a block after that epoch's first slot"
    )]
    CheckpointBelowBlock {
        /// The checkpoint's epoch.
        epoch: u64,
    },
    /// A state that nothing vouches for.
    #[error(
        "{file} is not authenticated: no canonical block and no later state commits to a state {root} at slot {slot}; it is damaged or of another branch"
    )]
    Unauthenticated {
        /// Which one.
        file: String,
        /// The slot in it.
        slot: u64,
        /// Its hash tree root, in hex.
        root: String,
    },
}
