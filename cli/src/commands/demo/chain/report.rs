//! What happened, and where everybody stands at the end.

use super::OPERATORS;
use super::stage::Stage;
use crate::commands::contract::shown::ether;
use alloy_primitives::U256;
use serde::Serialize;
use std::fmt;

#[derive(Debug, Serialize)]
struct Event {
    epoch: u64,
    who: &'static str,
    what: String,
    wei: Option<String>,
    #[serde(skip)]
    amount: Option<u128>,
}

#[derive(Debug, Serialize)]
struct Standing {
    operator: &'static str,
    validators: u32,
    bond_wei: String,
    paid_wei: String,
    charged: u32,
    strikes: u32,
    period: Option<&'static str>,
    #[serde(skip)]
    bond: U256,
    #[serde(skip)]
    paid: U256,
}

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    events: Vec<Event>,
    operators: Vec<Standing>,
    reserve_wei: String,
    held_wei: String,
    vault_wei: String,
    penalty_of_period_wei: String,
    penalty_of_periods_to_come_wei: String,
    seconds: f64,
    #[serde(skip)]
    sums: [U256; 3],
}

impl Report {
    pub(super) fn new(mut stage: Stage, seconds: f64) -> anyhow::Result<Self> {
        let status = stage.status()?;
        let period = status.period.as_ref();
        let policy = period.map_or(&status.policy, |period| &period.policy);
        let mut operators = Vec::new();
        for ((name, _), operator) in OPERATORS.iter().zip(&status.operators) {
            let (bond, paid) = (
                U256::from(operator.account.bond),
                stage.balance(operator.payout)?,
            );
            operators.push(Standing {
                operator: name,
                validators: operator.validators,
                bond_wei: bond.to_string(),
                paid_wei: paid.to_string(),
                charged: operator.account.charged,
                strikes: operator.strikes(policy, period.map_or(0, |period| period.number)),
                period: operator.standing.map(|standing| standing.name()),
                bond,
                paid,
            });
        }
        let held = U256::from(status.pool.prepaid);
        let lines = std::mem::take(&mut stage.lines);
        let events = lines.into_iter().map(|line| Event {
            epoch: line.epoch,
            who: line.who,
            what: line.what,
            wei: line.wei.map(|wei| wei.to_string()),
            amount: line.wei,
        });
        Ok(Self {
            events: events.collect(),
            operators,
            reserve_wei: status.reserve.to_string(),
            held_wei: held.to_string(),
            vault_wei: status.idle.to_string(),
            penalty_of_period_wei: policy.penalty.to_string(),
            penalty_of_periods_to_come_wei: status.policy.penalty.to_string(),
            seconds,
            sums: [status.reserve, held, status.idle],
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "epoch  who           ether            what")?;
        for event in &self.events {
            let amount = event.amount.map(|wei| ether(U256::from(wei)));
            writeln!(
                f,
                "{:5}  {:12}  {:15}  {}",
                event.epoch,
                event.who,
                amount.unwrap_or_default(),
                event.what
            )?;
        }
        writeln!(
            f,
            "\noperator     V  bond             paid out           slashed  strikes  period"
        )?;
        for one in &self.operators {
            writeln!(
                f,
                "{:10} {:>3}  {:15}  {:17}  {:>7}  {:>7}  {}",
                one.operator,
                one.validators,
                ether(one.bond),
                ether(one.paid),
                one.charged,
                one.strikes,
                one.period.unwrap_or("-")
            )?;
        }
        let [reserve, held, vault] = self.sums.map(ether);
        write!(
            f,
            "\nreserve {reserve} ether, held for the slashing that nobody has shown {held}, the stakers' vault {vault}\n\
             Done in {:.1} s on a node of its own, which is gone now.",
            self.seconds
        )
    }
}
