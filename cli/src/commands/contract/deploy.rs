//! `vigil contract deploy`: a pool, from a plan.

mod report;

use super::sender::{NodeArgs, Sender, SenderArgs, read_deployment};
use super::verifier::ceremony_key;
use crate::folders::{CacheArgs, StoreArgs};
use crate::json_file;
use crate::progress::{count, spin};
use crate::report::{Format, Outcome, print};
use anyhow::{Context, ensure};
use report::{Shown, ShownStep};
use std::path::{Path, PathBuf};
use vigil_chain::deploy::{Plan, ShapeCode, ShapeFamily, Steps, check, run, simulate};
use vigil_chain::deployment::Deployment;
use vigil_chain::node::Node;
use vigil_circuits::shape::{Family, Shape};
use vigil_contracts::generate;
use vigil_params::keys::VerifyingKey;

const MAX_PLAN_BYTES: u64 = 1 << 20;

/// Arguments of `vigil contract deploy`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --send it shows what would be sent: every contract with its arguments and address, and the gas. The\n\
    deployment file is written before anything is sent; after a crash the same command goes on where it was.\n\
    At the end the timelock has nobody over it but the stakers' governor. The plan: docs/formats.md.\n\n\
    Example:\n  vigil contract deploy --plan plan.json --deployment pool.json --keystore deployer.json --send"
)]
pub(crate) struct Args {
    /// What the pool is made with
    #[arg(long, value_name = "FILE.json")]
    plan: PathBuf,
    /// Where the contracts' addresses go; one that is there is gone on with
    #[arg(long, value_name = "FILE.json")]
    deployment: PathBuf,
    /// What Foundry has compiled
    #[arg(long, value_name = "DIR", default_value = "contracts/out")]
    artifacts: PathBuf,
    #[command(flatten)]
    node: NodeArgs,
    #[command(flatten)]
    sender: SenderArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

impl Args {
    /// Shows or does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let plan: Plan = json_file::read(&self.plan, "plan", MAX_PLAN_BYTES)?;
        plan.check()
            .with_context(|| format!("cannot use the plan {}", self.plan.display()))?;
        let begun = begun(&self.deployment)?;
        let sender = self.sender.open()?;
        let node = self.node.connect(plan.chain_id)?;
        let first_nonce = first_nonce(&node, &sender, begun.as_ref())?;
        let shapes = plan
            .shapes
            .iter()
            .map(|name| shape_code(name, &self.store, &self.cache))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let steps = Steps::new(&plan, &shapes, &self.artifacts, sender.account, first_nonce)?;
        if let Some(begun) = &begun {
            ensure!(
                begun.digest == steps.deployment.digest,
                "the plan or the contracts have changed since {} was begun: go on with the old ones, or begin anew \
                 with another deployment file",
                self.deployment.display()
            );
        }
        fits_chain(&plan, &node)?;
        let sent = if self.sender.send {
            self.deploy(&plan, &node, &sender, &steps)?
        } else {
            would_send(&node, &steps)?
        };
        let shown = Shown::new(&node, &sender, &steps, sent, self.sender.send)?;
        print(&shown, format)?;
        Ok(Outcome::Accepted)
    }

    fn deploy(
        &self,
        plan: &Plan,
        node: &Node,
        sender: &Sender,
        steps: &Steps,
    ) -> anyhow::Result<Vec<ShownStep>> {
        let wallet = sender.wallet()?;
        let mut deployment = steps.deployment.clone();
        json_file::write(&self.deployment, &deployment)?;
        let bar = count("deploying", steps.steps.len());
        let mut shown = Vec::new();
        run(node, wallet, steps, sender.patience, |done| {
            bar.inc(1);
            shown.push(ShownStep::done(&done));
        })?;
        bar.finish_and_clear();
        spin("looking at all of it", || check(node, plan, steps))?;
        deployment.complete = true;
        json_file::write(&self.deployment, &deployment)?;
        Ok(shown)
    }
}

/// The deployment that was begun, if there is a file.
fn begun(path: &Path) -> anyhow::Result<Option<Deployment>> {
    let is_there = path
        .try_exists()
        .with_context(|| format!("cannot look for {}", path.display()))?;
    is_there.then(|| read_deployment(path)).transpose()
}

fn first_nonce(node: &Node, sender: &Sender, begun: Option<&Deployment>) -> anyhow::Result<u64> {
    let account = sender.account;
    if let Some(begun) = begun {
        ensure!(
            begun.deployer == account,
            "the deployment was begun by {}, not by {account}",
            begun.deployer
        );
        ensure!(
            begun.chain_id == node.chain_id(),
            "the deployment was begun on chain {}, not on {}",
            begun.chain_id,
            node.chain_id()
        );
        return Ok(begun.first_nonce);
    }
    let (mined, pending) = (node.nonce(account)?, node.pending_nonce(account)?);
    ensure!(
        pending <= mined,
        "{account} has {} transactions that are not mined yet; wait for them first",
        pending - mined
    );
    Ok(mined)
}

/// What is on the chain has to fit the plan.
fn fits_chain(plan: &Plan, node: &Node) -> anyhow::Result<()> {
    let (_, time) = node.newest()?;
    ensure!(
        plan.genesis_time <= time,
        "genesis_time is {}, which is after the chain's newest block ({time})",
        plan.genesis_time
    );
    ensure!(
        !node.code(plan.deposit_contract)?.is_empty(),
        "there is no contract at deposit_contract {} on this chain",
        plan.deposit_contract
    );
    Ok(())
}

/// Contracts of a shape, by the generator.
fn shape_code(name: &str, store: &StoreArgs, cache: &CacheArgs) -> anyhow::Result<ShapeCode> {
    let shape: Shape = name
        .parse()
        .with_context(|| format!("the plan's shape {name}"))?;
    ensure!(
        shape.family != Family::Membership,
        "{name}: membership proofs are the quorum's business, off chain"
    );
    code_of(&ceremony_key(shape, store, cache)?)
}

/// The same for a key that is at hand.
pub(in crate::commands) fn code_of(key: &VerifyingKey) -> anyhow::Result<ShapeCode> {
    let (shape, code) = (key.shape(), generate(key)?);
    Ok(ShapeCode {
        shape: shape.name(),
        family: match shape.family {
            Family::Duty(_) => ShapeFamily::Duty,
            _ => ShapeFamily::Enrolment,
        },
        capacity: shape.capacity(),
        verifier: code.verifier.name,
        verifier_source: code.verifier.source,
        key: code.key.name,
        key_code: code.key_code,
    })
}

/// What is not on the chain yet, with the gas that the node thinks it takes.
fn would_send(node: &Node, steps: &Steps) -> anyhow::Result<Vec<ShownStep>> {
    let deployment = &steps.deployment;
    let mined = node.nonce(deployment.deployer)?;
    let done = mined.saturating_sub(deployment.first_nonce) as usize;
    let left = steps.steps.get(done..).unwrap_or_default();
    let simulated = spin("running it without effect", || {
        simulate(node, deployment.deployer, left)
    })?;
    let there = steps.steps.iter().take(done).map(ShownStep::there);
    let planned = left.iter().zip(simulated);
    let planned = planned.map(|(step, gas)| ShownStep::planned(step, gas));
    Ok(there.chain(planned).collect())
}
