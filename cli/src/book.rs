//! A pool's book: everything that settlements need to remember, in one JSON file.
//!
//! What the contract keeps in storage, for pools that decide without one, for trials and for
//! people who want to check a contract. Field by field in docs/formats.md, "Books".

use crate::address::HexAddress;
use crate::json_file;
use crate::word::Word;
use anyhow::{Context, anyhow, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use vigil_circuits::statement::{DutyClaims, DutyStatement};
use vigil_params::header_file::HeaderFile;
use vigil_params::statement_file::Setting;
use vigil_verifier::settle::{
    Conclusion, OperatorState, PeriodState, Phase, Policy, PoolState, Record, Refusal, Settlement,
    State, close, conclude, expected_statement, open, settle,
};

const VERSION: u32 = 1;
const MAX_FILE_BYTES: u64 = 1 << 26;

/// The book.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Book {
    version: u32,
    /// EVM chain of the pool.
    pub(crate) chain_id: u64,
    /// The pool's contract, or the address that stands for it.
    pub(crate) pool: HexAddress,
    /// Of the pool.
    pub(crate) state: PoolState,
    /// Oldest first.
    pub(crate) periods: Vec<Period>,
    /// By operator id.
    pub(crate) operators: BTreeMap<String, Operator>,
}

/// A period, with the policy that it began under.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Period {
    pub(crate) policy: Policy,
    pub(crate) header: HeaderFile,
    pub(crate) state: PeriodState,
}

/// An operator that has enrolled.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operator {
    /// Who is paid; proofs are bound to it.
    pub(crate) payout: HexAddress,
    /// The registry version of its newest enrolment.
    pub(crate) registry_root: Word,
    /// V in it.
    pub(crate) validators: u32,
    pub(crate) state: OperatorState,
    /// By period number.
    pub(crate) turns: BTreeMap<u64, Turn>,
}

/// An operator in a period.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    /// V in the period's registry version.
    pub(crate) validators: u32,
    pub(crate) record: Record,
}

impl Book {
    /// An empty one.
    pub(crate) fn new(chain_id: u64, pool: HexAddress) -> Self {
        Self {
            version: VERSION,
            chain_id,
            pool,
            state: PoolState::default(),
            periods: Vec::new(),
            operators: BTreeMap::new(),
        }
    }

