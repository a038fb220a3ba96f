//! What a beacon state says of validators in a registry.

use crate::progress::spin;
use crate::word::Word;
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_ledger::beacon::ValidatorRecords;

/// The state to compare with.
#[derive(Debug, clap::Args)]
pub(crate) struct StateArgs {
    /// A finalised beacon state (SSZ): refuse unless keys and withdrawal credentials in it are right
    #[arg(long, value_name = "FILE.ssz", requires_all = ["spec", "credentials"])]
    state: Option<PathBuf>,
    /// The node's answer on its configuration
    #[arg(long, value_name = "FILE.json", requires = "state")]
    spec: Option<PathBuf>,
    /// The pool's withdrawal credentials, one or several
    #[arg(
        long,
        value_name = "HEX,...",
        value_delimiter = ',',
        requires = "state"
    )]
    credentials: Vec<Word>,
}

/// A state's records, and whose stake is wanted.
pub(crate) struct Stakes {
    pub(crate) records: ValidatorRecords,
    pub(crate) credentials: Vec<[u8; 32]>,
}

/// Which state was looked at. Whether it is the chain's, its root says.
#[derive(Debug, Serialize)]
pub(crate) struct StateReport {
    slot: u64,
    state_root: Word,
}

impl From<&Stakes> for StateReport {
    fn from(stakes: &Stakes) -> Self {
        Self {
            slot: stakes.records.slot,
            state_root: Word(stakes.records.state_root),
        }
    }
}

impl fmt::Display for StateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "of slot {}, root {}", self.slot, self.state_root)
    }
}

impl StateArgs {
    /// The state, if one was given.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Stakes>> {
        let Some((state, spec)) = self.state.as_deref().zip(self.spec.as_deref()) else {
            return Ok(None);
        };
        let records = spin("hashing the state", || ValidatorRecords::read(spec, state))
            .with_context(|| format!("cannot use the state {}", state.display()))?;
        Ok(Some(Stakes {
            records,
            credentials: self.credentials.iter().map(|word| word.0).collect(),
        }))
    }
}
