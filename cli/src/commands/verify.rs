//! `vigil verify`: does a proof prove its statement?

use crate::judge::{TrustArgs, Verdict};
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Statement, StatementFile};
use vigil_params::{ParamsId, ParamsKind};

/// Arguments of `vigil verify`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exits with 0 if the proof holds, 1 if it is refused, 2 if it could not be checked.\n\
    A proof is worth what its root is worth: say with --root which one you trust.\n\n\
    Examples:\n  vigil verify --statement duty.json --proof duty.proof\n  \
    vigil verify --statement duty.json --proof duty.proof --root 0x1284... --json"
)]
pub(crate) struct Args {
    /// What the proof is said to prove
    #[arg(long, value_name = "FILE.json")]
    statement: PathBuf,
    /// The proof
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    /// Refuse unless the statement is about this ledger root (duty), registry root (enrolment) or
    /// operators' root (membership)
    #[arg(long, value_name = "HEX")]
    root: Option<Word>,
    /// Accept a statement about an unsigned draft registry, for which nobody vouches
    #[arg(long)]
    allow_unsigned_registry: bool,
    #[command(flatten)]
    trust: TrustArgs,
}

/// What holds if the proof does.
#[derive(Debug, Serialize)]
#[serde(tag = "statement", rename_all = "lowercase")]
enum Claims {
    Duty {
        validators: u32,
        slashed: u32,
        good_stake: u64,
        good_bps: u16,
        performance_bps: u16,
    },
    Enrolment {
        validators: u32,
    },
    Membership {
        index: u64,
        tag: Word,
    },
}

impl Claims {
    fn of(statement: &Statement) -> Self {
        match statement {
            Statement::Duty(duty) => Self::Duty {
                validators: duty.claims.validators,
                slashed: duty.claims.slashed,
                good_stake: duty.claims.good_stake,
                good_bps: duty.claims.good_bps,
                performance_bps: duty.claims.performance_bps,
            },
            Statement::Enrolment(enrolment) => Self::Enrolment {
                validators: enrolment.validators,
            },
            Statement::Membership(membership) => Self::Membership {
                index: membership.index,
                tag: membership.tag.into(),
            },
        }
    }
}

impl fmt::Display for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duty {
                validators,
                slashed,
                good_stake,
                good_bps,
                performance_bps,
            } => {
                let percent = |bps: &u16| f64::from(*bps) / 100.0;
                writeln!(
                    f,
                    "  exactly {validators} validators, {slashed} of them slashed"
                )?;
                writeln!(
                    f,
                    "  at least {:.2} % of their stake-time met the policy",
                    percent(good_bps)
                )?;
                writeln!(f, "  which is at least {good_stake} increment-epochs")?;
                write!(
                    f,
                    "  at least {:.2} % aggregate performance",
                    percent(performance_bps)
                )
            }
            Self::Enrolment { validators } => {
                write!(f, "  exactly {validators} validators of the registry")
            }
            Self::Membership { index, tag } => {
                write!(
                    f,
                    "  validator {index} has the tag {tag} of an enrolled operator"
                )
            }
        }
    }
}

#[derive(Debug, Serialize)]
struct Report {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    verify_seconds: f64,
    /// What the statement says, true or not: see `valid`.
    claims: Claims,
    root: Word,
    root_checked: bool,
    unsigned_registry: bool,
    shape: String,
    params: ParamsKind,
    params_id: ParamsId,
    unsafe_params: bool,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.refused {
            Some(cause) => write!(f, "REFUSED: {cause}"),
            None => {
                let milliseconds = 1e3 * self.verify_seconds;
                writeln!(f, "The proof holds (checked in {milliseconds:.2} ms):")?;
                writeln!(f, "{}", self.claims)?;
                let trust = if self.root_checked {
                    "the one that was asked for"
                } else {
                    "compare it, or say --root"
                };
                writeln!(f, "  root    {}, {trust}", self.root)?;
                if self.unsigned_registry {
                    writeln!(f, "  registry  UNSIGNED draft: nobody vouches for it")?;
                }
                write!(f, "  params  {}", self.params)
            }
        }
    }
}

impl Args {
    /// Checks the proof.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let statement = StatementFile::read(&self.statement)
            .with_context(|| format!("cannot use the statement {}", self.statement.display()))?;
        let proof = ProofFile::read(&self.proof)
            .with_context(|| format!("cannot use the proof {}", self.proof.display()))?;
        let verdict = self.judge(&statement, &proof)?;
        let unsigned_registry = statement.unsigned_registry();
        let statement = statement.statement();
        let outcome = if verdict.is_ok() {
            Outcome::Accepted
        } else {
            Outcome::Refused
        };
        let report = Report {
            valid: verdict.is_ok(),
            verify_seconds: *verdict.as_ref().unwrap_or(&0.0),
            refused: verdict.err(),
            claims: Claims::of(statement),
            root: root_of(statement),
            root_checked: self.root.is_some(),
            unsigned_registry,
            shape: proof.shape().name(),
            params: proof.params_kind(),
            params_id: proof.params_id(),
            unsafe_params: proof.params_kind().is_unsafe(),
        };
        report::print(&report, format)?;
        Ok(outcome)
    }

    /// The registry's mark and the root first, which are cheap; then the proof.
    fn judge(&self, file: &StatementFile, proof: &ProofFile) -> anyhow::Result<Verdict> {
        if file.unsigned_registry() && !self.allow_unsigned_registry {
            return Ok(Err(
                "the statement is about an unsigned draft registry, for which nobody vouches; \
                 --allow-unsigned-registry accepts it"
                    .to_owned(),
            ));
        }
        let got = root_of(file.statement());
        match self.root.filter(|&expected| expected != got) {
            Some(expected) => Ok(Err(format!(
                "the statement's root is {got}, expected {expected}"
            ))),
            None => self.trust.judge(file.statement(), proof),
        }
    }
}

fn root_of(statement: &Statement) -> Word {
    match statement {
        Statement::Duty(duty) => duty.ledger_root,
        Statement::Enrolment(enrolment) => enrolment.registry_root,
        Statement::Membership(membership) => membership.operators_root,
    }
    .into()
}
