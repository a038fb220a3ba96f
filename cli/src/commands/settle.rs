//! `vigil settle`: what a pool does with a proof, or with silence.

use crate::judge::TrustArgs;
use crate::policy_files::{read_policy, read_state, write_state};
use crate::report::{self, Format, Outcome};
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};
use vigil_params::header_file::HeaderFile;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Statement, StatementFile};
use vigil_verifier::settle::{
    OperatorState, Phase, Policy, PoolState, Record, State, close, conclude, expected_statement,
    open, settle,
};

const UNSIGNED_REFUSED: &str = "the registry is an unsigned draft, for which nobody vouches; \
    --allow-unsigned-registry settles all the same";

/// Arguments of `vigil settle`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With a statement and its proof: reward, and the charge for slashings.\n\
    Without: closes the period and concludes it for the operator: strike, share of missing slashings.\n\
    Exits with 1 if the proof or its claims are refused. Nothing is paid here: a contract decides the same.\n\n\
    Examples:\n  vigil settle --policy policy.json --header 8.header --statement duty.json --proof duty.proof \\\n    \
    --validators 16 --bond 4000000000000000000 --funds 1000000000000000000 --out state.json\n  \
    vigil settle --policy policy.json --header 8.header --state state.json --out state.json"
)]
pub(crate) struct Args {
    /// What the pool has voted
    #[arg(long, value_name = "FILE.json")]
    policy: PathBuf,
    /// The period's header; trust it if a quorum signed it, or if you computed it
    #[arg(long, value_name = "FILE.json")]
    header: PathBuf,
    /// What an earlier settlement left
    #[arg(long, value_name = "FILE.json")]
    state: Option<PathBuf>,
    #[command(flatten)]
    fresh: FreshArgs,
    /// Where the clock stands [default: on-time with a proof, over without]
    #[arg(long)]
    phase: Option<PhaseArg>,
    /// What the proof is said to prove
    #[arg(long, value_name = "FILE.json", requires = "proof")]
    statement: Option<PathBuf>,
    /// The operator's proof
    #[arg(long, value_name = "FILE", requires = "statement")]
    proof: Option<PathBuf>,
    /// Where the state goes afterwards
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
    /// Settle although nobody vouches for the registry
    #[arg(long)]
    allow_unsigned_registry: bool,
    #[command(flatten)]
    trust: TrustArgs,
}

/// A state to start from, where there is none.
#[derive(Debug, clap::Args)]
struct FreshArgs {
    /// V: the operator's validators, by its enrolment
    #[arg(
        long,
        value_name = "V",
        required_unless_present = "state",
        conflicts_with = "state"
    )]
    validators: Option<u32>,
    /// Its bond, in wei
    #[arg(
        long,
        value_name = "WEI",
        default_value_t = 0,
        conflicts_with = "state"
    )]
    bond: u128,
    /// What the pool has for this period's rewards, in wei
    #[arg(
        long,
        value_name = "WEI",
        default_value_t = 0,
        conflicts_with = "state"
    )]
    funds: u128,
    /// The period's number
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        conflicts_with = "state"
    )]
    period: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PhaseArg {
    OnTime,
    Late,
    Over,
}

impl From<PhaseArg> for Phase {
    fn from(phase: PhaseArg) -> Self {
        match phase {
            PhaseArg::OnTime => Self::OnTime,
            PhaseArg::Late => Self::Late,
            PhaseArg::Over => Self::Over,
        }
    }
}

/// Wei as decimal strings: JSON's readers lose digits above 2^53.
#[derive(Debug, Serialize)]
struct Report {
    settled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    reward: String,
    reserve: String,
    stakers: String,
    struck: bool,
    barred: bool,
    bond: String,
    debt: String,
    unsigned_registry: bool,
}

impl Report {
    fn new(state: &State, header: &HeaderFile) -> Self {
        Self {
            settled: true,
            refused: None,
            reward: "0".into(),
            reserve: "0".into(),
            stakers: "0".into(),
            struck: false,
            barred: state.operator.barred,
            bond: state.operator.bond.to_string(),
            debt: state.operator.debt.to_string(),
            unsigned_registry: header.unsigned_registry,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cause) = &self.refused {
            return write!(f, "REFUSED: {cause}");
        }
        writeln!(f, "Settled:")?;
        writeln!(f, "  to the operator    {} wei", self.reward)?;
        writeln!(f, "  to the reserve     {} wei", self.reserve)?;
        writeln!(f, "  back to stakers    {} wei", self.stakers)?;
        writeln!(
            f,
            "  bond               {} wei, debt {}",
            self.bond, self.debt
        )?;
        let strike = match (self.struck, self.barred) {
            (_, true) => "barred until a vote lifts it",
            (true, false) => "struck",
            (false, false) => "none",
        };
        write!(f, "  strike             {strike}")?;
        if self.unsigned_registry {
            write!(f, "\n  registry           UNSIGNED: nobody vouches for it")?;
        }
        Ok(())
    }
}

