//! `vigil prove`: an operator's duties of a period, proven from its ledger.

mod claims;

use super::ledger::warn_if_unsigned;
use crate::address::HexAddress;
use crate::output::OutputArgs;
use crate::passphrase::PassphraseArgs;
use crate::proving::ProvingArgs;
use crate::report::{self, Format, Outcome};
use crate::secret_file;
use anyhow::ensure;
use claims::{ClaimArgs, PolicyArgs};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_circuits::identity::{OperatorSecret, Purpose};
use vigil_circuits::shape::{Family, Shape};
use vigil_circuits::statement::{DutyStatement, DutyWitness, Totals};
use vigil_ledger::file::Ledger;
use vigil_params::ParamsKind;
use vigil_params::statement_file::{Setting, Statement, StatementFile};
use vigil_prover::{ProveError, prove_duty_observed};
use vigil_verifier::verify_duty;

/// Arguments of `vigil prove`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Claims the most that is true, rounded down to the policy's grid: tiers, not rates.\n\
    Exits with 1 if a claim is not true.\n\n\
    Example:\n  vigil prove --ledger period.ledger --key operator.key --chain-id 1 --pool 0x7676... \\\n    \
    --account 0x6161... --policy policy.json --header period.header \\\n    \
    --statement duty.json --proof duty.proof"
)]
pub(crate) struct Args {
    /// The period's ledger
    #[arg(long, value_name = "FILE.ledger")]
    ledger: PathBuf,
    /// The operator's secret
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// EVM chain of the pool
    #[arg(long, value_name = "ID")]
    chain_id: u64,
    /// The pool's contract
    #[arg(long, value_name = "ADDRESS")]
    pool: HexAddress,
    /// The payout account that the proof is bound to
    #[arg(long, value_name = "ADDRESS")]
    account: HexAddress,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    claims: ClaimArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    proving: ProvingArgs,
}

#[derive(Debug, Serialize)]
struct Report {
    proven: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    validators: u32,
    capacity: u32,
    shape: String,
    k: u32,
    prove_seconds: f64,
    cpu_seconds: f64,
    peak_rss_bytes: u64,
    proof_bytes: usize,
    params: ParamsKind,
    unsigned_registry: bool,
    statement: PathBuf,
    proof: PathBuf,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cause) = &self.refused {
            return write!(f, "REFUSED: {cause}");
        }
        let mib = self.peak_rss_bytes as f64 / f64::from(1 << 20);
        writeln!(
            f,
            "Proven for {} validators ({})",
            self.validators, self.shape
        )?;
        writeln!(
            f,
            "  cost       {:.3} s, {:.3} CPU-seconds, {mib:.0} MiB at most",
            self.prove_seconds, self.cpu_seconds
        )?;
        writeln!(f, "  statement  {}", self.statement.display())?;
        let proof = self.proof.display();
        writeln!(f, "  proof      {proof}, of {} bytes", self.proof_bytes)?;
        write!(f, "  params     {}", self.params)
    }
}

impl Args {
    /// Proves.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let ledger = Ledger::read(&self.ledger)?;
        warn_if_unsigned(&ledger);
        let secret = secret_file::read(&self.key, || self.passphrase.ask())?;
        let (statement, witness) = self.state(&ledger, secret)?;
        let shape = self.shape(&ledger, witness.places.len())?;
        // Before keys and parameters, so that a lie is refused in milliseconds.
        let refused = statement.check(&witness).err();
        let mut report = Report {
            proven: false,
            refused: refused.map(|cause| ProveError::Untrue(cause).to_string()),
            validators: statement.claims.validators,
            capacity: shape.capacity(),
            shape: shape.name(),
            k: shape.k,
            prove_seconds: 0.0,
            cpu_seconds: 0.0,
            peak_rss_bytes: 0,
            proof_bytes: 0,
            params: self.proving.params_kind(),
            unsigned_registry: ledger.unsigned_registry(),
            statement: self.output.statement.clone(),
            proof: self.output.proof.clone(),
        };
        if report.refused.is_some() {
            report::print(&report, format)?;
            return Ok(Outcome::Refused);
        }
        let (proof, cost) = self.proving.prove(
            shape,
            |engine, key, srs, spinner| {
                prove_duty_observed(engine, key, srs, &statement, &witness, |stage| {
                    spinner.enter_stage(stage);
                })
            },
            |key, policy, proof| verify_duty(key, policy, &statement, proof).map(drop),
        )?;
        let file = StatementFile::new(self.setting(), Statement::Duty(statement))?
            .with_unsigned_registry(ledger.unsigned_registry());
        self.output.write(&file, &proof)?;
        report.proven = true;
        report.prove_seconds = cost.seconds;
        report.cpu_seconds = cost.cpu_seconds;
        report.peak_rss_bytes = cost.peak_rss_bytes;
        report.proof_bytes = proof.proof().len();
        report::print(&report, format)?;
        Ok(Outcome::Accepted)
    }

    fn setting(&self) -> Setting {
        Setting {
            chain_id: self.chain_id,
            pool: self.pool.0,
            account: self.account.0,
        }
    }

    fn shape(&self, ledger: &Ledger, validators: usize) -> anyhow::Result<Shape> {
        let family = Family::Duty(ledger.words());
        self.output
            .lanes
            .smallest(family, u32::try_from(validators)?)
    }

    /// What is claimed, of which rows.
    fn state(
        &self,
        ledger: &Ledger,
        secret: OperatorSecret,
    ) -> anyhow::Result<(DutyStatement, DutyWitness)> {
        let pool = self.setting().pool_id();
        let (thresholds, grid) = self.policy.read(ledger)?;
        let places = ledger.places(&secret, pool, &thresholds);
        let registered = ledger.header().registered;
        ensure!(
            !places.is_empty(),
            "none of the {registered} validators of {} has a tag of this operator at this pool",
            self.ledger.display()
        );
        let totals = Totals::of(places.iter().map(|place| (&place.row, place.compliant)));
        let statement = DutyStatement {
            ledger_root: ledger.root(),
            operator_id: secret.operator_id(pool),
            thresholds,
            claims: self.claims.apply(totals.best_claims(), &grid),
            context: self.setting().context(Purpose::Duty),
        };
        let witness = DutyWitness {
            secret,
            pool,
            header: *ledger.header(),
            places,
        };
        Ok((statement, witness))
    }
}
