//! A captured chain behind the routes of the Beacon API, as a node would have served it while the chain
//! went on: real states, blocks and duties over a real socket, with faults where a test wants them.

#[path = "replay_rewards.rs"]
mod rewards;

use crate::capture::Capture;
use crate::http::{Request, Response, Server};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use vigil_ledger::beacon::{Checkpoint, Root, Spec, StateFacts, decode_block, decode_state};

/// What goes wrong with an answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Status(u16),
    /// Not a byte for so long.
    Slow(Duration),
    /// No answer.
    Drop,
    /// The body breaks off.
    Truncated,
    /// The body breaks off, and nobody said how long it would be.
    TruncatedSilently,
    /// Longer than anything rightful, announced or not.
    Oversized {
        announced: bool,
    },
    /// `Eth-Consensus-Version` says this.
    Version(&'static str),
    Optimistic,
    /// One bit in the middle is another.
    BitFlip,
    ContentType(&'static str),
    /// This instead.
    Body(Vec<u8>),
}

struct Planned {
    route: String,
    fault: Fault,
    times: u64,
}

/// Until the head is there, another state of a slot is the node's.
struct Reorg {
    slot: u64,
    until_head: u64,
    state: StateFacts,
    bytes: Vec<u8>,
}

/// How long the node keeps states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// All.
    Everything,
    /// From the finalised checkpoint on, as most nodes do.
    Unfinalized,
}

pub(crate) struct Replay {
    files: BTreeMap<String, Vec<u8>>,
    spec: Spec,
    keeps: Keeps,
    /// Canonical blocks by slot.
    canonical: BTreeMap<u64, Root>,
    blocks: HashMap<Root, Vec<u8>>,
    states: BTreeMap<u64, (StateFacts, Vec<u8>)>,
    head: AtomicU64,
    /// The head moves by itself from then on, by a slot in each of these.
    clock: Option<(Instant, Duration)>,
    faults: Mutex<Vec<Planned>>,
    finalized: Mutex<Option<Checkpoint>>,
    reorg: Mutex<Option<Reorg>>,
    knows_post: AtomicBool,
    pub(crate) log: Mutex<Vec<(String, Option<String>)>>,
}

