//! The period as a calendar: a line for each validator, a column for some epochs.

use super::source::Watched;
use clap::ValueEnum;
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;
use vigil_circuits::ledger::WORD_EPOCHS;
use vigil_ledger::file::LedgerEntry;

/// What a column covers. Hours and days are mainnet's, of whose days a word of a bitmap is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Per {
    /// An epoch
    Epoch,
    /// 9 or 10 epochs
    Hour,
    /// 56 or 57 epochs
    QuarterDay,
    /// 225 epochs
    Day,
}

impl Per {
    const ALL: [Self; 4] = [Self::Epoch, Self::Hour, Self::QuarterDay, Self::Day];

    /// Columns of a day.
    fn in_a_day(self) -> u32 {
        match self {
            Self::Epoch => WORD_EPOCHS as u32,
            Self::Hour => 24,
            Self::QuarterDay => 4,
            Self::Day => 1,
        }
    }

    /// The finest that makes at most so many columns of a period.
    pub(super) fn finest(epochs: u32, columns: usize) -> Self {
        let fits = |per: &Self| per.columns(epochs).len() <= columns;
        Self::ALL.into_iter().find(fits).unwrap_or(Self::Day)
    }

    /// The columns of a period, as epochs counted from its first.
    pub(super) fn columns(self, epochs: u32) -> Vec<Range<u32>> {
        let day = WORD_EPOCHS as u32;
        let start = |column: u32| (column * day).div_ceil(self.in_a_day());
        (0..)
            .map(|column| start(column)..start(column + 1).min(epochs))
            .take_while(|column| !column.is_empty())
            .collect()
    }

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Epoch => "an epoch",
            Self::Hour => "an hour",
            Self::QuarterDay => "six hours",
            Self::Day => "a day",
        }
    }
}

/// How a validator did in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cell {
    /// Not recorded, or not yet.
    Unknown,
    /// Not active in any of its epochs.
    Inactive,
    /// All votes in time.
    Full,
    /// All targets in time, but not all sources or heads.
    Partial,
    /// Some targets missed.
    Gaps,
    /// All targets missed: down, as uptime and outages count it.
    Missed,
}

impl Cell {
    /// All of them, in the order of legends.
    pub(super) const ALL: [Self; 6] = [
        Self::Full,
        Self::Partial,
        Self::Gaps,
        Self::Missed,
        Self::Inactive,
        Self::Unknown,
    ];

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "not recorded",
            Self::Inactive => "inactive",
            Self::Full => "all votes in time",
            Self::Partial => "source or head missed",
            Self::Gaps => "some targets missed",
            Self::Missed => "target missed",
        }
    }
}

/// Proposals and sync-committee duty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Events {
    /// Blocks to propose.
    pub(super) proposals_due: u32,
    /// Those that are not canonical.
    pub(super) proposals_missed: u32,
    /// Sync-committee bits to set.
    pub(super) sync_due: u32,
    /// Those not set.
    pub(super) sync_missed: u32,
}

/// What became of one validator.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Its row and its activity.
    pub(super) entry: &'a LedgerEntry,
    /// An epoch each, as far as the period is recorded.
    pub(super) epochs: Vec<Cell>,
    /// An epoch each, where that is known.
    pub(super) events: Option<Vec<Events>>,
}

/// The chosen validators' period.
#[derive(Debug)]
pub(super) struct Calendar<'a> {
    /// First epoch.
    pub(super) start_epoch: u64,
    /// Length of the period.
    pub(super) epochs: u32,
    /// How many of its epochs are recorded.
    pub(super) recorded: u32,
    /// Nobody vouches for the registry.
    pub(super) unsigned_registry: bool,
    /// By increasing index.
    pub(super) lines: Vec<Line<'a>>,
}

impl<'a> Calendar<'a> {
    /// The calendar of the validators at `positions`.
    pub(super) fn new(watched: &'a Watched, positions: &BTreeSet<usize>) -> Self {
        let header = watched.ledger.header();
        let line = |&position: &usize| {
            let entry = &watched.ledger.entries()[position];
            let events = watched.facts.as_ref().map(|facts| {
                let of_epoch = facts.iter().map(|epoch| epoch.validators[position]);
                of_epoch
                    .map(|validator| Events {
                        proposals_due: validator.proposals.due,
                        proposals_missed: validator.proposals.missed,
                        sync_due: validator.sync.due,
                        sync_missed: validator.sync.missed,
                    })
                    .collect()
            });
            Line {
                entry,
                epochs: (0..header.epochs).map(|k| cell(entry, k)).collect(),
                events,
            }
        };
        Self {
            start_epoch: header.start_epoch,
            epochs: watched.epochs,
            recorded: header.epochs,
            unsigned_registry: watched.ledger.unsigned_registry(),
            lines: positions.iter().map(line).collect(),
        }
    }
}

