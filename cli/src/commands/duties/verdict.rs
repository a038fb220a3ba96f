//! Whether the policy would hold, clause by clause, and by how much.
//!
//! Everything is asked of the functions that `prove` and the statement's `check()` use, so that the answers
//! cannot differ from theirs: what a validator attains is the strongest threshold under which
//! [`is_compliant`] holds while the other ones ask for nothing.

use super::rules::Rules;
use serde::Serialize;
use vigil_circuits::ledger::{EPOCH_COUNT_BITS, LedgerRow};
use vigil_circuits::statement::{BPS, DutyClaims, Pair, Thresholds, Totals, is_compliant};

/// Thresholds that every validator meets that is not slashed, and was not down before the period.
const ANYTHING: Thresholds = Thresholds {
    min_performance_bps: 0,
    min_uptime_bps: 0,
    max_outage_epochs: (1 << EPOCH_COUNT_BITS) - 1,
};

/// How far a validator gets in each clause of S7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Attained {
    /// Attestation performance, rounded down.
    pub(super) performance_bps: u16,
    /// Share of timely targets, rounded down.
    pub(super) uptime_bps: u16,
    /// Longest run of missed targets, the one before the period included.
    pub(super) outage_epochs: u32,
    /// The chain's flag.
    pub(super) slashed: bool,
}

impl Attained {
    /// Of a row.
    pub(super) fn of(row: &LedgerRow) -> Self {
        // Without its slashing and the outage before the period, of which no period is longer than a
        // threshold can be, all but the clause in question hold.
        let alone = LedgerRow {
            slashed: false,
            run_in: 0,
            ..row.clone()
        };
        Self {
            performance_bps: largest(|min_performance_bps| {
                let thresholds = Thresholds {
                    min_performance_bps,
                    ..ANYTHING
                };
                is_compliant(&alone, &thresholds)
            }),
            uptime_bps: largest(|min_uptime_bps| {
                let thresholds = Thresholds {
                    min_uptime_bps,
                    ..ANYTHING
                };
                is_compliant(&alone, &thresholds)
            }),
            outage_epochs: row.longest_outage(),
            slashed: row.slashed,
        }
    }
}

/// The largest share for which `holds` is true; it is for all smaller ones.
fn largest(holds: impl Fn(u16) -> bool) -> u16 {
    let (mut known, mut beyond) = (0, BPS + 1);
    while beyond - known > 1 {
        let middle = known.midpoint(beyond);
        if holds(middle) {
            known = middle;
        } else {
            beyond = middle;
        }
    }
    known
}

/// One clause over all validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Clause {
    /// Which.
    pub(super) name: &'static str,
    /// What is asked for: basis points or epochs.
    pub(super) threshold: u32,
    /// How many validators meet it.
    pub(super) hold: usize,
    /// How many do not.
    pub(super) fail: usize,
    /// What the worst validator attains.
    pub(super) worst: u32,
}

/// One of the aggregate's parts, weighted by effective balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Part {
    /// In basis points, rounded down; `None` if nothing was due.
    pub(super) bps: Option<u16>,
}

/// The whole verdict.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    /// S7 clause by clause.
    pub(super) clauses: [Clause; 4],
    /// Validators that meet all of them.
    pub(super) compliant: usize,
    /// Share of stake-time that met the policy.
    pub(super) good_bps: u16,
    /// The least of it without a strike, by the policy.
    pub(super) min_good_bps: Option<u16>,
    /// Aggregate performance of S9.
    pub(super) performance_bps: u16,
    /// Its parts.
    pub(super) attestations: Part,
    /// Its parts.
    pub(super) proposals: Part,
    /// Its parts.
    pub(super) sync: Part,
    /// What would be claimed, on the policy's grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claims: Option<Claims>,
    /// Whether the operator would get no strike; `None` without a policy.
    pub(super) holds: Option<bool>,
}

/// Claims as `prove` makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Claims {
    validators: u32,
    good_bps: u16,
    slashed: u32,
    performance_bps: u16,
    good_stake: u64,
}

impl From<DutyClaims> for Claims {
    fn from(claims: DutyClaims) -> Self {
        Self {
            validators: claims.validators,
            good_bps: claims.good_bps,
            slashed: claims.slashed,
            performance_bps: claims.performance_bps,
            good_stake: claims.good_stake,
        }
    }
}

impl Claims {
    /// Share of stake-time.
    pub(super) fn good_bps(&self) -> u16 {
        self.good_bps
    }

    /// Aggregate performance.
    pub(super) fn performance_bps(&self) -> u16 {
        self.performance_bps
    }

    /// Stake-time, in increment-epochs.
    pub(super) fn good_stake(&self) -> u64 {
        self.good_stake
    }
}