impl Replay {
    pub(crate) fn new(name: &str, keeps: Keeps) -> Self {
        let capture = Capture::open(name);
        let chain = capture.chain().unwrap();
        let spec = chain.spec().clone();
        let (mut blocks, mut parents) = (HashMap::new(), HashMap::new());
        let mut tip = (0, Root::default());
        let mut states = BTreeMap::new();
        for (path, data) in &capture.files {
            if path.starts_with("blocks/") && path.ends_with(".ssz") {
                let block = decode_block(&spec, path, data).unwrap();
                parents.insert(block.root, (block.slot, block.parent_root));
                blocks.insert(block.root, data.clone());
                if !path.contains("orphans") {
                    tip = tip.max((block.slot, block.root));
                }
            } else if path.starts_with("states/") && path.ends_with(".ssz") {
                let state = decode_state(&spec, path, data).unwrap();
                states.insert(state.slot, (state, data.clone()));
            }
        }
        // From the last block down: the others are orphans.
        let mut canonical = BTreeMap::new();
        let mut root = tip.1;
        while let Some((slot, parent)) = parents.get(&root) {
            canonical.insert(*slot, root);
            root = *parent;
        }
        canonical.insert(0, root);
        Self {
            files: capture.files,
            spec,
            keeps,
            canonical,
            blocks,
            states,
            head: AtomicU64::new(0),
            clock: None,
            faults: Mutex::new(Vec::new()),
            finalized: Mutex::new(None),
            reorg: Mutex::new(None),
            knows_post: AtomicBool::new(true),
            log: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn with_clock(mut self, slot: Duration) -> Self {
        self.clock = Some((Instant::now(), slot));
        self
    }

    pub(crate) fn serve(self: &Arc<Self>) -> Server {
        let replay = Arc::clone(self);
        Server::start(move |request| replay.answer(request))
    }

    pub(crate) fn set_head(&self, slot: u64) {
        self.head.store(slot, Ordering::Relaxed);
    }

    pub(crate) fn last_slot(&self) -> u64 {
        *self.states.keys().next_back().unwrap()
    }

    /// The next `times` answers on routes that contain `route` go wrong.
    pub(crate) fn fail(&self, route: &str, fault: Fault, times: u64) {
        self.faults.lock().unwrap().push(Planned {
            route: route.to_owned(),
            fault,
            times,
        });
    }

    /// From now on it is an older node, which answers GET alone.
    pub(crate) fn refuse_post(&self) {
        self.knows_post.store(false, Ordering::Relaxed);
    }

    /// Faults that are still to come.
    pub(crate) fn faults_left(&self) -> u64 {
        let faults = self.faults.lock().unwrap();
        faults.iter().map(|planned| planned.times).sum()
    }

    pub(crate) fn finalize(&self, checkpoint: Checkpoint) {
        *self.finalized.lock().unwrap() = Some(checkpoint);
    }

    pub(crate) fn add_block(&mut self, ssz: Vec<u8>) -> Root {
        let block = decode_block(&self.spec, "forged", &ssz).unwrap();
        self.blocks.insert(block.root, ssz);
        block.root
    }

    pub(crate) fn block_bytes(&self, slot: u64) -> Vec<u8> {
        self.blocks[&self.root_at(slot)].clone()
    }

    pub(crate) fn root_at(&self, slot: u64) -> Root {
        *self.canonical.range(..=slot).next_back().unwrap().1
    }

    /// Up to a head the node has another state at `slot`, after another block.
    pub(crate) fn reorganise(&self, slot: u64, until_head: u64) {
        let mut bytes = self.states[&slot].1.clone();
        // genesis_time, genesis_validators_root, slot, fork; then slot and proposer of the last header.
        let parent_root = 8 + 32 + 8 + 16 + 16;
        bytes[parent_root] ^= 1;
        let state = decode_state(&self.spec, "reorganised", &bytes).unwrap();
        *self.reorg.lock().unwrap() = Some(Reorg {
            slot,
            until_head,
            state,
            bytes,
        });
    }

    pub(crate) fn head(&self) -> u64 {
        let head = match self.clock {
            Some((start, slot)) => (start.elapsed().as_nanos() / slot.as_nanos()) as u64,
            None => self.head.load(Ordering::Relaxed),
        };
        head.min(self.last_slot())
    }

    pub(crate) fn finalized(&self) -> Checkpoint {
        if let Some(checkpoint) = *self.finalized.lock().unwrap() {
            return checkpoint;
        }
        self.states
            .range(..=self.head())
            .next_back()
            .unwrap()
            .1
            .0
            .finalized
    }

    fn answer(&self, request: &Request) -> Option<Response> {
        let path = request.path.as_str();
        self.log
            .lock()
            .unwrap()
            .push((path.to_owned(), request.authorization.clone()));
        let response = self
            .route(path, request)
            .unwrap_or_else(|| Response::status(404));
        match self.planned(path) {
            Some(fault) => spoil(response, fault),
            None => Some(response),
        }
    }

    fn planned(&self, path: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let planned = faults
            .iter_mut()
            .find(|planned| planned.times > 0 && path.contains(&planned.route))?;
        planned.times -= 1;
        Some(planned.fault.clone())
    }

    fn route(&self, path: &str, request: &Request) -> Option<Response> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            ["eth", "v1", "node", "syncing"] => Some(Response::json(&json!({"data": {
                "is_syncing": false, "is_optimistic": false, "el_offline": false,
                "head_slot": self.head().to_string(), "sync_distance": "0"}}))),
            ["eth", "v1", "beacon", "genesis"] => self.file("genesis.json"),
            ["eth", "v1", "config", "spec"] => self.file("spec.json"),
            ["eth", "v1", "beacon", "headers", id] => self.header(id),
            [
                "eth",
                "v1",
                "beacon",
                "states",
                "head",
                "finality_checkpoints",
            ] => {
                let finalized = self.finalized();
                let checkpoint =
                    json!({"epoch": finalized.epoch.to_string(), "root": hex(&finalized.root)});
                Some(envelope(json!({"previous_justified": checkpoint,
                    "current_justified": checkpoint, "finalized": checkpoint})))
            }
            ["eth", "v2", "beacon", "blocks", root] => {
                let root: Root = unhex(root)?;
                let body = self.blocks.get(&root)?.clone();
                let slot = decode_block(&self.spec, "block", &body).ok()?.slot;
                Some(self.ssz(request, slot, body))
            }
            ["eth", "v2", "debug", "beacon", "states", id] => {
                let (slot, _, body) = self.state(id)?;
                Some(self.ssz(request, slot, body))
            }
            ["eth", "v1", "beacon", "states", id, "committees"] => {
                self.records_at(id)?;
                let epoch: u64 = query.strip_prefix("epoch=")?.parse().ok()?;
                self.file(&format!("duties/committees_{epoch:04}.json"))
            }
            ["eth", "v1", "beacon", "states", id, "sync_committees"] => {
                self.records_at(id)?;
                let epoch: u64 = query.strip_prefix("epoch=")?.parse().ok()?;
                self.file(&format!("duties/sync_{epoch:04}.json"))
            }
            ["eth", "v1", "beacon", "states", id, "validators"] => {
                self.validators(&self.records_at(id)?, query, &request.body)
            }
            ["eth", "v1", "beacon", "rewards", "attestations", epoch] => {
                self.attestation_rewards(epoch, request)
            }
            ["eth", "v1", "beacon", "rewards", "blocks", slot] => self.block_rewards(slot),
            ["eth", "v1", "beacon", "rewards", "sync_committee", slot] => {
                self.sync_rewards(slot, request)
            }
            ["eth", "v1", "validator", "duties", "proposer", epoch] => {
                self.proposers(epoch.parse().ok()?)
            }
            _ => None,
        }
    }

