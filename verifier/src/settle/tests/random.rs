//! Histories of random operators, periods and behaviours.

use super::*;
use proptest::prelude::*;

/// What an operator does in a period.
#[derive(Clone, Copy, Debug)]
enum Act {
    Proves,
    ProvesLate,
    Silent,
    SilentThenArrears,
}

#[derive(Clone, Debug)]
struct Operator {
    state: OperatorState,
    slashed: u32,
    /// Taken from bond or rewards for slashings so far.
    paid: u128,
    stake: u64,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => Just(Act::Proves),
        1 => Just(Act::ProvesLate),
        2 => Just(Act::Silent),
        1 => Just(Act::SilentThenArrears),
    ]
}

fn operators() -> impl Strategy<Value = Vec<Operator>> {
    let one = (0u32..6, 0u128..4, 1u64..50).prop_map(|(validators, coins, step)| Operator {
        state: OperatorState {
            validators,
            bond: coins * COIN,
            ..OperatorState::default()
        },
        slashed: 0,
        paid: 0,
        stake: 100 * step,
    });
    proptest::collection::vec(one, 1..6)
}

/// For each period and operator: what it does, whether one more validator is slashed, its tiers.
fn history() -> impl Strategy<Value = Vec<Vec<(Act, bool, usize, usize)>>> {
    let one = (acts(), prop::bool::weighted(0.2), 0usize..7, 0usize..7);
    proptest::collection::vec(proptest::collection::vec(one, 6), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn money_adds_up(mut operators in operators(), history in history(), funds in 0u128..20_000_000) {
        let policy = policy();
        let mut pool = PoolState::default();
        for (number, acts) in history.iter().enumerate() {
            for (operator, act) in operators.iter_mut().zip(acts) {
                if act.1 && operator.slashed < operator.state.validators {
                    operator.slashed += 1;
                }
            }
            let header = SignedHeader {
                registered: operators.iter().map(|o| o.state.validators).sum(),
                total_good: operators.iter().map(|o| o.stake).sum(),
                total_slashed: operators.iter().map(|o| o.slashed).sum(),
                ..header()
            };
            let mut period = open(&policy, &header, number as u64, funds);
            let mut records = vec![Record::Pending; operators.len()];
            let mut given = 0;
            for late in [false, true] {
                for (i, operator) in operators.iter_mut().enumerate() {
                    let (act, _, good, performance) = acts[i];
                    let now = matches!((act, late), (Act::Proves, false) | (Act::ProvesLate, true));
                    if !now || operator.state.validators == 0 { continue }
                    let phase = if late { Phase::Late } else { Phase::OnTime };
                    let state = State { phase, pool, period, operator: operator.state, record: records[i] };
                    let claims = claims_of(operator, good, performance);
                    let s = settle(&policy, &header, state, &claims).unwrap();
                    prop_assert_eq!(state.operator.bond, s.state.operator.bond + s.bond_to_reserve);
                    prop_assert!(!late || s.reward + s.pot_to_reserve == 0);
                    operator.paid += s.bond_to_reserve + s.pot_to_reserve;
                    given += s.reward + s.pot_to_reserve;
                    (pool, period, records[i]) = (s.state.pool, s.state.period, s.state.record);
                    operator.state = s.state.operator;
                }
            }
            let closing = close(&header, pool, period);
            prop_assert_eq!(given + closing.to_stakers, period.pot, "the pot is given out exactly");
            (pool, period) = (closing.pool, closing.period);
            let missing = period.close.unwrap().missing;
            let mut shares = 0;
            for (i, operator) in operators.iter_mut().enumerate() {
                let state = State { phase: Phase::Over, pool, period, operator: operator.state, record: records[i] };
                let c = conclude(&policy, state).unwrap();
                prop_assert!(c.share <= policy.penalty * u128::from(operator.state.validators));
                shares += c.share;
                operator.paid += c.bond_to_reserve;
                operator.state = c.state.operator;
                let (act, _, good, performance) = acts[i];
                if matches!(act, Act::SilentThenArrears) && c.state.record == Record::Silent {
                    let claims = claims_of(operator, good, performance);
                    let s = settle(&policy, &header, State { pool, ..c.state }, &claims).unwrap();
                    prop_assert_eq!(s.reward + s.pot_to_reserve, 0);
                    operator.paid += s.bond_to_reserve;
                    operator.state = s.state.operator;
                    pool = s.state.pool;
                }
            }
            let wanted = policy.penalty * u128::from(missing);
            prop_assert!(shares >= wanted && shares < wanted + operators.len() as u128);

            // Each loss is charged once: what an operator pays and owes is the penalty for what it
            // has shown, and what it has prepaid for what nobody has shown.
            for operator in &operators {
                let state = &operator.state;
                let due = policy.penalty * u128::from(state.charged) + state.prepaid;
                prop_assert_eq!(operator.paid + state.debt, due);
                prop_assert!(state.charged <= operator.slashed);
            }
            let charged: u32 = operators.iter().map(|o| o.state.charged).sum();
            prop_assert_eq!(pool.charged, charged);
            // Nothing that the chain shows stays without somebody's bond behind it.
            prop_assert!(pool.charged + pool.shared >= header.total_slashed);
        }
    }

    #[test]
    fn the_order_of_proofs_does_not_matter(mut operators in operators(), funds in 0u128..20_000_000) {
        let policy = policy();
        let header = SignedHeader {
            registered: operators.iter().map(|o| o.state.validators).sum(),
            total_good: operators.iter().map(|o| o.stake).sum(),
            total_slashed: 0,
            ..header()
        };
        let mut rewards = [Vec::new(), Vec::new()];
        for rewards in &mut rewards {
            let mut period = open(&policy, &header, 0, funds);
            for operator in &operators {
                let state = State {
                    phase: Phase::OnTime,
                    pool: PoolState::default(),
                    period,
                    operator: operator.state,
                    record: Record::Pending,
                };
                let s = settle(&policy, &header, state, &claims_of(operator, 6, 5)).unwrap();
                period = s.state.period;
                rewards.push(s.reward);
            }
            operators.reverse();
        }
        let [forwards, mut backwards] = rewards;
        backwards.reverse();
        prop_assert_eq!(forwards, backwards);
    }

    #[test]
    fn rounding_down_is_the_strongest_weaker_claim(
        good_bps in 0u16..=10_000, performance_bps in 0u16..=10_000, good_stake in 0u64..1 << 48
    ) {
        let grid = policy().grid;
        let claims = DutyClaims { good_bps, performance_bps, good_stake, ..claims() };
        let rounded = grid.round_down(claims);
        prop_assert!(grid.contains(&rounded));
        prop_assert!(rounded.good_bps <= good_bps && rounded.performance_bps <= performance_bps);
        prop_assert!(good_stake - rounded.good_stake < grid.stake_step);
        let between = |tier: &u16, low, high| low < *tier && *tier <= high;
        prop_assert!(!grid.tiers.iter().any(|t| between(t, rounded.good_bps, good_bps)));
        prop_assert!(!grid.tiers.iter().any(|t| between(t, rounded.performance_bps, performance_bps)));
    }
}

fn claims_of(operator: &Operator, good: usize, performance: usize) -> DutyClaims {
    let tiers = policy().grid.tiers;
    DutyClaims {
        validators: operator.state.validators,
        good_bps: tiers[good],
        slashed: operator.slashed,
        performance_bps: tiers[performance],
        good_stake: operator.stake,
    }
}
