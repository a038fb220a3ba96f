//! What the contract remembers between decisions.

use super::Strikes;
use super::policy::wei;
use serde::{Deserialize, Serialize};

/// Of the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolState {
    /// Slashings that operators have been charged for: the sum of their `charged`.
    pub charged: u32,
    /// Slashings that nobody has shown yet, but silent operators' bonds have paid for.
    pub shared: u32,
}

/// Of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodState {
    /// Periods are numbered without gap.
    pub number: u64,
    /// Set aside for rewards, in wei.
    #[serde(with = "wei")]
    pub pot: u128,
    /// Of the pot, what has been earned.
    #[serde(with = "wei")]
    pub earned: u128,
    /// Sum of V over the operators with a proof.
    pub proven: u32,
    /// Sum of their good stake.
    pub good_stake: u64,
    /// Sum of their slashed validators.
    pub slashed: u32,
    /// How it ended.
    pub close: Option<Close>,
}

/// What is known when the grace window is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Slashings that the silent operators' bonds pay for.
    pub missing: u32,
    /// Validators of operators without a proof.
    pub silent: u32,
    /// Whether at least half of N is proven, so that strikes count.
    pub strikes: bool,
}

/// Of an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorState {
    /// V in the registry version that the period uses.
    pub validators: u32,
    /// In wei.
    #[serde(with = "wei")]
    pub bond: u128,
    /// Charges that the bond could not pay, in wei.
    #[serde(with = "wei")]
    pub debt: u128,
    /// Paid (or owed) for missing slashings, to be used up by charges for its own, in wei.
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
    /// Concluded with a proof.
    Concluded,
}

/// Where the clock stands in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the deadline.
    OnTime,
    /// In the grace window.
    Late,
    /// After it.
    Over,
}

/// Everything that a decision about an operator in a period looks at, and changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Where the clock stands.
    pub phase: Phase,
    /// The pool.
    pub pool: PoolState,
    /// The period.
    pub period: PeriodState,
    /// The operator.
    pub operator: OperatorState,
    /// What the operator has done in the period.
    pub record: Record,
}
