//! What a deployment is made with: docs/formats.md, "Deployment plans".

use crate::interface;
use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use vigil_circuits::identity::fr_from_be_bytes_mod;
use vigil_circuits::ledger::WORD_EPOCHS;
use vigil_circuits::tree::{LEDGER_DEPTH, Tree};
use vigil_circuits::{Fr, identity};
use vigil_verifier::settle::{Policy, PolicyError, Rule};

/// Fewest members that the oracle takes a header from.
const MIN_MEMBERS: usize = 4;
const MAX_MEMBERS: usize = 64;
/// 28 days.
const MAX_EPOCHS: u32 = 28 * WORD_EPOCHS as u32;

/// Everything that is decided before a deployment. Times are in seconds, amounts in wei.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// EVM chain.
    pub chain_id: u64,
    /// May pause.
    pub guardian: Address,
    /// The beacon chain's genesis.
    pub genesis_time: u64,
    /// Of an epoch.
    pub seconds_per_epoch: u64,
    /// The beacon chain's name.
    pub genesis_validators_root: B256,
    /// The beacon chain's deposit contract.
    pub deposit_contract: Address,
    /// First epoch of the first period.
    pub first_epoch: u64,
    /// Longest period.
    pub max_epochs: u32,
    /// Who signs headers. Each brings its bond after the deployment.
    pub members: Vec<Address>,
    /// Of a member.
    #[serde(with = "wei")]
    pub member_bond: u128,
    /// How long a member's bond stays after it has left.
    pub unbonding: u64,
    /// How long a header waits until it is final.
    pub challenge_window: u64,
    /// From a batch's first registration on.
    pub registration_window: u64,
    /// Then, until the quorum has fixed the root.
    pub root_window: u64,
    /// Then, until operators have enrolled.
    pub enrolment_window: u64,
    /// D, of a validator's registration.
    #[serde(with = "wei")]
    pub registration_deposit: u128,
    /// Fewer growing operators let a batch wait.
    pub min_growing_operators: u32,
    /// Most validators of an operator.
    pub max_validators: u32,
    /// From a period's beginning on: proofs on time.
    pub proof_window: u64,
    /// Then, proofs that are late.
    pub grace_window: u64,
    /// Of an operator of no validators.
    #[serde(with = "wei")]
    pub entry_bond: u128,
    /// Name of the stakers' shares.
    pub share_name: String,
    /// Their symbol.
    pub share_symbol: String,
    /// Between the end of a vote and its execution.
    pub timelock_delay: u64,
    /// Between a proposal and its vote.
    pub voting_delay: u64,
    /// Of a vote.
    pub voting_period: u32,
    /// Shares that it takes to propose.
    #[serde(with = "wei")]
    pub proposal_threshold: u128,
    /// Shares that have to vote, in percent.
    pub quorum_percent: u8,
    /// Circuits whose proofs count; their numbers in the pool are their places here.
    pub shapes: Vec<String>,
    /// The first policy.
    pub policy: Policy,
}

/// Why a plan cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Out of range.
    #[error("{field} is {got}, it must be {range}")]
    Range {
        /// Which.
        field: &'static str,
        /// As planned.
        got: u128,
        /// What is possible.
        range: &'static str,
    },
    /// Twice the same.
    #[error("{field} has {got} twice")]
    Twice {
        /// Which.
        field: &'static str,
        /// As planned.
        got: String,
    },
    /// Nobody.
    #[error("{field} is the zero address")]
    Zero {
        /// Which.
        field: &'static str,
    },
    /// Not a policy.
    #[error("the policy cannot be one")]
    Policy(#[from] PolicyError),
}

impl Plan {
    /// Whether the contracts can be made with it, and work then.
    pub fn check(&self) -> Result<(), PlanError> {
        self.policy.check()?;
        let at_least_one = [
            ("seconds_per_epoch", u128::from(self.seconds_per_epoch)),
            ("challenge_window", self.challenge_window.into()),
            ("registration_window", self.registration_window.into()),
            ("root_window", self.root_window.into()),
            ("enrolment_window", self.enrolment_window.into()),
            ("proof_window", self.proof_window.into()),
            ("voting_period", self.voting_period.into()),
            ("max_validators", self.max_validators.into()),
            ("min_growing_operators", self.min_growing_operators.into()),
        ];
        let range = |field, got, ok: bool, range| {
            let error = PlanError::Range { field, got, range };
            if ok { Ok(()) } else { Err(error) }
        };
        for (field, got) in at_least_one {
            range(field, got, got > 0, "at least 1")?;
        }
        let (epochs, members) = (self.max_epochs, self.members.len());
        let is_period = (1..=MAX_EPOCHS).contains(&epochs);
        range("max_epochs", epochs.into(), is_period, "1 to 6300")?;
        let is_quorum = (MIN_MEMBERS..=MAX_MEMBERS).contains(&members);
        range("members", members as u128, is_quorum, "4 to 64 of them")?;
        let percent = self.quorum_percent;
        let is_share = (1..=100).contains(&percent);
        range("quorum_percent", percent.into(), is_share, "1 to 100")?;
        range("shapes", 0, !self.shapes.is_empty(), "at least 1 of them")?;
        let delay = self.voting_delay;
        range("voting_delay", delay.into(), delay < 1 << 48, "below 2^48")?;

        unique("members", &self.members)?;
        unique("shapes", &self.shapes)?;
        if self.members.contains(&Address::ZERO) {
            return Err(PlanError::Zero { field: "members" });
        }
        if self.deposit_contract == Address::ZERO {
            let field = "deposit_contract";
            return Err(PlanError::Zero { field });
        }
        Ok(())
    }

