//! Bonds: charges, debts, and when a bond may leave.

use super::{OperatorState, Policy, PoolState};

/// How a charge was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paid {
    /// From what the reserve holds.
    pub(super) held: u128,
    /// From the bond.
    pub(super) bond: u128,
}

impl OperatorState {
    /// Charges for `new` slashings of its own: first what is held, then the bond, then debt.
    pub(super) fn charge(&mut self, new: u32, penalty: u128) -> Paid {
        self.charged = self.charged.saturating_add(new);
        let due = penalty.saturating_mul(new.into());
        let held = due.min(self.prepaid);
        self.prepaid -= held;
        let bond = (due - held).min(self.bond);
        self.bond -= bond;
        self.debt = self.debt.saturating_add(due - held - bond);
        Paid { held, bond }
    }

    /// Pays debts out of `amount`. Returns what the reserve gets.
    pub(super) fn repay(&mut self, amount: u128) -> u128 {
        let repaid = amount.min(self.debt);
        self.debt -= repaid;
        repaid
    }
}

/// Adds `amount` wei to a bond; debts come first. Returns the operator and what the reserve gets.
pub fn top_up(mut operator: OperatorState, amount: u128) -> (OperatorState, u128) {
    let repaid = operator.repay(amount);
    operator.bond = operator.bond.saturating_add(amount - repaid);
    (operator, repaid)
}

/// What may leave of a bond, in wei, on a request made while period `requested` was the latest to have
/// begun (on the chain, not in the contract).
///
/// Nothing before that period and all before it are proven and concluded; then what exceeds
/// `bond_per_validator` for each of `validators`, the largest V in force or pending. All of it once the operator is retired.
pub fn withdrawable(
    policy: &Policy,
    operator: &OperatorState,
    validators: u32,
    requested: u64,
) -> u128 {
    if operator.unproven > 0 || operator.next <= requested || operator.debt > 0 {
        return 0;
    }
    let kept = if operator.retired {
        0
    } else {
        policy.bond_per_validator.saturating_mul(validators.into())
    };
    operator.bond.saturating_sub(kept)
}

/// Why an operator cannot retire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RetireRefused {
    /// It is.
    #[error("the operator is retired already")]
    Again,
    /// Periods are not concluded, proofs or debts are owed.
    #[error("an operator retires between periods, after a proof for every period and without debt")]
    Owes,
}

/// Ends an operator's duties, on a vote; `validators` is its V from the next period on.
pub fn retire(
    mut pool: PoolState,
    mut operator: OperatorState,
    validators: u32,
) -> Result<(PoolState, OperatorState), RetireRefused> {
    if operator.retired {
        return Err(RetireRefused::Again);
    }
    let owes = operator.unproven > 0 || operator.debt > 0;
    if owes || pool.is_open || operator.next != pool.periods {
        return Err(RetireRefused::Owes);
    }
    operator.retired = true;
    pool.retired = pool.retired.saturating_add(validators);
    Ok((pool, operator))
}
