//! Under which thresholds, and how much, an operator claims.

use crate::json_file::read_policy;
use anyhow::{Context, bail, ensure};
use std::path::PathBuf;
use vigil_circuits::statement::{DutyClaims, Thresholds};
use vigil_ledger::file::Ledger;
use vigil_params::header_file::HeaderFile;
use vigil_verifier::settle::Grid;

/// Thresholds in force: by policy and header, or one by one.
#[derive(Debug, clap::Args)]
pub(super) struct PolicyArgs {
    /// The pool's policy: gives thresholds and grid
    #[arg(long, value_name = "FILE.json", requires = "header")]
    policy: Option<PathBuf>,
    /// The period's header, which says how the network performed
    #[arg(long, value_name = "FILE.json", requires = "policy")]
    header: Option<PathBuf>,
    /// Attestation performance that a compliant validator has at least
    #[arg(long, value_name = "BPS", value_parser = clap::value_parser!(u16).range(..=10_000),
          required_unless_present = "policy", conflicts_with = "policy")]
    min_performance_bps: Option<u16>,
    /// Share of timely targets that it has at least
    #[arg(long, value_name = "BPS", value_parser = clap::value_parser!(u16).range(..=10_000),
          required_unless_present = "policy", conflicts_with = "policy")]
    min_uptime_bps: Option<u16>,
    /// Longest outage that it may have
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u16).range(..8192),
          required_unless_present = "policy", conflicts_with = "policy")]
    max_outage_epochs: Option<u16>,
    /// The policy's grid: shares are rounded down to one of these
    #[arg(
        long,
        value_name = "BPS,...",
        value_delimiter = ',',
        default_value = "0,5000,7500,9000,9500,9800,10000",
        conflicts_with = "policy"
    )]
    grid: Vec<u16>,
    /// The policy's step of stake-time: rounded down to a multiple of it
    #[arg(long, value_name = "N", default_value_t = 1000, conflicts_with = "policy",
          value_parser = clap::value_parser!(u64).range(1..))]
    stake_step: u64,
}

impl PolicyArgs {
    /// Thresholds of the ledger's period, and the grid.
    pub(super) fn read(&self, ledger: &Ledger) -> anyhow::Result<(Thresholds, Grid)> {
        if let Some((policy, header)) = self.policy.as_deref().zip(self.header.as_deref()) {
            let policy = read_policy(policy)?;
            let file = HeaderFile::read(header)
                .with_context(|| format!("cannot use the header {}", header.display()))?;
            ensure!(
                file.header.ledger_root == ledger.root(),
                "the header {} is of another ledger",
                header.display()
            );
            let thresholds = policy.thresholds_in_force(file.header.network_bps);
            return Ok((thresholds, policy.grid));
        }
        let (Some(min_performance_bps), Some(min_uptime_bps), Some(max_outage_epochs)) = (
            self.min_performance_bps,
            self.min_uptime_bps,
            self.max_outage_epochs,
        ) else {
            bail!(
                "thresholds are needed: --policy and --header, or all three of --min-performance-bps, --min-uptime-bps, --max-outage-epochs"
            );
        };
        let thresholds = Thresholds {
            min_performance_bps,
            min_uptime_bps,
            max_outage_epochs,
        };
        let grid = Grid {
            tiers: self.grid.clone(),
            stake_step: self.stake_step,
        };
        Ok((thresholds, grid))
    }
}

/// Claims below the most that is true.
#[derive(Debug, clap::Args)]
pub(super) struct ClaimArgs {
    /// Claim this share of stake-time that met the policy
    #[arg(long, value_name = "BPS")]
    good_bps: Option<u16>,
    /// Claim this aggregate performance
    #[arg(long, value_name = "BPS")]
    performance_bps: Option<u16>,
    /// Claim this stake-time that met the policy, in increment-epochs
    #[arg(long, value_name = "N")]
    good_stake: Option<u64>,
}

impl ClaimArgs {
    /// What was asked for; else the most that is true, on the grid.
    pub(super) fn apply(&self, best: DutyClaims, grid: &Grid) -> DutyClaims {
        let rounded = grid.round_down(best);
        DutyClaims {
            good_bps: self.good_bps.unwrap_or(rounded.good_bps),
            performance_bps: self.performance_bps.unwrap_or(rounded.performance_bps),
            good_stake: self.good_stake.unwrap_or(rounded.good_stake),
            ..rounded
        }
    }
}
