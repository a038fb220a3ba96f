//! A deployment without effect: the node runs the transactions one on top of the other (`eth_simulateV1`), where it can.

use super::{DeployError, Step, at};
use crate::node::{Node, NodeError};
use crate::revert::Revert;
use alloy_primitives::{Address, Bytes, U64};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most gas of a transaction: EIP-7825.
const MAX_GAS: u64 = 1 << 24;

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

/// The gas of each of `steps`, run after one another. `None` for those that the node can run neither in a row nor
/// alone, because they need what is not there yet.
///
/// # Errors
/// If one of them fails in the row, with its reason.
pub fn simulate(
    node: &Node,
    from: Address,
    steps: &[Step],
) -> Result<Vec<Option<u64>>, DeployError> {
    if let Some(calls) = in_a_row(node, from, steps)? {
        let gas = calls.iter().zip(steps).map(|(call, step)| {
            if call.status.is_zero() {
                let reason = Revert::decode(&call.return_data);
                let failed = Err(NodeError::Reverted { reason });
                return at(&format!("send {}", step.name), failed);
            }
            Ok(Some(call.gas_used.to()))
        });
        return gas.collect();
    }
    let alone = |step: &Step| match node.estimate(from, &step.request) {
        Ok(gas) => Ok(Some(gas)),
        Err(NodeError::Reverted { .. } | NodeError::Refused { .. }) => Ok(None),
        Err(error) => at("ask for the gas", Err(error)),
    };
    steps.iter().map(alone).collect()
}

/// `None` if the node cannot: not every one knows the method, nor lets it make contracts.
fn in_a_row(node: &Node, from: Address, steps: &[Step]) -> Result<Option<Vec<Call>>, DeployError> {
    // A block each: together they need more gas than one may have.
    let block = |step: &Step| {
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
    };
    let blocks: Vec<Value> = steps.iter().map(block).collect();
    let payload = json!([{ "blockStateCalls": blocks, "validation": false }, "latest"]);
    let answer = match node.raw("eth_simulateV1", payload) {
        Err(NodeError::Refused { .. }) => return Ok(None),
        answer => at("run the deployment without effect", answer)?,
    };
    let Ok(blocks) = serde_json::from_value::<Vec<Block>>(answer) else {
        return Ok(None);
    };
    let calls: Vec<Call> = blocks.into_iter().flat_map(|block| block.calls).collect();
    Ok((calls.len() == steps.len()).then_some(calls))
}
