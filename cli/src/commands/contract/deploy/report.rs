//! What a deployment looks like before and after.

use super::super::sender::Sender;
use super::super::shown::{Argument, Receipt, arguments, ether, gwei};
use alloy_primitives::{Address, Bytes, U256};
use serde::Serialize;
use std::fmt;
use vigil_chain::deploy::{Done, Step, Steps};
use vigil_chain::deployment::Deployment;
use vigil_chain::node::Node;

/// A transaction of the deployment.
#[derive(Debug, Serialize)]
pub(super) struct ShownStep {
    name: String,
    /// Of the contract that it makes.
    address: Option<Address>,
    arguments: Vec<Argument>,
    to: Option<Address>,
    data: Bytes,
    /// Whether it is on the chain.
    done: bool,
    /// By the node's simulation.
    gas_estimate: Option<u64>,
    receipt: Option<Receipt>,
}

impl ShownStep {
    fn new(step: &Step, done: bool) -> Self {
        Self {
            name: step.name.clone(),
            address: step.made.as_ref().map(|made| made.address),
            arguments: arguments(step.arguments.clone()),
            to: step.request.to,
            data: step.request.data.clone(),
            done,
            gas_estimate: None,
            receipt: None,
        }
    }

    /// Not sent.
    pub(super) fn planned(step: &Step, gas_estimate: Option<u64>) -> Self {
        Self {
            gas_estimate,
            ..Self::new(step, false)
        }
    }

    /// Sent some other time.
    pub(super) fn there(step: &Step) -> Self {
        Self::new(step, true)
    }

    /// In place now.
    pub(super) fn done(done: &Done<'_>) -> Self {
        Self {
            receipt: done.mined.as_ref().map(Receipt::from),
            ..Self::new(done.step, true)
        }
    }

    fn gas(&self) -> Option<u64> {
        let used = self.receipt.as_ref().map(|receipt| receipt.gas_used);
        used.or(self.gas_estimate)
    }
}

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    sent: bool,
    deployment: Deployment,
    steps: Vec<ShownStep>,
    /// Of what is not there already; `None` where the node cannot tell.
    gas: Option<u64>,
    max_fee_per_gas_wei: String,
    balance_wei: String,
    #[serde(skip)]
    max_fee: u128,
    #[serde(skip)]
    balance: U256,
}

impl Shown {
    pub(super) fn new(
        node: &Node,
        sender: &Sender,
        steps: &Steps,
        shown: Vec<ShownStep>,
        sent: bool,
    ) -> anyhow::Result<Self> {
        let fresh = shown
            .iter()
            .filter(|step| !step.done || step.receipt.is_some());
        let gas = fresh.map(ShownStep::gas).sum();
        let (max_fee, _) = node.fees()?;
        let balance = node.balance(sender.account)?;
        let mut deployment = steps.deployment.clone();
        deployment.complete = sent;
        Ok(Self {
            sent,
            deployment,
            steps: shown,
            gas,
            max_fee_per_gas_wei: max_fee.to_string(),
            balance_wei: balance.to_string(),
            max_fee,
            balance,
        })
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deployment = &self.deployment;
        writeln!(
            f,
            "chain {}, from {}, transactions {} to {}\n",
            deployment.chain_id,
            deployment.deployer,
            deployment.first_nonce,
            deployment.first_nonce + self.steps.len() as u64 - 1
        )?;
        for step in &self.steps {
            let address = step.address.map_or(String::new(), |at| at.to_string());
            let gas = match step.gas() {
                Some(gas) => format!("{gas} gas"),
                None if step.done => "there already".to_owned(),
                None => "gas unknown".to_owned(),
            };
            writeln!(f, "{:24} {address:42} {gas:>14}", step.name)?;
            if self.sent {
                continue;
            }
            for Argument { name, value } in &step.arguments {
                writeln!(f, "    {name:22} {value}")?;
            }
        }
        let total = self.gas.map_or("unknown".to_owned(), |gas| gas.to_string());
        write!(f, "\ngas in all {total}")?;
        if self.sent {
            return write!(
                f,
                "\nEverything is in place. Members bring their bonds, stakers deposit: docs/contract.md"
            );
        }
        if let Some(gas) = self.gas {
            let cost = U256::from(gas) * U256::from(self.max_fee);
            write!(
                f,
                ", at most {} ether at {} gwei; the account has {} ether",
                ether(cost),
                gwei(self.max_fee),
                ether(self.balance)
            )?;
        }
        write!(f, "\nNothing is sent. To send it: --send")
    }
}
