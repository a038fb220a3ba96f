//! False statements, each in one clause: what every contestant must refuse.

use super::task::{Duty, Task, inputs};
use halo2curves::bn256::Fr;
use rand_core::RngCore;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use vigil_circuits::statement::{BPS, Totals};

macro_rules! lies {
    ($($(#[$doc:meta])* $lie:ident = $text:literal),* $(,)?) => {
        /// A kind of false statement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum Lie { $($(#[$doc])* $lie),* }

        impl Lie {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$lie),*];
        }

        impl fmt::Display for Lie {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$lie => $text),* })
            }
        }
    };
}

lies! {
    /// The id of nobody.
    Operator = "S1, another operator id",
    /// The root of no ledger.
    Ledger = "S2, another ledger root",
    /// A validator that missed some votes has missed none.
    Row = "S3, votes that were missed",
    /// A validator is replaced by somebody else's.
    Stranger = "S4, another operator's validator",
    /// A validator counts twice, in the place of its neighbour.
    Twice = "S5, a validator twice",
    /// A validator counts as compliant that is not.
    Compliant = "S7, one more compliant validator",
    /// The thresholds were higher, with the compliant validators of the lower ones.
    Threshold = "S7, higher thresholds",
    /// V is another.
    Validators = "S8, another number of validators",
    /// Another number of slashed ones.
    Slashed = "S8, another number of slashed",
    /// More than there is.
    GoodStake = "S9, more good stake",
    /// More than it is.
    GoodShare = "S9, a larger good share",
    /// Better than it is.
    Performance = "S9, a better performance",
}

impl Lie {
    /// Tells it; `false` if these rows give no occasion for it, or it happens to be true.
    pub fn tell(self, duty: &mut Duty, rng: &mut impl RngCore) -> bool {
        let Duty {
            statement,
            witness,
            strangers,
        } = duty;
        let places = &mut witness.places;
        let mut below = |bound: usize| rng.next_u64() as usize % bound.max(1);
        let claims = &mut statement.claims;
        match self {
            Self::Operator => statement.operator_id += Fr::from(1 + below(1 << 30) as u64),
            Self::Ledger => statement.ledger_root += Fr::from(1 + below(1 << 30) as u64),
            Self::Row => {
                let missed = |place: &&mut _| misses(place) > 0;
                let Some(place) = places.iter_mut().find(missed) else {
                    return false;
                };
                place.row.words.fill(Default::default());
            }
            Self::Stranger => {
                let at = below(places.len());
                let Some(stranger) = strangers.get(at) else {
                    return false;
                };
                places[at] = stranger.clone();
                places.sort_by_key(|place| place.row.index);
            }
            Self::Twice => {
                if places.len() < 2 {
                    return false;
                }
                let at = below(places.len() - 1);
                places[at + 1] = places[at].clone();
            }
            Self::Compliant => {
                let Some(place) = places.iter_mut().find(|place| !place.compliant) else {
                    return false;
                };
                place.compliant = true;
            }
            Self::Threshold => match below(3) {
                0 => statement.thresholds.min_performance_bps = BPS,
                1 => statement.thresholds.min_uptime_bps = BPS,
                _ => statement.thresholds.max_outage_epochs = 0,
            },
            Self::Validators => claims.validators -= 1 + below(claims.validators as usize) as u32,
            Self::Slashed => {
                claims.slashed = match claims.slashed {
                    0 => 1,
                    slashed => slashed - 1 - below(slashed as usize) as u32,
                }
            }
            Self::GoodStake => claims.good_stake += 1 + below(1 << 20) as u64,
            Self::GoodShare => claims.good_bps += more(claims.good_bps, &mut below),
            Self::Performance => {
                claims.performance_bps += more(claims.performance_bps, &mut below);
            }
        }
        // Only the clause that is lied about is to be false: the sums follow the rows.
        if matches!(
            self,
            Self::Row | Self::Stranger | Self::Twice | Self::Compliant
        ) {
            let places = places.iter().map(|place| (&place.row, place.compliant));
            *claims = Totals::of(places).best_claims();
        }
        statement.check(witness).is_err()
    }
}

fn misses(place: &vigil_circuits::statement::DutyPlace) -> u32 {
    place.row.misses().iter().sum()
}

/// What can be added to basis points.
fn more(bps: u16, below: &mut impl FnMut(usize) -> usize) -> u16 {
    match BPS - bps {
        0 => 0,
        room => 1 + below(usize::from(room)) as u16,
    }
}

/// How many lies a contestant refuses, of how many there are for this task. `refuses` is given the inputs.
pub fn refusals(
    task: Task,
    mut refuses: impl FnMut(&Value) -> anyhow::Result<bool>,
) -> anyhow::Result<(usize, usize)> {
    let (mut refused, mut told) = (0, 0);
    let mut rng = task.rng();
    for lie in Lie::ALL {
        let mut duty = task.duty()?;
        if lie.tell(&mut duty, &mut rng) {
            told += 1;
            refused += usize::from(refuses(&inputs(&duty.statement, &duty.witness)?)?);
        }
    }
    Ok((refused, told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const TASK: Task = Task {
        validators: 16,
        words: 1,
    };

    #[test]
    fn every_lie_can_be_told_and_the_truth_holds() {
        let mut rng = TASK.rng();
        for lie in Lie::ALL {
            let mut duty = TASK.duty().unwrap();
            duty.statement.check(&duty.witness).unwrap();
            assert!(lie.tell(&mut duty, &mut rng), "{lie}");
        }
    }

    #[test]
    fn a_lie_is_about_its_own_clause() {
        let mut rng = TASK.rng();
        let mut clauses = BTreeSet::new();
        for lie in Lie::ALL {
            let mut duty = TASK.duty().unwrap();
            lie.tell(&mut duty, &mut rng);
            let violation = duty.statement.check(&duty.witness).unwrap_err().to_string();
            // Natively another operator's row is no leaf, so S4 shows as S3.
            let clause = match &lie.to_string()[..2] {
                "S4" => "S3".to_owned(),
                clause => clause.to_owned(),
            };
            assert!(violation.starts_with(&clause), "{lie}: {violation}");
            clauses.insert(clause);
        }
        assert_eq!(clauses.len(), 7, "{clauses:?}");
    }

    #[test]
    fn whoever_refuses_nothing_is_found_out() {
        let all = (Lie::ALL.len(), Lie::ALL.len());
        assert_eq!(refusals(TASK, |_| Ok(false)).unwrap(), (0, all.1));
        assert_eq!(refusals(TASK, |_| Ok(true)).unwrap(), all);
    }
}
