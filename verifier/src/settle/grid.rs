//! The grid of claims: tiers, not rates.

use serde::{Deserialize, Serialize};
use vigil_circuits::statement::{BPS, DutyClaims};

/// Most tiers of a grid.
pub const MAX_TIERS: usize = 16;

/// The values that claims may take. Exact rates, published every day, would help to find out which
/// validators an operator runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Values of `good_bps` and `performance_bps`: strictly increasing from 0 to at most 10,000.
    pub tiers: Vec<u16>,
    /// `good_stake` is a multiple of this, in increment-epochs.
    pub stake_step: u64,
}

impl Grid {
    /// Whether the tiers are a grid at all.
    pub(super) fn is_valid(&self) -> bool {
        self.stake_step > 0
            && self.tiers.first() == Some(&0)
            && self.tiers.last().is_some_and(|&last| last <= BPS)
            && self.tiers.len() <= MAX_TIERS
            && self.tiers.is_sorted_by(|a, b| a < b)
    }

    /// Whether all of the claims lie on the grid.
    pub fn contains(&self, claims: &DutyClaims) -> bool {
        self.tiers.contains(&claims.good_bps)
            && self.tiers.contains(&claims.performance_bps)
            && claims.good_stake.is_multiple_of(self.stake_step.max(1))
    }

    /// The strongest claims on the grid that these imply: what a prover claims by default.
    pub fn round_down(&self, claims: DutyClaims) -> DutyClaims {
        let tier = |bps: u16| {
            self.tiers
                .iter()
                .copied()
                .filter(|&tier| tier <= bps)
                .max()
                .unwrap_or(0)
        };
        DutyClaims {
            good_bps: tier(claims.good_bps),
            performance_bps: tier(claims.performance_bps),
            good_stake: claims.good_stake - claims.good_stake % self.stake_step.max(1),
            ..claims
        }
    }
}
