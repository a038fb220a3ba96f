//! Making a pool: every contract of a plan, set up by the timelock, in nobody's power but the stakers' at the end.
//!
//! ```text
//! plan + artifacts + generated keys -> Steps -> simulate (dry run) | run (and run again after a crash)
//! ```
//! Each transaction is tied to its nonce, so it happens once whatever is repeated. What stands on the chain is compared
//! with the code that should be there before the next one is sent.

mod artifact;
mod plan;
mod simulate;
mod steps;

pub use artifact::{Artifact, ArtifactError};
pub use plan::{Plan, PlanError, empty_registry_root};
pub use simulate::simulate;
pub use steps::{Made, ShapeCode, ShapeFamily, Step, Steps};

use crate::interface::{ShapeRegistry, TimelockController};
use crate::node::{Mined, Node, NodeError, Wallet};
use alloy_primitives::{Address, U256};
use std::time::{Duration, Instant};
use steps::role;

/// Why there is no pool yet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The plan.
    #[error("the plan cannot be carried out")]
    Plan(#[from] PlanError),
    /// What was compiled.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The node or the chain.
    #[error("{step}")]
    Node {
        /// What was being done.
        step: String,
        /// Why it was not.
        source: Box<NodeError>,
    },
    /// A verifier that is not tied to one key.
    #[error("{verifier} has other immutables than its key: build the contracts of this version")]
    NotOneKey {
        /// Which.
        verifier: String,
    },
    /// Somebody else's transaction.
    #[error(
        "{account} sent something else as its transaction {nonce}, which was to make {name} at {address}: \
         begin anew with another deployment file, from an account that does nothing else meanwhile"
    )]
    NonceUsed {
        /// The deployer.
        account: Address,
        /// Of the step.
        nonce: u64,
        /// What was to be made.
        name: String,
        /// Where.
        address: Address,
    },
    /// Another transaction waits.
    #[error(
        "{account} has transactions that are not mined after {seconds} s; wait for them, then go on"
    )]
    Pending {
        /// The deployer.
        account: Address,
        /// How long they were waited for.
        seconds: u64,
    },
    /// The last look found it otherwise.
    #[error("the deployment is not as planned: {what}")]
    NotAsPlanned {
        /// What is otherwise.
        what: String,
    },
}

/// How far a deployment is.
#[derive(Clone, Debug)]
pub struct Done<'a> {
    /// What is in place now.
    pub step: &'a Step,
    /// How it came there; `None` if it was there before.
    pub mined: Option<Mined>,
}

fn at<T>(step: &str, result: Result<T, NodeError>) -> Result<T, DeployError> {
    result.map_err(|source| DeployError::Node {
        step: format!("cannot {step}"),
        source: Box::new(source),
    })
}

/// Does what is not done yet, one transaction after the other, and then looks at all of it.
pub fn run(
    node: &Node,
    wallet: &Wallet,
    steps: &Steps,
    patience: Duration,
    mut done: impl FnMut(Done<'_>),
) -> Result<(), DeployError> {
    let (account, first) = (steps.deployment.deployer, steps.deployment.first_nonce);
    settle(node, account, patience)?;
    let mined = at("ask for the deployer's nonce", node.nonce(account))?;
    for (step, nonce) in steps.steps.iter().zip(first..) {
        let sent = if nonce < mined {
            None
        } else {
            let name = format!("send {}", step.name);
            let prepared = at(&name, node.prepare(account, step.request.clone()))?;
            if prepared.nonce != nonce {
                return Err(used(account, nonce, step));
            }
            Some(at(&name, node.send(wallet, &prepared, patience))?)
        };
        if let Some(made) = &step.made {
            let code = at(&format!("look at {}", step.name), node.code(made.address))?;
            if !made.is_code(&code) {
                return Err(used(account, nonce, step));
            }
        }
        done(Done { step, mined: sent });
    }
    Ok(())
}

fn used(account: Address, nonce: u64, step: &Step) -> DeployError {
    DeployError::NonceUsed {
        account,
        nonce,
        name: step.name.clone(),
        address: step
            .made
            .as_ref()
            .map(|made| made.address)
            .unwrap_or_default(),
    }
}

/// Waits until nothing of the account waits.
fn settle(node: &Node, account: Address, patience: Duration) -> Result<(), DeployError> {
    let start = Instant::now();
    loop {
        let mined = at("ask for the deployer's nonce", node.nonce(account))?;
        let pending = at("ask for the deployer's nonce", node.pending_nonce(account))?;
        if pending <= mined {
            return Ok(());
        }
        if start.elapsed() > patience {
            let seconds = patience.as_secs();
            return Err(DeployError::Pending { account, seconds });
        }
        std::thread::sleep(Duration::from_secs(1).min(patience));
    }
}

/// Whether all is as planned, whoever did it: code, shapes, and who has power.
pub fn check(node: &Node, plan: &Plan, steps: &Steps) -> Result<(), DeployError> {
    let otherwise = |what: String| Err(DeployError::NotAsPlanned { what });
    for step in &steps.steps {
        let Some(made) = &step.made else { continue };
        let code = at(&format!("look at {}", step.name), node.code(made.address))?;
        if !made.is_code(&code) {
            return otherwise(format!("{} has no or other code", step.name));
        }
    }
    let (contracts, deployer) = (&steps.deployment.contracts, steps.deployment.deployer);
    let timelock = contracts.timelock;
    let delay = at(
        "look at the timelock",
        node.view(timelock, &TimelockController::getMinDelayCall {}),
    )?;
    if delay != U256::from(plan.timelock_delay) {
        return otherwise(format!(
            "the timelock waits {delay} s, not {} s",
            plan.timelock_delay
        ));
    }
    let holds = |name: &'static str, account: Address| {
        let role = if name == "DEFAULT_ADMIN_ROLE" {
            Default::default()
        } else {
            role(name)
        };
        let call = TimelockController::hasRoleCall { role, account };
        at("look at the timelock", node.view(timelock, &call))
    };
    for name in ["PROPOSER_ROLE", "CANCELLER_ROLE"] {
        if !holds(name, contracts.governor)? {
            return otherwise(format!("the governor has no {name}"));
        }
    }
    for name in ["PROPOSER_ROLE", "CANCELLER_ROLE", "DEFAULT_ADMIN_ROLE"] {
        if holds(name, deployer)? {
            return otherwise(format!("the deployer still has {name}"));
        }
    }
    for (number, shape) in (0u64..).zip(&steps.deployment.shapes) {
        let family = if shape.shape.starts_with("duty") {
            0
        } else {
            1
        };
        let call = ShapeRegistry::findCall {
            shape: U256::from(number),
            family,
        };
        let found = at("look for the shapes", node.view(contracts.shapes, &call))?;
        if found.verifier != shape.verifier {
            return otherwise(format!("{} has another verifier", shape.shape));
        }
    }
    Ok(())
}
