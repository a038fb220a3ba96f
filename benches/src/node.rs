//! A beacon node that serves a synthetic chain, a slot further each time that it is asked for its head.

use crate::chain::{GENESIS_VALIDATORS_ROOT, SyntheticChain, pubkey, spec_json};
use crate::containers::Root;
use crate::http::{self, Response};
use crate::plan::{FAR_FUTURE_EPOCH, SLOTS_PER_EPOCH, SYNC_COMMITTEE_SIZE};
use serde_json::{Value, json};
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Epochs from the head back to what is final, when all is well.
const FINALITY_DELAY: u64 = 2;

/// Serves the chain from a head of its own until the process ends. A follower that asks for the head once a
/// look, as Vigil's does, so looks once a slot.
///
/// # Errors
/// If there is no port on the loopback.
pub fn serve(chain: Arc<SyntheticChain>) -> io::Result<SocketAddr> {
    let head = AtomicU64::new(chain.plan.start_epoch * SLOTS_PER_EPOCH);
    let node = Node { chain, head };
    http::serve(move |path, body| node.answer(path, body).unwrap_or(Response::NotFound))
}

struct Node {
    chain: Arc<SyntheticChain>,
    head: AtomicU64,
}

impl Node {
    fn answer(&self, path: &str, body: &[u8]) -> Option<Response> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let data = match parts.as_slice() {
            ["eth", "v1", "node", "syncing"] => json!({
                "head_slot": self.head().to_string(), "sync_distance": "0",
                "is_syncing": false, "is_optimistic": false, "el_offline": false,
            }),
            ["eth", "v1", "config", "spec"] => spec_json(),
            ["eth", "v1", "beacon", "genesis"] => json!({
                "genesis_time": "0", "genesis_fork_version": "0x00000000",
                "genesis_validators_root": hex_of(&GENESIS_VALIDATORS_ROOT),
            }),
            ["eth", "v1", "beacon", "headers", id] => self.header(id)?,
            ["eth", "v2", "beacon", "blocks", root] => {
                let mut bytes = Root::default();
                hex::decode_to_slice(root.strip_prefix("0x")?, &mut bytes).ok()?;
                return Some(Response::Ssz(self.chain.block(&bytes)?.to_vec()));
            }
            ["eth", "v2", "debug", "beacon", "states", slot] => {
                let file = File::open(self.chain.state_file(self.known(slot)?)).ok()?;
                return Some(Response::File(file));
            }
            [
                "eth",
                "v1",
                "beacon",
                "states",
                "head",
                "finality_checkpoints",
            ] => {
                let checkpoint = self.finalized()?;
                json!({ "finalized": checkpoint, "current_justified": checkpoint, "previous_justified": checkpoint })
            }
            ["eth", "v1", "beacon", "states", slot, what] => {
                self.known(slot)?;
                let epoch = query
                    .strip_prefix("epoch=")
                    .and_then(|epoch| epoch.parse().ok());
                match *what {
                    "committees" => self.committees(epoch?)?,
                    "sync_committees" => self.sync_committee(),
                    "validators" => self.validators(body)?,
                    _ => return None,
                }
            }
            ["eth", "v1", "validator", "duties", "proposer", epoch] => {
                return self.proposers(epoch.parse().ok()?);
            }
            _ => return None,
        };
        Some(Response::Json(
            json!({ "execution_optimistic": false, "finalized": false, "data": data }),
        ))
    }

    fn head(&self) -> u64 {
        self.head.load(Ordering::Relaxed)
    }

    /// A slot that the chain has come to.
    fn known(&self, slot: &str) -> Option<u64> {
        slot.parse().ok().filter(|&slot| slot <= self.head())
    }

    fn header(&self, id: &str) -> Option<Value> {
        let slot = match id {
            "head" => {
                let slot = self.head.fetch_add(1, Ordering::Relaxed) + 1;
                slot - u64::from(self.chain.plan.is_empty(slot))
            }
            slot => self.known(slot)?,
        };
        let root = self.chain.block_root(slot)?;
        Some(json!({
            "root": hex_of(&root), "canonical": true,
            "header": { "message": { "slot": slot.to_string() } },
        }))
    }

    fn finalized(&self) -> Option<Value> {
        let epoch = self.head() / SLOTS_PER_EPOCH - FINALITY_DELAY;
        let root = self.chain.root_at(epoch * SLOTS_PER_EPOCH)?;
        Some(json!({ "epoch": epoch.to_string(), "root": hex_of(&root) }))
    }

    fn committees(&self, epoch: u64) -> Option<Value> {
        let committees = self.chain.committees(epoch)?;
        let slots = epoch * SLOTS_PER_EPOCH..(epoch + 1) * SLOTS_PER_EPOCH;
        let all = slots.flat_map(|slot| {
            committees.of_slot(slot).enumerate().map(move |(index, members)| {
                json!({ "index": index.to_string(), "slot": slot.to_string(), "validators": numbers(members.iter().copied()) })
            })
        });
        Some(all.collect())
    }

    fn sync_committee(&self) -> Value {
        let members = (0..SYNC_COMMITTEE_SIZE).map(|seat| self.chain.plan.sync_member(seat));
        json!({ "validators": numbers(members) })
    }

    fn validators(&self, body: &[u8]) -> Option<Value> {
        let request: Value = serde_json::from_slice(body).ok()?;
        let ids = request.get("ids")?.as_array()?.iter();
        let indices: Vec<u64> = ids
            .map(|id| id.as_str()?.parse().ok())
            .collect::<Option<_>>()?;
        let plan = &self.chain.plan;
        let record = |index: u64| {
            let exit_epoch = match plan.is_active(index) {
                true => FAR_FUTURE_EPOCH,
                false => plan.start_epoch / 2,
            };
            json!({ "index": index.to_string(), "status": "active_ongoing", "balance": "32000000000", "validator": {
                "pubkey": format!("0x{}", hex::encode(pubkey(index))), "effective_balance": "32000000000",
                "withdrawal_credentials": hex_of(&[1; 32]), "slashed": false,
                "activation_eligibility_epoch": "0", "activation_epoch": "0",
                "exit_epoch": exit_epoch.to_string(), "withdrawable_epoch": exit_epoch.to_string(),
            }})
        };
        let known = indices.into_iter().filter(|&index| index < plan.validators);
        Some(known.map(record).collect())
    }

    fn proposers(&self, epoch: u64) -> Option<Response> {
        let deciding = epoch.checked_sub(1)? * SLOTS_PER_EPOCH - 1;
        let dependent_root = self.chain.root_at(deciding)?;
        let slots = epoch * SLOTS_PER_EPOCH..(epoch + 1) * SLOTS_PER_EPOCH;
        let duties: Value = slots
            .map(|slot| json!({ "slot": slot.to_string(), "validator_index": self.chain.plan.proposer(slot).to_string() }))
            .collect();
        Some(Response::Json(json!({
            "execution_optimistic": false, "dependent_root": hex_of(&dependent_root), "data": duties,
        })))
    }
}

fn hex_of(root: &Root) -> String {
    format!("0x{}", hex::encode(root))
}

fn numbers(numbers: impl Iterator<Item = u64>) -> Value {
    numbers
        .map(|number| Value::from(number.to_string()))
        .collect()
}
