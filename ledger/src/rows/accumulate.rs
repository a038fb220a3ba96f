//! Rows from epochs that come one after the other, none of which is kept.

use super::{Preceding, RowError, fits, runs_out};
use crate::beacon::ValidatorFacts;
use crate::epoch::{Count, EpochFacts, ValidatorEpoch};
use std::collections::HashMap;
use vigil_circuits::ledger::{
    BALANCE_BITS, EpochBits, LedgerRow, MissedVotes, PROPOSAL_BITS, SYNC_BITS, WORD_EPOCHS, Words,
};

const EFFECTIVE_BALANCE_INCREMENT: u64 = 1_000_000_000;
const TIMELY_SOURCE_FLAG_INDEX: u8 = 0;
const TIMELY_TARGET_FLAG_INDEX: u8 = 1;
const TIMELY_HEAD_FLAG_INDEX: u8 = 2;

/// Takes the epochs of a period in their order and makes its rows.
#[derive(Debug)]
pub struct Rows {
    indices: Vec<u64>,
    start_epoch: u64,
    epochs: u32,
    done: u32,
    validators: Vec<Validator>,
    run_in: HashMap<u64, u16>,
}

/// A validator so far.
#[derive(Clone, Debug)]
struct Validator {
    record: Option<ValidatorFacts>,
    first_active: Option<u16>,
    active_epochs: u16,
    effective_balance: u64,
    proposals: Count,
    sync: Count,
    words: Vec<MissedVotes>,
}

impl Rows {
    /// No epoch yet, of a period of validators `indices`. Validators that `preceding` lacks start
    /// without an outage, and so do all in the pool's first period (`None`).
    ///
    /// # Errors
    /// If there is no such period, or the preceding rows are not of their length.
    pub fn new(
        indices: Vec<u64>,
        start_epoch: u64,
        epochs: u32,
        preceding: Option<Preceding<'_>>,
    ) -> Result<Self, RowError> {
        let words = Words::for_epochs(epochs).ok_or(RowError::PeriodLength { epochs })?;
        let nothing = Validator {
            record: None,
            first_active: None,
            active_epochs: 0,
            effective_balance: 0,
            proposals: Count::default(),
            sync: Count::default(),
            words: vec![MissedVotes::default(); words.count()],
        };
        Ok(Self {
            validators: vec![nothing; indices.len()],
            indices,
            start_epoch,
            epochs,
            done: 0,
            run_in: runs_out(preceding)?,
        })
    }

    /// Adds the next epoch.
    ///
    /// # Errors
    /// If it is not the next one, or not about these validators.
    pub fn push(&mut self, facts: &EpochFacts) -> Result<(), RowError> {
        let expected = self.start_epoch.saturating_add(self.done.into());
        if facts.epoch != expected || self.done >= self.epochs {
            return Err(RowError::EpochOrder {
                expected,
                got: facts.epoch,
            });
        }
        if facts.validators.len() != self.indices.len() {
            return Err(RowError::OtherValidators {
                epoch: facts.epoch,
                expected: self.indices.len(),
                got: facts.validators.len(),
            });
        }
        let validators = self.validators.iter_mut().zip(&facts.validators);
        for (&index, (validator, epoch)) in self.indices.iter().zip(validators) {
            validator.push(index, facts.epoch, self.done, epoch)?;
        }
        self.done += 1;
        Ok(())
    }

    /// The rows, in the order of the validators, each with its first active epoch counted from the
    /// period's first (0 if there is none).
    ///
    /// # Errors
    /// If epochs are lacking, the chain does not know a validator, or a number does not fit.
    pub fn finish(self) -> Result<Vec<(LedgerRow, u16)>, RowError> {
        if self.done != self.epochs {
            return Err(RowError::EpochsMissing {
                expected: self.epochs,
                got: self.done,
            });
        }
        let last = self.start_epoch.saturating_add(self.done.into()) - 1;
        let rows = self.indices.iter().zip(self.validators);
        rows.map(|(&index, validator)| {
            let run_in = self.run_in.get(&index).copied().unwrap_or(0);
            let first_active = validator.first_active.unwrap_or(0);
            Ok((validator.row(index, run_in, last)?, first_active))
        })
        .collect()
    }
}

impl Validator {
    fn push(
        &mut self,
        index: u64,
        epoch: u64,
        k: u32,
        facts: &ValidatorEpoch,
    ) -> Result<(), RowError> {
        self.record = facts.record;
        self.proposals.due += facts.proposals.due;
        self.proposals.missed += facts.proposals.missed;
        self.sync.due += facts.sync.due;
        self.sync.missed += facts.sync.missed;
        // Once an exit epoch is set it lies ahead and stays, and so does an activation epoch: the
        // record of an epoch's own end says whether the validator was active in it.
        let Some(record) = facts.record.filter(|record| record.is_active(epoch)) else {
            return Ok(());
        };
        let flags = facts.flags.ok_or(RowError::MissingFlags { index, epoch })?;
        if self.first_active.is_none() {
            self.first_active = Some(k as u16);
            self.effective_balance = record.effective_balance / EFFECTIVE_BALANCE_INCREMENT;
        }
        self.active_epochs += 1;
        let (word, bit) = (k as usize / WORD_EPOCHS, k as usize % WORD_EPOCHS);
        let word = &mut self.words[word];
        let note = |bits: &mut EpochBits, flag: u8| {
            if flags >> flag & 1 == 0 {
                bits.set(bit);
            }
        };
        note(&mut word.source, TIMELY_SOURCE_FLAG_INDEX);
        note(&mut word.target, TIMELY_TARGET_FLAG_INDEX);
        note(&mut word.head, TIMELY_HEAD_FLAG_INDEX);
        Ok(())
    }

    fn row(self, index: u64, run_in: u16, epoch: u64) -> Result<LedgerRow, RowError> {
        let record = self
            .record
            .ok_or(RowError::UnknownValidator { index, epoch })?;
        let fit = |what, got, bits| fits(index, what, got, bits);
        let Count { due, missed } = self.proposals;
        Ok(LedgerRow {
            index,
            active_epochs: self.active_epochs,
            effective_balance: fit("effective balance", self.effective_balance, BALANCE_BITS)?
                as u16,
            slashed: record.slashed,
            run_in,
            proposals_due: fit("proposals due", due.into(), PROPOSAL_BITS)? as u16,
            proposals_missed: fit("proposals missed", missed.into(), PROPOSAL_BITS)? as u16,
            sync_due: fit("sync seats due", self.sync.due.into(), SYNC_BITS)? as u32,
            sync_missed: fit("sync seats missed", self.sync.missed.into(), SYNC_BITS)? as u32,
            words: self.words,
        })
    }
}
