//! Periods, one after the other, and their ledgers.
//!
//! Once a period's ledger is written and durable, a record of the period takes the place of its epochs in
//! one transaction: whoever is killed before it writes the same ledger again.

use super::{Compared, Event, FollowError, Follower, Options, Written};
use crate::store::{PeriodRecord, Store};
use std::ops::Range;
use std::path::{Path, PathBuf};
use vigil_circuits::identity::{fr_from_be_bytes, fr_to_be_bytes};
use vigil_circuits::ledger::Words;
use vigil_ledger::assembly::Assembly;
use vigil_ledger::beacon::Root;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;
use vigil_ledger::rows::{NetworkTotals, RowError};

/// The periods of a store.
#[derive(Debug)]
pub(super) struct Periods {
    folder: PathBuf,
    start_epoch: u64,
    epochs: u32,
    /// How many; `None` goes on for ever.
    limit: Option<u64>,
    /// Ledger of the period before the first.
    preceding: Option<Ledger>,
    /// Those that have their ledgers.
    written: Vec<Written>,
    /// What their epochs were compared with.
    compared: Vec<Compared>,
}

impl Periods {
    /// There are such periods.
    pub(super) fn check(options: &Options) -> Result<(), FollowError> {
        let error = || FollowError::Period {
            start_epoch: options.start_epoch,
            epochs: options.epochs,
        };
        Words::for_epochs(options.epochs).ok_or_else(error)?;
        // Slots of all epochs that anybody will live to see fit by far.
        if options.start_epoch > u64::from(u32::MAX) {
            return Err(error());
        }
        Ok(())
    }

    /// With what the store has of them. The last ledger must be there, for the next one continues it.
    pub(super) fn open(options: &mut Options, store: &Store) -> Result<Self, FollowError> {
        let mut periods = Self {
            folder: options.folder.clone(),
            start_epoch: options.start_epoch,
            epochs: options.epochs,
            limit: options.periods,
            preceding: options.preceding.take(),
            written: Vec::new(),
            compared: Vec::new(),
        };
        for (start, record) in store.periods()? {
            let root = fr_from_be_bytes(&record.ledger_root).ok_or_else(|| store.undecodable())?;
            periods.written.push(Written {
                start_epoch: start,
                epochs: options.epochs,
                root,
                file_hash: record.file_hash,
                network_bps: record.network_bps,
                path: periods.path(start),
                unsigned_registry: record.unsigned_registry,
            });
            periods.compared.extend(record.compared);
        }
        periods.last_ledger()?;
        Ok(periods)
    }

    /// The epoch after the last period.
    pub(super) fn end(&self) -> u64 {
        self.limit.map_or(u64::MAX, |limit| self.start_of(limit))
    }

    /// First epoch of the period that has no ledger yet.
    pub(super) fn start(&self) -> u64 {
        self.start_of(self.written.len() as u64)
    }

    pub(super) fn is_done(&self) -> bool {
        // A store may have more than is asked for.
        self.limit
            .is_some_and(|limit| self.written.len() as u64 >= limit)
    }

    pub(super) fn written(&self) -> &[Written] {
        &self.written
    }

    /// What epochs of complete periods were compared with.
    pub(super) fn compared(&self) -> &[Compared] {
        &self.compared
    }

    fn start_of(&self, period: u64) -> u64 {
        let length = u64::from(self.epochs);
        self.start_epoch
            .saturating_add(period.saturating_mul(length))
    }

    /// Where the ledger of the period from `start` on lies.
    fn path(&self, start: u64) -> PathBuf {
        self.folder.join(format!("{start}.ledger"))
    }

    /// The ledger that the next one continues, the same as it was written.
    fn last_ledger(&self) -> Result<Option<Ledger>, FollowError> {
        let Some(last) = self.written.last() else {
            return Ok(None);
        };
        match Ledger::read(&last.path) {
            Ok(ledger) if ledger.file_hash() == last.file_hash => Ok(Some(ledger)),
            _ => Err(FollowError::LostLedger {
                path: last.path.clone(),
                sha256: hex::encode(last.file_hash),
            }),
        }
    }

    /// Writes the ledger of the next period, all epochs of which are recorded, and forgets these.
    pub(super) fn write(
        &mut self,
        store: &mut Store,
        registry: &Registry,
        genesis_validators_root: Root,
        compared: Vec<Compared>,
    ) -> Result<Written, FollowError> {
        let start = self.start();
        let epochs = start..start + u64::from(self.epochs);
        let before = self.last_ledger()?;
        let mut assembly = Assembly::new(
            genesis_validators_root,
            registry,
            (start, self.epochs),
            before.as_ref().or(self.preceding.as_ref()),
        )?;
        for epoch in epochs.clone() {
            // Recorded, as the caller made sure; a missing one shows as an incomplete period.
            if let Some(facts) = store.epoch(epoch)? {
                assembly.push(&facts)?;
            }
        }
        let ledger = assembly.finish()?;
        let written = Written {
            start_epoch: start,
            epochs: self.epochs,
            root: ledger.root(),
            file_hash: ledger.file_hash(),
            network_bps: network_bps(store, epochs.clone())?,
            path: self.path(start),
            unsigned_registry: ledger.unsigned_registry(),
        };
        write(&ledger, &written.path)?;
        let record = PeriodRecord {
            ledger_root: fr_to_be_bytes(written.root),
            file_hash: written.file_hash,
            unsigned_registry: written.unsigned_registry,
            network_bps: written.network_bps,
            compared,
        };
        store.finish_period(epochs, &record)?;
        self.written.push(written.clone());
        self.compared.extend(record.compared);
        Ok(written)
    }
}

/// After a restart it may be there already, the same.
fn write(ledger: &Ledger, path: &Path) -> Result<(), FollowError> {
    let is_there = Ledger::read(path).is_ok_and(|old| old.to_bytes() == ledger.to_bytes());
    if !is_there {
        ledger.write(path)?;
    }
    Ok(())
}

/// Of all validators of the chain, if the source knows them.
fn network_bps(store: &Store, epochs: Range<u64>) -> Result<Option<u16>, FollowError> {
    let mut totals = NetworkTotals::default();
    for epoch in epochs {
        let Some(network) = store.network(epoch)? else {
            return Ok(None);
        };
        let failed = |source| FollowError::Epoch { epoch, source };
        totals.push(&network).map_err(failed)?;
    }
    match totals.bps() {
        Err(RowError::NobodyActive) => Ok(None),
        bps => Ok(Some(bps.map_err(vigil_ledger::assembly::BuildError::from)?)),
    }
}

impl Follower {
    /// Writes the ledgers of complete periods that are not there yet.
    pub(super) fn write_ledgers(&mut self, tell: &mut dyn FnMut(Event)) -> Result<(), FollowError> {
        while !self.periods.is_done() {
            let start = self.periods.start();
            let epochs = start..start.saturating_add(self.options.epochs.into());
            if !epochs.clone().all(|epoch| self.recorded.contains(&epoch)) {
                return Ok(());
            }
            let compared = self.compared(epochs.clone());
            let written = self.periods.write(
                &mut self.store,
                &self.registry,
                self.genesis_validators_root,
                compared,
            )?;
            self.recorded = self.recorded.split_off(&epochs.end);
            let is_later = |&(epoch, _): &(u64, _), _: &mut _| epoch >= epochs.end;
            self.comparisons.retain(is_later);
            tell(Event::Ledger(written));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
