//! Concluding a closed period for one operator.

use super::{Policy, Record, State, ratio};

/// What a conclusion changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// The state afterwards.
    pub state: State,
    /// Whether it is struck.
    pub struck: bool,
    /// Its share of missing slashings, in wei: from the bond to what the reserve holds.
    pub bond_to_held: u128,
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
pub fn conclude(policy: &Policy, mut state: State) -> Result<Conclusion, ConcludeRefused> {
    let number = state.period.number;
    if state.operator.next != number {
        return Err(ConcludeRefused::Order {
            expected: state.operator.next,
            got: number,
        });
    }
    let close = state.period.close.ok_or(ConcludeRefused::NotClosed)?;
    let (is_silent, failed) = match (state.has_duty(), state.record) {
        (_, Record::Silent | Record::Concluded) => return Err(ConcludeRefused::Again),
        (false, _) => (false, false),
        (true, Record::Pending) => (true, true),
        (true, Record::Proven { late, below }) => (false, late || below),
    };
    state.operator.next = state.operator.next.saturating_add(1);

    let struck = failed && close.strikes;
    if struck {
        let strikes = &mut state.operator.strikes;
        strikes.add(number);
        let counting = strikes.count(number, policy.strike_window);
        state.operator.barred |= counting >= u32::from(policy.strike_limit);
    }
    let bond_to_held = if is_silent {
        state.operator.unproven = state.operator.unproven.saturating_add(1);
        take_share(policy, &mut state, close.missing, close.silent)
    } else {
        0
    };
    state.record = if is_silent {
        Record::Silent
    } else {
        Record::Concluded
    };
    Ok(Conclusion {
        state,
        struck,
        bond_to_held,
    })
}

/// Pro rata of V, at most V penalties in all, at most the bond.
fn take_share(policy: &Policy, state: &mut State, missing: u128, silent: u32) -> u128 {
    let validators = state.validators;
    let share = ratio::ceil(missing, [validators.into(), 1], [silent.into(), 1]);
    state.pool.expected = state.pool.expected.saturating_sub(share);
    let operator = &mut state.operator;
    let at_most = policy
        .penalty
        .saturating_mul(validators.saturating_sub(operator.charged).into())
        .saturating_sub(operator.prepaid);
    let taken = share.min(at_most).min(operator.bond);
    operator.bond -= taken;
    operator.prepaid = operator.prepaid.saturating_add(taken);
    state.pool.prepaid = state.pool.prepaid.saturating_add(taken);
    taken
}
