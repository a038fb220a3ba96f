//! The headers beside a follower's ledgers.

use crate::commands::ledger::header::header_for;
use crate::json_file::read_policy;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use vigil_follower::{Progress, Written};
use vigil_ledger::file::Ledger;
use vigil_params::header_file::HeaderFile;
use vigil_verifier::settle::Policy;

/// Writes a header for each ledger, by the policy in force.
#[derive(Debug)]
pub(super) struct Headers(Option<Policy>);

impl Headers {
    /// By the policy in a file; without one there are no headers.
    pub(super) fn new(policy: Option<&Path>) -> anyhow::Result<Self> {
        Ok(Self(policy.map(read_policy).transpose()?))
    }

    /// Where a ledger's header lies.
    pub(super) fn path(written: &Written) -> PathBuf {
        let name = format!("{}.header.json", written.start_epoch);
        written.path.with_file_name(name)
    }

    /// Writes those that are not there. One that is stays as it is: a policy that changes later does not
    /// change the header of a period that is over.
    pub(super) fn write(&self, progress: &Progress) -> anyhow::Result<()> {
        let Some(policy) = &self.0 else {
            return Ok(());
        };
        for written in &progress.ledgers {
            let path = Self::path(written);
            let is_there = HeaderFile::read(&path).is_ok_and(|file| {
                file.header.ledger_root == written.root
                    && file.header.file_hash == written.file_hash
            });
            if is_there {
                continue;
            }
            let start = written.start_epoch;
            let Some(network_bps) = written.network_bps else {
                bail!(
                    "the period from epoch {start} on has no header: nobody was active on the chain"
                );
            };
            let ledger = Ledger::read(&written.path).with_context(|| {
                format!("the header of the period from epoch {start} on needs its ledger")
            })?;
            if ledger.file_hash() != written.file_hash {
                bail!(
                    "{} is not the ledger that was written: no header is made of it",
                    written.path.display()
                );
            }
            header_for(policy, &ledger, network_bps)
                .write(&path)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}
