//! `vigil settle`: what a pool does with proofs and with silence, kept in a book.

mod report;

use crate::address::HexAddress;
use crate::book::Book;
use crate::json_file::read_policy;
use crate::judge::TrustArgs;
use crate::report::{self as output, Format, Outcome};
use crate::word::Word;
use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use report::{Closed, Decided, Done, Shown};
use std::path::{Path, PathBuf};
use vigil_params::header_file::HeaderFile;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Statement, StatementFile};
use vigil_verifier::settle::Phase;

const UNSIGNED_REFUSED: &str = "the registry is an unsigned draft, for which nobody vouches; \
    --allow-unsigned-registry settles all the same";

/// What to do with a pool's book.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin a book
    #[command(
        after_help = "Example:\n  vigil settle new --book pool.json --chain-id 1 --pool 0x7676..."
    )]
    New(NewArgs),
    /// Take an operator's enrolment: its V, its payout account, its bond
    #[command(
        after_help = "The account of the enrolment's statement becomes the payout account. Once for each new registry version in\n\
        which the operator grows.\n\n\
        Example:\n  vigil settle enrol --book pool.json --statement enrol.json --proof enrol.proof \\\n    \
        --bond 4000000000000000000"
    )]
    Enrol(EnrolArgs),
    /// Open a period: its header is final
    #[command(
        after_help = "Example:\n  vigil settle open --book pool.json --policy policy.json --header 8.header \\\n    \
        --funds 1000000000000000000"
    )]
    Open(OpenArgs),
    /// Settle an operator's proof: reward, and the charge for slashings
    #[command(
        after_help = "Exits with 1 if the proof or its claims are refused.\n\n\
        Example:\n  vigil settle proof --book pool.json --statement duty.json --proof duty.proof"
    )]
    Proof(ProofArgs),
    /// Close the period: strikes, and shares of missing slashings
    #[command(after_help = "Example:\n  vigil settle close --book pool.json")]
    Close(BookArgs),
    /// Print where everybody stands
    #[command(after_help = "Example:\n  vigil settle show --book pool.json --json")]
    Show(BookArgs),
}

/// A pool's book.
#[derive(Debug, clap::Args)]
pub(crate) struct BookArgs {
    /// The pool's book
    #[arg(long, value_name = "FILE.json")]
    book: PathBuf,
}

/// Arguments of `vigil settle new`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewArgs {
    #[command(flatten)]
    book: BookArgs,
    /// EVM chain of the pool
    #[arg(long, value_name = "ID")]
    chain_id: u64,
    /// The pool's contract
    #[arg(long, value_name = "ADDRESS")]
    pool: HexAddress,
}

/// A statement and its proof.
#[derive(Debug, clap::Args)]
struct Evidence {
    /// What the proof is said to prove
    #[arg(long, value_name = "FILE.json")]
    statement: PathBuf,
    /// The operator's proof
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    /// Settle although nobody vouches for the registry
    #[arg(long)]
    allow_unsigned_registry: bool,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Arguments of `vigil settle enrol`.
#[derive(Debug, clap::Args)]
pub(crate) struct EnrolArgs {
    #[command(flatten)]
    book: BookArgs,
    #[command(flatten)]
    evidence: Evidence,
    /// Added to its bond, in wei
    #[arg(long, value_name = "WEI", default_value_t = 0)]
    bond: u128,
}

/// Arguments of `vigil settle open`.
#[derive(Debug, clap::Args)]
pub(crate) struct OpenArgs {
    #[command(flatten)]
    book: BookArgs,
    /// What the pool has voted
    #[arg(long, value_name = "FILE.json")]
    policy: PathBuf,
    /// The period's header; trust it if a quorum signed it, or if you computed it
    #[arg(long, value_name = "FILE.json")]
    header: PathBuf,
    /// What the pool has for this period's rewards, in wei
    #[arg(long, value_name = "WEI", default_value_t = 0)]
    funds: u128,
    /// Settle although nobody vouches for the registry
    #[arg(long)]
    allow_unsigned_registry: bool,
}

/// Arguments of `vigil settle proof`.
#[derive(Debug, clap::Args)]
pub(crate) struct ProofArgs {
    #[command(flatten)]
    book: BookArgs,
    #[command(flatten)]
    evidence: Evidence,
    /// After the deadline
    #[arg(long)]
    late: bool,
    /// The period, if it is an older one [default: the newest]
    #[arg(long, value_name = "NUMBER")]
    period: Option<u64>,
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::New(args) => args.run(format),
            Self::Enrol(args) => args.run(format),
            Self::Open(args) => args.run(format),
            Self::Proof(args) => args.run(format),
            Self::Close(args) => args.close(format),
            Self::Show(args) => args.show(format),
        }
    }
}

impl NewArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        Book::new(self.chain_id, self.pool).create(&self.book.book)?;
        done(&self.book.book, format)
    }
}