    /// A captured answer, to be changed.
    pub(crate) fn captured(&self, name: &str) -> Value {
        serde_json::from_slice(&self.files[name]).unwrap()
    }

    fn file(&self, name: &str) -> Option<Response> {
        let body = self.files.get(name)?.clone();
        Some(Response::new("application/json", body))
    }

    fn ssz(&self, request: &Request, slot: u64, body: Vec<u8>) -> Response {
        assert_eq!(request.accept, "application/octet-stream");
        let mut response = Response::new("application/octet-stream", body);
        let fork = self.spec.fork_at(slot).unwrap().0.to_string();
        response.headers.push(("Eth-Consensus-Version", fork));
        response
    }

    fn header(&self, id: &str) -> Option<Response> {
        let (slot, root) = match id {
            "head" => {
                let (&slot, &root) = self.canonical.range(..=self.head()).next_back()?;
                (slot, root)
            }
            "genesis" => (0, self.canonical[&0]),
            slot => {
                let slot: u64 = slot.parse().ok()?;
                if slot > self.head() {
                    return None;
                }
                match self.reorged(slot) {
                    Some((state, _)) => (state.last_block_slot, state.last_block_root),
                    None => (slot, *self.canonical.get(&slot)?),
                }
            }
        };
        let message =
            json!({"slot": slot.to_string(), "proposer_index": "0", "parent_root": hex(&[0; 32])});
        Some(envelope(json!({"root": hex(&root), "canonical": true,
            "header": {"message": message, "signature": "0x"}})))
    }

    fn reorged(&self, slot: u64) -> Option<(StateFacts, Vec<u8>)> {
        let reorg = self.reorg.lock().unwrap();
        let reorg = reorg.as_ref()?;
        (reorg.slot == slot && self.head() < reorg.until_head)
            .then(|| (reorg.state.clone(), reorg.bytes.clone()))
    }

    fn state(&self, id: &str) -> Option<(u64, StateFacts, Vec<u8>)> {
        let slot = match id {
            "genesis" => 0,
            slot => slot.parse().ok()?,
        };
        let oldest = match self.keeps {
            Keeps::Everything => 0,
            Keeps::Unfinalized => self.finalized().epoch * self.spec.slots_per_epoch(),
        };
        if slot > self.head() || (slot < oldest && slot > 0) {
            return None;
        }
        if let Some((state, bytes)) = self.reorged(slot) {
            return Some((slot, state, bytes));
        }
        let (state, bytes) = self.states.get(&slot)?;
        Some((slot, state.clone(), bytes.clone()))
    }

