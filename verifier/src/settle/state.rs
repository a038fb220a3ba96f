//! What the contract remembers between decisions.

use super::Strikes;
use super::policy::wei;
use serde::{Deserialize, Serialize};

/// Of the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolState {
    /// Periods that have been opened; the next one has this number.
    pub periods: u64,
    /// The last of them is not closed yet.
    pub is_open: bool,
    /// Slashings that operators have been charged for: the sum of their `charged`.
    pub charged: u32,
    /// The sum of operators' `prepaid`, in wei: what the reserve holds for them.
    #[serde(with = "wei")]
    pub prepaid: u128,
    /// Shares that are still to be taken, by periods that are not concluded for everybody, in wei.
    #[serde(with = "wei")]
    pub expected: u128,
    /// Validators of retired operators.
    pub retired: u32,
}

/// Of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodState {
    /// Periods are numbered from 0 without gap.
    pub number: u64,
    /// Set aside for rewards, in wei.
    #[serde(with = "wei")]
    pub pot: u128,
    /// Of the pot, what has been earned.
    #[serde(with = "wei")]
    pub earned: u128,
    /// Sum of V over the operators with a proof before the close.
    pub proven: u32,
    /// Sum of the good stake of all proofs.
    pub good_stake: u64,
    /// Sum of the slashed validators of all proofs.
    pub slashed: u32,
    /// Validators of operators that had retired when it began.
    pub retired: u32,
    /// How it ended.
    pub close: Option<Close>,
}

/// What is known when the grace window is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Penalties for slashings that nobody has shown and no share has prepaid, in wei.
    #[serde(with = "wei")]
    pub missing: u128,
    /// Validators of operators without a proof.
    pub silent: u32,
    /// Whether at least half of N is proven, so that strikes count.
    pub strikes: bool,
}

/// Of an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorState {
    /// In wei.
    #[serde(with = "wei")]
    pub bond: u128,
    /// Charges that the bond could not pay, in wei.
    #[serde(with = "wei")]
    pub debt: u128,
    /// Taken from the bond for missing slashings and held by the reserve, in wei.
    #[serde(with = "wei")]
    pub prepaid: u128,
    /// Slashed validators that it has been charged for.
    pub charged: u32,
    /// Strikes.
    pub strikes: Strikes,
    /// Earns nothing and takes no more validators until a vote lifts it.
    pub barred: bool,
    /// A vote has found that none of its validators can be slashed any more.
    pub retired: bool,
    /// Periods without a proof.
    pub unproven: u32,
    /// The first period that is not concluded for it.
    pub next: u64,
}

/// Of an operator in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// No proof yet.
    #[default]
    Pending,
    /// A proof, not concluded yet.
    Proven {
        /// After the deadline.
        late: bool,
        /// Below `min_good_bps`.
        below: bool,
    },
    /// Concluded without a proof: one is still owed.
    Silent,
    /// Concluded with a proof, or without a duty.
    Concluded,
}

/// Where the clock stands before a period is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the deadline.
    OnTime,
    /// In the grace window.
    Late,
}

/// Everything that a decision about an operator in a period looks at, and changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Where the clock stands.
    pub phase: Phase,
    /// The pool.
    pub pool: PoolState,
    /// The period.
    pub period: PeriodState,
    /// The operator.
    pub operator: OperatorState,
    /// V, by the registry version that the period uses.
    pub validators: u32,
    /// What the operator has done in the period.
    pub record: Record,
}

impl State {
    /// Whether there is something to prove.
    pub(super) fn has_duty(&self) -> bool {
        self.validators > 0 && !self.operator.retired
    }
}
