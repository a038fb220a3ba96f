//! Beacon chain data, Altair to Fulu: decoded from SSZ, hashed, and reduced to what a ledger needs.
//!
//! Containers are hashed whole, because only the hash tree root of a whole container can be
//! compared with what the chain commits to; what is kept of a state's long lists is less. Preset and fork come from `spec.json` and from the
//! slot inside the content, never from a file's name.

mod block;
mod committees;
mod facts;
mod lists;
mod operations;
mod payload;
mod preset;
mod proposer;
mod records;
pub(crate) mod spec;
mod state;

pub(crate) use committees::Committees;
pub use committees::shuffle;
pub use facts::{
    AttestationFacts, BlockFacts, Checkpoint, StateFacts, ValidatorFacts, decode_block,
    decode_state,
};
pub use proposer::ProposerSource;
pub use records::{ValidatorRecord, ValidatorRecords};
pub use spec::{Fork, PresetName, Spec};

/// A hash tree root.
pub type Root = [u8; 32];
