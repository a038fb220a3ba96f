//! What `vigil duties` found, for programs; `text` and `svg` show the same to people.

use super::calendar::{Calendar, Cell, Events, Line};
use super::verdict::{Attained, Verdict};
use serde::Serialize;

/// Everything.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    private: &'static str,
    start_epoch: u64,
    epochs: u32,
    recorded: u32,
    unsigned_registry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a Verdict>,
    validators: Vec<Validator>,
}

/// One validator.
#[derive(Debug, Serialize)]
struct Validator {
    index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    compliant: Option<bool>,
    #[serde(flatten)]
    attained: Attained,
    active_epochs: u16,
    effective_balance: u16,
    /// Outage at the end of the preceding period.
    run_in: u16,
    missed_source: u32,
    /// Epochs themselves: what is called down.
    missed_target: Vec<u64>,
    missed_head: u32,
    /// Target in time, source or head not.
    partial: Vec<u64>,
    proposals_due: u16,
    proposals_missed: u16,
    sync_due: u32,
    sync_missed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EpochEvents>>,
}

/// An epoch with proposals or sync duty.
#[derive(Debug, Serialize)]
struct EpochEvents {
    epoch: u64,
    #[serde(flatten)]
    events: Events,
}

impl<'a> Report<'a> {
    /// All of it.
    pub(super) fn new(
        calendar: &Calendar<'_>,
        judged: &[Judged<'_>],
        policy: Option<&'a Verdict>,
    ) -> Self {
        Self {
            private: super::PRIVATE,
            start_epoch: calendar.start_epoch,
            epochs: calendar.epochs,
            recorded: calendar.recorded,
            unsigned_registry: calendar.unsigned_registry,
            policy,
            validators: judged
                .iter()
                .map(|judged| Validator::new(judged, calendar.start_epoch))
                .collect(),
        }
    }
}

/// A line of the calendar with what follows from it.
#[derive(Debug)]
pub(super) struct Judged<'a> {
    /// The line.
    pub(super) line: &'a Line<'a>,
    /// What its row attains.
    pub(super) attained: Attained,
    /// Whether it meets the rules, if there are any.
    pub(super) compliant: Option<bool>,
}

impl Validator {
    fn new(judged: &Judged<'_>, start_epoch: u64) -> Self {
        let row = &judged.line.entry.row;
        let [missed_source, _, missed_head] = row.misses();
        let epochs_with = |wanted: Cell| {
            let cells = (start_epoch..).zip(&judged.line.epochs);
            cells
                .filter(|&(_, &cell)| cell == wanted)
                .map(|(epoch, _)| epoch)
                .collect()
        };
        let events = judged.line.events.as_ref().map(|events| {
            (start_epoch..)
                .zip(events)
                .filter(|(_, events)| **events != Events::default())
                .map(|(epoch, &events)| EpochEvents { epoch, events })
                .collect()
        });
        Self {
            index: row.index,
            compliant: judged.compliant,
            attained: judged.attained,
            active_epochs: row.active_epochs,
            effective_balance: row.effective_balance,
            run_in: row.run_in,
            missed_source,
            missed_target: epochs_with(Cell::Missed),
            missed_head,
            partial: epochs_with(Cell::Partial),
            proposals_due: row.proposals_due,
            proposals_missed: row.proposals_missed,
            sync_due: row.sync_due,
            sync_missed: row.sync_missed,
            events,
        }
    }
}
