//! Who plays, and what they send.

use super::anvil::Anvil;
use super::plan::{MEMBER_BOND, VOTE, WINDOW, plan};
use super::{CHAIN_ID, Keys, OPERATORS};
use crate::commands::contract::deploy::code_of;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use anyhow::{Context, bail};
use rand_core::{OsRng, RngCore};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use vigil_chain::deploy::{Steps, check, run};
use vigil_chain::deployment::{Contracts, Deployment};
use vigil_chain::interface::{
    Clock, DutyPool, LedgerOracle, OperatorState, Root, StakingVault, VigilGovernor,
};
use vigil_chain::node::{Mined, Node, NodeError, Request, Wallet};
use vigil_chain::status::Status;
use vigil_chain::typed_data::root_digest;
use vigil_circuits::identity;
use vigil_ledger::chain::Chain;
use zeroize::Zeroizing;

pub(super) const ETHER: u128 = 1_000_000_000_000_000_000;
const PURSE: u128 = 10_000 * ETHER;
/// With four members three make a quorum.
const MEMBERS: usize = 4;
const QUORUM: usize = 3;
const STAKE: u128 = 64 * ETHER;
const REWARDS: u128 = 10 * ETHER;
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that happened.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) epoch: u64,
    pub(super) who: &'static str,
    pub(super) what: String,
    pub(super) wei: Option<u128>,
}

/// The pool and everybody around it.
pub(super) struct Stage {
    pub(super) anvil: Anvil,
    pub(super) deployment: Deployment,
    pub(super) owners: Vec<Wallet>,
    pub(super) payouts: Vec<Address>,
    pub(super) staker: Wallet,
    pub(super) lines: Vec<Line>,
    members: Vec<Wallet>,
}

/// A new account with a full purse.
fn somebody(node: &Node) -> anyhow::Result<Wallet> {
    let mut secret = Zeroizing::new([0; 32]);
    OsRng.fill_bytes(secret.as_mut_slice());
    let wallet = Wallet::from_secret(&secret).context("almost every number is a key")?;
    let purse = json!([wallet.address(), U256::from(PURSE)]);
    node.raw("anvil_setBalance", purse)?;
    Ok(wallet)
}

impl Stage {
    /// Starts the node and deploys the contracts.
    pub(super) fn set(
        program: &Path,
        artifacts: &Path,
        chain: &Chain,
        keys: &Keys,
    ) -> anyhow::Result<Self> {
        let shapes = [&keys.duty, &keys.enrolment].map(|key| code_of(&key.verifying_key()));
        let shapes: Vec<_> = shapes.into_iter().collect::<anyhow::Result<_>>()?;
        let anvil = Anvil::start(program)?;
        let node = &anvil.node;
        let people = |count: usize| {
            (0..count)
                .map(|_| somebody(node))
                .collect::<Result<Vec<_>, _>>()
        };
        let (members, owners) = (people(MEMBERS)?, people(OPERATORS.len())?);
        let (deployer, staker) = (somebody(node)?, somebody(node)?);
        let accounts = members.iter().map(Wallet::address).collect();
        let names = shapes.iter().map(|code| code.shape.clone()).collect();
        let plan = plan(chain, accounts, names);
        let steps = Steps::new(&plan, &shapes, artifacts, deployer.address(), 0)?;
        run(node, &deployer, &steps, PATIENCE, |_| {})?;
        check(node, &plan, &steps)?;
        let mut stage = Self {
            deployment: steps.deployment,
            owners,
            // Accounts that have nothing but what the pool pays them.
            payouts: (0..OPERATORS.len())
                .map(|i| Address::repeat_byte(0xb0 + i as u8))
                .collect(),
            staker,
            lines: Vec::new(),
            members,
            anvil,
        };
        let what = format!(
            "deploys {} contracts in {} transactions, and has no power any more",
            steps
                .steps
                .iter()
                .filter(|step| step.made.is_some())
                .count(),
            steps.steps.len()
        );
        stage.tell("somebody", what, None)?;
        Ok(stage)
    }

    /// Members, stakers and rewards come.
    pub(super) fn found(&mut self) -> anyhow::Result<()> {
        let at = self.at();
        for member in &self.members {
            let join = LedgerOracle::joinCall {};
            self.call(member, at.oracle, MEMBER_BOND, &join)?;
        }
        let what = format!("{MEMBERS} members bring their bonds");
        let bonds = MEMBER_BOND * MEMBERS as u128;
        self.tell("the quorum", what, Some(bonds))?;
        let receiver = self.staker.address();
        let deposit = StakingVault::depositCall { receiver };
        self.call(&self.staker, at.vault, STAKE, &deposit)?;
        let delegate = StakingVault::delegateCall {
            delegatee: receiver,
        };
        self.call(&self.staker, at.vault, 0, &delegate)?;
        self.tell("the stakers", "deposit".to_owned(), Some(STAKE))?;
        self.call(&self.staker, at.pool, REWARDS, &DutyPool::fundCall {})?;
        let what = "fund the rewards to come".to_owned();
        self.tell("the stakers", what, Some(REWARDS))
    }

    pub(super) fn at(&self) -> Contracts {
        self.deployment.contracts
    }

    pub(super) fn pool(&self) -> identity::Address {
        self.deployment.contracts.pool.into_array()
    }

