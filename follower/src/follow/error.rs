//! Why following stops.

use super::Part;
use crate::client::{NodeError, Refusal};
use crate::store::StoreError;
use std::path::PathBuf;
use vigil_ledger::assembly::BuildError;
use vigil_ledger::chain::ChainError;
use vigil_ledger::cross_check::Difference;
use vigil_ledger::file::LedgerFileError;
use vigil_ledger::registry::RegistryError;
use vigil_ledger::rows::RowError;

/// Why a follower cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// No node answered.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The registry is not in order.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The chain's configuration is none that this version knows.
    #[error(transparent)]
    Chain(#[from] Box<ChainError>),
    /// The chain's data do not give an epoch's facts.
    #[error("epoch {epoch}: {source}")]
    Epoch {
        /// Which epoch.
        epoch: u64,
        /// Why.
        source: RowError,
    },
    /// A period's ledger cannot be made.
    #[error(transparent)]
    Ledger(#[from] BuildError),
    /// A ledger cannot be written or read again.
    #[error(transparent)]
    File(#[from] LedgerFileError),
    /// There is no head.
    #[error("no beacon node has a head block")]
    NoHead,
    /// The node finalises less than what was recorded by.
    #[error(
        "the node's finalised epoch is {got}, but epoch {recorded} was final already: it is behind"
    )]
    Behind {
        /// By which epochs were recorded.
        recorded: u64,
        /// The node's.
        got: u64,
    },
    /// Finality went another way than what was recorded.
    #[error(
        "the node's finalised chain has block {got} at epoch {epoch}, but {recorded} was final there: it is another chain, or the node was made to follow one; nothing was changed"
    )]
    FinalizedConflict {
        /// The checkpoint's epoch.
        epoch: u64,
        /// Its block by the store, in hex.
        recorded: String,
        /// Its block by the node, in hex.
        got: String,
    },
    /// The node's blocks are no chain.
    #[error("the node's block {root} at slot {slot} is not below slot {limit}, where it belongs")]
    SlotOrder {
        /// The block, in hex.
        root: String,
        /// Its slot.
        slot: u64,
        /// What it must be below.
        limit: u64,
    },
    /// The two ways to the flags disagree.
    #[error(
        "validator {index}, epoch {epoch}: flags {from_states:#05b} in the state, {from_blocks:#05b} from the blocks (bits 0 to 2: timely source, target, head)"
    )]
    PathsDiffer {
        /// Validator.
        index: u64,
        /// Epoch.
        epoch: u64,
        /// Flags in the epoch's final state.
        from_states: u8,
        /// Flags computed from attestations.
        from_blocks: u8,
    },
    /// Another source contradicts the one that the ledger is made of.
    #[error(
        "validator {}, epoch {}{}: {} is {} by {main}, {} by {other}",
        difference.index, difference.epoch,
        difference.slot.map(|slot| format!(", slot {slot}")).unwrap_or_default(),
        difference.subject, difference.main, difference.other
    )]
    SourcesDiffer {
        /// What the ledger is made of.
        main: Part,
        /// What it is compared with.
        other: Part,
        /// On what.
        difference: Difference,
    },
    /// The ledger that the next one continues is not what was written.
    #[error(
        "the ledger {} is not there, or not as it was written (sha256 {sha256}), and its epochs are no longer kept: put it back, or start again in an empty folder",
        path.display()
    )]
    LostLedger {
        /// Where it was.
        path: PathBuf,
        /// Of the file, in hex.
        sha256: String,
    },
    /// A block that was walked over is not in the store.
    #[error("the store has lost block {root}: start again in an empty folder")]
    LostBlock {
        /// The block, in hex.
        root: String,
    },
    /// There is nothing to compare.
    #[error("{main} cannot be compared with themselves: name other sources to compare with")]
    OwnSource {
        /// The ledger's source.
        main: Part,
    },
    /// No such period.
    #[error("periods of {epochs} epochs from epoch {start_epoch} on are not possible")]
    Period {
        /// First epoch.
        start_epoch: u64,
        /// Length.
        epochs: u32,
    },
}

impl FollowError {
    /// Whether it may be gone at the next step: a node that is away, syncing, or behind.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Node(error) => !matches!(error.refusal(), Refusal::WrongChain { .. }),
            Self::Behind { .. } | Self::NoHead => true,
            _ => false,
        }
    }
}
