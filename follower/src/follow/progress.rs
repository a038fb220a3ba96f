//! What a step did, and how far things are.

use super::{Compared, Comparison, CrossCheck, Follower, Part};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;
use vigil_circuits::Fr;

/// Something that happened in a step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// What an epoch's end was like is kept, before it is final.
    Snapshot {
        /// From which source.
        kind: CrossCheck,
        /// Its slot.
        slot: u64,
    },
    /// Something about a slot was asked for in vain, for the first time.
    Lacking {
        /// The slot.
        slot: u64,
        /// Why.
        reason: String,
    },
    /// Blocks are being fetched, down to a slot.
    Walking {
        /// How far the walk is.
        slot: u64,
        /// How far it goes.
        until: u64,
    },
    /// An epoch is final and recorded.
    Recorded {
        /// Which one.
        epoch: u64,
    },
    /// An epoch is recorded that cannot be compared with another source, other than the one before it.
    NotCompared {
        /// With which.
        part: Part,
        /// The first such epoch.
        epoch: u64,
        /// Why.
        reason: String,
    },
    /// A period's ledger is there.
    Ledger(Written),
}

/// A period's ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// First epoch.
    pub start_epoch: u64,
    /// Length.
    pub epochs: u32,
    /// The ledger root.
    pub root: Fr,
    /// SHA-256 of the file.
    pub file_hash: [u8; 32],
    /// Attestation performance of all validators of the chain, in basis points; `None` if the source does
    /// not know them.
    pub network_bps: Option<u16>,
    /// The file.
    pub path: PathBuf,
    /// Nobody vouches for the registry.
    pub unsigned_registry: bool,
}

/// Final epochs that cannot be recorded, since no node has what they need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which epochs.
    pub epochs: Range<u64>,
    /// What the nodes said about the first of them.
    pub reason: String,
}

/// How far a follower is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The chain's head.
    pub head_slot: u64,
    /// The last finalised epoch.
    pub finalized_epoch: u64,
    /// First epoch of the period that is being recorded.
    pub period_start: u64,
    /// Epochs of it that are recorded.
    pub recorded: u64,
    /// Epochs of all periods that are final and missing.
    pub missing: Vec<Missing>,
    /// What came of comparing recorded epochs with the other sources that were asked for.
    pub compared: Vec<Compared>,
    /// Epochs that are final, but for a later state to vouch for theirs.
    pub waiting: u64,
    /// Ledgers, the earliest first.
    pub ledgers: Vec<Written>,
    /// All periods have their ledgers.
    pub is_done: bool,
    /// There is more of the past to fetch: the next step should follow at once.
    pub is_catching_up: bool,
}

impl Follower {
    pub(super) fn progress(
        &self,
        head_slot: u64,
        finalized_epoch: u64,
        is_catching_up: bool,
    ) -> Progress {
        let period_start = self.periods.start();
        let period = period_start..period_start.saturating_add(self.options.epochs.into());
        Progress {
            head_slot,
            finalized_epoch,
            period_start,
            recorded: self.recorded.range(period).count() as u64,
            missing: self.missing(finalized_epoch),
            compared: self.all_compared(),
            waiting: self.waiting.len() as u64,
            ledgers: self.periods.written().to_vec(),
            is_done: self.periods.is_done(),
            is_catching_up,
        }
    }

    /// Keeps what a comparison came to, and tells of the first of those that there were not.
    pub(super) fn note_comparison(
        &mut self,
        epoch: u64,
        part: Part,
        comparison: Comparison,
        tell: &mut dyn FnMut(Event),
    ) {
        let before = epoch.checked_sub(1).map(|before| (before, part));
        let before = before.and_then(|before| self.comparisons.get(&before));
        let was_compared = !matches!(before, Some(Comparison::NotCompared { .. }));
        if let Comparison::NotCompared { reason } = &comparison
            && was_compared
        {
            tell(Event::NotCompared {
                part,
                epoch,
                reason: reason.clone(),
            });
        }
        self.comparisons.insert((epoch, part), comparison);
    }

    fn missing(&self, finalized_epoch: u64) -> Vec<Missing> {
        let mut missing = Vec::<Missing>::new();
        let Some(last) = finalized_epoch.checked_sub(2) else {
            return missing;
        };
        for epoch in self.unrecorded(last) {
            if self.waiting.contains(&epoch) {
                continue;
            }
            match missing.last_mut() {
                Some(range) if range.epochs.end == epoch => range.epochs.end += 1,
                _ => missing.push(Missing {
                    epochs: epoch..epoch + 1,
                    reason: self.reason(self.options.source.into(), epoch),
                }),
            }
        }
        missing
    }

    /// Why a source has nothing about an epoch.
    pub(super) fn reason(&self, kind: CrossCheck, epoch: u64) -> String {
        let [first, last] = self.slots_of(kind, epoch);
        let slots = [first, last, self.first_slot(epoch).max(1)];
        let known = slots
            .into_iter()
            .find_map(|slot| self.lacks.reason((kind, slot)));
        known.unwrap_or("it is not fetched yet").to_owned()
    }
}

/// SECONDS_PER_SLOT, or mainnet's where a node does not say.
pub(super) fn slot_duration(spec_json: &[u8]) -> Duration {
    const MAINNET: u64 = 12;
    let seconds = serde_json::from_slice::<serde_json::Value>(spec_json)
        .ok()
        .and_then(|json| {
            let fields = json.get("data").unwrap_or(&json);
            fields.get("SECONDS_PER_SLOT")?.as_str()?.parse().ok()
        });
    Duration::from_secs(seconds.unwrap_or(MAINNET).clamp(1, 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_takes_what_the_node_says() {
        let seconds = |json: &str| slot_duration(json.as_bytes()).as_secs();
        assert_eq!(seconds(r#"{"data":{"SECONDS_PER_SLOT":"2"}}"#), 2);
        assert_eq!(seconds(r#"{"SECONDS_PER_SLOT":"6"}"#), 6);
        assert_eq!(seconds("{}"), 12);
        assert_eq!(seconds(r#"{"data":{"SECONDS_PER_SLOT":"0"}}"#), 1);
    }
}
