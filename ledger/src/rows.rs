//! Ledger rows of a period, computed from the states and blocks of a finalised [`Chain`].
//!
//! Final participation of epoch N is `previous_epoch_participation` of the state at slot
//! SLOTS_PER_EPOCH * (N + 2) - 1, so a period needs that state for each of its epochs. Proposers
//! and the sync committee of epoch N are read from any state inside epoch N; that is the final
//! state of epoch N - 1, or the genesis state.

mod accumulate;
mod error;
mod network;
mod period;

pub use accumulate::Rows;
pub use error::RowError;
pub use network::{NetworkEpoch, NetworkTotals};

use crate::chain::Chain;
use crate::epoch::{EpochFacts, Seats};
use period::Period;
use std::collections::HashMap;
use vigil_circuits::ledger::{LedgerRow, Words};

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
        let facts = self.facts(indices, start_epoch, epochs)?;
        let mut rows = Rows::new(indices.to_vec(), start_epoch, epochs, preceding)?;
        for facts in facts {
            rows.push(&facts?)?;
        }
        Ok(rows.finish()?.into_iter().map(|(row, _)| row).collect())
    }

    /// What validators `indices` did, epoch by epoch.
    ///
    /// # Errors
    /// If the period is not finalised yet or data for it are missing; each epoch, if its blocks
    /// contradict the duties.
    pub fn facts(
        &self,
        indices: &[u64],
        start_epoch: u64,
        epochs: u32,
    ) -> Result<impl Iterator<Item = Result<EpochFacts, RowError>>, RowError> {
        let period = Period::new(self, start_epoch, epochs)?;
        let facts = period
            .epochs()
            .map(move |epoch| period.facts(indices, epoch));
        Ok(facts)
    }

    /// The final participation flags of an epoch, one byte a validator, computed from the
    /// attestations in canonical blocks. Equal to the flags in the epoch's final state.
    ///
    /// # Errors
    /// As [`Chain::rows`], and if an attestation does not fit its committees.
    pub fn participation_from_blocks(&self, epoch: u64) -> Result<Vec<u8>, RowError> {
        let period = Period::new(self, epoch, 1)?;
        let everybody: Vec<u64> = (0..period.validators()).collect();
        Seats::of_state(self.spec(), period.duty_state(epoch)?, &everybody).participation(
            self.spec(),
            self.canonical(),
            epoch,
        )
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
