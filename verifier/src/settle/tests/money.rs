//! Rewards, charges and bonds.

use super::*;

#[test]
fn a_reward_is_good_stake_times_tier_rounded_down() {
    let settlement = settle(&policy(), &header(), state(), &claims()).unwrap();
    assert_eq!(settlement.reward, 1_000 * 28_800 * 95 / 100);
    assert_eq!(settlement.state.period.earned, settlement.reward);
    let expected = Record::Proven {
        late: false,
        below: false,
    };
    assert_eq!(settlement.state.record, expected);
    let others = (
        settlement.bond_to_reserve,
        settlement.pot_to_reserve,
        settlement.held_to_bond,
    );
    assert_eq!(others, (0, 0, 0));

    // A pot of 7 wei, 2/5 of the stake, 95 %: 2.66 wei.
    let mut short = state();
    short.period = opening(&header(), 7).period;
    let settlement = settle(&policy(), &header(), short, &claims()).unwrap();
    assert_eq!(settlement.reward, 2);
    let State { pool, period, .. } = settlement.state;
    assert_eq!(close(&policy(), &header(), pool, period).to_stakers, 5);
}

#[test]
fn withheld_rewards_go_back_to_the_stakers() {
    let settlement = settle(&policy(), &header(), state(), &claims()).unwrap();
    let State { pool, period, .. } = settlement.state;
    let closing = close(&policy(), &header(), pool, period);
    assert_eq!(closing.to_stakers, 72_000_000 - settlement.reward);
    let again = close(&policy(), &header(), closing.pool, closing.period);
    assert_eq!((again.to_stakers, again.pool), (0, closing.pool), "once");
}

#[test]
fn a_slashing_is_charged_once() {
    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let settlement = settle(&policy(), &header(), state(), &one).unwrap();
    assert_eq!(settlement.bond_to_reserve, COIN);
    assert_eq!(settlement.state.operator.bond, 2 * COIN);
    assert_eq!(settlement.state.pool.charged, 1);

    // The next period shows the same flag.
    let concluded = conclude(&policy(), closed(&header(), settlement.state))
        .unwrap()
        .state;
    let next = open(&policy(), &header(), concluded.pool, u128::MAX).unwrap();
    let next = State {
        pool: next.pool,
        period: next.period,
        record: Record::Pending,
        ..concluded
    };
    let settlement = settle(&policy(), &header(), next, &one).unwrap();
    assert_eq!(settlement.bond_to_reserve, 0);
    assert_eq!(settlement.state.operator.bond, 2 * COIN);
}

#[test]
fn a_bond_below_the_charge_leaves_a_debt_that_rewards_pay() {
    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let mut poor = state();
    poor.operator.bond = COIN / 4;
    let settlement = settle(&policy(), &header(), poor, &one).unwrap();
    let earned = 1_000 * 28_800 * 95 / 100;
    assert_eq!(settlement.bond_to_reserve, COIN / 4);
    assert_eq!((settlement.reward, settlement.pot_to_reserve), (0, earned));
    let debt = 3 * COIN / 4 - earned;
    assert_eq!(settlement.state.operator.debt, debt);

    let (operator, to_reserve) = top_up(settlement.state.operator, COIN);
    assert_eq!((operator.debt, to_reserve), (0, debt));
    assert_eq!(operator.bond, COIN - debt);
}

#[test]
fn a_bond_leaves_only_after_every_period() {
    let operator = OperatorState {
        next: 3,
        ..state().operator
    };
    assert_eq!(withdrawable(&policy(), &operator, 4, 2), COIN);
    assert_eq!(
        withdrawable(&policy(), &operator, 4, 3),
        0,
        "period 3 is not concluded"
    );
    assert_eq!(
        withdrawable(&policy(), &operator, 7, 2),
        0,
        "pending validators need a bond"
    );
    let owing = OperatorState {
        unproven: 1,
        ..operator
    };
    assert_eq!(withdrawable(&policy(), &owing, 4, 2), 0);
    let indebted = OperatorState {
        debt: 1,
        ..operator
    };
    assert_eq!(withdrawable(&policy(), &indebted, 4, 2), 0);
    let retired = OperatorState {
        retired: true,
        ..operator
    };
    assert_eq!(withdrawable(&policy(), &retired, 4, 2), 3 * COIN);
}

#[test]
fn who_retires_owes_nothing_and_has_no_duty() {
    let settled = settle(&policy(), &header(), state(), &claims())
        .unwrap()
        .state;
    let done = conclude(&policy(), closed(&header(), settled))
        .unwrap()
        .state;
    assert_eq!(
        retire(settled.pool, settled.operator, 4),
        Err(RetireRefused::Owes)
    );
    for owing in [
        OperatorState {
            unproven: 1,
            ..done.operator
        },
        OperatorState {
            debt: 1,
            ..done.operator
        },
        OperatorState {
            next: 2,
            ..done.operator
        },
    ] {
        assert_eq!(retire(done.pool, owing, 4), Err(RetireRefused::Owes));
    }
    let (pool, operator) = retire(done.pool, done.operator, 4).unwrap();
    assert_eq!(retire(pool, operator, 4), Err(RetireRefused::Again));
    let next = open(&policy(), &header(), pool, 0).unwrap();
    assert_eq!(next.period.retired, 4);
    let mut state = State {
        pool: next.pool,
        period: next.period,
        operator,
        record: Record::Pending,
        ..done
    };
    assert_eq!(
        settle(&policy(), &header(), state, &claims()),
        Err(Refusal::Retired)
    );
    state.period.proven = 5;
    let over = closed(&header(), state);
    assert_eq!(over.period.close.unwrap().silent, 1);
    let conclusion = conclude(&policy(), over).unwrap();
    assert_eq!((conclusion.struck, conclusion.bond_to_held), (false, 0));
    assert_eq!(conclusion.state.record, Record::Concluded);
}
