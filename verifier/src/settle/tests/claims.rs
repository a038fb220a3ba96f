//! Which claims are accepted, and when.

use super::*;

#[test]
fn one_period_after_the_other() {
    let refused = open(&policy(), &header(), state().pool, 0);
    assert_eq!(refused, Err(OpenRefused::StillOpen));
    let over = closed(&header(), state());
    let next = open(&policy(), &header(), over.pool, 0).unwrap();
    assert_eq!((next.period.number, next.pool.periods), (3, 4));

    // The operator has not been concluded for period 2: it cannot prove period 3 yet.
    let ahead = State {
        pool: next.pool,
        period: next.period,
        ..over
    };
    let refused = settle(&policy(), &header(), ahead, &claims());
    assert_eq!(refused, Err(Refusal::NotConcluded { period: 2 }));
    let after_the_close = settle(&policy(), &header(), over, &claims());
    assert_eq!(after_the_close, Err(Refusal::NotConcluded { period: 2 }));
}

#[test]
fn only_claims_on_the_grid() {
    let off_grid = [
        DutyClaims {
            good_bps: 9_999,
            ..claims()
        },
        DutyClaims {
            performance_bps: 9_501,
            ..claims()
        },
        DutyClaims {
            good_stake: 28_801,
            ..claims()
        },
    ];
    for claims in off_grid {
        let refused = settle(&policy(), &header(), state(), &claims);
        assert_eq!(refused, Err(Refusal::Grid));
        let rounded = policy().grid.round_down(claims);
        assert!(settle(&policy(), &header(), state(), &rounded).is_ok());
        assert!(rounded.good_bps <= claims.good_bps && rounded.good_stake <= claims.good_stake);
    }
}

#[test]
fn claims_in_range_only() {
    let out_of_range = [
        DutyClaims {
            good_bps: 10_001,
            ..claims()
        },
        DutyClaims {
            performance_bps: 10_001,
            ..claims()
        },
        DutyClaims {
            good_stake: 1 << 48,
            ..claims()
        },
        DutyClaims {
            slashed: 5,
            ..claims()
        },
    ];
    for claims in out_of_range {
        let refused = settle(&policy(), &header(), state(), &claims);
        assert_eq!(refused, Err(Refusal::Range));
    }
}

#[test]
fn v_is_the_registrys() {
    let claims = DutyClaims {
        validators: 3,
        ..claims()
    };
    let refused = settle(&policy(), &header(), state(), &claims);
    assert_eq!(
        refused,
        Err(Refusal::Validators {
            expected: 4,
            got: 3
        })
    );
}

#[test]
fn a_period_is_settled_once() {
    let settled = settle(&policy(), &header(), state(), &claims())
        .unwrap()
        .state;
    let again = settle(&policy(), &header(), settled, &claims());
    assert_eq!(again, Err(Refusal::Again));
    let concluded = conclude(&policy(), closed(&header(), settled))
        .unwrap()
        .state;
    let again = settle(&policy(), &header(), concluded, &claims());
    assert_eq!(again, Err(Refusal::Again));
    let again = conclude(&policy(), concluded);
    assert_eq!(
        again,
        Err(ConcludeRefused::Order {
            expected: 3,
            got: 2
        })
    );
}

#[test]
fn the_turnstile_stops_at_the_totals() {
    let mut crowded = state();
    crowded.period.good_stake = 72_000 - 28_800;
    assert!(settle(&policy(), &header(), crowded, &claims()).is_ok());
    crowded.period.good_stake += 1;
    let refused = settle(&policy(), &header(), crowded, &claims());
    assert!(matches!(
        refused,
        Err(Refusal::GoodStake { total: 72_000, .. })
    ));

    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let mut crowded = state();
    assert!(settle(&policy(), &header(), crowded, &one).is_ok());
    crowded.period.slashed = 1;
    let refused = settle(&policy(), &header(), crowded, &one);
    assert!(matches!(refused, Err(Refusal::Slashed { total: 1, .. })));
}

#[test]
fn sums_that_overflow_are_refused() {
    let header = SignedHeader {
        total_slashed: u32::MAX,
        registered: u32::MAX,
        ..header()
    };
    let mut full = state();
    full.period.slashed = u32::MAX;
    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let refused = settle(&policy(), &header, full, &one);
    assert!(matches!(refused, Err(Refusal::Slashed { .. })));
}

#[test]
fn the_first_of_several_reasons_counts() {
    // Everything is wrong at once; what is wrong is put right one by one.
    let mut state = state();
    state.record = Record::Concluded;
    state.operator.retired = true;
    let header = SignedHeader {
        total_good: 1,
        total_slashed: 0,
        ..header()
    };
    let mut claims = DutyClaims {
        validators: 5,
        good_bps: 10_001,
        slashed: 1,
        performance_bps: 9_501,
        good_stake: 28_800,
    };
    let refused =
        |state, claims: &DutyClaims, header| settle(&policy(), header, state, claims).unwrap_err();
    assert_eq!(refused(state, &claims, &header), Refusal::Range);
    claims.good_bps = 10_000;
    assert_eq!(refused(state, &claims, &header), Refusal::Retired);
    state.operator.retired = false;
    assert!(matches!(
        refused(state, &claims, &header),
        Refusal::Validators { .. }
    ));
    claims.validators = 4;
    assert_eq!(refused(state, &claims, &header), Refusal::Again);
    state.record = Record::Pending;
    state.operator.next = 1;
    assert_eq!(
        refused(state, &claims, &header),
        Refusal::NotConcluded { period: 1 }
    );
    state.operator.next = 2;
    assert_eq!(refused(state, &claims, &header), Refusal::Grid);
    claims.performance_bps = 9_500;
    assert!(matches!(
        refused(state, &claims, &header),
        Refusal::GoodStake { .. }
    ));
    let header = SignedHeader {
        total_good: 72_000,
        ..header
    };
    assert!(matches!(
        refused(state, &claims, &header),
        Refusal::Slashed { .. }
    ));
    let header = SignedHeader {
        total_slashed: 1,
        ..header
    };
    assert!(settle(&policy(), &header, state, &claims).is_ok());
}
