//! How well all validators of the chain attested: the yardstick of relative policies.

use super::period::Period;
use super::{RowError, Rows};
use crate::chain::Chain;

const TIMELY_SOURCE_WEIGHT: u128 = 14;
const TIMELY_TARGET_WEIGHT: u128 = 26;
const TIMELY_HEAD_WEIGHT: u128 = 14;
const ATTESTATION_WEIGHT: u128 = TIMELY_SOURCE_WEIGHT + TIMELY_TARGET_WEIGHT + TIMELY_HEAD_WEIGHT;

impl Chain {
    /// Attestation performance of all active validators of the chain over a period, in basis
    /// points, rounded down: the sum of EB * att over the sum of EB * 54 a, with EB, att and a
    /// defined for every validator as for a row of the ledger.
    ///
    /// # Errors
    /// As [`Chain::rows`], and if nobody is active.
    pub fn network_bps(&self, start_epoch: u64, epochs: u32) -> Result<u16, RowError> {
        let period = Period::new(self, start_epoch, epochs)?;
        let everybody: Vec<u64> = (0..period.validators()).collect();
        let mut rows = Rows::new(everybody.clone(), start_epoch, epochs, None)?;
        for epoch in period.epochs() {
            rows.push(&period.votes(&everybody, epoch)?)?;
        }
        let (mut earned, mut possible) = (0u128, 0u128);
        for (row, _) in rows.finish()? {
            let balance = u128::from(row.effective_balance);
            let active = u128::from(row.active_epochs);
            let mut lost = 0;
            for word in &row.words {
                lost += TIMELY_SOURCE_WEIGHT * u128::from(word.source.count())
                    + TIMELY_TARGET_WEIGHT * u128::from(word.target.count())
                    + TIMELY_HEAD_WEIGHT * u128::from(word.head.count());
            }
            earned += balance * (ATTESTATION_WEIGHT * active - lost);
            possible += balance * ATTESTATION_WEIGHT * active;
        }
        // At most 10000, since nothing earned is impossible.
        (earned * 10_000)
            .checked_div(possible)
            .map(|bps| bps as u16)
            .ok_or(RowError::NobodyActive)
    }
}
