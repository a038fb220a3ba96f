//! Public inputs as the contract takes them: their names, and what is refused before any proof is looked at.

use vigil_circuits::identity::INDEX_BITS;
use vigil_circuits::ledger::EPOCH_COUNT_BITS;
use vigil_circuits::shape::Family;
use vigil_circuits::statement::{BPS, DutyInput, EnrolmentInput, GOOD_STAKE_BITS, MembershipInput};

/// The largest value of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Below the scalar field's order.
    Field,
    /// At most this.
    AtMost(u64),
    /// At most the shape's places, which the key knows.
    Places,
}

/// A public input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub label: &'static str,
    /// Its range.
    pub limit: Limit,
}

/// The public inputs of a family, in order.
pub fn inputs(family: Family) -> Vec<Input> {
    match family {
        Family::Duty(_) => DutyInput::ALL.iter().map(|&input| duty(input)).collect(),
        Family::Enrolment => EnrolmentInput::ALL
            .iter()
            .map(|&input| Input {
                label: input.label(),
                limit: match input {
                    EnrolmentInput::Validators => Limit::Places,
                    _ => Limit::Field,
                },
            })
            .collect(),
        Family::Membership => MembershipInput::ALL
            .iter()
            .map(|&input| Input {
                label: input.label(),
                limit: match input {
                    MembershipInput::Index => Limit::AtMost((1 << INDEX_BITS) - 1),
                    _ => Limit::Field,
                },
            })
            .collect(),
    }
}

fn duty(input: DutyInput) -> Input {
    let limit = match input {
        DutyInput::Validators | DutyInput::Slashed => Limit::Places,
        DutyInput::MinPerformanceBps
        | DutyInput::MinUptimeBps
        | DutyInput::GoodBps
        | DutyInput::PerformanceBps => Limit::AtMost(u64::from(BPS)),
        DutyInput::MaxOutageEpochs => Limit::AtMost((1 << EPOCH_COUNT_BITS) - 1),
        DutyInput::GoodStake => Limit::AtMost((1 << GOOD_STAKE_BITS) - 1),
        DutyInput::LedgerRoot | DutyInput::OperatorId | DutyInput::Context => Limit::Field,
    };
    Input {
        label: input.label(),
        limit,
    }
}
