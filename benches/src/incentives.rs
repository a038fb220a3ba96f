//! What an operator gains by which behaviour, decided by the very functions that the pool contract has.
//!
//! Twenty operators of fifty validators go through a year of daily periods. Nineteen are honest, with an honest
//! share of bad luck; one follows a [`Strategy`]. Amounts are in ether, per year, for that operator. What a
//! behaviour saves or earns elsewhere is left out: it is what the figures are to be compared with.

mod tables;

pub use tables::{negligence_table, slashing_table};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use vigil_circuits::Fr;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::{BPS, DutyClaims};
use vigil_verifier::settle::{
    Grid, OperatorState, Phase, Policy, PoolState, Record, Rule, State, close, conclude, open,
    settle, withdrawable,
};

/// Operators of the pool.
pub const OPERATORS: usize = 20;
/// V of each.
pub const VALIDATORS: u32 = 50;
/// Daily periods.
pub const PERIODS: usize = 365;
/// The day of a slashing, where there is one.
const SLASHED_AT: usize = 100;
/// Good stake of one validator a day: 32 increments over 225 epochs.
const STAKE: u64 = 7_200;
const ETHER: f64 = 1e18;

/// What the odd operator does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Strategy {
    /// Proves every period in time.
    Proves,
    /// On this share of the days half of its validators fail the policy: it saves on machines, or on sleep.
    Negligent(f64),
    /// Proves until one of its validators is slashed, and never again.
    FallsSilent,
    /// As before, but proves everything at the end, to have its bond back.
    SilentThenArrears,
    /// Proves, but always after the deadline.
    Late,
}

/// A policy and a calamity.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Charge for a slashed validator, in ether.
    pub penalty: f64,
    /// Bond for a validator, in ether.
    pub bond: f64,
    /// Validators of the odd operator that are slashed on one day.
    pub slashed: u32,
}

/// How a year ends for the odd operator, in ether.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Paid to it.
    pub rewards: f64,
    /// Of its bond: what it has back if it leaves at the end.
    pub bond_back: f64,
    /// Of its bond: taken, or held for good.
    pub bond_lost: f64,
    /// Penalties that its bond and rewards did not cover: the stakers' loss.
    pub uncovered: f64,
    /// Days on which it was barred.
    pub barred_days: u32,
}

impl Outcome {
    /// What the year was worth to it.
    pub fn payoff(&self) -> f64 {
        self.rewards - self.bond_lost
    }
}

/// No slashing, and a bond that covers one for every validator.
pub const CALM: Setting = Setting {
    penalty: 1.0,
    bond: 1.0,
    slashed: 0,
};

/// A plausible policy: the pool pays operators 10 % of a 3 % yield.
pub fn policy(setting: &Setting) -> Policy {
    let a_day = 32.0 * 0.03 * 0.10 / 365.0;
    Policy {
        min_performance: Rule::BelowNetwork(500),
        min_uptime: Rule::BelowNetwork(500),
        max_outage_epochs: 12,
        leak_below_bps: 6_667,
        grid: Grid {
            tiers: vec![0, 5_000, 7_500, 9_000, 9_500, 9_800, 10_000],
            stake_step: 100,
        },
        min_good_bps: 7_500,
        strike_limit: 3,
        strike_window: 30,
        reward_rate: (a_day / STAKE as f64 * ETHER) as u64,
        penalty: wei(setting.penalty),
        bond_per_validator: wei(setting.bond),
    }
}

fn wei(ether: f64) -> u128 {
    (ether * ETHER) as u128
}

fn ether(wei: u128) -> f64 {
    wei as f64 / ETHER
}

struct Operator {
    state: OperatorState,
    rewards: u128,
    /// What it owes a proof for.
    silent: Vec<Day>,
    slashed: u32,
    barred_days: u32,
}

/// A period as it was for one operator.
#[derive(Clone, Copy)]
struct Day {
    number: usize,
    claims: DutyClaims,
    record: Record,
}

struct Pool {
    policy: Policy,
    state: PoolState,
    periods: Vec<(SignedHeader, vigil_verifier::settle::PeriodState)>,
    operators: Vec<Operator>,
}

