//! `vigil registry admit`: a new operator joins the pool's list.

use super::refusal;
use crate::judge::TrustArgs;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::{Context, ensure};
use serde::Serialize;
use std::fmt;
use std::io;
use std::path::PathBuf;
use vigil_circuits::identity::Address;
use vigil_ledger::registry::{BeaconChain, Operator, Operators, PoolSetting, RegistryError};
use vigil_params::atomic::{Readers, write_bytes_atomically};
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Setting, Statement, StatementFile};

const NOBODY: Address = [0; 20];

/// Arguments of `vigil registry admit`.
#[derive(Debug, clap::Args)]
pub(crate) struct AdmitArgs {
    /// The operators' list, which grows by one
    #[arg(long, value_name = "FILE.json")]
    operators: PathBuf,
    /// The node's answer on its genesis: starts a new list, for the validators of this beacon chain
    #[arg(long, value_name = "FILE.json")]
    genesis: Option<PathBuf>,
    /// The operator's enrolment, of `vigil enrol --none`
    #[arg(long, value_name = "FILE.json")]
    statement: PathBuf,
    /// Its proof
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Debug, Serialize)]
struct Admitted {
    admitted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    operators: usize,
    operator_id: Word,
    owner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operators_root: Option<Word>,
}

impl fmt::Display for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(root), None) = (self.operators_root, &self.refused) else {
            return write!(
                f,
                "REFUSED: {}",
                self.refused.as_deref().unwrap_or_default()
            );
        };
        writeln!(f, "Admitted as operator {}", self.operators)?;
        writeln!(f, "  id     {}", self.operator_id)?;
        writeln!(f, "  owner  {}", self.owner)?;
        write!(f, "  root   {root}")
    }
}

impl AdmitArgs {
    pub(super) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let statement = StatementFile::read(&self.statement)
            .with_context(|| format!("cannot use the statement {}", self.statement.display()))?;
        let proof = ProofFile::read(&self.proof)
            .with_context(|| format!("cannot use the proof {}", self.proof.display()))?;
        let Statement::Enrolment(enrolment) = statement.statement() else {
            anyhow::bail!("the statement is no enrolment; make one with `vigil enrol --none`");
        };
        let operators = self.list(statement.setting())?;
        let operator = Operator {
            id: enrolment.operator_id,
            owner: statement.setting().account,
        };
        let mut admitted = Admitted {
            admitted: false,
            refused: None,
            operators: operators.list().len(),
            operator_id: operator.id.into(),
            owner: format!("0x{}", hex::encode(operator.owner)),
            operators_root: None,
        };
        let verdict = if enrolment.validators != 0 {
            let got = enrolment.validators;
            Err(format!(
                "the enrolment is for {got} validators, that of a new operator is for none"
            ))
        } else if operator.owner == NOBODY {
            Err("the enrolment names no owner".to_owned())
        } else {
            self.trust.judge(statement.statement(), &proof)?.map(drop)
        };
        let verdict = match verdict {
            Ok(()) => self.admit(&operators, statement.setting(), operator)?,
            Err(refused) => Err(refused),
        };
        match verdict {
            Err(refused) => {
                admitted.refused = Some(refused);
                report::print(&admitted, format)?;
                Ok(Outcome::Refused)
            }
            Ok(grown) => {
                let json = grown.to_json();
                write_bytes_atomically(&self.operators, Readers::Default, json.as_bytes())
                    .with_context(|| format!("cannot write {}", self.operators.display()))?;
                admitted.admitted = true;
                admitted.operators = grown.list().len();
                admitted.operators_root = Some(grown.root()?.into());
                report::print(&admitted, format)?;
                Ok(Outcome::Accepted)
            }
        }
    }

    fn admit(
        &self,
        operators: &Operators,
        setting: &Setting,
        operator: Operator,
    ) -> anyhow::Result<Result<Operators, String>> {
        let named = PoolSetting {
            beacon: operators.setting.beacon,
            chain_id: setting.chain_id,
            pool: setting.pool,
        };
        let grown = operators
            .check_setting(&named)
            .and_then(|()| operators.with(operator));
        match grown {
            Ok(grown) => Ok(Ok(grown)),
            Err(error) => Ok(Err(refusal(error)?)),
        }
    }

    /// The list so far; an empty one of the statement's pool if a new one is asked for.
    fn list(&self, setting: &Setting) -> anyhow::Result<Operators> {
        match (Operators::read(&self.operators), &self.genesis) {
            (Ok(operators), None) => Ok(operators),
            (Err(error), Some(genesis)) if is_missing(&error) => {
                let setting = PoolSetting {
                    beacon: BeaconChain::read_genesis(genesis)?,
                    chain_id: setting.chain_id,
                    pool: setting.pool,
                };
                Ok(Operators::new(setting, Vec::new())?)
            }
            (Err(error), None) if is_missing(&error) => {
                Err(error).context("there is no list yet; say --genesis FILE to start one")
            }
            (Err(error), _) => Err(error.into()),
            (Ok(operators), Some(genesis)) => {
                ensure!(
                    operators.setting.beacon == BeaconChain::read_genesis(genesis)?,
                    "{} is of another beacon chain than {}",
                    self.operators.display(),
                    genesis.display()
                );
                Ok(operators)
            }
        }
    }
}

fn is_missing(error: &RegistryError) -> bool {
    matches!(error, RegistryError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
}
