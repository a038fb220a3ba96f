//! What can go wrong between this program and a chain.

use super::NodeUrl;
use crate::revert::Revert;
use alloy::rpc::json_rpc::RpcError;
use alloy::transports::TransportError;
use alloy_primitives::utils::format_ether;
use alloy_primitives::{Address, B256, U256};

/// Why a node was of no use, or a transaction did not come about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// TLS or the runtime.
    #[error("the HTTP client cannot start: {detail}")]
    Start {
        /// Why.
        detail: String,
    },
    /// No answer.
    #[error(
        "the node {node} does not answer ({detail}): is it running, and is this its JSON-RPC port?"
    )]
    Unreachable {
        /// Which.
        node: NodeUrl,
        /// Why.
        detail: String,
    },
    /// An answer that is none.
    #[error("the node {node} answers what no node does: {detail}")]
    Malformed {
        /// Which.
        node: NodeUrl,
        /// What is wrong with it.
        detail: String,
    },
    /// The node's own refusal.
    #[error("the node {node} refuses: {message} (code {code})")]
    Refused {
        /// Which.
        node: NodeUrl,
        /// JSON-RPC's error code.
        code: i64,
        /// As the node puts it.
        message: String,
    },
    /// Another chain.
    #[error("the node {node} is on chain {got}, not on {expected}: use a node of the pool's chain")]
    WrongChain {
        /// Which.
        node: NodeUrl,
        /// The pool's.
        expected: u64,
        /// The node's.
        got: u64,
    },
    /// A contract says no.
    #[error("the contract refuses: {reason}")]
    Reverted {
        /// Why.
        reason: Revert,
    },
    /// Not the contract that is meant.
    #[error(
        "{contract} does not answer {function}: it is not the pool's contract, or there is none on this chain"
    )]
    NotOurs {
        /// Its address.
        contract: Address,
        /// What was asked.
        function: &'static str,
    },
    /// Too poor.
    #[error("{account} has {} ether, the transaction may cost {}: send it ether first", format_ether(*.has), format_ether(*.needed))]
    Balance {
        /// The sender.
        account: Address,
        /// In wei, with the price of all the gas that it may use.
        needed: U256,
        /// In wei.
        has: U256,
    },
    /// The key is another account's.
    #[error("the keystore is that of {got}, but {expected} has to sign")]
    WrongSigner {
        /// Who signs.
        expected: Address,
        /// Whose key it is.
        got: Address,
    },
    /// The key does not sign.
    #[error("cannot sign")]
    Signature(#[from] alloy::signers::Error),
    /// It may still be mined.
    #[error(
        "the transaction {hash} was sent and is not mined after {seconds} s; look for it before you send again"
    )]
    NotMined {
        /// Its hash.
        hash: B256,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Mined, without effect but for its price.
    #[error("the transaction {hash} failed on chain: {reason}")]
    Failed {
        /// Its hash.
        hash: B256,
        /// Why, as far as it can be told.
        reason: Revert,
    },
}

/// What alloy's error says of this node.
pub(super) fn told(node: &NodeUrl, error: TransportError) -> NodeError {
    let node = node.clone();
    match error {
        RpcError::ErrorResp(payload) => {
            if let Some(data) = payload.as_revert_data() {
                return NodeError::Reverted {
                    reason: Revert::decode(&data),
                };
            }
            // Nodes call it so when a call fails and returns nothing.
            if payload.code == 3 || payload.message.contains("execution reverted") {
                return NodeError::Reverted {
                    reason: Revert::Silent,
                };
            }
            NodeError::Refused {
                node,
                code: payload.code,
                message: payload.message.into_owned(),
            }
        }
        RpcError::Transport(kind) => NodeError::Unreachable {
            node,
            detail: kind.to_string(),
        },
        RpcError::NullResp => NodeError::Malformed {
            node,
            detail: "nothing".to_owned(),
        },
        RpcError::DeserError { err, .. } => NodeError::Malformed {
            node,
            detail: err.to_string(),
        },
        other => NodeError::Malformed {
            node,
            detail: other.to_string(),
        },
    }
}