impl Line<'_> {
    /// All epochs of a column in one cell; the worst shows.
    pub(super) fn cell(&self, column: &Range<u32>) -> Cell {
        let known = self.known(column);
        if known.is_empty() {
            return Cell::Unknown;
        }
        let active = || known.iter().filter(|&&cell| cell != Cell::Inactive);
        let missed = active().filter(|&&cell| cell == Cell::Missed).count();
        match active().count() {
            0 => Cell::Inactive,
            all if all == missed => Cell::Missed,
            _ if missed > 0 => Cell::Gaps,
            _ if active().any(|&cell| cell == Cell::Partial) => Cell::Partial,
            _ => Cell::Full,
        }
    }

    /// Active epochs of a column, and those of them without a timely target.
    pub(super) fn targets(&self, column: &Range<u32>) -> (usize, usize) {
        let known = self.known(column);
        let count = |is: fn(&Cell) -> bool| known.iter().filter(|cell| is(cell)).count();
        let inactive = count(|&cell| cell == Cell::Inactive);
        (known.len() - inactive, count(|&cell| cell == Cell::Missed))
    }

    /// Proposals and sync duty of a column.
    pub(super) fn events(&self, column: &Range<u32>) -> Events {
        let events = self.events.as_deref().unwrap_or_default();
        let of_column = &events[within(column, events.len())];
        of_column
            .iter()
            .fold(Events::default(), |sum, epoch| Events {
                proposals_due: sum.proposals_due + epoch.proposals_due,
                proposals_missed: sum.proposals_missed + epoch.proposals_missed,
                sync_due: sum.sync_due + epoch.sync_due,
                sync_missed: sum.sync_missed + epoch.sync_missed,
            })
    }

    fn known(&self, column: &Range<u32>) -> &[Cell] {
        &self.epochs[within(column, self.epochs.len())]
    }
}

fn within(column: &Range<u32>, length: usize) -> Range<usize> {
    (column.start as usize).min(length)..(column.end as usize).min(length)
}

/// Epoch `k` of a row's period.
fn cell(entry: &LedgerEntry, k: u32) -> Cell {
    let first = u32::from(entry.first_active);
    if !(first..first + u32::from(entry.row.active_epochs)).contains(&k) {
        return Cell::Inactive;
    }
    let (word, bit) = (k as usize / WORD_EPOCHS, k as usize % WORD_EPOCHS);
    let missed = &entry.row.words[word];
    if missed.target.get(bit) {
        Cell::Missed
    } else if missed.source.get(bit) || missed.head.get(bit) {
        Cell::Partial
    } else {
        Cell::Full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_cover_every_epoch_once_and_start_with_each_day() {
        for epochs in [1, 40, 225, 226, 1575, 6300] {
            for per in Per::ALL {
                let columns = per.columns(epochs);
                assert_eq!(columns[0].start, 0);
                assert_eq!(columns.last().unwrap().end, epochs);
                assert!(columns.windows(2).all(|two| two[0].end == two[1].start));
                for day in (0..epochs).step_by(WORD_EPOCHS) {
                    assert!(columns.iter().any(|column| column.start == day));
                }
            }
        }
        assert_eq!(Per::Hour.columns(225).len(), 24);
        assert_eq!(Per::finest(225, 240), Per::Epoch);
        assert_eq!(Per::finest(1575, 240), Per::Hour);
        assert_eq!(Per::finest(6300, 72), Per::Day);
    }

    #[test]
    fn a_column_shows_the_worst_of_its_epochs() {
        use Cell::{Full, Gaps, Inactive, Missed, Partial, Unknown};
        let entry = LedgerEntry {
            row: vigil_circuits::ledger::LedgerRow {
                index: 1,
                active_epochs: 0,
                effective_balance: 0,
                slashed: false,
                run_in: 0,
                proposals_due: 0,
                proposals_missed: 0,
                sync_due: 0,
                sync_missed: 0,
                words: Vec::new(),
            },
            tag: vigil_circuits::Fr::from(1),
            first_active: 0,
        };
        for (epochs, expected) in [
            (vec![], Unknown),
            (vec![Inactive, Inactive], Inactive),
            (vec![Inactive, Full], Full),
            (vec![Partial, Full], Partial),
            (vec![Missed, Full, Partial], Gaps),
            (vec![Missed, Inactive], Missed),
        ] {
            let line = Line {
                entry: &entry,
                epochs,
                events: None,
            };
            assert_eq!(line.cell(&(0..9)), expected);
            assert_eq!(line.events(&(0..9)), Events::default());
        }
    }
}
