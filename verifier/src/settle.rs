//! What follows from a proof: reward, withholding, strikes, charges (protocol section 7).
//!
//! Pure functions over integers, twins of the pool contract's: no clock, no balance, no randomness. One period
//! passes through them after the other:
//!
//! ```text
//! open      the header is final and the period before is closed: the pot is set aside
//! settle    once an operator: reward, charge for slashings               (OnTime, Late)
//! close     once, when the grace window is over: what is still missing
//! conclude  once an operator, before its next proof: strike, share of what is missing
//! settle    of arrears, at any time later
//! ```
//! The caller keeps the clock (and stops it while paused), checks the proof of
//! [`expected_statement`], keeps each period's policy, stores the states and moves the money.
//!
//! # Decisions that the protocol leaves open
//! - **One period at a time.** A period opens when the one before is closed, and an operator proves it when those before
//!   are concluded for it: nobody is paid ahead of a strike, and no order of transactions changes what anybody pays.
//! - **Rounding.** A reward is rounded down, in favour of the stakers; a share is rounded up: silence is
//!   never cheaper than a slashing, not even by one wei.
//! - **The pot** of a period is `reward_rate * total_good`, or what the vault has, if that is less. Rewards are shares of
//!   the pot, so they do not depend on the order of proofs; what is left at the close returns to the stakers.
//! - **Late**, between deadline and close, a proof brings no reward and a strike, but counts: its slashings are charged, not shared.
//! - **Arrears**: after the close an operator that was silent may still prove, to free its bond.
//! - **Charged once.** A share is *held* by the reserve, not spent. Charges for the operator's own slashings use it up;
//!   the rest returns to the bond with the last of its arrears. So once everybody has proven, each operator has
//!   paid exactly the penalty for each of its slashed validators.
//! - **A bond below the charge** pays what it has; the rest is debt, and rewards go to the reserve until it is paid. A share is
//!   never debt: what a bond cannot pay is asked again in the next period.
//! - **Strikes** are decided at `conclude`, when it is known how much of N is proven. They expire after
//!   `strike_window` periods; a barred operator earns nothing until a vote lifts the bar.
//! - **Retired** operators (a vote finds that none of their validators can be slashed any more) have no duty, and neither has
//!   one with V = 0. Their validators count as proven.

mod bond;
mod close;
mod conclude;
mod grid;
mod policy;
mod proof;
mod ratio;
mod state;
mod strikes;

pub use bond::{RetireRefused, retire, top_up, withdrawable};
pub use close::{Closing, OpenRefused, Opening, close, open};
pub use conclude::{ConcludeRefused, Conclusion, conclude};
pub use grid::{Grid, MAX_TIERS};
pub use policy::{MAX_STRIKE_WINDOW, PENALTY_BITS, Policy, PolicyError, Rule};
pub use proof::{Refusal, Settlement, expected_statement, settle};
pub use state::{Close, OperatorState, PeriodState, Phase, PoolState, Record, State};
pub use strikes::Strikes;

#[cfg(test)]
mod tests;