    /// What is asked for in JSON comes from states of blocks alone, as some nodes have it; the last one of
    /// an epoch says the same as the recorded state of the epoch's end.
    fn records_at(&self, id: &str) -> Option<StateFacts> {
        let Ok(slot) = id.parse::<u64>() else {
            return Some(self.state(id)?.1);
        };
        if let Some((state, _)) = self.reorged(slot) {
            return Some(state);
        }
        let end = (self.spec.epoch_of(slot) + 1) * self.spec.slots_per_epoch() - 1;
        let (&last, _) = self.canonical.range(..=end).next_back()?;
        if slot == last {
            return Some(self.state(&end.to_string())?.1);
        }
        // Only an epoch without any block has a state without one.
        (slot == end && self.spec.epoch_of(last) < self.spec.epoch_of(end))
            .then(|| self.state(id))?
            .map(|(_, state, _)| state)
    }

    fn validators(&self, state: &StateFacts, query: &str, body: &[u8]) -> Option<Response> {
        let ids: Vec<u64> = match query.strip_prefix("id=") {
            // As the older nodes do: a list with commas is no index.
            Some(ids) => ids.split("&id=").filter_map(|id| id.parse().ok()).collect(),
            None if !self.knows_post.load(Ordering::Relaxed) => return Some(Response::status(405)),
            None => {
                let body: Value = serde_json::from_slice(body).ok()?;
                let ids = body["ids"].as_array()?.iter();
                ids.map(|id| id.as_str().unwrap().parse().unwrap())
                    .collect()
            }
        };
        let records = ids.iter().filter_map(|&id| {
            let record = state.validators.get(id as usize)?;
            Some(json!({"index": id.to_string(), "balance": "0", "status": "active_ongoing", "validator": {
                "pubkey": format!("0x{}", hex::encode(state.pubkeys[id as usize])), "withdrawal_credentials": "0x00",
                "effective_balance": record.effective_balance.to_string(),
                "slashed": record.slashed,
                "activation_eligibility_epoch": "0",
                "activation_epoch": record.activation_epoch.to_string(),
                "exit_epoch": record.exit_epoch.to_string(),
                "withdrawable_epoch": "0"}}))
        });
        Some(envelope(records.collect()))
    }

    fn proposers(&self, epoch: u64) -> Option<Response> {
        let head_epoch = self.head() / self.spec.slots_per_epoch();
        if epoch > head_epoch + 1 || (self.keeps == Keeps::Unfinalized && epoch < head_epoch) {
            return Some(Response::status(400));
        }
        let body = self
            .files
            .get(&format!("duties/proposer_{epoch:04}.json"))?;
        let mut duties: Value = serde_json::from_slice(body).unwrap();
        // The simulated chains had no node that would have said it.
        if duties.get("dependent_root").is_none() {
            let before = (epoch * self.spec.slots_per_epoch()).saturating_sub(1);
            duties["dependent_root"] = json!(hex(&self.root_at(before)));
        }
        Some(Response::json(&duties))
    }
}

fn envelope(data: Value) -> Response {
    Response::json(&json!({"execution_optimistic": false, "finalized": false, "data": data}))
}

fn spoil(mut response: Response, fault: Fault) -> Option<Response> {
    let middle = response.body.len() / 2;
    match fault {
        Fault::Status(status) => return Some(Response::status(status)),
        Fault::Slow(delay) => response.delay = delay,
        Fault::Drop => return None,
        Fault::Truncated => response.cut_at = Some(middle),
        Fault::TruncatedSilently => {
            response.cut_at = Some(middle);
            response.unannounced = true;
        }
        Fault::Oversized { announced } => {
            response.body = vec![b' '; (1 << 24) + 1];
            response.unannounced = !announced;
        }
        Fault::Version(fork) => {
            response
                .headers
                .retain(|(name, _)| *name != "Eth-Consensus-Version");
            response
                .headers
                .push(("Eth-Consensus-Version", fork.to_owned()));
        }
        Fault::Optimistic => {
            if let Ok(Value::Object(mut answer)) = serde_json::from_slice(&response.body) {
                answer.insert("execution_optimistic".to_owned(), json!(true));
                response.body = Value::Object(answer).to_string().into_bytes();
            }
            response
                .headers
                .push(("Eth-Execution-Optimistic", "true".to_owned()));
        }
        Fault::BitFlip => response.body[middle] ^= 1,
        Fault::ContentType(content_type) => response.content_type = content_type,
        Fault::Body(body) => response.body = body,
    }
    Some(response)
}

pub(crate) fn hex(root: &Root) -> String {
    format!("0x{}", hex::encode(root))
}

fn unhex(text: &str) -> Option<Root> {
    let mut root = Root::default();
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut root).ok()?;
    Some(root)
}
