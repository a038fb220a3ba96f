//! The money of the demonstration: who is paid, who pays, who is struck.

use crate::address::HexAddress;
use crate::book::Book;
use crate::word::Word;
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::identity::Address;
use vigil_circuits::statement::{DutyClaims, DutyStatement};
use vigil_params::header_file::HeaderFile;
use vigil_verifier::settle::{Grid, Phase, Policy, Rule};

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

/// The pool's book over one period.
pub(super) struct PoolBook {
    book: Book,
    lines: Vec<(Word, Line)>,
}

impl PoolBook {
    /// A period that all operators have enrolled for, with twice the bond that they need, and whose rewards
    /// the vault can pay in full.
    pub(super) fn open(
        policy: Policy,
        header: SignedHeader,
        operators: &[(Word, u32)],
        chain_id: u64,
        [pool, payout]: [Address; 2],
    ) -> anyhow::Result<Self> {
        let mut book = Book::new(chain_id, HexAddress(pool));
        for &(id, validators) in operators {
            let bond = 2 * policy.bond_per_validator * u128::from(validators);
            let root = header.registry_root.into();
            book.enrol(id, HexAddress(payout), root, validators, bond)?;
        }
        let header = HeaderFile {
            header,
            unsigned_registry: true,
        };
        book.open(policy, header, u128::MAX)?;
        Ok(Self {
            book,
            lines: Vec::new(),
        })
    }

    /// What an operator with these claims must prove.
    pub(super) fn expected(&self, id: Word, claims: DutyClaims) -> anyhow::Result<DutyStatement> {
        self.book.expected(0, id, claims)
    }

    /// Settles on a statement whose proof holds.
    pub(super) fn settle(
        &mut self,
        operator: &'static str,
        statement: &DutyStatement,
    ) -> anyhow::Result<()> {
        let id = Word::from(statement.operator_id);
        let claims = &statement.claims;
        let settlement = self
            .book
            .settle(0, id, Phase::OnTime, claims)?
            .context("an honest claim must settle")?;
        let line = Line {
            operator,
            good_bps: claims.good_bps,
            performance_bps: claims.performance_bps,
            reward_gwei: settlement.reward / GWEI,
            charged_gwei: settlement.bond_to_reserve / GWEI,
            struck: false,
        };
        self.lines.push((id, line));
        Ok(())
    }

    /// Ends the period: strikes.
    pub(super) fn close(mut self) -> anyhow::Result<Vec<Line>> {
        let (_, conclusions) = self.book.close()?;
        let struck = |id: &Word| {
            let name = id.to_string();
            conclusions
                .iter()
                .any(|(operator, conclusion)| *operator == name && conclusion.struck)
        };
        let lines = self.lines.into_iter();
        Ok(lines
            .map(|(id, line)| Line {
                struck: struck(&id),
                ..line
            })
            .collect())
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
