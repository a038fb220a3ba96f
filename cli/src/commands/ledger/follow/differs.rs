//! Two sources contradict each other: what `vigil ledger follow` says instead of a ledger.

use serde::Serialize;
use std::fmt;
use vigil_follower::{FollowError, Part};
use vigil_ledger::cross_check::{Subject, Value};

/// The first difference, by name.
#[derive(Debug, Serialize)]
pub(super) struct Differs {
    difference: Named,
    #[serde(skip)]
    text: String,
}

#[derive(Debug, Serialize)]
struct Named {
    validator: u64,
    epoch: u64,
    slot: Option<u64>,
    what: &'static str,
    values: [Said; 2],
}

#[derive(Debug, Serialize)]
struct Said {
    source: &'static str,
    #[serde(flatten)]
    value: Option<Meaning>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Meaning {
    Value(u64),
    RewardGwei(i64),
}

impl Said {
    fn new(source: Part, value: Value) -> Self {
        let value = match value {
            Value::Number(number) => Some(Meaning::Value(number)),
            Value::Reward(reward) => Some(Meaning::RewardGwei(reward)),
            Value::Nothing => None,
        };
        Self {
            source: source.name(),
            value,
        }
    }
}

impl Differs {
    /// If the error is a difference between sources.
    pub(super) fn of(error: &FollowError) -> Option<Self> {
        let difference = match error {
            FollowError::SourcesDiffer {
                main,
                other,
                difference,
            } => Named {
                validator: difference.index,
                epoch: difference.epoch,
                slot: difference.slot,
                what: difference.subject.name(),
                values: [
                    Said::new(*main, difference.main),
                    Said::new(*other, difference.other),
                ],
            },
            FollowError::PathsDiffer {
                index,
                epoch,
                from_states,
                from_blocks,
            } => {
                let (bit, subject) = Subject::FLAGS
                    .into_iter()
                    .enumerate()
                    .find(|(bit, _)| (from_states ^ from_blocks) >> bit & 1 == 1)?;
                let flag = |flags: u8| Value::Number(u64::from(flags >> bit & 1));
                Named {
                    validator: *index,
                    epoch: *epoch,
                    slot: None,
                    what: subject.name(),
                    values: [
                        Said::new(Part::States, flag(*from_states)),
                        Said::new(Part::Blocks, flag(*from_blocks)),
                    ],
                }
            }
            _ => return None,
        };
        Some(Self {
            difference,
            text: error.to_string(),
        })
    }
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the sources contradict each other: {}; nothing of that epoch is recorded",
            self.text
        )
    }
}
