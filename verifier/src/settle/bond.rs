//! Bonds: charges, debts, and when a bond may leave.

use super::{OperatorState, Policy};

impl OperatorState {
    /// Takes `due` from the bond; what it cannot pay is debt. Returns what the reserve gets.
    pub(super) fn pay(&mut self, due: u128) -> u128 {
        let paid = due.min(self.bond);
        self.bond -= paid;
        self.debt = self.debt.saturating_add(due - paid);
        paid
    }

    /// Charges for `new` slashings of its own, after what it has prepaid.
    pub(super) fn charge(&mut self, new: u32, penalty: u128) -> u128 {
        self.charged = self.charged.saturating_add(new);
        let due = penalty.saturating_mul(new.into());
        let used = due.min(self.prepaid);
        self.prepaid -= used;
        self.pay(due - used)
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

/// What may leave of a bond, in wei, once `periods` periods have a final header.
///
/// Nothing before there is a proof for every one of them, or while there is a debt; then what exceeds
/// `bond_per_validator` for each validator, and all of it once the operator is retired.
pub fn withdrawable(policy: &Policy, operator: &OperatorState, periods: u64) -> u128 {
    if operator.unproven > 0 || operator.next < periods || operator.debt > 0 {
        return 0;
    }
    let kept = if operator.retired {
        0
    } else {
        policy
            .bond_per_validator
            .saturating_mul(operator.validators.into())
    };
    operator.bond.saturating_sub(kept)
}
