//! What `vigil ledger follow` reports.

use super::headers::Headers;
use crate::word::Word;
use serde::Serialize;
use std::fmt;
use vigil_follower::{Comparison, Progress};

/// How far the follower came.
#[derive(Debug, Serialize)]
pub(super) struct Followed {
    done: bool,
    head_slot: u64,
    finalized_epoch: u64,
    period_start: u64,
    epochs: u32,
    recorded: u64,
    waiting: u64,
    missing: Vec<Missing>,
    compared: Vec<Compared>,
    ledgers: Vec<Written>,
}

/// Epochs that no node has, the last one included.
#[derive(Debug, Serialize)]
struct Missing {
    first_epoch: u64,
    last_epoch: u64,
    reason: String,
}

/// What came of comparing successive epochs with another source, the last one included.
#[derive(Debug, Serialize)]
struct Compared {
    with: &'static str,
    first_epoch: u64,
    last_epoch: u64,
    compared: bool,
    inactivity_leak: bool,
    reason: Option<String>,
}

impl Compared {
    fn new(compared: &vigil_follower::Compared) -> Self {
        let reason = match &compared.comparison {
            Comparison::NotCompared { reason } => Some(reason.clone()),
            _ => None,
        };
        Self {
            with: compared.part.name(),
            first_epoch: compared.epochs.start,
            last_epoch: compared.epochs.end - 1,
            compared: reason.is_none(),
            inactivity_leak: compared.comparison == Comparison::AgreesInALeak,
            reason,
        }
    }
}

#[derive(Debug, Serialize)]
struct Written {
    file: String,
    ledger_root: Word,
    start_epoch: u64,
    epochs: u32,
    unsigned_registry: bool,
    network_bps: Option<u16>,
    header: Option<String>,
}

impl Followed {
    pub(super) fn new(progress: &Progress, epochs: u32) -> Self {
        let missing = progress.missing.iter().map(|missing| Missing {
            first_epoch: missing.epochs.start,
            last_epoch: missing.epochs.end - 1,
            reason: missing.reason.clone(),
        });
        let ledgers = progress.ledgers.iter().map(|written| Written {
            file: written.path.display().to_string(),
            ledger_root: written.root.into(),
            start_epoch: written.start_epoch,
            epochs: written.epochs,
            unsigned_registry: written.unsigned_registry,
            network_bps: written.network_bps,
            header: Some(Headers::path(written))
                .filter(|header| header.exists())
                .map(|header| header.display().to_string()),
        });
        Self {
            done: progress.is_done,
            head_slot: progress.head_slot,
            finalized_epoch: progress.finalized_epoch,
            period_start: progress.period_start,
            epochs,
            recorded: progress.recorded,
            waiting: progress.waiting,
            missing: missing.collect(),
            compared: progress.compared.iter().map(Compared::new).collect(),
            ledgers: ledgers.collect(),
        }
    }

    pub(super) fn unsigned_registry(&self) -> bool {
        self.ledgers.iter().any(|written| written.unsigned_registry)
    }
}

impl fmt::Display for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "finalised epoch {}", self.finalized_epoch)?;
        if !self.done {
            let Self {
                recorded,
                epochs,
                period_start,
                ..
            } = self;
            write!(
                f,
                ", {recorded} of {epochs} epochs from {period_start} on recorded"
            )?;
        }
        for written in &self.ledgers {
            let last = written.start_epoch + u64::from(written.epochs) - 1;
            write!(
                f,
                "\nepochs {} to {last}\n  file    {}\n  root    {}",
                written.start_epoch, written.file, written.ledger_root
            )?;
            if let Some(header) = &written.header {
                write!(f, "\n  header  {header}")?;
            }
        }
        for compared in &self.compared {
            let Compared {
                with,
                first_epoch,
                last_epoch,
                ..
            } = compared;
            write!(f, "\nepochs {first_epoch} to {last_epoch}: ")?;
            match &compared.reason {
                Some(reason) => write!(f, "NOT compared with {with}: {reason}")?,
                None if compared.inactivity_leak => {
                    write!(
                        f,
                        "no contradiction to {with}, which say little in an inactivity leak"
                    )?;
                }
                None => write!(f, "the same by {with}")?,
            }
        }
        for missing in &self.missing {
            let Missing {
                first_epoch,
                last_epoch,
                reason,
            } = missing;
            write!(
                f,
                "\nmissing: epochs {first_epoch} to {last_epoch}: {reason}"
            )?;
        }
        Ok(())
    }
}
