//! `vigil contract status`: where a pool stands.

use super::sender::{DeploymentArgs, NodeArgs};
use super::shown::ether;
use crate::progress::count;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use alloy_primitives::{Address, U256};
use serde::Serialize;
use std::fmt;
use vigil_chain::interface;
use vigil_chain::status::{self, Status};

/// Arguments of `vigil contract status`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Times are the pool's clock's, which stands still during a pause.\n\n\
    Example:\n  vigil contract status --deployment pool.json --node http://127.0.0.1:8545 --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deployment: DeploymentArgs,
    #[command(flatten)]
    node: NodeArgs,
    /// A period with a final header [default: the newest]
    #[arg(long, value_name = "NUMBER")]
    period: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Shown {
    chain_id: u64,
    block: u64,
    time: u64,
    epoch: u64,
    paused_at: Option<u64>,
    guardian: Address,
    members: u64,
    final_periods: u64,
    next_epoch: u64,
    proposed_header_final_from: Option<u64>,
    registry_versions: u64,
    batch: Batch,
    policy: Policy,
    budget_wei: String,
    held_wei: String,
    vault_idle_wei: String,
    vault_staked_wei: String,
    reserve_wei: String,
    period: Option<Period>,
    operators: Vec<Operator>,
}

#[derive(Debug, Serialize)]
struct Batch {
    number: u64,
    registration_ends: u64,
    enrolment_ends: u64,
    registrations: u32,
    registered: u32,
    enrolled: u32,
}

#[derive(Debug, Serialize)]
struct Policy {
    min_good_bps: u16,
    strike_limit: u8,
    strike_window: u8,
    reward_rate_wei: u64,
    penalty_wei: String,
    bond_per_validator_wei: String,
}

#[derive(Debug, Serialize)]
struct Period {
    number: u64,
    start_epoch: u64,
    epochs: u32,
    ledger_root: Word,
    registry_version: u64,
    registered: u32,
    total_good: u64,
    total_slashed: u32,
    network_bps: u16,
    /// final, open or closed.
    stands: &'static str,
    proofs_until: Option<u64>,
    grace_until: Option<u64>,
    pot_wei: String,
    earned_wei: String,
    missing_wei: String,
    proven_validators: u32,
    good_stake: u64,
    slashed: u32,
    strikes_count: bool,
    policy: Policy,
}

#[derive(Debug, Serialize)]
struct Operator {
    operator: Word,
    owner: Address,
    payout: Address,
    validators: u32,
    bond_wei: String,
    debt_wei: String,
    owed_wei: String,
    charged: u32,
    strikes: u32,
    unproven_periods: u32,
    barred: bool,
    retired: bool,
    standing: Option<&'static str>,
}

impl From<&interface::Policy> for Policy {
    fn from(policy: &interface::Policy) -> Self {
        Self {
            min_good_bps: policy.minGoodBps,
            strike_limit: policy.strikeLimit,
            strike_window: policy.strikeWindow,
            reward_rate_wei: policy.rewardRate,
            penalty_wei: policy.penalty.to_string(),
            bond_per_validator_wei: policy.bondPerValidator.to_string(),
        }
    }
}

impl From<&status::Period> for Period {
    fn from(period: &status::Period) -> Self {
        let (header, state) = (&period.last.header, &period.state);
        Self {
            number: period.number,
            start_epoch: header.startEpoch,
            epochs: header.epochs,
            ledger_root: Word(header.ledgerRoot.to_be_bytes()),
            registry_version: period.last.version,
            registered: header.registered,
            total_good: header.totalGood,
            total_slashed: header.totalSlashed,
            network_bps: header.networkBps,
            stands: match (period.is_open, state.closed) {
                (false, _) => "final",
                (true, false) => "open",
                (true, true) => "closed",
            },
            proofs_until: period.proofs_until,
            grace_until: period.grace_until,
            pot_wei: state.pot.to_string(),
            earned_wei: state.earned.to_string(),
            missing_wei: state.missing.to_string(),
            proven_validators: state.proven,
            good_stake: state.goodStake,
            slashed: state.slashed,
            strikes_count: state.strikes,
            policy: Policy::from(&period.policy),
        }
    }
}

impl Operator {
    fn new(operator: &status::Operator, status: &Status) -> Self {
        let account = &operator.account;
        let policy = status.period.as_ref().map_or(&status.policy, |p| &p.policy);
        let period = status.period.as_ref().map_or(0, |period| period.number);
        Self {
            operator: Word(operator.id.to_be_bytes()),
            owner: operator.owner,
            payout: operator.payout,
            validators: operator.validators,
            bond_wei: account.bond.to_string(),
            debt_wei: account.debt.to_string(),
            owed_wei: operator.owed.to_string(),
            charged: account.charged,
            strikes: operator.strikes(policy, period),
            unproven_periods: account.unproven,
            barred: account.barred,
            retired: account.retired,
            standing: operator.standing.map(status::Standing::name),
        }
    }
}

