//! The rewards that the captured node paid out, as it told them.

use super::{Replay, Response};
use crate::http::Request;
use serde_json::Value;

impl Replay {
    /// As Lodestar: only while it has the state at the end of the next epoch, and never if that slot has
    /// no block.
    pub(super) fn attestation_rewards(&self, epoch: &str, request: &Request) -> Option<Response> {
        let epoch: u64 = epoch.parse().ok()?;
        let slot = self.spec.slots_per_epoch() * (epoch + 2) - 1;
        let body = self.state(&slot.to_string()).and_then(|_| {
            self.files
                .get(&format!("duties/rewards_att_{epoch:04}.json"))
        });
        let Some(body) = body else {
            return Some(Response::status(500));
        };
        let mut answer: Value = serde_json::from_slice(body).unwrap();
        only_asked(&mut answer["data"]["total_rewards"], request);
        Some(Response::json(&answer))
    }

    pub(super) fn block_rewards(&self, slot: &str) -> Option<Response> {
        self.file(&format!("rewards/block_{:05}.json", self.reached(slot)?))
    }

    pub(super) fn sync_rewards(&self, slot: &str, request: &Request) -> Option<Response> {
        let name = format!("rewards/sync_{:05}.json", self.reached(slot)?);
        let mut answer: Value = serde_json::from_slice(self.files.get(&name)?).unwrap();
        only_asked(&mut answer["data"], request);
        Some(Response::json(&answer))
    }

    fn reached(&self, slot: &str) -> Option<u64> {
        slot.parse().ok().filter(|&slot| slot <= self.head())
    }
}

fn only_asked(rewards: &mut Value, request: &Request) {
    let ids: Vec<Value> = serde_json::from_slice(&request.body).unwrap();
    let rewards = rewards.as_array_mut().unwrap();
    rewards.retain(|reward| ids.contains(&reward["validator_index"]));
}
