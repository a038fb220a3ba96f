//! A follower of a synthetic chain, from its first look to the period's ledger.

use crate::plan::{Plan, SLOTS_PER_EPOCH};
use anyhow::{Context as _, bail, ensure};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use vigil_follower::client::{ClientOptions, NodeAddress, Nodes};
use vigil_follower::{Follower, Options, Source};
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

/// Looks at the node at `address` once a slot until the period's ledger is written, and reads it.
///
/// # Errors
/// If the follower fails, lacks an epoch, or is not done when the chain ends.
pub fn follow(
    plan: &Plan,
    address: SocketAddr,
    registry: Registry,
    source: Source,
    store: &Path,
) -> anyhow::Result<Ledger> {
    let node = NodeAddress::parse(&format!("http://{address}"))?;
    let nodes = Nodes::new(vec![node], ClientOptions::default())?;
    let options = Options {
        start_epoch: plan.start_epoch,
        epochs: u32::try_from(plan.epochs)?,
        periods: Some(1),
        source,
        cross_check: Vec::new(),
        folder: store.to_owned(),
        preceding: None,
        retry_lacking: Duration::ZERO,
    };
    let mut follower = Follower::open(nodes, registry, options)?;
    let looks = (plan.chain_epochs().end - plan.start_epoch) * SLOTS_PER_EPOCH - 1;
    for _ in 0..looks {
        let progress = follower.step(&mut |_| {})?;
        ensure!(
            progress.missing.is_empty(),
            "the follower lacks {:?}",
            progress.missing
        );
        if progress.is_done {
            let written = progress.ledgers.first().context("done without a ledger")?;
            return Ok(Ledger::read(&written.path)?);
        }
    }
    bail!("the chain ended before the ledger was complete")
}