    pub(super) fn oracle(&self) -> interface::OracleConfig {
        interface::OracleConfig {
            chain: crate::to_uint(fr_from_be_bytes_mod(&self.genesis_validators_root.0)),
            firstEpoch: self.first_epoch,
            maxEpochs: self.max_epochs,
            challengeWindow: self.challenge_window,
            memberBond: U256::from(self.member_bond),
            unbonding: self.unbonding,
        }
    }

    pub(super) fn batches(&self) -> interface::BatchesConfig {
        interface::BatchesConfig {
            registrationWindow: self.registration_window,
            rootWindow: self.root_window,
            enrolmentWindow: self.enrolment_window,
            registrationDeposit: U256::from(self.registration_deposit),
            minGrowingOperators: self.min_growing_operators,
            emptyRoot: crate::to_uint(empty_registry_root()),
        }
    }

    pub(super) fn pool(&self) -> interface::PoolConfig {
        interface::PoolConfig {
            proofWindow: self.proof_window,
            graceWindow: self.grace_window,
            entryBond: U256::from(self.entry_bond),
        }
    }
}

/// Root of a registry of no validators.
pub fn empty_registry_root() -> Fr {
    let tree = Tree::new(Vec::new(), LEDGER_DEPTH).expect("no leaves always fit");
    identity::registry_root(tree.root(), 0)
}

impl From<&Policy> for interface::Policy {
    fn from(policy: &Policy) -> Self {
        let rule = |rule| match rule {
            Rule::Absolute(bps) => (false, bps),
            Rule::BelowNetwork(bps) => (true, bps),
        };
        let (performance, uptime) = (rule(policy.min_performance), rule(policy.min_uptime));
        let mut tiers = [0; 16];
        for (to, &from) in tiers.iter_mut().zip(&policy.grid.tiers) {
            *to = from;
        }
        Self {
            performanceBelowNetwork: performance.0,
            performanceBps: performance.1,
            uptimeBelowNetwork: uptime.0,
            uptimeBps: uptime.1,
            maxOutageEpochs: policy.max_outage_epochs,
            leakBelowBps: policy.leak_below_bps,
            minGoodBps: policy.min_good_bps,
            strikeLimit: policy.strike_limit,
            strikeWindow: policy.strike_window,
            rewardRate: policy.reward_rate,
            stakeStep: policy.grid.stake_step,
            penalty: policy.penalty,
            bondPerValidator: policy.bond_per_validator,
            tiers,
        }
    }
}

fn unique<T: Ord + ToString>(field: &'static str, values: &[T]) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    match values.iter().find(|value| !seen.insert(*value)) {
        Some(twice) => Err(PlanError::Twice {
            field,
            got: twice.to_string(),
        }),
        None => Ok(()),
    }
}

/// Amounts as decimal strings: JSON's readers lose digits above 2^53.
mod wei {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(wei: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(wei)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<u128, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom("an amount is a decimal string of wei below 2^128"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one in docs/formats.md.
    fn plan() -> Plan {
        let document = include_str!("../../../docs/formats.md");
        let (_, section) = document.split_once("## Deployment plans").unwrap();
        let (_, json) = section.split_once("```json").unwrap();
        let (json, _) = json.split_once("```").unwrap();
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_documented_plan_is_one() {
        plan().check().unwrap();
    }

    type Change = fn(&mut Plan);

    #[test]
    fn what_is_out_of_range_is_named() {
        let cases: [(Change, &str); 12] = [
            (|plan| plan.proof_window = 0, "proof_window is 0"),
            (|plan| plan.seconds_per_epoch = 0, "seconds_per_epoch is 0"),
            (|plan| plan.max_epochs = 6_301, "max_epochs is 6301"),
            (|plan| plan.quorum_percent = 101, "quorum_percent is 101"),
            (|plan| plan.voting_delay = 1 << 48, "voting_delay is"),
            (|plan| plan.members.truncate(3), "members is 3"),
            (|plan| plan.members[1] = plan.members[0], "members has"),
            (
                |plan| plan.members[0] = Address::ZERO,
                "members is the zero",
            ),
            (|plan| plan.shapes.clear(), "shapes is 0"),
            (|plan| plan.shapes[1] = plan.shapes[0].clone(), "shapes has"),
            (
                |plan| plan.deposit_contract = Address::ZERO,
                "deposit_contract is the zero",
            ),
            (|plan| plan.policy.strike_limit = 0, "policy"),
        ];
        for (change, cause) in cases {
            let mut changed = plan();
            change(&mut changed);
            let error = changed.check().unwrap_err().to_string();
            assert!(error.contains(cause), "{cause}: {error}");
        }
    }

    #[test]
    fn a_policy_becomes_the_contracts() {
        let plan = plan();
        let policy = interface::Policy::from(&plan.policy);
        assert_eq!(
            (policy.performanceBelowNetwork, policy.performanceBps),
            (false, 8_000)
        );
        assert_eq!(policy.tiers[..3], [0, 2_500, 5_000]);
        assert_eq!(policy.tiers[8..], [0; 8]);
        assert_eq!(policy.penalty, plan.policy.penalty);
    }
}
