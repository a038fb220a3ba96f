//! Ledger rows of a period, computed from the states and blocks of a finalised [`Chain`].
//!
//! Final participation of epoch N is `previous_epoch_participation` of the state at slot
//! SLOTS_PER_EPOCH * (N + 2) - 1, so a period needs that state for each of its epochs. Proposers
//! and the sync committee of epoch N are read from any state inside epoch N; that is the final
//! state of epoch N - 1, or the genesis state.

mod duties;
mod error;
mod network;
mod period;
mod replay;
mod votes;

pub use error::RowError;

use crate::beacon::ValidatorFacts;
use crate::chain::Chain;
use duties::Duties;
use period::Period;
use std::collections::HashMap;
use vigil_circuits::ledger::{BALANCE_BITS, LedgerRow, PROPOSAL_BITS, SYNC_BITS, Words};

const EFFECTIVE_BALANCE_INCREMENT: u64 = 1_000_000_000;

/// The period before: outages that reach into the next one are carried over.
#[derive(Clone, Copy, Debug)]
pub struct Preceding<'a> {
    /// Its rows, in any order.
    pub rows: &'a [LedgerRow],
    /// Its length in epochs.
    pub epochs: u32,
}

impl Chain {
    /// The rows of validators `indices`, in their order. Validators that `preceding` lacks start
    /// without an outage, and so do all in the pool's first period (`None`).
    ///
    /// # Errors
    /// If the period is not finalised yet, data for it are missing, an index is unknown, or a
    /// number does not fit the ledger.
    pub fn rows(
        &self,
        indices: &[u64],
        start_epoch: u64,
        epochs: u32,
        preceding: Option<Preceding<'_>>,
    ) -> Result<Vec<LedgerRow>, RowError> {
        let period = Period::new(self, start_epoch, epochs)?;
        let run_in = runs_out(preceding)?;
        let duties = Duties::of(&period)?;
        indices
            .iter()
            .map(|&index| {
                row(
                    &period,
                    &duties,
                    index,
                    run_in.get(&index).copied().unwrap_or(0),
                )
            })
            .collect()
    }
}

/// `run_in` of the next period, by validator.
fn runs_out(preceding: Option<Preceding<'_>>) -> Result<HashMap<u64, u16>, RowError> {
    let Some(Preceding { rows, epochs }) = preceding else {
        return Ok(HashMap::new());
    };
    let words = Words::for_epochs(epochs)
        .ok_or(RowError::PeriodLength { epochs })?
        .count();
    rows.iter()
        .map(|row| {
            if row.words.len() == words {
                Ok((row.index, row.run_out(epochs)))
            } else {
                Err(RowError::PrecedingWords {
                    index: row.index,
                    epochs,
                    expected: words,
                    got: row.words.len(),
                })
            }
        })
        .collect()
}

fn row(
    period: &Period<'_>,
    duties: &Duties,
    index: u64,
    run_in: u16,
) -> Result<LedgerRow, RowError> {
    let record = period.record(index)?;
    let votes = votes::of(period, index)?;
    let (proposals, sync) = (duties.proposals(index), duties.sync(index));
    let fit = |what, got, bits| fits(index, what, got, bits);
    Ok(LedgerRow {
        index,
        active_epochs: votes.active_epochs,
        effective_balance: fit(
            "effective balance",
            effective_balance(period, index, record)?,
            BALANCE_BITS,
        )? as u16,
        slashed: record.slashed,
        run_in,
        proposals_due: fit("proposals due", proposals.due, PROPOSAL_BITS)? as u16,
        proposals_missed: fit("proposals missed", proposals.missed, PROPOSAL_BITS)? as u16,
        sync_due: fit("sync seats due", sync.due, SYNC_BITS)? as u32,
        sync_missed: fit("sync seats missed", sync.missed, SYNC_BITS)? as u32,
        words: votes.words,
    })
}

fn fits(index: u64, what: &'static str, got: u64, bits: usize) -> Result<u64, RowError> {
    let limit = 1 << bits;
    if got < limit {
        Ok(got)
    } else {
        Err(RowError::TooLarge {
            index,
            what,
            limit,
            got,
        })
    }
}

/// In increments, in the final-participation state of the first active epoch; 0 if there is none.
fn effective_balance(
    period: &Period<'_>,
    index: u64,
    record: &ValidatorFacts,
) -> Result<u64, RowError> {
    let Some(epoch) = period.epochs().find(|&epoch| record.is_active(epoch)) else {
        return Ok(0);
    };
    let state = period.final_state(epoch)?;
    let validator = period::validator(state, index)?;
    Ok(validator.effective_balance / EFFECTIVE_BALANCE_INCREMENT)
}
