//! `vigil registry build`: from registrations to the next registry version.

use super::refusal;
use super::stakes::{Stakes, StateArgs, StateReport};
use crate::membership::first_refusal;
use crate::proving::FolderArgs;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};
use vigil_ledger::registry::{Operators, Registration, Registry, RegistryError};
use vigil_params::atomic::{Readers, write_bytes_atomically};

/// Arguments of `vigil registry build`.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildArgs {
    /// The operators' list
    #[arg(long, value_name = "FILE.json")]
    operators: PathBuf,
    /// The batch's registrations
    #[arg(long, value_name = "FILE.json", required = true, num_args = 1..)]
    registrations: Vec<PathBuf>,
    /// The version before [default: none, this is the pool's first]
    #[arg(long, value_name = "FILE.json")]
    previous: Option<PathBuf>,
    /// The batch; later ones have larger numbers
    #[arg(long, value_name = "NUMBER")]
    batch: u64,
    /// The new registry
    #[arg(long, value_name = "FILE.json")]
    out: PathBuf,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    folders: FolderArgs,
}

#[derive(Debug, Serialize)]
struct Built {
    built: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    registry: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_root: Option<Word>,
    batch: u64,
    added: usize,
    validators: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<StateReport>,
}

impl fmt::Display for Built {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(root), None) = (self.registry_root, &self.refused) else {
            return write!(
                f,
                "REFUSED: {}",
                self.refused.as_deref().unwrap_or_default()
            );
        };
        let Self {
            validators,
            added,
            batch,
            ..
        } = self;
        writeln!(
            f,
            "Registry of {validators} validators, {added} of them in batch {batch}"
        )?;
        writeln!(f, "  file  {}", self.registry.display())?;
        match &self.state {
            Some(state) => writeln!(f, "  state {state}")?,
            None => writeln!(f, "  state not compared: say --state")?,
        }
        write!(f, "  root  {root}")
    }
}

impl BuildArgs {
    pub(super) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let operators = Operators::read(&self.operators).with_context(|| {
            format!(
                "cannot use the operators' list {}",
                self.operators.display()
            )
        })?;
        let previous = self
            .previous
            .as_deref()
            .map(|path| Registry::read(path).with_context(|| cannot_use(path)))
            .transpose()?;
        let registrations = self
            .registrations
            .iter()
            .map(|path| Registration::read(path).with_context(|| cannot_use(path)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let stakes = self.state.read()?;
        let mut built = Built {
            built: false,
            refused: None,
            registry: self.out.clone(),
            registry_root: None,
            batch: self.batch,
            added: registrations.len(),
            validators: 0,
            state: stakes.as_ref().map(StateReport::from),
        };
        let made = self.build(
            &operators,
            previous.as_ref(),
            &registrations,
            stakes.as_ref(),
        )?;
        let registry = match made {
            Ok(registry) => registry,
            Err(refused) => {
                built.refused = Some(refused);
                report::print(&built, format)?;
                return Ok(Outcome::Refused);
            }
        };
        write_bytes_atomically(&self.out, Readers::Default, registry.to_json().as_bytes())
            .with_context(|| format!("cannot write {}", self.out.display()))?;
        built.built = true;
        built.registry_root = Some(registry.root()?.into());
        built.validators = registry.entries.len();
        report::print(&built, format)?;
        Ok(Outcome::Accepted)
    }

    /// The registry, or which file is refused and why. Cheap rules first, then signatures and proofs.
    fn build(
        &self,
        operators: &Operators,
        previous: Option<&Registry>,
        registrations: &[Registration],
        stakes: Option<&Stakes>,
    ) -> anyhow::Result<Result<Registry, String>> {
        for (path, registration) in self.registrations.iter().zip(registrations) {
            let joins = stakes.map(
                |Stakes {
                     records,
                     credentials,
                 }| { registration.entry.check_joins(records, credentials) },
            );
            let belongs = registration.check_belongs(operators, self.batch);
            if let Err(error) = belongs.and(joins.unwrap_or(Ok(()))) {
                return Ok(Err(format!("{}: {}", path.display(), refusal(error)?)));
            }
        }
        let built = Registry::with_batch(operators, previous, self.batch, registrations);
        let registry = match built {
            Ok(registry) => registry,
            Err(error) => {
                let files = self.files_of(&error, registrations);
                return Ok(Err(format!("{files}{}", refusal(error)?)));
            }
        };
        // The ones from before, and whether it is their chain at all.
        if let Some(Err(error)) = stakes.map(|s| registry.check_stakes(&s.records, &s.credentials))
        {
            return Ok(Err(refusal(error)?));
        }
        let verifier = self.folders.membership_verifier()?;
        let judge = |statement: &_, proof: &[u8]| verifier.judge(statement, proof);
        if let Some((at, error)) = first_refusal(registrations, |one| one.verify(judge)) {
            let path = self.registrations[at].display();
            return Ok(Err(format!("{path}: {}", refusal(error)?)));
        }
        if let Some((path, previous)) = self.previous.as_ref().zip(previous) {
            let entries = &previous.entries;
            let verify = |entry: &_| previous.verify_entry(entry, judge);
            if let Some((_, error)) = first_refusal(entries, verify) {
                return Ok(Err(format!("{}: {}", path.display(), refusal(error)?)));
            }
        }
        Ok(Ok(registry))
    }

    /// Which of the registrations an error is about: "a.json, b.json: ".
    fn files_of(&self, error: &RegistryError, registrations: &[Registration]) -> String {
        let validators = error.validators();
        let files: Vec<_> = self
            .registrations
            .iter()
            .zip(registrations)
            .filter(|(_, registration)| validators.contains(&registration.entry.index))
            .map(|(path, _)| path.display().to_string())
            .collect();
        match files.is_empty() {
            true => String::new(),
            false => format!("{}: ", files.join(", ")),
        }
    }
}

fn cannot_use(path: &Path) -> String {
    format!("cannot use {}", path.display())
}
