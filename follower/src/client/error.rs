//! What can be wrong with a node or its answers.

use super::NodeAddress;
use std::fmt;
use vigil_ledger::chain::ChainError;

/// A node did not give what was asked for. Answers' bodies are never quoted: they may be huge, or hold a
/// server's inner life.
#[derive(Debug)]
pub struct NodeError {
    node: Box<NodeAddress>,
    route: String,
    refusal: Refusal,
}

/// Why a node gave nothing.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It cannot be reached, or the connection broke.
    #[error("it cannot be reached: {detail}")]
    Unreachable {
        /// What happened, without its address.
        detail: String,
    },
    /// It takes too long.
    #[error("it did not answer in time")]
    Timeout,
    /// The connection ended inside the body.
    #[error("its answer broke off after {got} bytes")]
    BrokenOff {
        /// What arrived.
        got: u64,
    },
    /// It does not know the chain's head yet.
    #[error("it is syncing{}", distance.map(|slots| format!(", {slots} slots behind")).unwrap_or_default())]
    Syncing {
        /// Slots to go, if it says so.
        distance: Option<u64>,
    },
    /// Its execution client has not checked the head.
    #[error("its head is optimistic: its execution client has not verified it")]
    Optimistic,
    /// It has no such thing, or no longer.
    #[error("it does not have this, or no longer: states are pruned soon after they are final")]
    NotFound,
    /// It follows another chain.
    #[error("it is on another chain: genesis_validators_root {got}, expected {expected}")]
    WrongChain {
        /// Hex.
        expected: String,
        /// Hex.
        got: String,
    },
    /// A fork that this version does not know.
    #[error(
        "its answer is of fork {fork}, which this version of vigil does not know: update vigil"
    )]
    UnknownFork {
        /// The name, cut short.
        fork: String,
    },
    /// The version header contradicts the fork schedule.
    #[error("its answer is labelled {got}, but the fork schedule has {expected} at its slot")]
    WrongFork {
        /// By the schedule.
        expected: String,
        /// By the header.
        got: String,
    },
    /// Not what was asked for.
    #[error("its answer is malformed: {detail}")]
    Malformed {
        /// How.
        detail: String,
    },
    /// More than any rightful answer has.
    #[error("its answer has more than {limit} bytes")]
    TooLarge {
        /// The most that is read.
        limit: u64,
    },
    /// Another status.
    #[error("it answers with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
}

impl Refusal {
    /// Whether asking the same node again may help.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Timeout
            | Self::BrokenOff { .. }
            | Self::Malformed { .. }
            | Self::WrongFork { .. } => true,
            // 501: it does not know the route.
            Self::Status { status } => *status == 429 || (*status >= 500 && *status != 501),
            _ => false,
        }
    }

    /// Of two nodes' refusals the one to report: what a node says about the thing asked for tells more
    /// than that another node is out of order.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::Unreachable { .. } | Self::Timeout | Self::Syncing { .. } => 0,
            Self::BrokenOff { .. } | Self::Status { .. } => 1,
            Self::NotFound => 2,
            Self::Optimistic | Self::TooLarge { .. } | Self::Malformed { .. } => 3,
            Self::WrongFork { .. } | Self::UnknownFork { .. } => 4,
            Self::WrongChain { .. } => 5,
        }
    }

    /// What does not decode, in the ledger's words.
    pub(super) fn undecodable(error: &ChainError) -> Self {
        match error {
            ChainError::UnknownFork { fork, .. } => Self::UnknownFork { fork: fork.clone() },
            error => Self::malformed(error.to_string()),
        }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::Malformed {
            detail: detail.into(),
        }
    }
}

impl NodeError {
    pub(super) fn new(node: &NodeAddress, route: &str, refusal: Refusal) -> Self {
        Self {
            node: Box::new(node.clone()),
            // A list of validators does not help anybody.
            route: route.split('?').next().unwrap_or_default().to_owned(),
            refusal,
        }
    }

    /// Why.
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }
}

impl fmt::Display for NodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            node,
            route,
            refusal,
        } = self;
        write!(f, "beacon node {node}, {route}: {refusal}")
    }
}

impl std::error::Error for NodeError {}