    /// Writes down what happened.
    pub(super) fn tell(
        &mut self,
        who: &'static str,
        what: String,
        wei: Option<u128>,
    ) -> anyhow::Result<()> {
        let epoch = self
            .anvil
            .node
            .view(self.at().clock, &Clock::epochCall {})?;
        self.lines.push(Line {
            epoch,
            who,
            what,
            wei,
        });
        Ok(())
    }

    pub(super) fn call<C: alloy_sol_types::SolCall>(
        &self,
        who: &Wallet,
        to: Address,
        wei: u128,
        call: &C,
    ) -> anyhow::Result<Mined> {
        self.send(who, to, wei, call.abi_encode())
            .with_context(|| format!("cannot call {}", C::SIGNATURE))
    }

    pub(super) fn send(
        &self,
        who: &Wallet,
        to: Address,
        wei: u128,
        data: Vec<u8>,
    ) -> anyhow::Result<Mined> {
        let request = Request::paying(to, data, U256::from(wei));
        let prepared = self.anvil.node.prepare(who.address(), request)?;
        Ok(self.anvil.node.send(who, &prepared, PATIENCE)?)
    }

    /// The contract's error for a transaction that it must not take.
    pub(super) fn refusal(
        &self,
        who: &Wallet,
        to: Address,
        data: Vec<u8>,
    ) -> anyhow::Result<String> {
        let request = Request::call(to, data);
        match self.anvil.node.prepare(who.address(), request) {
            Err(NodeError::Reverted { reason }) => {
                Ok(reason.name().map_or(reason.to_string(), str::to_owned))
            }
            Err(error) => Err(error.into()),
            Ok(_) => bail!("the contract takes what it must refuse"),
        }
    }

    pub(super) fn signatures(&self, digest: B256) -> anyhow::Result<Vec<[u8; 65]>> {
        let mut members: Vec<&Wallet> = self.members.iter().take(QUORUM).collect();
        members.sort_by_key(|member| member.address());
        let sign = |member: &&Wallet| Ok(member.sign(digest)?);
        members.iter().map(sign).collect()
    }

    pub(super) fn signatures_over_root(&self, root: &Root) -> anyhow::Result<Vec<Bytes>> {
        let oracle = self.at().oracle.into_array();
        let signatures = self.signatures(root_digest(root, CHAIN_ID, &oracle))?;
        Ok(signatures
            .iter()
            .map(|bytes| bytes.to_vec().into())
            .collect())
    }

    pub(super) fn balance(&self, account: Address) -> anyhow::Result<U256> {
        Ok(self.anvil.node.balance(account)?)
    }

    pub(super) fn operator(&self, id: U256) -> anyhow::Result<OperatorState> {
        let call = DutyPool::operatorOfCall { id };
        Ok(self.anvil.node.view(self.at().pool, &call)?)
    }

    pub(super) fn status(&mut self) -> anyhow::Result<Status> {
        Ok(Status::read(
            &mut self.anvil.node,
            &self.deployment,
            None,
            |_, _| {},
        )?)
    }

    /// Lets time pass, in seconds.
    pub(super) fn pass(&self, seconds: u64) -> anyhow::Result<()> {
        let node = &self.anvil.node;
        node.raw("evm_increaseTime", json!([seconds]))?;
        node.raw("evm_mine", json!([]))?;
        Ok(())
    }

    pub(super) fn pass_to(&self, time: u64) -> anyhow::Result<()> {
        let node = &self.anvil.node;
        node.raw("evm_setNextBlockTimestamp", json!([time]))?;
        node.raw("evm_mine", json!([]))?;
        Ok(())
    }

    /// The stakers' way: proposal, vote, timelock, execution.
    pub(super) fn vote<C: alloy_sol_types::SolCall>(
        &self,
        target: Address,
        call: &C,
        why: &str,
    ) -> anyhow::Result<()> {
        let (governor, staker) = (self.at().governor, &self.staker);
        let (targets, values) = (vec![target], vec![U256::ZERO]);
        let calldatas: Vec<Bytes> = vec![call.abi_encode().into()];
        let propose = VigilGovernor::proposeCall {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            description: why.to_owned(),
        };
        let data = alloy_sol_types::SolCall::abi_encode(&propose);
        let request = Request::call(governor, data);
        let id = self.anvil.node.simulate(staker.address(), &request)?;
        let vote = VigilGovernor::castVoteCall {
            proposalId: U256::try_from_be_slice(&id).context("a proposal has a number")?,
            support: 1,
        };
        self.call(staker, governor, 0, &propose)?;
        self.pass(WINDOW + 1)?;
        self.call(staker, governor, 0, &vote)?;
        self.pass(VOTE + 1)?;
        let queue = VigilGovernor::queueCall {
            targets: targets.clone(),
            values: values.clone(),
            calldatas: calldatas.clone(),
            descriptionHash: keccak256(why),
        };
        self.call(staker, governor, 0, &queue)?;
        self.pass(VOTE + 1)?;
        let execute = VigilGovernor::executeCall {
            targets,
            values,
            calldatas,
            descriptionHash: keccak256(why),
        };
        self.call(staker, governor, 0, &execute)?;
        Ok(())
    }
}
