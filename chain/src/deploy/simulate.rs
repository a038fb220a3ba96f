//! A deployment without effect: the node runs the transactions one on top of the other (`eth_simulateV1`).

use super::{DeployError, Step, at};
use crate::node::{Node, NodeError};
use crate::revert::Revert;
use alloy_primitives::{Address, Bytes, U64};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most gas of a transaction: EIP-7825.
const MAX_GAS: u64 = 1 << 24;

/// What a transaction would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// Gas that it would use.
    pub gas: u64,
}

#[derive(Deserialize)]
struct Block {
    calls: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    #[serde(default)]
    return_data: Bytes,
    gas_used: U64,
    status: U64,
}

/// Runs `steps` after one another. `None` if the node cannot.
///
/// # Errors
/// If one of them fails, with its reason.
pub fn simulate(
    node: &Node,
    from: Address,
    steps: &[Step],
) -> Result<Option<Vec<Simulated>>, DeployError> {
    // A block each: together they need more gas than one may have.
    let blocks: Vec<Value> = steps
        .iter()
        .map(|step| {
            let mut call = json!({
                "from": from,
                "gas": U64::from(MAX_GAS),
                "input": step.request.data,
                "value": step.request.value,
            });
            if let Some(to) = step.request.to {
                call["to"] = json!(to);
            }
            json!({ "calls": [call] })
        })
        .collect();
    let payload = json!([{ "blockStateCalls": blocks, "validation": false }, "latest"]);
    let answer = match node.raw("eth_simulateV1", payload) {
        // Not every node knows the method.
        Err(NodeError::Refused { .. }) => return Ok(None),
        answer => at("run the deployment without effect", answer)?,
    };
    let Ok(blocks) = serde_json::from_value::<Vec<Block>>(answer) else {
        return Ok(None);
    };
    let calls: Vec<Call> = blocks.into_iter().flat_map(|block| block.calls).collect();
    if calls.len() != steps.len() {
        return Ok(None);
    }
    let results = calls.iter().zip(steps).map(|(call, step)| {
        if call.status.is_zero() {
            let reason = Revert::decode(&call.return_data);
            return at(
                &format!("send {}", step.name),
                Err(NodeError::Reverted { reason }),
            );
        }
        Ok(Simulated {
            gas: call.gas_used.to(),
        })
    });
    results.collect::<Result<_, _>>().map(Some)
}
