//! What the pool has voted.

use super::Grid;
use serde::{Deserialize, Serialize};
use vigil_circuits::ledger::EPOCH_COUNT_BITS;
use vigil_circuits::statement::{BPS, Thresholds};

/// Longest memory for strikes, in periods.
pub const MAX_STRIKE_WINDOW: u8 = 64;
/// A penalty has at most this many bits, so that V of them never overflow.
pub const PENALTY_BITS: u32 = 80;
/// `max_outage_epochs` when outages do not matter: the largest that the statement allows.
const ANY_OUTAGE: u16 = (1 << EPOCH_COUNT_BITS) - 1;

/// How a threshold is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// This many basis points.
    Absolute(u16),
    /// The network's performance less this many basis points, at least 0.
    BelowNetwork(u16),
}

impl Rule {
    fn bps(self, network_bps: u16) -> u16 {
        match self {
            Self::Absolute(bps) => bps,
            Self::BelowNetwork(leeway) => network_bps.saturating_sub(leeway),
        }
    }

    fn value(self) -> u16 {
        let (Self::Absolute(bps) | Self::BelowNetwork(bps)) = self;
        bps
    }
}

/// A pool's policy. A change applies to periods that begin after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Attestation performance of a compliant validator.
    pub min_performance: Rule,
    /// Share of timely targets of a compliant validator.
    pub min_uptime: Rule,
    /// Longest run of missed targets of a compliant validator; below 2^13.
    pub max_outage_epochs: u16,
    /// A network below this is in an inactivity leak: uptime and outages are not asked for. (The chain
    /// needs two thirds of the stake to finalise.)
    pub leak_below_bps: u16,
    /// Values that claims may take.
    pub grid: Grid,
    /// An operator below this is struck.
    pub min_good_bps: u16,
    /// So many strikes bar an operator; at least 1.
    pub strike_limit: u8,
    /// For so many periods a strike counts; 1 to 64.
    pub strike_window: u8,
    /// Reward for an increment-epoch of good stake at full performance, in wei.
    pub reward_rate: u64,
    /// Charge for a slashed validator, in wei; below 2^80.
    #[serde(with = "wei")]
    pub penalty: u128,
    /// Bond that stays for each of an operator's validators, in wei; below 2^80.
    #[serde(with = "wei")]
    pub bond_per_validator: u128,
}

/// Why a policy cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A share of more than the whole.
    #[error("{field} has {got} basis points, at most 10000 are possible")]
    Bps {
        /// Which.
        field: &'static str,
        /// As given.
        got: u16,
    },
    /// An outage longer than the statement can say.
    #[error("max_outage_epochs is {got}, it must be below 8192")]
    Outage {
        /// As given.
        got: u16,
    },
    /// Not a grid.
    #[error(
        "the grid needs 1 to 16 strictly increasing tiers from 0 to at most 10000, and a stake_step above 0"
    )]
    Grid,
    /// Strikes that never count, or never expire.
    #[error(
        "strike_window must be 1 to 64 and strike_limit 1 to strike_window, got {window} and {limit}"
    )]
    Strikes {
        /// strike_window.
        window: u8,
        /// strike_limit.
        limit: u8,
    },
    /// An amount that could overflow.
    #[error("{field} must be below 2^80 wei")]
    Amount {
        /// Which.
        field: &'static str,
    },
}

impl Policy {
    /// Whether all values are in their ranges. The other functions ask for a policy that is.
    pub fn check(&self) -> Result<(), PolicyError> {
        let shares = [
            ("min_performance", self.min_performance.value()),
            ("min_uptime", self.min_uptime.value()),
            ("leak_below_bps", self.leak_below_bps),
            ("min_good_bps", self.min_good_bps),
        ];
        if let Some((field, got)) = shares.into_iter().find(|&(_, bps)| bps > BPS) {
            return Err(PolicyError::Bps { field, got });
        }
        if self.max_outage_epochs > ANY_OUTAGE {
            return Err(PolicyError::Outage {
                got: self.max_outage_epochs,
            });
        }
        if !self.grid.is_valid() {
            return Err(PolicyError::Grid);
        }
        let (window, limit) = (self.strike_window, self.strike_limit);
        if !(1..=MAX_STRIKE_WINDOW).contains(&window) || !(1..=window).contains(&limit) {
            return Err(PolicyError::Strikes { window, limit });
        }
        let amounts = [
            ("penalty", self.penalty),
            ("bond_per_validator", self.bond_per_validator),
        ];
        match amounts
            .into_iter()
            .find(|&(_, wei)| wei >> PENALTY_BITS != 0)
        {
            Some((field, _)) => Err(PolicyError::Amount { field }),
            None => Ok(()),
        }
    }

    /// The thresholds of a period, from the policy and the quorum's `network_bps`: never from a prover.
    pub fn thresholds_in_force(&self, network_bps: u16) -> Thresholds {
        let is_leak = network_bps < self.leak_below_bps;
        Thresholds {
            min_performance_bps: self.min_performance.bps(network_bps),
            min_uptime_bps: if is_leak {
                0
            } else {
                self.min_uptime.bps(network_bps)
            },
            max_outage_epochs: if is_leak {
                ANY_OUTAGE
            } else {
                self.max_outage_epochs
            },
        }
    }
}

/// Amounts as decimal strings: JSON's readers lose digits above 2^53.
pub(super) mod wei {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(in crate::settle) fn serialize<S: Serializer>(
        wei: &u128,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(wei)
    }

    pub(in crate::settle) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<u128, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom("an amount is a decimal string of wei below 2^128"))
    }
}