impl Evidence {
    /// The statement, and whether its mark, its proof and `expected` allow to use it. `expected`
    /// says what the statement must be, by the book.
    fn judge(
        &self,
        file: &StatementFile,
        expected: &Statement,
    ) -> anyhow::Result<Result<(), String>> {
        if file.unsigned_registry() && !self.allow_unsigned_registry {
            return Ok(Err(UNSIGNED_REFUSED.into()));
        }
        if let Some(cause) = difference(file.statement(), expected) {
            return Ok(Err(cause));
        }
        let proof = ProofFile::read(&self.proof)
            .with_context(|| format!("cannot use the proof {}", self.proof.display()))?;
        Ok(self.trust.judge(expected, &proof)?.map(drop))
    }

    fn statement(&self) -> anyhow::Result<StatementFile> {
        StatementFile::read(&self.statement)
            .with_context(|| format!("cannot use the statement {}", self.statement.display()))
    }
}

/// What a duty statement says otherwise than the book.
fn difference(statement: &Statement, expected: &Statement) -> Option<String> {
    let (Statement::Duty(got), Statement::Duty(expected)) = (statement, expected) else {
        return (statement != expected).then(|| "the statement is of another kind".into());
    };
    if got.ledger_root != expected.ledger_root {
        return Some("the statement is about another ledger than the period's".into());
    }
    if got.thresholds != expected.thresholds {
        return Some(format!(
            "the statement's thresholds are {:?}, in force are {:?}",
            got.thresholds, expected.thresholds
        ));
    }
    (got.context != expected.context)
        .then(|| "the statement is for another chain, pool or payout account".into())
}

impl EnrolArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let file = self.evidence.statement()?;
        let Statement::Enrolment(enrolment) = *file.statement() else {
            bail!(
                "{} is no enrolment statement",
                self.evidence.statement.display()
            );
        };
        let setting = *file.setting();
        let book = Book::read(&self.book.book)?;
        let verdict = if (setting.chain_id, setting.pool) == (book.chain_id, book.pool.0) {
            self.evidence.judge(&file, file.statement())?
        } else {
            Err("the enrolment is for another chain or pool".into())
        };
        if let Err(cause) = verdict {
            return refused(cause, format);
        }
        Book::update(&self.book.book, |book| {
            book.enrol(
                enrolment.operator_id.into(),
                HexAddress(setting.account),
                enrolment.registry_root.into(),
                enrolment.validators,
                self.bond,
            )
        })?;
        done(&self.book.book, format)
    }
}

impl OpenArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let policy = read_policy(&self.policy)?;
        let header = HeaderFile::read(&self.header)
            .with_context(|| format!("cannot use the header {}", self.header.display()))?;
        if header.unsigned_registry && !self.allow_unsigned_registry {
            return refused(UNSIGNED_REFUSED.into(), format);
        }
        Book::update(&self.book.book, |book| {
            book.open(policy, header, self.funds)
        })?;
        done(&self.book.book, format)
    }
}

impl ProofArgs {
    fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let file = self.evidence.statement()?;
        let Statement::Duty(duty) = *file.statement() else {
            bail!("{} is no duty statement", self.evidence.statement.display());
        };
        let id = Word::from(duty.operator_id);
        let book = Book::read(&self.book.book)?;
        let number = self.period.map_or_else(|| book.newest(), Ok)?;
        let expected = Statement::Duty(book.expected(number, id, duty.claims)?);
        if let Err(cause) = self.evidence.judge(&file, &expected)? {
            return refused(cause, format);
        }
        let phase = if self.late {
            Phase::Late
        } else {
            Phase::OnTime
        };
        let settled = Book::update(&self.book.book, |book| {
            let now = book.expected(number, id, duty.claims)?;
            ensure!(Statement::Duty(now) == expected, "the book has changed");
            // A refusal leaves the book as it is.
            book.settle(number, id, phase, &duty.claims)
        })?;
        match settled {
            Ok(settlement) => {
                output::print(&Decided::of(&settlement), format)?;
                Ok(Outcome::Accepted)
            }
            Err(refusal) => refused(refusal.to_string(), format),
        }
    }
}

impl BookArgs {
    fn close(self, format: Format) -> anyhow::Result<Outcome> {
        let (to_stakers, conclusions) = Book::update(&self.book, Book::close)?;
        output::print(&Closed::of(to_stakers, &conclusions), format)?;
        Ok(Outcome::Accepted)
    }

    fn show(self, format: Format) -> anyhow::Result<Outcome> {
        output::print(&Shown::of(&Book::read(&self.book)?), format)?;
        Ok(Outcome::Accepted)
    }
}

fn done(book: &Path, format: Format) -> anyhow::Result<Outcome> {
    output::print(&Done::new(book), format)?;
    Ok(Outcome::Accepted)
}

fn refused(cause: String, format: Format) -> anyhow::Result<Outcome> {
    output::print(&Decided::refused(cause), format)?;
    Ok(Outcome::Refused)
}
