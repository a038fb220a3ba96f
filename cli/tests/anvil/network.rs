//! The node: started for the test on a port of its own, and ended with it.

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use vigil_chain::node::Node;

/// Genesis of the captured beacon chain.
pub(crate) const GENESIS: u64 = 1_700_000_000;
pub(crate) const CHAIN_ID: u64 = 31_337;

/// A node of a chain of its own.
pub(crate) struct Network {
    child: Child,
    pub(crate) url: String,
    pub(crate) node: Node,
}

pub(crate) fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts")
}

/// npm installs it for this machine's system alone.
pub(crate) fn program() -> PathBuf {
    let packages = contracts().join("node_modules/@foundry-rs");
    let entries = std::fs::read_dir(packages).expect("npm ci --prefix contracts --ignore-scripts");
    let programs = entries.map(|entry| entry.unwrap().path().join("bin/anvil"));
    programs
        .filter(|path| path.exists())
        .next()
        .expect("contracts/package.json has anvil")
}

impl Network {
    pub(crate) fn start() -> Self {
        let genesis = GENESIS.to_string();
        let args = ["--host", "127.0.0.1", "--port", "0", "--hardfork", "osaka"];
        let mut child = Command::new(program())
            .args(args)
            .args(["--accounts", "1", "--timestamp", &genesis])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned));
        // Nobody may stop reading: the node would wait for it.
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://{}", listening.expect("the node says its port"));
        let node = Node::connect(url.parse().unwrap(), Some(CHAIN_ID)).unwrap();
        Self { child, url, node }
    }

    /// A method that only development nodes have.
    pub(crate) fn dev(&self, method: &'static str, params: Value) {
        self.node.raw(method, params).unwrap();
    }

    pub(crate) fn give(&self, account: Address, wei: u128) {
        self.dev("anvil_setBalance", json!([account, U256::from(wei)]));
    }

    /// Until the clock shows `time`.
    pub(crate) fn pass_to(&self, time: u64) {
        let (_, now) = self.node.newest().unwrap();
        assert!(time > now, "{time} is not after {now}");
        self.dev("evm_setNextBlockTimestamp", json!([time]));
        self.dev("evm_mine", json!([]));
    }

    /// For some seconds.
    pub(crate) fn pass(&self, seconds: u64) {
        self.dev("evm_increaseTime", json!([seconds]));
        self.dev("evm_mine", json!([]));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
