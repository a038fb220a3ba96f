//! Concluding a closed period for one operator.

use super::{Policy, Record, State, ratio};

/// What a conclusion changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// The state afterwards.
    pub state: State,
    /// Whether it is struck.
    pub struck: bool,
    /// Its share of missing slashings, in wei.
    pub share: u128,
    /// What of the share its bond could pay: to the reserve.
    pub bond_to_reserve: u128,
}

/// Why a period cannot be concluded for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConcludeRefused {
    /// Periods are concluded one after the other.
    #[error("period {got} cannot be concluded, it is period {expected}'s turn")]
    Order {
        /// The operator's next.
        expected: u64,
        /// This one.
        got: u64,
    },
    /// The grace window is not over.
    #[error("the period is not closed yet")]
    NotClosed,
    /// It is done already.
    #[error("the period is concluded for this operator")]
    Again,
}

/// Decides strike and share of an operator, once it is known who has been silent.
pub fn conclude(policy: &Policy, state: State) -> Result<Conclusion, ConcludeRefused> {
    let State {
        period,
        mut operator,
        record,
        ..
    } = state;
    if operator.next != period.number {
        return Err(ConcludeRefused::Order {
            expected: operator.next,
            got: period.number,
        });
    }
    let close = period.close.ok_or(ConcludeRefused::NotClosed)?;
    let has_duty = operator.validators > 0;
    let (is_silent, failed) = match record {
        Record::Pending => (has_duty, has_duty),
        Record::Proven { late, below } => (false, late || below),
        Record::Silent | Record::Concluded => return Err(ConcludeRefused::Again),
    };
    operator.next = operator.next.saturating_add(1);

    let struck = failed && close.strikes;
    if struck {
        operator.strikes.add(period.number);
        let strikes = operator.strikes.count(period.number, policy.strike_window);
        operator.barred |= strikes >= u32::from(policy.strike_limit);
    }

    let mut share = 0;
    if is_silent {
        operator.unproven = operator.unproven.saturating_add(1);
        let validators = u64::from(operator.validators);
        share = ratio::ceil(
            policy.penalty,
            [close.missing.into(), validators],
            [close.silent.into(), 1],
        )
        .min(policy.penalty.saturating_mul(validators.into()));
        operator.prepaid = operator.prepaid.saturating_add(share);
    }
    let bond_to_reserve = operator.pay(share);
    let record = if is_silent {
        Record::Silent
    } else {
        Record::Concluded
    };
    Ok(Conclusion {
        state: State {
            operator,
            record,
            ..state
        },
        struck,
        share,
        bond_to_reserve,
    })
}
