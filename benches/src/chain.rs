//! A chain made to a [`Plan`]: Fulu, mainnet preset, blocks and states linked by their roots.

mod blocks;
mod committees;
mod states;
mod votes;

pub use committees::Committees;
pub use states::pubkey;

use crate::containers::{BeaconBlock, BeaconBlockHeader, BeaconState, Root, SignedBeaconBlock};
use crate::plan::{Plan, SLOTS_PER_EPOCH};
use anyhow::Context as _;
use ssz::Encode as _;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use tree_hash::TreeHash as _;
use vigil_ledger::beacon::{Spec, decode_state};
use votes::Votes;

/// Of the answer on the genesis.
pub const GENESIS_VALIDATORS_ROOT: Root = [0x67; 32];
const RANDAO_MIX: Root = [0x4a; 32];
/// Slots after which a vote is in no block any more.
const INCLUDED_FOR: u64 = 7;

/// Everything a beacon node has to answer with. States lie in a folder; the rest is in memory.
#[derive(Debug)]
pub struct SyntheticChain {
    /// What it was made to.
    pub plan: Plan,
    folder: PathBuf,
    blocks: HashMap<Root, Vec<u8>>,
    canonical: BTreeMap<u64, Root>,
    committees: BTreeMap<u64, Committees>,
    flags: BTreeMap<u64, Vec<u8>>,
}

impl SyntheticChain {
    /// Makes the chain, its states as SSZ files in a folder.
    ///
    /// # Errors
    /// If a file cannot be written, or the plan does not fit the containers.
    pub fn make(plan: Plan, folder: &Path) -> anyhow::Result<Self> {
        let mut chain = Self {
            plan,
            folder: folder.to_owned(),
            blocks: HashMap::new(),
            canonical: BTreeMap::new(),
            committees: BTreeMap::new(),
            flags: BTreeMap::new(),
        };
        let spec = Spec::from_json(spec_json().to_string().as_bytes())?;
        let mut state = states::initial(&plan)?;
        let mut votes = VecDeque::new();
        let epochs = plan.chain_epochs();
        for slot in epochs.start * SLOTS_PER_EPOCH..epochs.end * SLOTS_PER_EPOCH {
            if slot % SLOTS_PER_EPOCH == 0
                && plan.state_epochs().contains(&(slot / SLOTS_PER_EPOCH))
            {
                chain.enter(slot / SLOTS_PER_EPOCH);
            }
            if !plan.is_empty(slot) {
                chain.propose(&spec, slot, &votes, &mut state)?;
            }
            votes.extend(chain.vote(slot)?);
            while votes.len() as u64 > INCLUDED_FOR {
                votes.pop_front();
            }
        }
        Ok(chain)
    }

    fn enter(&mut self, epoch: u64) {
        let committees = Committees::new(&self.plan, epoch);
        let flags = votes::final_flags(&self.plan, &committees, epoch);
        self.committees.insert(epoch, committees);
        self.flags.insert(epoch, flags);
    }

    fn vote(&self, slot: u64) -> anyhow::Result<Option<Votes>> {
        let epoch = slot / SLOTS_PER_EPOCH;
        let Some(committees) = self.committees.get(&epoch) else {
            return Ok(None);
        };
        let head = self.root_at(slot).context("no block yet")?;
        let target = self
            .root_at(epoch * SLOTS_PER_EPOCH)
            .context("no block yet")?;
        let data = votes::data(slot, head, target);
        Votes::new(&self.plan, committees, &data).map(Some)
    }

    fn propose(
        &mut self,
        spec: &Spec,
        slot: u64,
        votes: &VecDeque<Votes>,
        state: &mut BeaconState,
    ) -> anyhow::Result<()> {
        let included = votes.iter().flat_map(|votes| votes.included_in(slot));
        let body = blocks::body(&self.plan, slot, included.cloned().collect())?;
        let mut block = BeaconBlock {
            slot,
            proposer_index: self.plan.proposer(slot),
            parent_root: self.root_at(slot).unwrap_or([0x9a; 32]),
            state_root: [0x57; 32],
            body,
        };
        let epoch = slot / SLOTS_PER_EPOCH;
        let is_last = slot % SLOTS_PER_EPOCH == SLOTS_PER_EPOCH - 1;
        if is_last && self.plan.state_epochs().contains(&epoch) {
            let header = BeaconBlockHeader {
                slot,
                proposer_index: block.proposer_index,
                parent_root: block.parent_root,
                state_root: Root::default(),
                body_root: block.body.tree_hash_root().0,
            };
            let finalized = self.root_at((epoch - 2) * SLOTS_PER_EPOCH);
            let flags = self.flags.get(&(epoch - 1));
            states::advance(
                state,
                &self.plan,
                header,
                flags,
                finalized.unwrap_or_default(),
            )?;
            let bytes = state.as_ssz_bytes();
            block.state_root = decode_state(spec, "the synthetic state", &bytes)?.root;
            fs::write(self.state_file(slot), bytes)?;
        }
        let root = block.tree_hash_root().0;
        let signed = SignedBeaconBlock {
            message: block,
            signature: [0xc0; 96],
        };
        self.blocks.insert(root, signed.as_ssz_bytes());
        self.canonical.insert(slot, root);
        Ok(())
    }

    /// The last block at or before a slot.
    pub fn root_at(&self, slot: u64) -> Option<Root> {
        self.canonical
            .range(..=slot)
            .next_back()
            .map(|(_, root)| *root)
    }

    /// The block of a slot.
    pub fn block_root(&self, slot: u64) -> Option<Root> {
        self.canonical.get(&slot).copied()
    }

    /// A signed block, as SSZ.
    pub fn block(&self, root: &Root) -> Option<&[u8]> {
        self.blocks.get(root).map(Vec::as_slice)
    }

    /// Where the state of a slot lies, if there is one.
    pub fn state_file(&self, slot: u64) -> PathBuf {
        self.folder.join(format!("{slot}.ssz"))
    }

    /// The committees of an epoch.
    pub fn committees(&self, epoch: u64) -> Option<&Committees> {
        self.committees.get(&epoch)
    }

    /// The final flags of an epoch, one byte a validator.
    pub fn final_flags(&self, epoch: u64) -> Option<&[u8]> {
        self.flags.get(&epoch).map(Vec::as_slice)
    }
}

/// The configuration: mainnet's sizes, and Fulu from the first epoch on.
pub fn spec_json() -> serde_json::Value {
    let mut spec = serde_json::json!({
        "PRESET_BASE": "mainnet", "CONFIG_NAME": "synthetic", "SECONDS_PER_SLOT": "12",
        "SLOTS_PER_EPOCH": "32", "SHUFFLE_ROUND_COUNT": "90", "TARGET_COMMITTEE_SIZE": "128",
        "SLOTS_PER_HISTORICAL_ROOT": "8192", "EPOCHS_PER_HISTORICAL_VECTOR": "65536",
        "EPOCHS_PER_SLASHINGS_VECTOR": "8192", "SYNC_COMMITTEE_SIZE": "512",
        "MAX_COMMITTEES_PER_SLOT": "64",
    });
    let forks = ["ALTAIR", "BELLATRIX", "CAPELLA", "DENEB", "ELECTRA", "FULU"];
    for (version, fork) in (1..).zip(forks) {
        spec[format!("{fork}_FORK_VERSION")] = format!("0x{version:02}000000").into();
        spec[format!("{fork}_FORK_EPOCH")] = "0".into();
    }
    spec
}