/// A year of a pool in which one operator is odd.
pub fn simulate(setting: &Setting, strategy: Strategy, seed: u64) -> Outcome {
    let policy = policy(setting);
    let bond = policy.bond_per_validator * u128::from(VALIDATORS);
    let operator = || Operator {
        state: OperatorState {
            bond,
            ..OperatorState::default()
        },
        rewards: 0,
        silent: Vec::new(),
        slashed: 0,
        barred_days: 0,
    };
    let mut pool = Pool {
        policy,
        state: PoolState::default(),
        periods: Vec::new(),
        operators: (0..OPERATORS).map(|_| operator()).collect(),
    };
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    for day in 0..PERIODS {
        if day == SLASHED_AT {
            pool.operators[0].slashed = setting.slashed;
        }
        pool.day(day, strategy, &mut rng);
    }
    if strategy == Strategy::SilentThenArrears {
        pool.prove_arrears();
    }
    let odd = &pool.operators[0];
    let requested = PERIODS as u64 - 1;
    // It leaves: none of its validators counts any more.
    let back = withdrawable(&pool.policy, &odd.state, 0, requested);
    let due = pool.policy.penalty * u128::from(odd.slashed);
    let paid_for_slashings = bond - odd.state.bond;
    Outcome {
        rewards: ether(odd.rewards),
        bond_back: ether(back),
        bond_lost: ether(bond - back),
        uncovered: ether(due.saturating_sub(paid_for_slashings)),
        barred_days: odd.barred_days,
    }
}

/// A share of days, by chance.
fn happens(rng: &mut ChaCha20Rng, share: f64) -> bool {
    f64::from(rng.next_u32()) < share * f64::from(u32::MAX)
}

impl Pool {
    fn day(&mut self, day: usize, strategy: Strategy, rng: &mut ChaCha20Rng) {
        let days: Vec<Day> = (0..self.operators.len())
            .map(|i| {
                let bad = match strategy {
                    Strategy::Negligent(share) if i == 0 => happens(rng, share),
                    // Everybody has a bad day a year.
                    _ => happens(rng, 1.0 / 365.0),
                };
                Day {
                    number: day,
                    claims: self.claims(i, bad),
                    record: Record::Pending,
                }
            })
            .collect();
        let header = SignedHeader {
            ledger_root: Fr::from(1),
            registry_root: Fr::from(2),
            chain: Fr::from(3),
            start_epoch: 225 * day as u64,
            epochs: 225,
            registered: VALIDATORS * OPERATORS as u32,
            total_good: days.iter().map(|day| day.claims.good_stake).sum(),
            total_slashed: self.operators.iter().map(|operator| operator.slashed).sum(),
            network_bps: 9_900,
            file_hash: [0; 32],
        };
        let opening =
            open(&self.policy, &header, self.state, u128::MAX).expect("one period after the other");
        self.state = opening.pool;
        self.periods.push((header, opening.period));

        let mut records = vec![Record::Pending; days.len()];
        for (i, day) in days.iter().enumerate() {
            let silent = matches!(
                strategy,
                Strategy::FallsSilent | Strategy::SilentThenArrears
            ) && i == 0
                && day.number >= SLASHED_AT;
            let phase = if strategy == Strategy::Late && i == 0 {
                Phase::Late
            } else {
                Phase::OnTime
            };
            if !silent {
                records[i] = self.prove(i, day, phase);
            }
        }
        let (header, period) = self.periods[day];
        let closing = close(&self.policy, &header, self.state, period);
        self.state = closing.pool;
        self.periods[day].1 = closing.period;
        for (i, mut today) in days.into_iter().enumerate() {
            today.record = records[i];
            let conclusion =
                conclude(&self.policy, self.state_of(i, &today, Phase::Late)).expect("in order");
            self.keep(i, day, &conclusion.state);
            let operator = &mut self.operators[i];
            operator.barred_days += u32::from(operator.state.barred);
            if conclusion.state.record == Record::Silent {
                today.record = Record::Silent;
                operator.silent.push(today);
            }
        }
    }

