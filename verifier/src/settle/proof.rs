//! Settling a period for one operator, on its proof.

use super::{Phase, Policy, Record, State, ratio};
use vigil_circuits::Fr;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::{BPS, DutyClaims, DutyStatement, GOOD_STAKE_BITS};

/// What a proof changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The state afterwards.
    pub state: State,
    /// From the pot to the payout account, in wei.
    pub reward: u128,
    /// From the pot to the reserve, for the operator's debts.
    pub pot_to_reserve: u128,
    /// From the bond to the reserve, for slashings.
    pub bond_to_reserve: u128,
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
    /// After the grace window silence has its consequences first.
    #[error("the grace window is over: conclude the period for this operator first")]
    NotConcluded,
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
    state: State,
    claims: &DutyClaims,
) -> Result<Settlement, Refusal> {
    check(policy, header, &state, claims)?;
    let State {
        phase,
        mut pool,
        mut period,
        mut operator,
        record,
    } = state;
    period.good_stake += claims.good_stake;
    period.slashed += claims.slashed;
    let record = if record == Record::Silent {
        operator.unproven = operator.unproven.saturating_sub(1);
        Record::Concluded
    } else {
        period.proven = period.proven.saturating_add(claims.validators);
        Record::Proven {
            late: phase != Phase::OnTime,
            below: claims.good_bps < policy.min_good_bps,
        }
    };

    let earned = if phase == Phase::OnTime && !operator.barred {
        ratio::floor(
            period.pot,
            [claims.good_stake, claims.performance_bps.into()],
            [header.total_good, BPS.into()],
        )
    } else {
        0
    };
    period.earned = period.earned.saturating_add(earned);

    // The chain's flag is permanent: what was charged in an earlier period is in `slashed` still.
    let new = claims.slashed.saturating_sub(operator.charged);
    let bond_to_reserve = operator.charge(new, policy.penalty);
    pool.charged = pool.charged.saturating_add(new);
    pool.shared = pool.shared.saturating_sub(new);

    let pot_to_reserve = operator.repay(earned);
    Ok(Settlement {
        state: State {
            phase,
            pool,
            period,
            operator,
            record,
        },
        reward: earned - pot_to_reserve,
        pot_to_reserve,
        bond_to_reserve,
    })
}

fn check(
    policy: &Policy,
    header: &SignedHeader,
    state: &State,
    claims: &DutyClaims,
) -> Result<(), Refusal> {
    let in_range = claims.good_bps <= BPS
        && claims.performance_bps <= BPS
        && claims.good_stake >> GOOD_STAKE_BITS == 0
        && claims.slashed <= claims.validators;
    if !in_range {
        return Err(Refusal::Range);
    }
    let expected = state.operator.validators;
    if claims.validators != expected {
        return Err(Refusal::Validators {
            expected,
            got: claims.validators,
        });
    }
    match state.record {
        Record::Pending if state.phase == Phase::Over => return Err(Refusal::NotConcluded),
        Record::Pending | Record::Silent => {}
        Record::Proven { .. } | Record::Concluded => return Err(Refusal::Again),
    }
    if !policy.grid.contains(claims) {
        return Err(Refusal::Grid);
    }
    let before = state.period.good_stake;
    if before.saturating_add(claims.good_stake) > header.total_good {
        return Err(Refusal::GoodStake {
            total: header.total_good,
            before,
            claimed: claims.good_stake,
        });
    }
    let before = state.period.slashed;
    if before.saturating_add(claims.slashed) > header.total_slashed {
        return Err(Refusal::Slashed {
            total: header.total_slashed,
            before,
            claimed: claims.slashed,
        });
    }
    Ok(())
}