    /// Reads a book.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let book: Self = json_file::read(path, "book", MAX_FILE_BYTES)?;
        let unusable = || format!("cannot use the book {}", path.display());
        json_file::check_version(book.version, VERSION).with_context(unusable)?;
        ensure!(
            book.state.periods == book.periods.len() as u64,
            "{}: it has {} periods and counts {}",
            unusable(),
            book.periods.len(),
            book.state.periods
        );
        for period in &book.periods {
            period.policy.check().with_context(unusable)?;
        }
        Ok(book)
    }

    /// Reads a book, lets `change` change it, and writes it: all of it or nothing. Two processes take
    /// turns.
    pub(crate) fn update<T>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let _turn = lock(path)?;
        let mut book = Self::read(path)?;
        let result = change(&mut book)?;
        json_file::write(path, &book)?;
        Ok(result)
    }

    /// Writes a new book.
    pub(crate) fn create(&self, path: &Path) -> anyhow::Result<()> {
        let _turn = lock(path)?;
        ensure!(!path.exists(), "{} exists already", path.display());
        json_file::write(path, self)
    }

    /// Adds an operator, or its enrolment in a newer registry version.
    pub(crate) fn enrol(
        &mut self,
        id: Word,
        payout: HexAddress,
        registry_root: Word,
        validators: u32,
        bond: u128,
    ) -> anyhow::Result<()> {
        ensure!(
            !self.state.is_open,
            "enrolments are taken between periods: close the period first"
        );
        let next = self.state.periods;
        let operator = self
            .operators
            .entry(id.to_string())
            .or_insert_with(|| Operator {
                payout,
                registry_root,
                validators,
                state: OperatorState {
                    next,
                    ..OperatorState::default()
                },
                turns: BTreeMap::new(),
            });
        ensure!(
            validators >= operator.validators,
            "the operator had {} validators and cannot have {validators} now: leaves are only added",
            operator.validators
        );
        (operator.payout, operator.registry_root) = (payout, registry_root);
        operator.validators = validators;
        let (state, _) = vigil_verifier::settle::top_up(operator.state, bond);
        operator.state = state;
        Ok(())
    }

    /// Opens the next period. The V of all operators must add up to N, or a proof with V could leave
    /// validators out.
    pub(crate) fn open(
        &mut self,
        policy: Policy,
        header: HeaderFile,
        funds: u128,
    ) -> anyhow::Result<PeriodState> {
        let root = Word::from(header.header.registry_root);
        for (id, operator) in &self.operators {
            ensure!(
                operator.validators == 0 || operator.registry_root == root,
                "operator {id} is not enrolled in the header's registry version {root}"
            );
        }
        let validators = self.operators.values().map(|o| u64::from(o.validators));
        let (enrolled, registered) = (validators.sum::<u64>(), header.header.registered);
        ensure!(
            enrolled == u64::from(registered),
            "{enrolled} validators are enrolled, the registry has {registered}: enrolment is not complete"
        );
        let opening = open(&policy, &header.header, self.state, funds)?;
        self.state = opening.pool;
        for operator in self.operators.values_mut() {
            let turn = Turn {
                validators: operator.validators,
                record: Record::Pending,
            };
            operator.turns.insert(opening.period.number, turn);
        }
        self.periods.push(Period {
            policy,
            header,
            state: opening.period,
        });
        Ok(opening.period)
    }

    /// The newest period's number.
    pub(crate) fn newest(&self) -> anyhow::Result<u64> {
        self.state
            .periods
            .checked_sub(1)
            .context("no period has been opened yet")
    }

    /// What the operator's proof for a period must prove, with these claims.
    pub(crate) fn expected(
        &self,
        number: u64,
        id: Word,
        claims: DutyClaims,
    ) -> anyhow::Result<DutyStatement> {
        let period = self.period(number)?;
        let operator = self.operator(id)?;
        let setting = Setting {
            chain_id: self.chain_id,
            pool: self.pool.0,
            account: operator.payout.0,
        };
        let operator_id = id.to_fr().context("an operator id is a field element")?;
        let context = setting.context(vigil_circuits::identity::Purpose::Duty);
        let header = &period.header.header;
        Ok(expected_statement(
            &period.policy,
            header,
            operator_id,
            claims,
            context,
        ))
    }

    /// Settles a period on claims whose proof holds.
    pub(crate) fn settle(
        &mut self,
        number: u64,
        id: Word,
        phase: Phase,
        claims: &DutyClaims,
    ) -> anyhow::Result<Result<Settlement, Refusal>> {
        let state = self.state_of(number, id, phase)?;
        let period = self.period(number)?;
        let settled = settle(&period.policy, &period.header.header, state, claims);
        if let Ok(settlement) = &settled {
            self.keep(number, id, &settlement.state);
        }
        Ok(settled)
    }

    /// Closes the newest period and concludes it for everybody. Returns what goes back to the
    /// stakers, and each operator's conclusion.
    pub(crate) fn close(&mut self) -> anyhow::Result<(u128, Vec<(String, Conclusion)>)> {
        ensure!(self.state.is_open, "no period is open");
        let number = self.newest()?;
        let period = self.period(number)?;
        let closing = close(
            &period.policy,
            &period.header.header,
            self.state,
            period.state,
        );
        let policy = period.policy.clone();
        self.state = closing.pool;
        self.period_mut(number)?.state = closing.period;
        let ids: Vec<String> = self.operators.keys().cloned().collect();
        let mut conclusions = Vec::new();
        for name in ids {
            let id: Word = name.parse().map_err(|error| anyhow!("{name}: {error}"))?;
            let conclusion = conclude(&policy, self.state_of(number, id, Phase::Late)?)?;
            self.keep(number, id, &conclusion.state);
            conclusions.push((name, conclusion));
        }
        Ok((closing.to_stakers, conclusions))
    }

    fn state_of(&self, number: u64, id: Word, phase: Phase) -> anyhow::Result<State> {
        let operator = self.operator(id)?;
        let turn = operator
            .turns
            .get(&number)
            .with_context(|| format!("operator {id} was not enrolled in period {number}"))?;
        Ok(State {
            phase,
            pool: self.state,
            period: self.period(number)?.state,
            operator: operator.state,
            validators: turn.validators,
            record: turn.record,
        })
    }

    fn keep(&mut self, number: u64, id: Word, state: &State) {
        self.state = state.pool;
        if let Ok(period) = self.period_mut(number) {
            period.state = state.period;
        }
        if let Some(operator) = self.operators.get_mut(&id.to_string()) {
            operator.state = state.operator;
            if let Some(turn) = operator.turns.get_mut(&number) {
                turn.record = state.record;
            }
        }
    }

    fn operator(&self, id: Word) -> anyhow::Result<&Operator> {
        self.operators
            .get(&id.to_string())
            .with_context(|| format!("the book has no operator {id}"))
    }

    /// A period by its number.
    pub(crate) fn period(&self, number: u64) -> anyhow::Result<&Period> {
        let at = usize::try_from(number)?;
        self.periods
            .get(at)
            .with_context(|| format!("the book has no period {number}"))
    }

    fn period_mut(&mut self, number: u64) -> anyhow::Result<&mut Period> {
        let at = usize::try_from(number)?;
        self.periods
            .get_mut(at)
            .with_context(|| format!("the book has no period {number}"))
    }
}

/// Waits for a book's lock; released when dropped.
fn lock(path: &Path) -> anyhow::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let locked = File::create(&name).and_then(|file| file.lock().map(|()| file));
    locked.with_context(|| format!("cannot lock the book {}", path.display()))
}