/// Judges all rows of an operator.
pub(super) fn judge(rows: &[&LedgerRow], rules: &Rules) -> Verdict {
    let thresholds = &rules.thresholds;
    let is_good = |row: &LedgerRow| is_compliant(row, thresholds);
    let totals = Totals::of(rows.iter().map(|&row| (row, is_good(row))));
    let best = totals.best_claims();
    let claims = rules
        .policy
        .as_ref()
        .map(|policy| policy.grid.round_down(best));
    let min_good_bps = rules.policy.as_ref().map(|policy| policy.min_good_bps);
    let attained: Vec<_> = rows.iter().map(|row| Attained::of(row)).collect();
    Verdict {
        clauses: clauses(&attained, thresholds),
        compliant: rows.iter().filter(|row| is_good(row)).count(),
        good_bps: best.good_bps,
        min_good_bps,
        performance_bps: best.performance_bps,
        attestations: part(totals.attestations),
        proposals: part(totals.proposals),
        sync: part(totals.sync),
        claims: claims.map(Claims::from),
        // As the settlement strikes: by what is claimed.
        holds: claims
            .zip(min_good_bps)
            .map(|(claims, least)| claims.good_bps >= least),
    }
}

fn clauses(attained: &[Attained], thresholds: &Thresholds) -> [Clause; 4] {
    let clause = |name, threshold: u32, of: fn(&Attained) -> u32, more_is_better: bool| {
        let values = || attained.iter().map(of);
        let holds = |value: &u32| {
            if more_is_better {
                *value >= threshold
            } else {
                *value <= threshold
            }
        };
        let hold = values().filter(holds).count();
        let worst = if more_is_better {
            values().min()
        } else {
            values().max()
        };
        Clause {
            name,
            threshold,
            hold,
            fail: attained.len() - hold,
            worst: worst.unwrap_or(threshold),
        }
    };
    [
        clause(
            "performance",
            thresholds.min_performance_bps.into(),
            |of| of.performance_bps.into(),
            true,
        ),
        clause(
            "uptime",
            thresholds.min_uptime_bps.into(),
            |of| of.uptime_bps.into(),
            true,
        ),
        clause(
            "outage",
            thresholds.max_outage_epochs.into(),
            |of| of.outage_epochs,
            false,
        ),
        clause("slashed", 0, |of| of.slashed.into(), false),
    ]
}

fn part(pair: Pair) -> Part {
    let bps = (u128::from(pair.done) * u128::from(BPS)).checked_div(pair.due.into());
    Part {
        bps: bps.and_then(|bps| u16::try_from(bps).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;
    use vigil_circuits::ledger::Words;
    use vigil_circuits::synthetic::{THRESHOLDS, random_row};

    #[test]
    fn clauses_agree_with_compliance_on_every_row_and_at_every_edge() {
        for index in 0..60 {
            let mut row = random_row(&mut OsRng, Words::W1, index);
            row.slashed = index % 7 == 0;
            let attained = Attained::of(&row);
            let edge = Thresholds {
                min_performance_bps: attained.performance_bps,
                min_uptime_bps: attained.uptime_bps,
                max_outage_epochs: u16::try_from(attained.outage_epochs).unwrap().min(8191),
            };
            assert_eq!(is_compliant(&row, &edge), !row.slashed, "{attained:?}");
            let performance = (attained.performance_bps < BPS).then(|| Thresholds {
                min_performance_bps: edge.min_performance_bps + 1,
                ..edge
            });
            let uptime = (attained.uptime_bps < BPS).then(|| Thresholds {
                min_uptime_bps: edge.min_uptime_bps + 1,
                ..edge
            });
            let beyond = [performance, uptime].into_iter().flatten();
            assert!(beyond.clone().all(|rules| !is_compliant(&row, &rules)));
            for thresholds in beyond.chain([THRESHOLDS, edge]) {
                let rules = Rules {
                    thresholds,
                    policy: None,
                };
                let verdict = judge(&[&row], &rules);
                let all_hold = verdict.clauses.iter().all(|clause| clause.fail == 0);
                assert_eq!(all_hold, is_compliant(&row, &thresholds), "{verdict:?}");
                assert_eq!(verdict.compliant == 1, all_hold);
            }
        }
    }

    #[test]
    fn an_outage_beyond_all_thresholds_does_not_hide_the_shares() {
        let mut row = random_row(&mut OsRng, Words::W1, 1);
        row.run_in = 8191;
        row.words[0] = Default::default();
        row.active_epochs = 225;
        row.words[0].target.set(0);
        let attained = Attained::of(&row);
        assert_eq!(attained.outage_epochs, 8192);
        assert_eq!(attained.uptime_bps, 9955);
    }
}