impl Args {
    /// Settles.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let policy = read_policy(&self.policy)?;
        let header = HeaderFile::read(&self.header)
            .with_context(|| format!("cannot use the header {}", self.header.display()))?;
        let mut state = self.start(&policy, &header)?;
        let proof = self.statement.as_deref().zip(self.proof.as_deref());
        state.phase = match (self.phase, proof) {
            (Some(phase), _) => phase.into(),
            (None, Some(_)) => Phase::OnTime,
            (None, None) => Phase::Over,
        };
        let decided = match proof {
            _ if header.unsigned_registry && !self.allow_unsigned_registry => {
                Err(UNSIGNED_REFUSED.into())
            }
            Some((statement, proof)) => {
                self.with_proof(&policy, &header, state, statement, proof)?
            }
            None => silence(&policy, &header, state)?,
        };
        let report = match decided {
            Ok((state, report)) => {
                if let Some(out) = &self.out {
                    write_state(out, state)?;
                }
                report
            }
            Err(cause) => Report {
                settled: false,
                refused: Some(cause),
                ..Report::new(&state, &header)
            },
        };
        report::print(&report, format)?;
        Ok(if report.settled {
            Outcome::Accepted
        } else {
            Outcome::Refused
        })
    }

    fn start(&self, policy: &Policy, header: &HeaderFile) -> anyhow::Result<State> {
        if let Some(path) = &self.state {
            return read_state(path);
        }
        let FreshArgs {
            validators,
            bond,
            funds,
            period,
        } = self.fresh;
        Ok(State {
            phase: Phase::OnTime,
            pool: PoolState::default(),
            period: open(policy, &header.header, period, funds),
            operator: OperatorState {
                validators: validators.context("--validators or --state is needed")?,
                bond,
                next: period,
                ..OperatorState::default()
            },
            record: Record::Pending,
        })
    }

    fn with_proof(
        &self,
        policy: &Policy,
        header: &HeaderFile,
        state: State,
        statement: &Path,
        proof: &Path,
    ) -> anyhow::Result<Result<(State, Report), String>> {
        let file = StatementFile::read(statement)
            .with_context(|| format!("cannot use the statement {}", statement.display()))?;
        let proof = ProofFile::read(proof)
            .with_context(|| format!("cannot use the proof {}", proof.display()))?;
        let Statement::Duty(duty) = file.statement() else {
            bail!("{} is no duty statement", statement.display());
        };
        let expected = expected_statement(
            policy,
            &header.header,
            duty.operator_id,
            duty.claims,
            duty.context,
        );
        if file.unsigned_registry() && !self.allow_unsigned_registry {
            return Ok(Err(UNSIGNED_REFUSED.into()));
        }
        if duty.ledger_root != expected.ledger_root {
            return Ok(Err("the statement is about another ledger".into()));
        }
        if duty.thresholds != expected.thresholds {
            return Ok(Err(format!(
                "the statement's thresholds are {:?}, in force are {:?}",
                duty.thresholds, expected.thresholds
            )));
        }
        if let Err(cause) = self.trust.judge(&Statement::Duty(expected), &proof)? {
            return Ok(Err(cause));
        }
        Ok(settle(policy, &header.header, state, &duty.claims)
            .map(|settlement| {
                let mut report = Report::new(&settlement.state, header);
                report.reward = settlement.reward.to_string();
                let reserve = settlement.pot_to_reserve + settlement.bond_to_reserve;
                report.reserve = reserve.to_string();
                (settlement.state, report)
            })
            .map_err(|refusal| refusal.to_string()))
    }
}

/// Closes the period, if that is still to be done, and concludes it for the operator.
fn silence(
    policy: &Policy,
    header: &HeaderFile,
    mut state: State,
) -> anyhow::Result<Result<(State, Report), String>> {
    ensure!(
        state.phase == Phase::Over,
        "without a proof nothing is decided before the grace window is over (--phase over)"
    );
    let closing = close(&header.header, state.pool, state.period);
    (state.pool, state.period) = (closing.pool, closing.period);
    Ok(conclude(policy, state)
        .map(|conclusion| {
            let mut report = Report::new(&conclusion.state, header);
            report.reserve = conclusion.bond_to_reserve.to_string();
            report.stakers = closing.to_stakers.to_string();
            report.struck = conclusion.struck;
            (conclusion.state, report)
        })
        .map_err(|refusal| refusal.to_string()))
}
