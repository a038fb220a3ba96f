//! Which node is asked, and whose account sends.

use crate::account;
use crate::address::HexAddress;
use crate::json_file;
use crate::passphrase::KeystorePasswordArgs;
use crate::progress::spin;
use alloy_primitives::Address;
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::time::Duration;
use vigil_chain::deployment::{Deployment, VERSION};
use vigil_chain::node::{Node, NodeUrl, Wallet};

/// Largest deployment file that is read.
const MAX_DEPLOYMENT_BYTES: u64 = 1 << 20;

/// The chain.
#[derive(Debug, clap::Args)]
pub(super) struct NodeArgs {
    /// JSON-RPC of a node of the pool's chain
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8545")]
    node: NodeUrl,
}

impl NodeArgs {
    /// Asks the node which chain it is on.
    pub(super) fn connect(&self, expected: u64) -> anyhow::Result<Node> {
        let url = self.node.clone();
        Ok(spin("asking the node", || {
            Node::connect(url, Some(expected))
        })?)
    }
}

/// The account.
#[derive(Debug, clap::Args)]
#[group(id = "sender", required = true, args = ["keystore", "from"])]
pub(super) struct SenderArgs {
    /// The sender's keystore (version 3, as geth and cast write them)
    #[arg(long, value_name = "FILE.json")]
    keystore: Option<PathBuf>,
    #[command(flatten)]
    password: KeystorePasswordArgs,
    /// The sender's account; without its key nothing can be sent
    #[arg(long, value_name = "ADDRESS", conflicts_with = "keystore")]
    from: Option<HexAddress>,
    /// Send it and wait for the receipt; without it nothing is sent
    #[arg(long, requires = "keystore")]
    pub(super) send: bool,
    /// How long to wait for a receipt
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    wait: u64,
}

/// Who sends, with the key if there is one.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) account: Address,
    wallet: Option<Wallet>,
    pub(super) patience: Duration,
}

impl SenderArgs {
    /// Opens the keystore.
    pub(super) fn open(&self) -> anyhow::Result<Sender> {
        let wallet = self
            .keystore
            .as_deref()
            .map(|path| account::read(path, || self.password.ask()))
            .transpose()?;
        let named = self.from.map(|account| Address::from(account.0));
        let account = wallet.as_ref().map(Wallet::address).or(named);
        Ok(Sender {
            account: account.context("say --keystore or --from")?,
            wallet,
            patience: Duration::from_secs(self.wait),
        })
    }
}

impl Sender {
    /// The key.
    pub(super) fn wallet(&self) -> anyhow::Result<&Wallet> {
        self.wallet
            .as_ref()
            .context("nothing is sent without a key; say --keystore")
    }
}

/// A pool that is there already.
#[derive(Debug, clap::Args)]
pub(super) struct DeploymentArgs {
    /// The pool's contracts, from `vigil contract deploy`
    #[arg(long, value_name = "FILE.json")]
    deployment: PathBuf,
}

impl DeploymentArgs {
    /// Reads it.
    pub(super) fn read(&self) -> anyhow::Result<Deployment> {
        let deployment = read_deployment(&self.deployment)?;
        ensure!(
            deployment.complete,
            "the deployment {} is not finished: vigil contract deploy goes on with it",
            self.deployment.display()
        );
        Ok(deployment)
    }
}

/// A deployment, finished or not.
pub(super) fn read_deployment(path: &Path) -> anyhow::Result<Deployment> {
    let deployment: Deployment = json_file::read(path, "deployment", MAX_DEPLOYMENT_BYTES)?;
    json_file::check_version(deployment.version, VERSION)
        .with_context(|| format!("cannot use the deployment {}", path.display()))?;
    Ok(deployment)
}
