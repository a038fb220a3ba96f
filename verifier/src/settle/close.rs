//! Opening a period, and closing it.

use super::{Close, PeriodState, Policy, PoolState};
use vigil_circuits::header::SignedHeader;

/// What a close leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The pool afterwards.
    pub pool: PoolState,
    /// The period afterwards.
    pub period: PeriodState,
    /// What nobody earned, in wei: back to the stakers, never to other operators.
    pub to_stakers: u128,
}

/// A period whose header has become final; `funds` is what the vault has for rewards, in wei.
pub fn open(policy: &Policy, header: &SignedHeader, number: u64, funds: u128) -> PeriodState {
    let wanted = u128::from(policy.reward_rate) * u128::from(header.total_good);
    PeriodState {
        number,
        pot: wanted.min(funds),
        ..PeriodState::default()
    }
}

/// Ends a period when its grace window is over; one that is closed stays as it is.
pub fn close(header: &SignedHeader, pool: PoolState, period: PeriodState) -> Closing {
    if period.close.is_some() {
        return Closing {
            pool,
            period,
            to_stakers: 0,
        };
    }
    let silent = header.registered.saturating_sub(period.proven);
    let known = pool.charged.saturating_add(pool.shared);
    let missing = if silent == 0 {
        0
    } else {
        header.total_slashed.saturating_sub(known)
    };
    let close = Close {
        missing,
        silent,
        strikes: 2 * u64::from(period.proven) >= u64::from(header.registered),
    };
    Closing {
        pool: PoolState {
            shared: pool.shared.saturating_add(missing),
            ..pool
        },
        period: PeriodState {
            close: Some(close),
            ..period
        },
        to_stakers: period.pot.saturating_sub(period.earned),
    }
}
