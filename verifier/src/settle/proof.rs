//! Settling a period for one operator, on its proof.

use super::{Phase, Policy, Record, State, ratio};
use vigil_circuits::Fr;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::{BPS, DutyClaims, DutyStatement, GOOD_STAKE_BITS};

/// What a proof changes. Amounts in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The state afterwards.
    pub state: State,
    /// From the pot to the payout account.
    pub reward: u128,
    /// From the pot to the reserve, for the operator's debts.
    pub pot_to_reserve: u128,
    /// From the bond to the reserve, for slashings.
    pub bond_to_reserve: u128,
    /// From what the reserve holds to what it may spend, for slashings.
    pub held_to_reserve: u128,
    /// From what the reserve holds back to the bond: nothing is owed any more.
    pub held_to_bond: u128,
}

/// Why claims are not accepted, however true. The first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A claim that no statement can make.
    #[error(
        "a claim is out of range: at most 10000 basis points, good_stake below 2^48, slashed at most V"
    )]
    Range,
    /// A retired operator has nothing to prove.
    #[error("the operator is retired: it has nothing to prove")]
    Retired,
    /// Another V than the registry's.
    #[error(
        "the claim is about {got} validators, the operator has {expected} in this registry version"
    )]
    Validators {
        /// By the registry.
        expected: u32,
        /// By the claim.
        got: u32,
    },
    /// One proof an operator and period.
    #[error("the operator has a proof for this period already")]
    Again,
    /// Silence has its consequences first, of this period and of those before.
    #[error("period {period} is to be concluded for this operator first")]
    NotConcluded {
        /// The operator's next.
        period: u64,
    },
    /// A rate where a tier is asked for.
    #[error("a claim is not on the policy's grid: round it down")]
    Grid,
    /// More good stake than the pool has.
    #[error("good stake {claimed} on top of {before} exceeds the period's total of {total}")]
    GoodStake {
        /// By the header.
        total: u64,
        /// Of earlier proofs.
        before: u64,
        /// Of this one.
        claimed: u64,
    },
    /// More slashed validators than the pool has.
    #[error("{claimed} slashed validators on top of {before} exceed the pool's total of {total}")]
    Slashed {
        /// By the header.
        total: u32,
        /// Of earlier proofs.
        before: u32,
        /// Of this one.
        claimed: u32,
    },
}

/// The statement that an operator's proof must prove: everything but the claims comes from
/// storage.
pub fn expected_statement(
    policy: &Policy,
    header: &SignedHeader,
    operator_id: Fr,
    claims: DutyClaims,
    context: Fr,
) -> DutyStatement {
    DutyStatement {
        ledger_root: header.ledger_root,
        operator_id,
        thresholds: policy.thresholds_in_force(header.network_bps),
        claims,
        context,
    }
}

/// Decides on the claims of a proof that holds.
pub fn settle(
    policy: &Policy,
    header: &SignedHeader,
    mut state: State,
    claims: &DutyClaims,
) -> Result<Settlement, Refusal> {
    check_claims(&state, claims)?;
    check_turn(&state)?;
    if !policy.grid.contains(claims) {
        return Err(Refusal::Grid);
    }
    pass_turnstile(header, &mut state, claims)?;
    let earned = if is_paid(&state) {
        ratio::floor(
            state.period.pot,
            [claims.good_stake, claims.performance_bps.into()],
            [header.total_good, BPS.into()],
        )
    } else {
        0
    };
    state.period.earned = state.period.earned.saturating_add(earned);
    record(policy, &mut state, claims);

    // The chain's flag is permanent: what was charged in an earlier period is in `slashed` still.
    let operator = &mut state.operator;
    let new = claims.slashed.saturating_sub(operator.charged);
    let paid = operator.charge(new, policy.penalty);
    state.pool.charged = state.pool.charged.saturating_add(new);
    let held_to_bond = if operator.unproven == 0 {
        std::mem::take(&mut operator.prepaid)
    } else {
        0
    };
    operator.bond = operator.bond.saturating_add(held_to_bond);
    state.pool.prepaid = state
        .pool
        .prepaid
        .saturating_sub(paid.held)
        .saturating_sub(held_to_bond);
    let pot_to_reserve = operator.repay(earned);
    Ok(Settlement {
        state,
        reward: earned - pot_to_reserve,
        pot_to_reserve,
        bond_to_reserve: paid.bond,
        held_to_reserve: paid.held,
        held_to_bond,
    })
}

/// Rewards are for proofs before the deadline, of operators that are not barred.
fn is_paid(state: &State) -> bool {
    let is_first = state.record == Record::Pending;
    is_first && state.phase == Phase::OnTime && !state.operator.barred
}

fn record(policy: &Policy, state: &mut State, claims: &DutyClaims) {
    if state.record == Record::Silent {
        state.operator.unproven = state.operator.unproven.saturating_sub(1);
        state.record = Record::Concluded;
    } else {
        state.period.proven = state.period.proven.saturating_add(claims.validators);
        state.record = Record::Proven {
            late: state.phase == Phase::Late,
            below: claims.good_bps < policy.min_good_bps,
        };
    }
}

fn check_claims(state: &State, claims: &DutyClaims) -> Result<(), Refusal> {
    let in_range = claims.good_bps <= BPS
        && claims.performance_bps <= BPS
        && claims.good_stake >> GOOD_STAKE_BITS == 0
        && claims.slashed <= claims.validators;
    if !in_range {
        return Err(Refusal::Range);
    }
    if state.operator.retired {
        return Err(Refusal::Retired);
    }
    let expected = state.validators;
    (claims.validators == expected)
        .then_some(())
        .ok_or(Refusal::Validators {
            expected,
            got: claims.validators,
        })
}

/// One proof a period, and one period after the other.
fn check_turn(state: &State) -> Result<(), Refusal> {
    match state.record {
        Record::Proven { .. } | Record::Concluded => Err(Refusal::Again),
        Record::Silent => Ok(()),
        Record::Pending => {
            let period = state.operator.next;
            let is_turn = period == state.period.number && state.period.close.is_none();
            is_turn
                .then_some(())
                .ok_or(Refusal::NotConcluded { period })
        }
    }
}

/// No more can be claimed in all than the header's totals.
fn pass_turnstile(
    header: &SignedHeader,
    state: &mut State,
    claims: &DutyClaims,
) -> Result<(), Refusal> {
    let before = state.period.good_stake;
    state.period.good_stake = before
        .checked_add(claims.good_stake)
        .filter(|&sum| sum <= header.total_good)
        .ok_or(Refusal::GoodStake {
            total: header.total_good,
            before,
            claimed: claims.good_stake,
        })?;
    let before = state.period.slashed;
    state.period.slashed = before
        .checked_add(claims.slashed)
        .filter(|&sum| sum <= header.total_slashed)
        .ok_or(Refusal::Slashed {
            total: header.total_slashed,
            before,
            claimed: claims.slashed,
        })?;
    Ok(())
}
