//! Stakers change the policy: a proposal, a vote, the timelock.

use crate::actors::ETHER;
use crate::pool::{Pool, VOTE, WINDOW, policy};
use alloy_primitives::{U256, keccak256};
use alloy_sol_types::SolCall;
use serde_json::json;
use vigil_chain::interface::{Policy, PolicyStore, VigilGovernor};

const WHY: &str = "a higher penalty";

impl Pool {
    pub(crate) fn a_vote_doubles_the_penalty(&self) {
        let (network, at) = (&self.network, &self.at.contracts);
        let mut changed = policy();
        changed["penalty"] = json!((2 * ETHER).to_string());
        let changed = serde_json::from_value(changed).unwrap();
        let adopt = PolicyStore::adoptCall {
            policy: Policy::from(&changed),
        };
        // No account adopts a policy by itself.
        let alone = self
            .staker
            .is_refused(network, at.policies, adopt.abi_encode());
        assert_eq!(alone, "NotAllowed");
        let (targets, values) = (vec![at.policies], vec![U256::ZERO]);
        let calldatas = vec![adopt.abi_encode().into()];
        let propose = VigilGovernor::proposeCall {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            description: WHY.to_owned(),
        };
        let request = vigil_chain::node::Request::call(at.governor, propose.abi_encode());
        let id = network
            .node
            .simulate(self.staker.address(), &request)
            .unwrap();
        let vote = VigilGovernor::castVoteCall {
            proposalId: U256::from_be_slice(&id),
            support: 1,
        };
        self.staker.send(network, at.governor, 0, &propose);
        network.pass(WINDOW + 1);
        self.staker.send(network, at.governor, 0, &vote);
        network.pass(VOTE + 1);
        let queue = VigilGovernor::queueCall {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            descriptionHash: keccak256(WHY),
        };
        let execute = VigilGovernor::executeCall {
            targets,
            values,
            calldatas,
            descriptionHash: keccak256(WHY),
        };
        self.outsider.send(network, at.governor, 0, &queue);
        let early = self
            .outsider
            .is_refused(network, at.governor, execute.abi_encode());
        assert_eq!(early, "TimelockUnexpectedOperationState");
        network.pass(VOTE + 1);
        self.outsider.send(network, at.governor, 0, &execute);
        self.say("a vote has doubled the penalty, for periods to come");
    }
}
