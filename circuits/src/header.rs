//! The header of a period's ledger that the quorum signs (protocol section 5).
//!
//! Defined here, beside the statement, because everybody needs it: the ledger crate computes it, the
//! verifier decides on it, the contract stores it.

use crate::ledger::{LedgerHeader, LedgerRow};
use crate::statement::{BPS, GOOD_STAKE_BITS, Thresholds, Totals, is_compliant};
use halo2curves::bn256::Fr;

/// What more than two thirds of the quorum sign about a period.
///
/// `total_good`, `total_slashed` and `network_bps` hold for the policy that was in force when the period
/// began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedHeader {
    /// Root of the period's ledger.
    pub ledger_root: Fr,
    /// Root of the registry version that the period uses.
    pub registry_root: Fr,
    /// genesis_validators_root, big endian, mod r.
    pub chain: Fr,
    /// First epoch.
    pub start_epoch: u64,
    /// Length in epochs.
    pub epochs: u32,
    /// N, the validators of the registry.
    pub registered: u32,
    /// G over all rows, in increment-epochs: no more good stake than this can be claimed in all.
    pub total_good: u64,
    /// Slashed validators of the registry, slashed in whichever period.
    pub total_slashed: u32,
    /// Attestation performance of all active validators of the chain, in basis points.
    pub network_bps: u16,
    /// SHA-256 of the published ledger file.
    pub file_hash: [u8; 32],
}

/// Why no ledger has such a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a header needs network_bps of at most 10000, total_slashed of at most N and total_good below 2^48"
)]
pub struct HeaderError;

/// What a header says about its rows under given thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderTotals {
    /// See [`SignedHeader::total_good`].
    pub good: u64,
    /// See [`SignedHeader::total_slashed`].
    pub slashed: u32,
}

impl HeaderTotals {
    /// Sums over all rows of a ledger.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a LedgerRow>, thresholds: &Thresholds) -> Self {
        let totals = Totals::of(
            rows.into_iter()
                .map(|row| (row, is_compliant(row, thresholds))),
        );
        Self {
            good: totals.good,
            slashed: totals.slashed,
        }
    }
}

impl SignedHeader {
    /// Whether the numbers are in their ranges.
    pub fn check(&self) -> Result<(), HeaderError> {
        let in_range = self.network_bps <= BPS
            && self.total_slashed <= self.registered
            && self.total_good >> GOOD_STAKE_BITS == 0;
        in_range.then_some(()).ok_or(HeaderError)
    }

    /// From the ledger's own header and what is signed besides.
    pub fn new(
        ledger: &LedgerHeader,
        totals: HeaderTotals,
        network_bps: u16,
        file_hash: [u8; 32],
    ) -> Self {
        Self {
            ledger_root: ledger.root(),
            registry_root: ledger.registry_root,
            chain: ledger.chain,
            start_epoch: ledger.start_epoch,
            epochs: ledger.epochs,
            registered: ledger.registered,
            total_good: totals.good,
            total_slashed: totals.slashed,
            network_bps,
            file_hash,
        }
    }
}
