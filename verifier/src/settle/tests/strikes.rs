//! Strikes and bars.

use super::*;

#[test]
fn too_little_good_stake_is_a_strike() {
    let below = DutyClaims {
        good_bps: 5_000,
        ..claims()
    };
    let mut half = state();
    half.period.proven = 1;
    let settled = settle(&policy(), &header(), half, &below).unwrap().state;
    let conclusion = conclude(&policy(), closed(&header(), settled)).unwrap();
    assert!(conclusion.struck && !conclusion.state.operator.barred);
    assert_eq!(conclusion.bond_to_held, 0);

    let at_limit = DutyClaims {
        good_bps: 7_500,
        ..claims()
    };
    let settled = settle(&policy(), &header(), half, &at_limit).unwrap().state;
    assert!(
        !conclude(&policy(), closed(&header(), settled))
            .unwrap()
            .struck
    );
}

#[test]
fn a_late_proof_brings_a_strike_and_no_reward() {
    let late = State {
        phase: Phase::Late,
        ..state()
    };
    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let mut settlement = settle(&policy(), &header(), late, &one).unwrap();
    assert_eq!((settlement.reward, settlement.bond_to_reserve), (0, COIN));
    settlement.state.period.proven = 5;
    let conclusion = conclude(&policy(), closed(&header(), settlement.state)).unwrap();
    assert!(conclusion.struck);
    let operator = conclusion.state.operator;
    assert_eq!((conclusion.bond_to_held, operator.unproven), (0, 0));
}

#[test]
fn silence_is_a_strike() {
    let mut half = state();
    half.period.proven = 5;
    let conclusion = conclude(&policy(), closed(&header(), half)).unwrap();
    assert!(conclusion.struck);
    assert_eq!(conclusion.state.record, Record::Silent);
}

#[test]
fn no_strikes_if_less_than_half_is_proven() {
    let mut quiet = state();
    quiet.period.proven = 4;
    let conclusion = conclude(&policy(), closed(&header(), quiet)).unwrap();
    assert!(!conclusion.struck);
    // An odd N: 5 of 11 is less than half, 6 of 11 is not; who has retired counts as proven.
    let odd = SignedHeader {
        registered: 11,
        ..header()
    };
    for (proven, retired, strikes) in [(5, 0, false), (6, 0, true), (5, 1, true)] {
        let period = PeriodState {
            proven,
            retired,
            ..state().period
        };
        let closing = close(&policy(), &odd, PoolState::default(), period);
        assert_eq!(closing.period.close.unwrap().strikes, strikes);
    }
}

#[test]
fn strikes_expire_and_the_limit_bars() {
    let mut strikes = Strikes::default();
    strikes.add(10);
    assert_eq!(strikes.count(10, 4), 1);
    assert_eq!(strikes.count(13, 4), 1);
    assert_eq!(strikes.count(14, 4), 0, "expired");
    strikes.add(14);
    assert_eq!(strikes.count(14, 4), 1);
    assert_eq!(strikes.count(14, 5), 2);
    assert_eq!(strikes.count(u64::MAX, 64), 0);
    strikes.add(1_000);
    assert_eq!(
        strikes,
        Strikes {
            newest: 1_000,
            history: 1
        }
    );

    let struck = |newest| {
        let mut state = state();
        state.period.proven = 5;
        state.period.number = 9;
        state.operator.next = 9;
        state.operator.strikes.add(newest);
        conclude(&policy(), closed(&header(), state)).unwrap()
    };
    assert!(struck(6).state.operator.barred);
    assert!(!struck(5).state.operator.barred);
}

#[test]
fn a_barred_operator_earns_nothing_but_must_prove() {
    let mut barred = state();
    barred.operator.barred = true;
    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let settlement = settle(&policy(), &header(), barred, &one).unwrap();
    assert_eq!((settlement.reward, settlement.bond_to_reserve), (0, COIN));
}

#[test]
fn a_barred_operator_is_struck_and_shares_like_any_other() {
    let mut barred = state();
    barred.operator.barred = true;
    barred.period.proven = 5;
    let conclusion = conclude(&policy(), closed(&header(), barred)).unwrap();
    assert!(conclusion.struck && conclusion.bond_to_held > 0);
}
