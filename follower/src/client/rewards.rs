//! The rewards endpoints. They are no source of a ledger, only of comparison.

use super::json::{Number, Signed};
use super::routes::verified;
use super::{NodeError, Nodes, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Of one validator in a list of rewards; an entry has about 200 bytes.
const MAX_REWARD: u64 = 1 << 9;
/// Ideal rewards come for each effective balance up to 2048 ETH.
const MAX_IDEAL_REWARDS: u64 = 1 << 20;

/// What a validator's attestation brought it, in Gwei; penalties are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestationReward {
    /// For source, target and head, in the order of the flags' bits.
    pub flags: [i64; 3],
}

/// The attestation rewards of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestationRewards {
    /// Nobody earns anything in an inactivity leak.
    pub is_leak: bool,
    /// By validator.
    pub validators: BTreeMap<u64, AttestationReward>,
}

#[derive(Deserialize)]
struct AttestationAnswer {
    ideal_rewards: Vec<IdealReward>,
    total_rewards: Vec<TotalReward>,
}

#[derive(Deserialize)]
struct IdealReward {
    effective_balance: Number,
    source: Signed,
    target: Signed,
    head: Signed,
}

#[derive(Deserialize)]
struct TotalReward {
    validator_index: Number,
    source: Signed,
    target: Signed,
    head: Signed,
}

#[derive(Deserialize)]
struct BlockAnswer {
    proposer_index: Number,
}

#[derive(Deserialize)]
struct SyncReward {
    validator_index: Number,
    reward: Signed,
}

impl Nodes {
    /// What validators earned by their attestations of an epoch. Nodes know it once the last slot of the
    /// next epoch has a block; if that slot stays empty, some never do.
    ///
    /// # Errors
    /// As [`Nodes::config`], and if it does not say what is ideal.
    pub fn attestation_rewards(
        &mut self,
        epoch: u64,
        indices: &[u64],
    ) -> Result<AttestationRewards, NodeError> {
        let route = format!("/eth/v1/beacon/rewards/attestations/{epoch}");
        let body = ids(indices);
        let mut question = self.small(&route);
        question.post = Some(&body);
        question.limit += MAX_IDEAL_REWARDS + MAX_REWARD * indices.len() as u64;
        self.ask(question, |answer| {
            let answer: AttestationAnswer = verified(answer)?;
            let mut ideal = answer
                .ideal_rewards
                .iter()
                .filter(|ideal| ideal.effective_balance.0 > 0)
                .peekable();
            if ideal.peek().is_none() {
                return Err(Refusal::malformed("it says nothing of ideal rewards"));
            }
            let is_nothing = |ideal: &IdealReward| {
                ideal.source.0 == 0 && ideal.target.0 == 0 && ideal.head.0 == 0
            };
            let entry = |of: &TotalReward| {
                let flags = [of.source.0, of.target.0, of.head.0];
                (of.validator_index.0, AttestationReward { flags })
            };
            Ok(AttestationRewards {
                is_leak: ideal.all(is_nothing),
                validators: answer.total_rewards.iter().map(entry).collect(),
            })
        })
    }

    /// Who is rewarded for a slot's block.
    ///
    /// # Errors
    /// As [`Nodes::config`].
    pub fn block_rewards(&mut self, slot: u64) -> Result<u64, NodeError> {
        let route = format!("/eth/v1/beacon/rewards/blocks/{slot}");
        let answer: BlockAnswer = self.ask(self.small(&route), verified)?;
        Ok(answer.proposer_index.0)
    }

    /// What members of the sync committee earned by a slot's block, in Gwei, of validators `indices`.
    ///
    /// # Errors
    /// As [`Nodes::config`].
    pub fn sync_rewards(
        &mut self,
        slot: u64,
        indices: &[u64],
    ) -> Result<BTreeMap<u64, i64>, NodeError> {
        let route = format!("/eth/v1/beacon/rewards/sync_committee/{slot}");
        let body = ids(indices);
        let mut question = self.small(&route);
        question.post = Some(&body);
        let rewards: Vec<SyncReward> = self.ask(question, verified)?;
        let mut sums = BTreeMap::new();
        for reward in rewards {
            // Some nodes have an entry for each seat.
            let sum: &mut i64 = sums.entry(reward.validator_index.0).or_default();
            *sum = sum.saturating_add(reward.reward.0);
        }
        Ok(sums)
    }
}

fn ids(indices: &[u64]) -> String {
    let ids: Vec<String> = indices.iter().map(u64::to_string).collect();
    serde_json::json!(ids).to_string()
}
