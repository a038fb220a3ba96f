//! Random inputs. Every value lies on or beside a boundary in many cases: 0, a power of two, the largest, or the
//! value that another input is compared with.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use vigil_circuits::Fr;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::DutyClaims;
use vigil_verifier::settle::{
    Close, Grid, MAX_STRIKE_WINDOW, OperatorState, PENALTY_BITS, PeriodState, Phase, Policy,
    PoolState, Record, Rule, State, Strikes,
};

#[derive(Debug)]
pub(crate) struct Inputs(ChaCha8Rng);

impl Inputs {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.0.next_u64().is_multiple_of(n)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    /// Of any size up to `bits`.
    fn bits(&mut self, bits: u32) -> u128 {
        let mask = |bits: u32| match bits {
            0 => 0,
            bits => u128::MAX >> (128 - bits),
        };
        let size = u32::try_from(self.below(u64::from(bits) + 1)).unwrap();
        let random = u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64());
        match self.below(8) {
            0 => 0,
            1 => mask(bits),
            2 => (mask(size) + u128::from(size < 128)) & mask(bits),
            3 => mask(size),
            _ => random & mask(size),
        }
    }

    pub(crate) fn u64(&mut self) -> u64 {
        u64::try_from(self.bits(64)).unwrap()
    }

    fn u32(&mut self) -> u32 {
        u32::try_from(self.bits(32)).unwrap()
    }

    /// Often `value`, or beside it.
    pub(crate) fn near(&mut self, value: u128) -> u128 {
        match self.below(4) {
            0 => value,
            1 => value.saturating_add(1),
            2 => value.saturating_sub(1),
            _ => self.bits(128),
        }
    }

    fn near_u64(&mut self, value: u64) -> u64 {
        u64::try_from(self.near(value.into())).unwrap_or(u64::MAX)
    }

    fn near_u32(&mut self, value: u32) -> u32 {
        u32::try_from(self.near(value.into())).unwrap_or(u32::MAX)
    }

    fn bps(&mut self) -> u16 {
        match self.below(4) {
            0 => 0,
            1 => 10_000,
            _ => u16::try_from(self.below(10_001)).unwrap(),
        }
    }

    fn rule(&mut self) -> Rule {
        let bps = self.bps();
        if self.one_in(2) {
            Rule::Absolute(bps)
        } else {
            Rule::BelowNetwork(bps)
        }
    }

    /// In its ranges.
    pub(crate) fn policy(&mut self) -> Policy {
        let mut tiers = vec![0];
        for _ in 0..self.below(16) {
            tiers.push(self.bps());
        }
        tiers.sort_unstable();
        tiers.dedup();
        let strike_window = 1 + u8::try_from(self.below(u64::from(MAX_STRIKE_WINDOW))).unwrap();
        let policy = Policy {
            min_performance: self.rule(),
            min_uptime: self.rule(),
            max_outage_epochs: u16::try_from(self.bits(13)).unwrap(),
            leak_below_bps: self.bps(),
            grid: Grid {
                tiers,
                stake_step: match self.below(3) {
                    0 => 1,
                    1 => 1 + self.below(1_000),
                    _ => self.u64().max(1),
                },
            },
            min_good_bps: self.bps(),
            strike_limit: 1 + u8::try_from(self.below(strike_window.into())).unwrap(),
            strike_window,
            reward_rate: self.u64(),
            penalty: self.bits(PENALTY_BITS),
            bond_per_validator: self.bits(PENALTY_BITS),
        };
        policy.check().unwrap();
        policy
    }

    /// In its ranges, or beside them.
    pub(crate) fn any_policy(&mut self) -> Policy {
        let mut policy = self.policy();
        for _ in 0..self.below(3) {
            let bps = u16::try_from(self.near(10_000) & 0xffff).unwrap();
            match self.below(11) {
                0 => policy.min_performance = Rule::Absolute(bps),
                1 => policy.min_uptime = Rule::BelowNetwork(bps),
                2 => policy.leak_below_bps = bps,
                3 => policy.min_good_bps = bps,
                4 => policy.max_outage_epochs = u16::try_from(self.near(8_191) & 0xffff).unwrap(),
                5 => policy.grid.stake_step = self.below(2),
                // A 0 after the first tier ends the contract's list; only before another tier is it an error.
                6 => policy.grid.tiers = vec![0, bps.max(1), bps.max(1)],
                7 => policy.grid.tiers = vec![0, 0, 1 + bps / 2],
                8 => policy.grid.tiers = vec![1 + bps / 2, 10_000],
                9 => {
                    policy.strike_window = u8::try_from(self.near(64) & 0xff).unwrap();
                    policy.strike_limit =
                        u8::try_from(self.near(policy.strike_window.into()) & 0xff).unwrap();
                }
                _ if self.one_in(2) => policy.penalty = self.near((1 << PENALTY_BITS) - 1),
                _ => policy.bond_per_validator = self.near((1 << PENALTY_BITS) - 1),
            }
        }
        policy
    }

    pub(crate) fn close(&mut self) -> Close {
        Close {
            missing: self.bits(128),
            silent: self.u32(),
            strikes: self.one_in(2),
        }
    }

    pub(crate) fn state(&mut self) -> State {
        let number = self.u64();
        let charged = self.u32();
        State {
            phase: if self.one_in(4) {
                Phase::Late
            } else {
                Phase::OnTime
            },
            pool: PoolState {
                periods: self.near_u64(number),
                is_open: self.one_in(3),
                charged: self.near_u32(charged),
                prepaid: self.bits(128),
                expected: self.bits(128),
                retired: self.u32() >> self.below(8),
            },
            period: PeriodState {
                number,
                pot: self.bits(128),
                earned: self.bits(128),
                proven: self.u32(),
                retired: self.u32() >> self.below(8),
                good_stake: self.u64() >> self.below(3),
                slashed: self.u32() >> self.below(3),
                close: if self.one_in(8) {
                    Some(self.close())
                } else {
                    None
                },
            },
            operator: OperatorState {
                bond: self.bits(128),
                debt: self.bits(128),
                prepaid: self.bits(128),
                charged,
                strikes: Strikes {
                    newest: match self.below(3) {
                        0 => self.near_u64(number),
                        1 => number.saturating_sub(self.below(70)),
                        _ => self.u64(),
                    },
                    history: self.u64(),
                },
                barred: self.one_in(5),
                retired: self.one_in(12),
                unproven: self.u32(),
                next: if self.one_in(8) {
                    self.near_u64(number)
                } else {
                    number
                },
            },
            validators: self.u32(),
            record: match self.below(20) {
                0 => Record::Proven {
                    late: self.one_in(2),
                    below: self.one_in(2),
                },
                1 => Record::Concluded,
                2 | 3 => Record::Silent,
                _ => Record::Pending,
            },
        }
    }

    fn tier(&mut self, policy: &Policy) -> u16 {
        let tiers = &policy.grid.tiers;
        let tier = tiers[usize::try_from(self.below(tiers.len() as u64)).unwrap()];
        match self.below(80) {
            0 => tier.saturating_add(1),
            1 => u16::try_from(self.bits(16)).unwrap(),
            _ => tier,
        }
    }

    /// Mostly acceptable ones.
    pub(crate) fn claims(&mut self, policy: &Policy, state: &State) -> DutyClaims {
        let expected = state.validators;
        let validators = match self.below(20) {
            0 => self.near_u32(expected),
            _ => expected,
        };
        let step = policy.grid.stake_step;
        let good_stake = u64::try_from(self.bits(48)).unwrap();
        DutyClaims {
            validators,
            good_bps: self.tier(policy),
            slashed: match self.below(20) {
                0 => self.near_u32(validators),
                1..4 => self.near_u32(state.operator.charged),
                _ => self.u32(),
            }
            .min(if self.one_in(20) {
                u32::MAX
            } else {
                validators
            }),
            performance_bps: self.tier(policy),
            good_stake: match self.below(40) {
                0 => good_stake,
                1 => self.near_u64(1 << 48),
                _ => good_stake - good_stake % step,
            },
        }
    }

    /// Mostly in their ranges.
    pub(crate) fn header(&mut self, pool: PoolState, period: PeriodState) -> SignedHeader {
        let known = pool.charged;
        let accounted = period.proven.saturating_add(period.retired);
        let half = accounted.saturating_mul(2);
        SignedHeader {
            ledger_root: Fr::from(1),
            registry_root: Fr::from(2),
            chain: Fr::from(3),
            start_epoch: self.u64(),
            epochs: self.u32(),
            registered: if self.one_in(2) {
                self.near_u32(half)
            } else {
                self.near_u32(accounted)
            },
            total_good: self.u64() >> (16 * self.below(2)),
            total_slashed: self.near_u32(known),
            network_bps: self.bps(),
            file_hash: [4; 32],
        }
    }

    pub(crate) fn any_header(&mut self) -> SignedHeader {
        let State { pool, period, .. } = self.state();
        self.header(pool, period)
    }

    /// Totals that the claims often reach, and seldom exceed.
    pub(crate) fn header_for(&mut self, state: &mut State, claims: &DutyClaims) -> SignedHeader {
        let mut header = self.header(state.pool, state.period);
        let slack = self.u64();
        if !self.one_in(16) {
            let sum = state.period.good_stake.saturating_add(claims.good_stake);
            header.total_good = match self.below(16) {
                0 => sum.saturating_sub(1),
                1..8 => sum,
                _ => sum.saturating_add(slack),
            };
        }
        if !self.one_in(16) {
            let sum = state.period.slashed.saturating_add(claims.slashed);
            header.total_slashed = match self.below(16) {
                0 => sum.saturating_sub(1),
                1..8 => sum,
                _ => self.u32().max(sum),
            };
        }
        header
    }
}
