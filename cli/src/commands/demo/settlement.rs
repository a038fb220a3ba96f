//! The money of the demonstration: who is paid, who pays, who is struck.

use anyhow::Context;
use serde::Serialize;
use std::fmt;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::DutyStatement;
use vigil_verifier::settle::{
    Grid, OperatorState, PeriodState, Phase, Policy, PoolState, Record, Rule, State, close,
    conclude, open, settle,
};

const GWEI: u128 = 1_000_000_000;
const COIN: u128 = 1_000_000_000 * GWEI;

/// What this pool has voted.
pub(super) fn policy() -> Policy {
    Policy {
        min_performance: Rule::Absolute(8_000),
        min_uptime: Rule::Absolute(9_000),
        max_outage_epochs: 6,
        leak_below_bps: 6_667,
        grid: Grid {
            tiers: vec![0, 5_000, 7_500, 9_000, 9_500, 9_800, 10_000],
            stake_step: 32,
        },
        min_good_bps: 7_500,
        strike_limit: 3,
        strike_window: 10,
        reward_rate: 365 * GWEI as u64,
        penalty: COIN,
        bond_per_validator: COIN / 4,
    }
}

/// An operator's line in the table.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    operator: &'static str,
    good_bps: u16,
    performance_bps: u16,
    reward_gwei: u128,
    charged_gwei: u128,
    struck: bool,
}

/// The states of a period, settled operator by operator.
pub(super) struct Book<'a> {
    policy: &'a Policy,
    header: &'a SignedHeader,
    pool: PoolState,
    period: PeriodState,
    settled: Vec<(OperatorState, Record, Line)>,
}

impl<'a> Book<'a> {
    /// A period whose rewards the vault can pay in full; each operator has bonded twice what it must.
    pub(super) fn open(policy: &'a Policy, header: &'a SignedHeader) -> Self {
        Self {
            policy,
            header,
            pool: PoolState::default(),
            period: open(policy, header, 0, u128::MAX),
            settled: Vec::new(),
        }
    }

    /// Settles on a statement whose proof holds.
    pub(super) fn settle(
        &mut self,
        operator: &'static str,
        statement: &DutyStatement,
    ) -> anyhow::Result<()> {
        let claims = &statement.claims;
        let bond = 2 * self.policy.bond_per_validator * u128::from(claims.validators);
        let state = State {
            phase: Phase::OnTime,
            pool: self.pool,
            period: self.period,
            operator: OperatorState {
                validators: claims.validators,
                bond,
                ..OperatorState::default()
            },
            record: Record::Pending,
        };
        let settlement = settle(self.policy, self.header, state, claims)
            .context("an honest claim must settle")?;
        (self.pool, self.period) = (settlement.state.pool, settlement.state.period);
        let line = Line {
            operator,
            good_bps: claims.good_bps,
            performance_bps: claims.performance_bps,
            reward_gwei: settlement.reward / GWEI,
            charged_gwei: settlement.bond_to_reserve / GWEI,
            struck: false,
        };
        let State {
            operator, record, ..
        } = settlement.state;
        self.settled.push((operator, record, line));
        Ok(())
    }

    /// Ends the period: strikes.
    pub(super) fn close(self) -> anyhow::Result<Vec<Line>> {
        let closing = close(self.header, self.pool, self.period);
        self.settled
            .into_iter()
            .map(|(operator, record, line)| {
                let state = State {
                    phase: Phase::Over,
                    pool: closing.pool,
                    period: closing.period,
                    operator,
                    record,
                };
                let struck = conclude(self.policy, state)?.struck;
                Ok(Line { struck, ..line })
            })
            .collect()
    }
}

/// The settlement, one line an operator.
pub(super) fn write_table(
    f: &mut fmt::Formatter<'_>,
    network_bps: u16,
    lines: &[Line],
) -> fmt::Result {
    let percent = |bps: u16| f64::from(bps) / 100.0;
    writeln!(
        f,
        "\nSettlement (the whole network performed {:.2} %, in tiers)\noperator    claims good  performance        reward          charged",
        percent(network_bps)
    )?;
    for line in lines {
        writeln!(
            f,
            "{:10} {:>11} %  {:>9} %  {:>7} gwei  {:>10} gwei{}",
            line.operator,
            percent(line.good_bps),
            percent(line.performance_bps),
            line.reward_gwei,
            line.charged_gwei,
            if line.struck { "  strike" } else { "" }
        )?;
    }
    Ok(())
}
