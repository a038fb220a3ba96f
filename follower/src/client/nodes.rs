//! Several nodes: the first fit one answers, with patience where that may help.

use super::answer::Answer;
use super::fetch::{Question, fetch};
use super::json::{Envelope, Syncing};
use super::{NodeAddress, NodeError, Refusal};
use reqwest::Client;
use std::time::{Duration, Instant};
use vigil_ledger::beacon::Root;
use vigil_ledger::chain::genesis_validators_root;

/// The most that is read of a small JSON answer.
pub(super) const SMALL: u64 = 1 << 20;

/// How patient a client is.
#[derive(Clone, Copy, Debug)]
pub struct ClientOptions {
    /// For a connection.
    pub connect_timeout: Duration,
    /// For the next byte.
    pub stall_timeout: Duration,
    /// For a whole answer, except a state's.
    pub timeout: Duration,
    /// For a whole state: 300 MB on mainnet.
    pub state_timeout: Duration,
    /// How often all nodes are asked again when it may help.
    pub retries: u32,
    /// Before the first of these; it doubles each time, up to [`MAX_BACKOFF`].
    pub backoff: Duration,
    /// How long a node that was found fit is taken to be so.
    pub fit_for: Duration,
}

/// The longest wait between two tries.
pub const MAX_BACKOFF: Duration = Duration::from_secs(10);

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            stall_timeout: Duration::from_secs(20),
            timeout: Duration::from_secs(60),
            state_timeout: Duration::from_secs(900),
            retries: 3,
            backoff: Duration::from_millis(250),
            fit_for: Duration::from_secs(10),
        }
    }
}

#[derive(Debug)]
struct Node {
    address: NodeAddress,
    /// When it was last found to be synced and on the right chain.
    fit_since: Option<Instant>,
}

/// Nodes of one chain.
#[derive(Debug)]
pub struct Nodes {
    nodes: Vec<Node>,
    /// The one that answered last.
    preferred: usize,
    client: Client,
    runtime: tokio::runtime::Runtime,
    pub(super) options: ClientOptions,
    genesis_validators_root: Option<Root>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// No address.
    #[error("no beacon node is given")]
    NoNode,
    /// TLS or the runtime.
    #[error("the HTTP client cannot start: {detail}")]
    Start {
        /// Why.
        detail: String,
    },
}

impl Nodes {
    /// A client of `addresses`, in the order of preference.
    ///
    /// # Errors
    /// If there is none, or the system's certificates cannot be used.
    pub fn new(addresses: Vec<NodeAddress>, options: ClientOptions) -> Result<Self, ClientError> {
        if addresses.is_empty() {
            return Err(ClientError::NoNode);
        }
        let start = |detail: String| ClientError::Start { detail };
        let client = Client::builder()
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.stall_timeout)
            // Another host must not get the password, and no environment decides where it goes.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("vigil/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| start(error.without_url().to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| start(error.to_string()))?;
        let nodes = addresses.into_iter().map(|address| Node {
            address,
            fit_since: None,
        });
        Ok(Self {
            nodes: nodes.collect(),
            preferred: 0,
            client,
            runtime,
            options,
            genesis_validators_root: None,
        })
    }

    /// From now on nodes of another chain are not fit.
    pub fn expect_chain(&mut self, genesis_validators_root: Root) {
        self.genesis_validators_root = Some(genesis_validators_root);
    }

    /// What the first fit node answers, once `read` can make something of it.
    pub(super) fn ask<T>(
        &mut self,
        question: Question<'_>,
        read: impl Fn(&Answer) -> Result<T, Refusal>,
    ) -> Result<T, NodeError> {
        let mut backoff = self.options.backoff;
        let mut retries = self.options.retries;
        loop {
            match self.ask_all(question, &read) {
                Ok(value) => return Ok(value),
                Err((error, may_pass)) if retries == 0 || !may_pass => return Err(error),
                Err(_) => {}
            }
            retries -= 1;
            std::thread::sleep(backoff);
            backoff = (backoff * 2).min(MAX_BACKOFF);
        }
    }

    /// Each node once. The error comes with whether asking again may help.
    fn ask_all<T>(
        &mut self,
        question: Question<'_>,
        read: impl Fn(&Answer) -> Result<T, Refusal>,
    ) -> Result<T, (NodeError, bool)> {
        let count = self.nodes.len();
        let mut worst: Option<NodeError> = None;
        let mut may_pass = false;
        let first = self.preferred;
        for place in (0..count).map(|k| (first + k) % count) {
            let refused = match self.check_fit(place) {
                Ok(()) => match self
                    .ask_one(place, question)
                    .and_then(|answer| read(&answer))
                {
                    Ok(value) => {
                        self.preferred = place;
                        return Ok(value);
                    }
                    Err(refusal) => (question.route, refusal),
                },
                Err(unfit) => unfit,
            };
            let (route, refusal) = refused;
            may_pass |= refusal.is_passing();
            // What it said is not to be relied on before it is looked at again.
            if !matches!(refusal, Refusal::NotFound) {
                self.nodes[place].fit_since = None;
            }
            let heavier = worst
                .as_ref()
                .is_none_or(|worst| refusal.weight() > worst.refusal().weight());
            if heavier {
                worst = Some(NodeError::new(&self.nodes[place].address, route, refusal));
            }
        }
        // There is at least one node.
        let error = worst.unwrap_or_else(|| {
            NodeError::new(&self.nodes[0].address, question.route, Refusal::NotFound)
        });
        Err((error, may_pass))
    }

    fn ask_one(&self, place: usize, question: Question<'_>) -> Result<Answer, Refusal> {
        let address = &self.nodes[place].address;
        self.runtime
            .block_on(fetch(&self.client, address, question))
    }

    /// Synced, not optimistic, and on the chain that is followed.
    fn check_fit(&mut self, place: usize) -> Result<(), (&'static str, Refusal)> {
        const SYNCING: &str = "/eth/v1/node/syncing";
        const GENESIS: &str = "/eth/v1/beacon/genesis";
        if let Some(since) = self.nodes[place].fit_since
            && since.elapsed() < self.options.fit_for
        {
            return Ok(());
        }
        let syncing = self
            .ask_one(place, self.small(SYNCING))
            .and_then(|answer| answer.json::<Envelope<Syncing>>())
            .map_err(|refusal| (SYNCING, refusal))?
            .data;
        if syncing.is_syncing {
            let distance = Some(syncing.sync_distance.0);
            return Err((SYNCING, Refusal::Syncing { distance }));
        }
        if syncing.is_optimistic {
            return Err((SYNCING, Refusal::Optimistic));
        }
        let got = self
            .ask_one(place, self.small(GENESIS))
            .and_then(|answer| {
                genesis_validators_root(&answer.body).map_err(|error| Refusal::undecodable(&error))
            })
            .map_err(|refusal| (GENESIS, refusal))?;
        match self.genesis_validators_root {
            Some(expected) if expected != got => {
                let (expected, got) = (hex::encode(expected), hex::encode(got));
                return Err((GENESIS, Refusal::WrongChain { expected, got }));
            }
            Some(_) => {}
            None => self.genesis_validators_root = Some(got),
        }
        self.nodes[place].fit_since = Some(Instant::now());
        Ok(())
    }

    /// The chain of the nodes, once one of them was fit.
    pub(super) fn chain(&self) -> Option<Root> {
        self.genesis_validators_root
    }

    pub(super) fn small<'a>(&self, route: &'a str) -> Question<'a> {
        Question {
            route,
            ssz: false,
            post: None,
            limit: SMALL,
            timeout: self.options.timeout,
        }
    }
}
