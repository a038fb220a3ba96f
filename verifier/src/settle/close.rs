//! Opening a period, and closing it.

use super::{Close, PeriodState, Policy, PoolState};
use vigil_circuits::header::{HeaderError, SignedHeader};

/// A period that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The pool afterwards.
    pub pool: PoolState,
    /// The period. Its pot is the vault's no more.
    pub period: PeriodState,
}

/// Why a period does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenRefused {
    /// One at a time.
    #[error("the period before is not closed yet")]
    StillOpen,
    /// A header that no ledger has.
    #[error(transparent)]
    Header(#[from] HeaderError),
}

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

/// Begins a period whose header is final; `funds` is what the vault has for rewards, in wei.
pub fn open(
    policy: &Policy,
    header: &SignedHeader,
    mut pool: PoolState,
    funds: u128,
) -> Result<Opening, OpenRefused> {
    if pool.is_open {
        return Err(OpenRefused::StillOpen);
    }
    header.check()?;
    let wanted = u128::from(policy.reward_rate) * u128::from(header.total_good);
    let period = PeriodState {
        number: pool.periods,
        pot: wanted.min(funds),
        retired: pool.retired,
        ..PeriodState::default()
    };
    pool.periods = pool.periods.saturating_add(1);
    pool.is_open = true;
    Ok(Opening { pool, period })
}

/// Ends a period when its grace window is over; one that is closed stays as it is.
pub fn close(
    policy: &Policy,
    header: &SignedHeader,
    mut pool: PoolState,
    mut period: PeriodState,
) -> Closing {
    if period.close.is_some() {
        return Closing {
            pool,
            period,
            to_stakers: 0,
        };
    }
    let accounted = period.proven.saturating_add(period.retired);
    let silent = header.registered.saturating_sub(accounted);
    let missing = if silent == 0 {
        0
    } else {
        let unseen = header.total_slashed.saturating_sub(pool.charged);
        policy
            .penalty
            .saturating_mul(unseen.into())
            .saturating_sub(pool.prepaid)
            .saturating_sub(pool.expected)
    };
    period.close = Some(Close {
        missing,
        silent,
        strikes: 2 * u64::from(accounted) >= u64::from(header.registered),
    });
    pool.expected = pool.expected.saturating_add(missing);
    pool.is_open = false;
    Closing {
        pool,
        period,
        to_stakers: period.pot.saturating_sub(period.earned),
    }
}
