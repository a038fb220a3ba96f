//! Periods, one after the other, and their ledgers.

use super::{Event, FollowError, Follower, Options, Written};
use std::path::PathBuf;
use vigil_circuits::ledger::Words;
use vigil_ledger::assembly::Assembly;
use vigil_ledger::file::Ledger;

/// There is such a period.
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

/// The epoch after the last period.
pub(super) fn end(options: &Options) -> u64 {
    match options.periods {
        Some(periods) => options
            .start_epoch
            .saturating_add(periods.saturating_mul(options.epochs.into())),
        None => u64::MAX,
    }
}

impl Follower {
    /// Writes the ledgers of complete periods that are not there yet.
    pub(super) fn write_ledgers(&mut self, tell: &mut dyn FnMut(Event)) -> Result<(), FollowError> {
        loop {
            let done = self.written.len() as u64;
            if self.options.periods == Some(done) {
                return Ok(());
            }
            let start = self.period_start(done);
            let epochs = start..start + u64::from(self.options.epochs);
            if !epochs.clone().all(|epoch| self.recorded.contains(&epoch)) {
                return Ok(());
            }
            let written = self.write_ledger(start)?;
            tell(Event::Ledger(written.clone()));
            self.written.push(written);
        }
    }

    pub(super) fn period_start(&self, period: u64) -> u64 {
        let length = u64::from(self.options.epochs);
        self.options
            .start_epoch
            .saturating_add(period.saturating_mul(length))
    }

    /// Where the ledger of the period from `start` on lies.
    fn ledger_path(&self, start: u64) -> PathBuf {
        self.options.folder.join(format!("{start}.ledger"))
    }

    fn write_ledger(&self, start: u64) -> Result<Written, FollowError> {
        let length = u64::from(self.options.epochs);
        let before = match self.written.last() {
            Some(_) => Some(Ledger::read(&self.ledger_path(start - length))?),
            None => None,
        };
        let mut assembly = Assembly::new(
            self.genesis_validators_root,
            &self.registry,
            (start, self.options.epochs),
            before.as_ref().or(self.options.preceding.as_ref()),
        )?;
        for epoch in start..start + length {
            // Recorded, as the caller made sure; a missing one shows as an incomplete period.
            if let Some(facts) = self.store.epoch(epoch)? {
                assembly.push(&facts)?;
            }
        }
        let ledger = assembly.finish()?;
        let path = self.ledger_path(start);
        // After a restart it is there already, the same.
        let is_there = Ledger::read(&path).is_ok_and(|old| old.to_bytes() == ledger.to_bytes());
        if !is_there {
            ledger.write(&path)?;
        }
        Ok(Written {
            start_epoch: start,
            epochs: self.options.epochs,
            root: ledger.root(),
            path,
            unsigned_registry: ledger.unsigned_registry(),
        })
    }
}
