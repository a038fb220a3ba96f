//! Each rule of docs/settlement.md by an example, and what must hold of any history.

mod claims;
mod documented;
mod money;
mod policy;
mod random;
mod silence;
mod strikes;

use super::*;
use vigil_circuits::Fr;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::DutyClaims;

/// One coin, in wei.
const COIN: u128 = 1_000_000_000_000_000_000;

fn policy() -> Policy {
    Policy {
        min_performance: Rule::BelowNetwork(500),
        min_uptime: Rule::Absolute(9_000),
        max_outage_epochs: 6,
        leak_below_bps: 6_667,
        grid: Grid {
            tiers: vec![0, 5_000, 7_500, 9_000, 9_500, 9_800, 10_000],
            stake_step: 100,
        },
        min_good_bps: 7_500,
        strike_limit: 2,
        strike_window: 4,
        reward_rate: 1_000,
        penalty: COIN,
        bond_per_validator: COIN / 2,
    }
}

/// Ten validators of 32 increments over 225 epochs, all good, one slashed.
fn header() -> SignedHeader {
    SignedHeader {
        ledger_root: Fr::from(11),
        registry_root: Fr::from(12),
        chain: Fr::from(13),
        start_epoch: 450,
        epochs: 225,
        registered: 10,
        total_good: 72_000,
        total_slashed: 1,
        network_bps: 9_900,
        file_hash: [14; 32],
    }
}

/// A period of a pool with two before it; the vault has plenty.
fn opening(header: &SignedHeader, funds: u128) -> Opening {
    let pool = PoolState {
        periods: 2,
        ..PoolState::default()
    };
    open(&policy(), header, pool, funds).unwrap()
}

/// An operator of four validators in period 2, before the deadline.
fn state() -> State {
    let Opening { pool, period } = opening(&header(), u128::MAX);
    State {
        phase: Phase::OnTime,
        pool,
        period,
        operator: OperatorState {
            bond: 3 * COIN,
            next: 2,
            ..OperatorState::default()
        },
        validators: 4,
        record: Record::Pending,
    }
}

fn claims() -> DutyClaims {
    DutyClaims {
        validators: 4,
        good_bps: 10_000,
        slashed: 0,
        performance_bps: 9_500,
        good_stake: 28_800,
    }
}

/// After the grace window.
fn closed(header: &SignedHeader, state: State) -> State {
    let closing = close(&policy(), header, state.pool, state.period);
    State {
        pool: closing.pool,
        period: closing.period,
        ..state
    }
}