impl Shown {
    fn new(chain_id: u64, status: &Status) -> Self {
        let batch = &status.batch;
        let operators = status.operators.iter();
        Self {
            chain_id,
            block: status.block,
            time: status.time,
            epoch: status.epoch,
            paused_at: status.paused_at,
            guardian: status.guardian,
            members: status.members.saturating_to(),
            final_periods: status.periods,
            next_epoch: status.next_epoch,
            proposed_header_final_from: status.final_from,
            registry_versions: status.versions.saturating_to(),
            batch: Batch {
                number: batch.number,
                registration_ends: batch.registration_ends,
                enrolment_ends: batch.enrolment_ends,
                registrations: batch.registrations,
                registered: batch.registered,
                enrolled: batch.enrolled,
            },
            policy: Policy::from(&status.policy),
            budget_wei: status.budget.to_string(),
            held_wei: status.pool.prepaid.to_string(),
            vault_idle_wei: status.idle.to_string(),
            vault_staked_wei: status.staked.to_string(),
            reserve_wei: status.reserve.to_string(),
            period: status.period.as_ref().map(Period::from),
            operators: operators.map(|one| Operator::new(one, status)).collect(),
        }
    }
}

/// Wei as text, in ether.
fn coins(wei: &str) -> String {
    wei.parse::<U256>().map(ether).unwrap_or_default()
}

/// A time of the clock, from its now on.
fn from_now(until: u64, now: u64) -> String {
    match until.checked_sub(now) {
        Some(left) if left > 0 => format!("for {left} s more"),
        _ => "over".to_owned(),
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.paused_at {
            Some(at) => writeln!(f, "PAUSED since {at}: deadlines stand still until a vote")?,
            None => writeln!(f, "running, guardian {}", self.guardian)?,
        }
        writeln!(
            f,
            "chain     {}, block {}, beacon epoch {}, time {}",
            self.chain_id, self.block, self.epoch, self.time
        )?;
        write!(
            f,
            "oracle    {} members, {} final periods, the next from epoch {}",
            self.members, self.final_periods, self.next_epoch
        )?;
        match self.proposed_header_final_from {
            Some(from) => writeln!(
                f,
                "; a header can be challenged: {}",
                from_now(from, self.time)
            )?,
            None => writeln!(f)?,
        }
        self.write_batch(f)?;
        writeln!(
            f,
            "policy    penalty {} ether a slashed validator, bond {} a validator, {} strikes in {} periods bar",
            coins(&self.policy.penalty_wei),
            coins(&self.policy.bond_per_validator_wei),
            self.policy.strike_limit,
            self.policy.strike_window
        )?;
        writeln!(
            f,
            "pool      {} ether for rewards to come, {} held for missing slashings",
            coins(&self.budget_wei),
            coins(&self.held_wei)
        )?;
        writeln!(
            f,
            "vault     {} ether idle, {} in validators",
            coins(&self.vault_idle_wei),
            coins(&self.vault_staked_wei)
        )?;
        write!(f, "reserve   {} ether", coins(&self.reserve_wei))?;
        if let Some(period) = &self.period {
            period.write(f, self.time)?;
        }
        if self.operators.is_empty() {
            return write!(f, "\n\nno operators yet");
        }
        write!(
            f,
            "\n\noperator      V  bond          owed          slashed  strikes  period"
        )?;
        for operator in &self.operators {
            operator.write(f)?;
        }
        Ok(())
    }
}

impl Shown {
    fn write_batch(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let batch = &self.batch;
        let stands = if batch.registration_ends == 0 {
            "waits for its first registration".to_owned()
        } else if batch.enrolment_ends == 0 {
            format!(
                "has {} registrations, open {}",
                batch.registrations,
                from_now(batch.registration_ends, self.time)
            )
        } else {
            format!(
                "has N = {}, {} new leaves enrolled, open {}",
                batch.registered,
                batch.enrolled,
                from_now(batch.enrolment_ends, self.time)
            )
        };
        let versions = self.registry_versions.saturating_sub(1);
        writeln!(
            f,
            "registry  version {versions}; batch {} {stands}",
            batch.number
        )
    }
}

impl Period {
    fn write(&self, f: &mut fmt::Formatter<'_>, now: u64) -> fmt::Result {
        write!(
            f,
            "\n\nperiod {} is {}: epochs {} to {}, N = {}, {} slashed, network {} bps\n  ledger   {}",
            self.number,
            self.stands,
            self.start_epoch,
            self.start_epoch + u64::from(self.epochs) - 1,
            self.registered,
            self.total_slashed,
            self.network_bps,
            self.ledger_root
        )?;
        if let (Some(proofs), Some(grace)) = (self.proofs_until, self.grace_until) {
            write!(
                f,
                "\n  proofs   in time {}, late ones {}",
                from_now(proofs, now),
                from_now(grace, now)
            )?;
        }
        write!(
            f,
            "\n  proven   {} of {} validators, good stake {} of {}, slashed {} of {}\n  pot      {} ether, earned {}",
            self.proven_validators,
            self.registered,
            self.good_stake,
            self.total_good,
            self.slashed,
            self.total_slashed,
            coins(&self.pot_wei),
            coins(&self.earned_wei)
        )
    }
}

impl Operator {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.operator.to_string();
        write!(
            f,
            "\n{:10}  {:>3}  {:12}  {:12}  {:>7}  {:>7}  {}{}{}",
            id.get(..10).unwrap_or(&id),
            self.validators,
            coins(&self.bond_wei),
            coins(&self.owed_wei),
            self.charged,
            self.strikes,
            self.standing.unwrap_or("-"),
            if self.barred { ", BARRED" } else { "" },
            if self.retired { ", retired" } else { "" },
        )
    }
}

impl Args {
    /// Asks the contracts.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let deployment = self.deployment.read()?;
        let mut node = self.node.connect(deployment.chain_id)?;
        let bar = count("asking the contracts", 0);
        let status = Status::read(&mut node, &deployment, self.period, |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        report::print(&Shown::new(deployment.chain_id, &status), format)?;
        Ok(Outcome::Accepted)
    }
}
