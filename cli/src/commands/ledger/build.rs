//! `vigil ledger build`: from beacon states and blocks to a ledger file.

use super::header::header_for;
use super::{Shown, shown, warn_if_unsigned};
use crate::json_file::read_policy;
use crate::progress::spin;
use crate::report::{self, Format, Outcome};
use anyhow::Context;
use std::path::PathBuf;
use vigil_ledger::chain::Chain;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;
use vigil_params::header_file::HeaderFile;
use vigil_verifier::settle::Policy;

/// Arguments of `vigil ledger build`.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildArgs {
    /// Folder of beacon states (SSZ)
    #[arg(long, value_name = "DIR")]
    states: PathBuf,
    /// Folder of signed beacon blocks (SSZ); orphaned ones may lie in `orphans` below it
    #[arg(long, value_name = "DIR")]
    blocks: PathBuf,
    /// The node's answer on its configuration
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,
    /// The node's answer on its genesis
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// Which validators, under which tags
    #[arg(long, value_name = "FILE")]
    registry: PathBuf,
    /// First epoch
    #[arg(long, value_name = "EPOCH")]
    start_epoch: u64,
    /// Length, 1 to 6300 epochs
    #[arg(long, value_name = "COUNT")]
    epochs: u32,
    /// Ledger of the period before: its outages are carried on
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// The pool's policy, by which the header's totals are counted
    #[arg(long, value_name = "FILE.json", requires = "header")]
    policy: Option<PathBuf>,
    /// Where the header goes that a quorum signs
    #[arg(long, value_name = "FILE.json", requires = "policy")]
    header: Option<PathBuf>,
    /// The new ledger
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl BuildArgs {
    pub(super) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let registry = Registry::read(&self.registry)?;
        let policy = self.policy.as_deref().map(read_policy).transpose()?;
        let previous = self
            .previous
            .as_deref()
            .map(Ledger::read)
            .transpose()
            .context("cannot use the preceding ledger")?;
        let chain = spin("reading and authenticating the chain", || {
            Chain::load_parts(&self.spec, &self.genesis, &self.states, &self.blocks)
        })?;
        let (start, epochs) = (self.start_epoch, self.epochs);
        let ledger = Ledger::build(&chain, &registry, start, epochs, previous.as_ref())?;
        let header = policy
            .map(|policy| self.header_for(&policy, &chain, &ledger))
            .transpose()?;
        ledger.write(&self.out)?;
        if let Some((path, header)) = self.header.as_deref().zip(header) {
            header
                .write(path)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        warn_if_unsigned(&ledger);
        let shown: Shown = shown(&ledger);
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }

    /// The header that a quorum signs under a policy.
    fn header_for(
        &self,
        policy: &Policy,
        chain: &Chain,
        ledger: &Ledger,
    ) -> anyhow::Result<HeaderFile> {
        let network_bps = spin("measuring the network", || {
            chain.network_bps(self.start_epoch, self.epochs)
        })?;
        Ok(header_for(policy, ledger, network_bps))
    }
}
