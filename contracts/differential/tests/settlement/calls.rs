//! Each function with its inputs: what the native one answers, and the call of the other.

use crate::abi;
use crate::inputs::Inputs;
use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolValue};
use std::fmt::Debug;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::DutyClaims;
use vigil_verifier::settle::{
    self, OperatorState, PeriodState, Policy, PoolState, Settlement, State,
};

/// Inputs of a function that exists twice.
pub(crate) trait Twin: Debug {
    fn random(inputs: &mut Inputs) -> Self;
    /// The native function's result as the contract encodes it, or its refusal.
    fn native(&self) -> Result<Vec<u8>, Vec<u8>>;
    /// The call's data.
    fn call(&self) -> Vec<u8>;
}

#[derive(Clone, Debug)]
pub(crate) struct Settles(
    pub(crate) Policy,
    pub(crate) SignedHeader,
    pub(crate) State,
    pub(crate) DutyClaims,
);

impl Twin for Settles {
    fn random(inputs: &mut Inputs) -> Self {
        let policy = inputs.policy();
        let mut state = inputs.state();
        let claims = inputs.claims(&policy, &state);
        let header = inputs.header_for(&mut state, &claims);
        Self(policy, header, state, claims)
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let Self(policy, header, state, claims) = self;
        let Settlement {
            state,
            reward,
            pot_to_reserve,
            bond_to_reserve,
            held_to_reserve,
            held_to_bond,
        } = settle::settle(policy, header, *state, claims).map_err(abi::refusal)?;
        let payment = abi::Payment {
            reward: U256::from(reward),
            potToReserve: U256::from(pot_to_reserve),
            bondToReserve: U256::from(bond_to_reserve),
            heldToReserve: U256::from(held_to_reserve),
            heldToBond: U256::from(held_to_bond),
        };
        Ok((abi::State::from(state), payment).abi_encode_params())
    }