    /// True claims, on the grid.
    fn claims(&self, i: usize, bad: bool) -> DutyClaims {
        let operator = &self.operators[i];
        // A slashed validator is never good again.
        let whole = VALIDATORS - operator.slashed;
        let good = if bad { whole / 2 } else { whole };
        self.policy.grid.round_down(DutyClaims {
            validators: VALIDATORS,
            good_bps: (good * u32::from(BPS) / VALIDATORS) as u16,
            slashed: operator.slashed,
            performance_bps: 9_900,
            good_stake: u64::from(good) * STAKE,
        })
    }

    fn prove(&mut self, i: usize, day: &Day, phase: Phase) -> Record {
        let header = self.periods[day.number].0;
        let settled = settle(
            &self.policy,
            &header,
            self.state_of(i, day, phase),
            &day.claims,
        )
        .expect("true claims are accepted");
        self.keep(i, day.number, &settled.state);
        self.operators[i].rewards += settled.reward;
        settled.state.record
    }

    fn prove_arrears(&mut self) {
        for day in std::mem::take(&mut self.operators[0].silent) {
            self.prove(0, &day, Phase::Late);
        }
    }

    fn state_of(&self, i: usize, day: &Day, phase: Phase) -> State {
        State {
            phase,
            pool: self.state,
            period: self.periods[day.number].1,
            operator: self.operators[i].state,
            validators: VALIDATORS,
            record: day.record,
        }
    }

    fn keep(&mut self, i: usize, day: usize, state: &State) {
        self.state = state.pool;
        self.periods[day].1 = state.period;
        self.operators[i].state = state.operator;
    }
}

/// The mean of a strategy's payoff over several years of luck.
pub fn mean_payoff(setting: &Setting, strategy: Strategy, years: u64) -> f64 {
    let total: f64 = (0..years)
        .map(|seed| simulate(setting, strategy, seed).payoff())
        .sum();
    total / years as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_honest_work_pays_what_the_policy_says() {
        let outcome = simulate(&CALM, Strategy::Proves, 1);
        let most = 32.0 * 0.03 * 0.10 * f64::from(VALIDATORS);
        // The grid rounds 9,900 down to 9,800; a bad day or two costs half a day each.
        assert!(
            outcome.rewards > 0.96 * most && outcome.rewards <= 0.98 * most,
            "{outcome:?}"
        );
        assert_eq!((outcome.bond_lost, outcome.barred_days), (0.0, 0));
    }

    #[test]
    fn silence_about_a_slashing_never_pays() {
        for bond in [0.1, 0.5, 1.0, 2.0] {
            for slashed in [1, 5, 25, VALIDATORS] {
                let setting = Setting {
                    bond,
                    slashed,
                    ..CALM
                };
                let honest = simulate(&setting, Strategy::Proves, 7).payoff();
                for strategy in [Strategy::FallsSilent, Strategy::SilentThenArrears] {
                    let other = simulate(&setting, strategy, 7).payoff();
                    assert!(
                        other <= honest,
                        "{setting:?} {strategy:?}: {other} > {honest}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_slashing_costs_its_penalty_as_far_as_the_bond_goes() {
        let setting = Setting {
            bond: 0.5,
            slashed: 5,
            ..CALM
        };
        let outcome = simulate(&setting, Strategy::Proves, 7);
        assert_eq!((outcome.bond_lost, outcome.uncovered), (5.0, 0.0));
        let correlated = Setting {
            slashed: VALIDATORS,
            ..setting
        };
        let outcome = simulate(&correlated, Strategy::Proves, 7);
        assert!(outcome.uncovered > 20.0, "{outcome:?}");
    }

    #[test]
    fn negligence_costs_its_share_and_then_everything() {
        let payoff = |share| mean_payoff(&CALM, Strategy::Negligent(share), 5);
        let (honest, some, much) = (payoff(0.0), payoff(0.02), payoff(0.3));
        assert!(some < honest);
        // Three strikes in thirty days bar it.
        assert!(much < 0.15 * honest, "{much} of {honest}");
    }
}
