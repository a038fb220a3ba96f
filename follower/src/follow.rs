//! One look at the nodes after the other, until the periods are complete.

mod canonical;
mod cross_check;
mod error;
mod gather;
mod lacks;
mod periods;
mod progress;
mod record;

pub use cross_check::{Compared, Comparison, CrossCheck, Part};
pub use error::FollowError;
pub use progress::{Event, Missing, Progress, Written};

use crate::client::Nodes;
use crate::store::{Identity, Store};
use lacks::Lacks;
use periods::Periods;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use vigil_circuits::identity::fr_to_be_bytes;
use vigil_ledger::beacon::{Root, Spec};
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

/// Where facts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From whole states, authenticated by the finalised chain; the flags computed from blocks must agree.
    States,
    /// From blocks, committees and validator records: light, and without any state.
    Blocks,
}

/// What to follow.
#[derive(Debug)]
pub struct Options {
    /// First epoch of the first period.
    pub start_epoch: u64,
    /// Length of a period.
    pub epochs: u32,
    /// How many periods; `None` goes on for ever.
    pub periods: Option<u64>,
    /// Where facts come from.
    pub source: Source,
    /// Which sources that one is compared with, before anything is written.
    pub cross_check: Vec<CrossCheck>,
    /// Folder of the store and of the ledgers.
    pub folder: PathBuf,
    /// Ledger of the period before the first.
    pub preceding: Option<Ledger>,
    /// Waits between two tries for something that no node has.
    pub retry_lacking: Duration,
}

/// Follows a chain for a registry's validators.
#[derive(Debug)]
pub struct Follower {
    nodes: Nodes,
    store: Store,
    registry: Registry,
    indices: Vec<u64>,
    options: Options,
    spec: Spec,
    slot_duration: Duration,
    genesis_validators_root: Root,
    genesis_block: Option<Root>,
    recorded: BTreeSet<u64>,
    comparisons: BTreeMap<(u64, Part), Comparison>,
    /// Epochs that are final, but for a later state to vouch for theirs.
    waiting: BTreeSet<u64>,
    /// There is more of the past to fetch, which may vouch for what is there already.
    is_catching_up: bool,
    lacks: Lacks,
    /// Half epoch of the last question for proposers.
    proposers_asked: Option<u64>,
    periods: Periods,
}

impl Follower {
    /// Opens the store in the options' folder and asks the nodes which chain they are on.
    ///
    /// # Errors
    /// If no node is fit, the registry is out of order, or the store is in use or about something else.
    pub fn open(
        mut nodes: Nodes,
        registry: Registry,
        mut options: Options,
    ) -> Result<Self, FollowError> {
        registry.check()?;
        Periods::check(&options)?;
        if options.cross_check.contains(&options.source.into()) {
            return Err(FollowError::OwnSource {
                main: CrossCheck::from(options.source).parts()[0],
            });
        }
        let (genesis_validators_root, spec_json) = nodes.config()?;
        nodes.expect_chain(genesis_validators_root);
        registry.check_beacon_chain(&genesis_validators_root)?;
        let spec = Spec::from_json(&spec_json).map_err(Box::new)?;
        let identity = Identity::new(
            genesis_validators_root,
            fr_to_be_bytes(registry.root()?),
            (options.start_epoch, options.epochs),
            options.source == Source::States,
        );
        let mut store = Store::open(&options.folder, &identity)?;
        let periods = Periods::open(&mut options, &store)?;
        // Whoever was killed between the two had no time for it.
        store.give_back()?;
        let genesis_block = nodes.header("genesis")?.map(|header| header.root);
        Ok(Self {
            indices: registry.indices(),
            recorded: store.recorded()?,
            comparisons: store.comparisons()?,
            waiting: BTreeSet::new(),
            is_catching_up: false,
            lacks: Lacks::new(options.retry_lacking),
            proposers_asked: None,
            periods,
            slot_duration: progress::slot_duration(&spec_json),
            nodes,
            store,
            registry,
            options,
            spec,
            genesis_validators_root,
            genesis_block,
        })
    }

    /// How long a slot takes, which is how often there may be something new.
    pub fn slot_duration(&self) -> Duration {
        self.slot_duration
    }

    /// Looks at the nodes once and records what became final. Safe to stop at any time, and to do again.
    ///
    /// # Errors
    /// [`FollowError::is_passing`] tells those that may be gone at the next step from the others.
    pub fn step(&mut self, tell: &mut dyn FnMut(Event)) -> Result<Progress, FollowError> {
        let head = self.nodes.header("head")?.ok_or(FollowError::NoHead)?;
        let finalized = self.nodes.finalized()?;
        let anchor = self.store.anchor()?;
        canonical::check_anchor(anchor, finalized)?;
        let catching_up = self.gather(head.slot, finalized.epoch, tell)?;
        self.is_catching_up = catching_up;
        let ready = self.ready(finalized.epoch)?;
        if finalized.epoch > 0 && (anchor != Some(finalized) || !ready.is_empty()) {
            let chain = self.walk(finalized, anchor, ready.first().copied(), tell)?;
            self.waiting.clear();
            for epoch in ready {
                self.record(&chain, finalized.epoch, epoch, tell)?;
            }
            self.advance(finalized)?;
        }
        self.write_ledgers(tell)?;
        Ok(self.progress(head.slot, finalized.epoch, catching_up))
    }

    /// Slot of the snapshot that says who has which duties in an epoch.
    fn duty_slot(&self, epoch: u64) -> u64 {
        match epoch {
            0 => 0,
            epoch => self.first_slot(epoch + 1) - 1,
        }
    }

    /// Slot of the snapshot with the final flags of an epoch.
    fn final_slot(&self, epoch: u64) -> u64 {
        self.first_slot(epoch + 2) - 1
    }

    fn first_slot(&self, epoch: u64) -> u64 {
        epoch.saturating_mul(self.spec.slots_per_epoch())
    }

    /// Epochs of the periods without ledgers, up to one, that are not recorded.
    fn unrecorded(&self, up_to: u64) -> impl Iterator<Item = u64> + '_ {
        let end = self.periods.end().min(up_to.saturating_add(1));
        (self.periods.start()..end).filter(|epoch| !self.recorded.contains(epoch))
    }

    /// Epochs that are final and have candidates for all that they need.
    fn ready(&self, finalized: u64) -> Result<Vec<u64>, FollowError> {
        let Some(last) = finalized.checked_sub(2) else {
            return Ok(Vec::new());
        };
        let kind = self.options.source.into();
        let mut ready = Vec::new();
        for epoch in self.unrecorded(last) {
            let has_proposers =
                self.options.source == Source::States || !self.store.proposers(epoch)?.is_empty();
            if has_proposers
                && self.store.has_candidate(kind, self.duty_slot(epoch))?
                && self.store.has_candidate(kind, self.final_slot(epoch))?
                && self.is_settled(epoch)?
            {
                ready.push(epoch);
            }
        }
        Ok(ready)
    }
}
