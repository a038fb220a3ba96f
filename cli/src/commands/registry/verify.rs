//! `vigil registry verify`: does everybody vouch who has to?

use super::refusal;
use super::stakes::{Stakes, StateArgs, StateReport};
use crate::membership::first_refusal;
use crate::proving::FolderArgs;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_ledger::registry::{Operators, Registry, RegistryError};

/// Arguments of `vigil registry verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// The registry
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The operators' list: refuse unless every batch rests on its first operators
    #[arg(long, value_name = "FILE.json")]
    operators: Option<PathBuf>,
    /// Refuse unless the registry has this root
    #[arg(long, value_name = "HEX")]
    root: Option<Word>,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    folders: FolderArgs,
}

#[derive(Debug, Serialize)]
struct Verified {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    unsigned: bool,
    operators_checked: bool,
    root_checked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_root: Option<Word>,
    validators: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<StateReport>,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(root), None) = (self.registry_root, &self.refused) else {
            return write!(
                f,
                "REFUSED: {}",
                self.refused.as_deref().unwrap_or_default()
            );
        };
        let n = self.validators;
        writeln!(
            f,
            "The registry holds: {n} validators signed, and operators can open their tags"
        )?;
        let trust = match self.operators_checked {
            true => "those of the list",
            false => "as the registry says; compare with --operators",
        };
        writeln!(f, "  operators  {trust}")?;
        match &self.state {
            Some(state) => writeln!(f, "  state      {state}")?,
            None => writeln!(f, "  state      not compared: say --state")?,
        }
        write!(f, "  root       {root}")?;
        if self.root_checked {
            write!(f, ", the one that was asked for")?;
        }
        Ok(())
    }
}

impl VerifyArgs {
    pub(super) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let operators = self
            .operators
            .as_deref()
            .map(Operators::read)
            .transpose()
            .context("cannot use the operators' list")?;
        let stakes = self.state.read()?;
        let mut verified = Verified {
            valid: false,
            refused: None,
            unsigned: false,
            operators_checked: operators.is_some(),
            root_checked: self.root.is_some(),
            registry_root: None,
            validators: 0,
            state: stakes.as_ref().map(StateReport::from),
        };
        if let Err(error) = self.verify(operators.as_ref(), stakes.as_ref(), &mut verified)? {
            let refused =
                refusal(error).with_context(|| format!("cannot use {}", self.file.display()))?;
            verified.refused = Some(refused);
        } else if let (Some(expected), Some(got)) = (self.root, verified.registry_root)
            && expected != got
        {
            verified.refused = Some(format!("the registry's root is {got}, expected {expected}"));
        }
        verified.valid = verified.refused.is_none();
        report::print(&verified, format)?;
        Ok(match verified.valid {
            true => Outcome::Accepted,
            false => Outcome::Refused,
        })
    }

    fn verify(
        &self,
        operators: Option<&Operators>,
        stakes: Option<&Stakes>,
        verified: &mut Verified,
    ) -> anyhow::Result<Result<(), RegistryError>> {
        let registry = match Registry::read(&self.file) {
            Ok(registry) => registry,
            Err(error) => return Ok(Err(error)),
        };
        verified.unsigned = registry.unsigned;
        verified.validators = registry.entries.len();
        verified.registry_root = Some(registry.root()?.into());
        if registry.unsigned {
            return Ok(Err(RegistryError::Unsigned));
        }
        if let Some(Err(error)) = operators.map(|list| registry.check_operators(list)) {
            return Ok(Err(error));
        }
        if let Some(Err(error)) = stakes.map(|s| registry.check_stakes(&s.records, &s.credentials))
        {
            return Ok(Err(error));
        }
        let verifier = self.folders.membership_verifier()?;
        let judge = |statement: &_, proof: &[u8]| verifier.judge(statement, proof);
        let verify = |entry: &_| registry.verify_entry(entry, judge);
        let refused = first_refusal(&registry.entries, verify);
        Ok(refused.map_or(Ok(()), |(_, error)| Err(error)))
    }
}
