//! `vigil contract submit`: a duty proof for the pool.

use super::proven::{ProvenArgs, Refused};
use super::sender::{DeploymentArgs, NodeArgs, Sender, SenderArgs};
use super::shown::{Receipt, Transaction, ether};
use crate::progress::spin;
use crate::report::{self, Format, Outcome};
use alloy_primitives::{Address, U256};
use anyhow::{Context, bail};
use serde::Serialize;
use std::fmt;
use vigil_chain::deployment::Deployment;
use vigil_chain::interface::{DutyPool, OperatorRegistry};
use vigil_chain::node::{Node, NodeError, Request};
use vigil_chain::{Call, to_uint};
use vigil_params::statement_file::{Setting, Statement};

/// Arguments of `vigil contract submit`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --send it shows what would be sent. The proof is checked here, and the contract is asked,\n\
    before it costs anything: exits with 1 if either refuses.\n\n\
    Example:\n  vigil contract submit --deployment pool.json --statement duty.json --proof duty.proof --period 12 \\\n    \
    --keystore owner.json --send"
)]
pub(crate) struct Args {
    #[command(flatten)]
    proven: ProvenArgs,
    /// The period's number in the pool
    #[arg(long, value_name = "NUMBER")]
    period: u64,
    /// Number of the proof's shape in the pool's ShapeRegistry [default: the deployment's]
    #[arg(long, value_name = "NUMBER")]
    shape: Option<u64>,
    #[command(flatten)]
    deployment: DeploymentArgs,
    #[command(flatten)]
    node: NodeArgs,
    #[command(flatten)]
    sender: SenderArgs,
}

#[derive(Debug, Serialize)]
struct Shown {
    sent: bool,
    transaction: Transaction,
    receipt: Option<Receipt>,
    payment: Option<Payment>,
}

/// What the pool decided, in wei.
#[derive(Debug, Serialize)]
struct Payment {
    reward_wei: String,
    bond_to_reserve_wei: String,
    #[serde(skip)]
    reward: U256,
    #[serde(skip)]
    bond_to_reserve: U256,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.transaction)?;
        let Some(receipt) = &self.receipt else {
            return write!(f, "\nNothing is sent. To send it: --send");
        };
        write!(
            f,
            "\nSettled in block {}, {} gas: {}",
            receipt.block, receipt.gas_used, receipt.transaction
        )?;
        if let Some(payment) = &self.payment {
            write!(f, "\n  reward   {} ether", ether(payment.reward))?;
            if !payment.bond_to_reserve.is_zero() {
                let charged = ether(payment.bond_to_reserve);
                write!(f, "\n  charged  {charged} ether of the bond, for slashings")?;
            }
        }
        Ok(())
    }
}

impl Args {
    /// Shows or sends it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self.submit() {
            Ok(shown) => {
                report::print(&shown, format)?;
                Ok(Outcome::Accepted)
            }
            Err(error) => {
                report::print(&error.downcast::<Refused>()?, format)?;
                Ok(Outcome::Refused)
            }
        }
    }

    fn submit(&self) -> anyhow::Result<Shown> {
        let deployment = self.deployment.read()?;
        let (setting, statement, proof) = self.proven.read()?;
        let Statement::Duty(duty) = statement else {
            bail!("a period is settled on a duty proof; this statement is another's");
        };
        check_setting(&setting, &deployment)?;
        let name = proof.shape().name();
        let shape = self.shape.or_else(|| deployment.shape_number(&name));
        let shape = shape.with_context(|| {
            format!("the deployment has no shape {name}; say --shape if a vote has added it")
        })?;
        let sender = self.sender.open()?;
        let node = self.node.connect(deployment.chain_id)?;
        let id = to_uint(duty.operator_id);
        check_owner(&node, &deployment, &setting, id, sender.account)?;
        let call = Call::submit_proof(&duty, self.period, shape, proof.proof());
        let request = Request::call(deployment.contracts.pool, call.data.clone());
        let prepared = spin("asking the contract", || {
            node.prepare(sender.account, request)
        });
        let transaction = Transaction::new(&call, prepared.map_err(refused)?);
        if !self.sender.send {
            return Ok(Shown {
                sent: false,
                transaction,
                receipt: None,
                payment: None,
            });
        }
        send(&node, &sender, transaction, deployment.contracts.pool)
    }
}

fn send(
    node: &Node,
    sender: &Sender,
    transaction: Transaction,
    pool: Address,
) -> anyhow::Result<Shown> {
    let wallet = sender.wallet()?;
    let mined = spin("waiting for the receipt", || {
        node.send(wallet, transaction.prepared(), sender.patience)
    })?;
    let settled = mined.event::<DutyPool::Settled>(pool);
    Ok(Shown {
        sent: true,
        transaction,
        receipt: Some(Receipt::from(&mined)),
        payment: settled.map(|settled| Payment {
            reward_wei: settled.payment.reward.to_string(),
            bond_to_reserve_wei: settled.payment.bondToReserve.to_string(),
            reward: settled.payment.reward,
            bond_to_reserve: settled.payment.bondToReserve,
        }),
    })
}

/// A contract's no is a refusal, everything else an error.
fn refused(error: NodeError) -> anyhow::Error {
    match error {
        NodeError::Reverted { .. } => Refused {
            refused: error.to_string(),
        }
        .into(),
        error => error.into(),
    }
}

fn check_setting(setting: &Setting, deployment: &Deployment) -> anyhow::Result<()> {
    let pool = Address::from(setting.pool);
    if setting.chain_id != deployment.chain_id || pool != deployment.contracts.pool {
        bail!(Refused {
            refused: format!(
                "the proof is for the pool {pool} on chain {}, the deployment is {} on chain {}",
                setting.chain_id, deployment.contracts.pool, deployment.chain_id
            )
        });
    }
    Ok(())
}

/// The contract would say `NotAllowed` or `InvalidProof`; here is more to say.
fn check_owner(
    node: &Node,
    deployment: &Deployment,
    setting: &Setting,
    id: U256,
    sender: Address,
) -> anyhow::Result<()> {
    let registry = deployment.contracts.registry;
    let accounts = node.view(registry, &OperatorRegistry::accountsOfCall { id })?;
    let payout = Address::from(setting.account);
    let refused = if accounts.owner.is_zero() {
        "the pool has no operator of this proof: register it first".to_owned()
    } else if accounts.owner != sender {
        format!(
            "only the operator's owner {} may submit, not {sender}",
            accounts.owner
        )
    } else if accounts.payout != payout {
        format!(
            "the proof was made for the payout account {payout}, the operator's is {} now: prove again",
            accounts.payout
        )
    } else {
        return Ok(());
    };
    bail!(Refused { refused })
}
