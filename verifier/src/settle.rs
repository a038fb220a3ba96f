//! What follows from a proof: reward, withholding, strikes, charges (protocol section 7).
//!
//! Pure functions over integers, twins of the pool contract's: no clock, no balance, no randomness. A
//! period passes through them in this order:
//!
//! ```text
//! open      the header is final: thresholds are known, the pot is set aside
//! settle    once an operator: reward, charge for slashings             (OnTime, Late, arrears)
//! close     once, when the grace window is over: what is still missing
//! conclude  once an operator: strike, the silent operators' share
//! ```
//! The caller keeps the clock (and stops it while paused), checks the proof of
//! [`expected_statement`], stores the states and moves the money.
//!
//! # Decisions that the protocol leaves open
//! - **Rounding.** A reward is rounded down, in favour of the stakers; a silent operator's share is rounded up: silence is
//!   never cheaper than a slashing, not even by one wei.
//! - **The pot** of a period is `reward_rate * total_good`, or what the vault has, if that is less. Rewards are shares of
//!   the pot, so they do not depend on the order of proofs; what is left at the close returns to the stakers.
//! - **Late**, between deadline and close, a proof brings no reward and a strike, but counts: its slashings are charged, not shared.
//! - **Arrears**: after the close an operator that was silent may still prove, to free its bond.
//! - **Charged once.** A share of missing slashings is prepaid: an operator's later charges use it up. Slashings
//!   that silent bonds paid for are not shared again in the next period.
//! - **A bond below the charge** pays what it has; the rest is debt, and rewards go to the reserve until it is paid.
//! - **Strikes** are decided at `conclude`, when it is known how much of N is proven. They expire after
//!   `strike_window` periods; a barred operator earns nothing until a vote lifts the bar.
//! - An operator with V = 0 has nothing to prove and is never silent.

mod bond;
mod close;
mod conclude;
mod grid;
mod policy;
mod proof;
mod ratio;
mod state;
mod strikes;

pub use bond::{top_up, withdrawable};
pub use close::{Closing, close, open};
pub use conclude::{ConcludeRefused, Conclusion, conclude};
pub use grid::{Grid, MAX_TIERS};
pub use policy::{MAX_STRIKE_WINDOW, PENALTY_BITS, Policy, PolicyError, Rule};
pub use proof::{Refusal, Settlement, expected_statement, settle};
pub use state::{Close, OperatorState, PeriodState, Phase, PoolState, Record, State};
pub use strikes::Strikes;

#[cfg(test)]
mod tests;
