//! Which thresholds a validator has to meet.

use crate::json_file::read_policy;
use anyhow::{Context, bail, ensure};
use std::path::PathBuf;
use vigil_circuits::statement::{BPS, Thresholds};
use vigil_ledger::file::Ledger;
use vigil_params::header_file::HeaderFile;
use vigil_verifier::settle::{Policy, Rule};

/// By policy, or one by one.
#[derive(Debug, clap::Args)]
pub(super) struct RulesArgs {
    /// The pool's policy: would it hold if the period ended now?
    #[arg(long, value_name = "FILE.json")]
    policy: Option<PathBuf>,
    /// The period's header, which says how the network performed
    #[arg(long, value_name = "FILE.json", requires = "policy")]
    header: Option<PathBuf>,
    /// How the network performs, for a policy that asks and while there is no header
    #[arg(long, value_name = "BPS", requires = "policy", conflicts_with = "header",
          value_parser = clap::value_parser!(u16).range(..=10_000))]
    network_bps: Option<u16>,
    /// Attestation performance that a compliant validator has at least
    #[arg(long, value_name = "BPS", conflicts_with = "policy", requires = "min_uptime_bps",
          value_parser = clap::value_parser!(u16).range(..=10_000))]
    min_performance_bps: Option<u16>,
    /// Share of timely targets that it has at least
    #[arg(long, value_name = "BPS", conflicts_with = "policy", requires = "max_outage_epochs",
          value_parser = clap::value_parser!(u16).range(..=10_000))]
    min_uptime_bps: Option<u16>,
    /// Longest outage that it may have
    #[arg(long, value_name = "EPOCHS", conflicts_with = "policy", requires = "min_performance_bps",
          value_parser = clap::value_parser!(u16).range(..8192))]
    max_outage_epochs: Option<u16>,
}

/// Thresholds, and what a policy says besides.
#[derive(Debug)]
pub(super) struct Rules {
    /// Of the period.
    pub(super) thresholds: Thresholds,
    /// Where they come from.
    pub(super) policy: Option<Policy>,
}

impl RulesArgs {
    /// The rules; `None` if none are asked about.
    pub(super) fn read(&self, ledger: &Ledger) -> anyhow::Result<Option<Rules>> {
        let Some(file) = &self.policy else {
            let (Some(min_performance_bps), Some(min_uptime_bps), Some(max_outage_epochs)) = (
                self.min_performance_bps,
                self.min_uptime_bps,
                self.max_outage_epochs,
            ) else {
                return Ok(None);
            };
            return Ok(Some(Rules {
                thresholds: Thresholds {
                    min_performance_bps,
                    min_uptime_bps,
                    max_outage_epochs,
                },
                policy: None,
            }));
        };
        let policy = read_policy(file)?;
        let network_bps = self.network(ledger, &policy)?;
        Ok(Some(Rules {
            thresholds: policy.thresholds_in_force(network_bps),
            policy: Some(policy),
        }))
    }

    fn network(&self, ledger: &Ledger, policy: &Policy) -> anyhow::Result<u16> {
        if let Some(path) = &self.header {
            let file = HeaderFile::read(path)
                .with_context(|| format!("cannot use the header {}", path.display()))?;
            ensure!(
                file.header.ledger_root == ledger.root(),
                "the header {} is of another ledger",
                path.display()
            );
            return Ok(file.header.network_bps);
        }
        let asks = [policy.min_performance, policy.min_uptime];
        match self.network_bps {
            Some(bps) => Ok(bps),
            None if asks
                .iter()
                .any(|rule| matches!(rule, Rule::BelowNetwork(_))) =>
            {
                bail!(
                    "this policy is measured by the network's performance: say --header FILE or --network-bps BPS"
                )
            }
            // Without a leak the rules are what they say.
            None => Ok(BPS),
        }
    }
}