    fn call(&self) -> Vec<u8> {
        let Self(policy, header, state, claims) = self;
        let (policy, header) = (policy.into(), header.into());
        let (before, claims) = ((*state).into(), claims.into());
        abi::settleCall {
            policy,
            header,
            before,
            claims,
        }
        .abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct Concludes(Policy, State);

impl Twin for Concludes {
    fn random(inputs: &mut Inputs) -> Self {
        let mut state = inputs.state();
        if !inputs.one_in(8) {
            state.period.close.get_or_insert(inputs.close());
        }
        if !inputs.one_in(10) {
            state.period.number = state.operator.next;
        }
        Self(inputs.policy(), state)
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let concluded = settle::conclude(&self.0, self.1).map_err(abi::conclude_refused)?;
        let conclusion = abi::Conclusion {
            struck: concluded.struck,
            bondToHeld: U256::from(concluded.bond_to_held),
        };
        Ok((abi::State::from(concluded.state), conclusion).abi_encode_params())
    }

    fn call(&self) -> Vec<u8> {
        let (policy, before) = ((&self.0).into(), self.1.into());
        abi::concludeCall { policy, before }.abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct Closes(Policy, SignedHeader, PoolState, PeriodState);

impl Twin for Closes {
    fn random(inputs: &mut Inputs) -> Self {
        let State { pool, period, .. } = inputs.state();
        let header = inputs.header(pool, period);
        Self(inputs.policy(), header, pool, period)
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let closing = settle::close(&self.0, &self.1, self.2, self.3);
        let (pool, period) = (
            abi::PoolState::from(closing.pool),
            abi::PeriodState::from(closing.period),
        );
        Ok((pool, period, U256::from(closing.to_stakers)).abi_encode_params())
    }

    fn call(&self) -> Vec<u8> {
        let (policy, header) = ((&self.0).into(), (&self.1).into());
        let (pool, period) = (self.2.into(), self.3.into());
        abi::closeCall {
            policy,
            header,
            pool,
            period,
        }
        .abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct Opens(Policy, SignedHeader, PoolState, u128);

impl Twin for Opens {
    fn random(inputs: &mut Inputs) -> Self {
        let (policy, state) = (inputs.policy(), inputs.state());
        let header = inputs.header(state.pool, state.period);
        let wanted = u128::from(policy.reward_rate) * u128::from(header.total_good);
        Self(policy, header, state.pool, inputs.near(wanted))
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let opening = settle::open(&self.0, &self.1, self.2, self.3).map_err(abi::open_refused)?;
        let pool = abi::PoolState::from(opening.pool);
        Ok((pool, abi::PeriodState::from(opening.period)).abi_encode_params())
    }

    fn call(&self) -> Vec<u8> {
        let (policy, header) = ((&self.0).into(), (&self.1).into());
        let (pool, funds) = (self.2.into(), self.3);
        abi::openCall {
            policy,
            header,
            pool,
            funds,
        }
        .abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct TopUps(OperatorState, u128);

impl Twin for TopUps {
    fn random(inputs: &mut Inputs) -> Self {
        let operator = inputs.state().operator;
        Self(operator, inputs.near(operator.debt))
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let (operator, repaid) = settle::top_up(self.0, self.1);
        Ok((abi::OperatorState::from(operator), U256::from(repaid)).abi_encode_params())
    }

    fn call(&self) -> Vec<u8> {
        let (before, amount) = (self.0.into(), self.1);
        abi::topUpCall { before, amount }.abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct Withdrawals(Policy, OperatorState, u32, u64);

impl Twin for Withdrawals {
    fn random(inputs: &mut Inputs) -> Self {
        let policy = inputs.policy();
        let State {
            mut operator,
            validators,
            ..
        } = inputs.state();
        if !inputs.one_in(4) {
            (operator.debt, operator.unproven) = (0, 0);
        }
        let requested = inputs.near(operator.next.into());
        operator.bond = inputs.near(policy.bond_per_validator * u128::from(validators));
        let requested = u64::try_from(requested).unwrap_or(u64::MAX);
        Self(policy, operator, validators, requested)
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let free = settle::withdrawable(&self.0, &self.1, self.2, self.3);
        Ok(U256::from(free).abi_encode())
    }

    fn call(&self) -> Vec<u8> {
        abi::withdrawableCall {
            policy: (&self.0).into(),
            operator: self.1.into(),
            validators: self.2,
            requested: self.3,
        }
        .abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct Retires(PoolState, OperatorState, u32);

impl Twin for Retires {
    fn random(inputs: &mut Inputs) -> Self {
        let State {
            mut pool,
            mut operator,
            validators,
            ..
        } = inputs.state();
        if !inputs.one_in(4) {
            (operator.debt, operator.unproven, pool.is_open) = (0, 0, false);
            pool.periods = operator.next;
        }
        Self(pool, operator, validators)
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let (pool, operator) =
            settle::retire(self.0, self.1, self.2).map_err(abi::retire_refused)?;
        let (pool, operator) = (
            abi::PoolState::from(pool),
            abi::OperatorState::from(operator),
        );
        Ok((pool, operator).abi_encode_params())
    }

    fn call(&self) -> Vec<u8> {
        abi::retireCall {
            pool: self.0.into(),
            operator: self.1.into(),
            validators: self.2,
        }
        .abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct Thresholds(Policy, u16);

impl Twin for Thresholds {
    fn random(inputs: &mut Inputs) -> Self {
        let policy = inputs.policy();
        let network = inputs.near(policy.leak_below_bps.into());
        Self(policy, u16::try_from(network).unwrap_or(u16::MAX))
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        let found = self.0.thresholds_in_force(self.1);
        Ok(abi::Thresholds {
            minPerformanceBps: found.min_performance_bps,
            minUptimeBps: found.min_uptime_bps,
            maxOutageEpochs: found.max_outage_epochs,
        }
        .abi_encode())
    }

    fn call(&self) -> Vec<u8> {
        abi::thresholdsCall {
            policy: (&self.0).into(),
            networkBps: self.1,
        }
        .abi_encode()
    }
}

#[derive(Debug)]
pub(crate) struct Checks(Policy);

impl Twin for Checks {
    fn random(inputs: &mut Inputs) -> Self {
        Self(inputs.any_policy())
    }

    fn native(&self) -> Result<Vec<u8>, Vec<u8>> {
        self.0
            .check()
            .map(|()| Vec::new())
            .map_err(|error| abi::policy_error(&self.0, error))
    }

    fn call(&self) -> Vec<u8> {
        let policy = (&self.0).into();
        abi::checkCall { policy }.abi_encode()
    }
}
