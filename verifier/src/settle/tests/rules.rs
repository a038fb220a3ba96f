use super::*;
use vigil_circuits::statement::Thresholds;

#[test]
fn thresholds_come_from_policy_and_network() {
    let policy = policy();
    let expected = Thresholds {
        min_performance_bps: 9_400,
        min_uptime_bps: 9_000,
        max_outage_epochs: 6,
    };
    assert_eq!(policy.thresholds_in_force(9_900), expected);
    assert_eq!(policy.thresholds_in_force(6_667).max_outage_epochs, 6);
    let statement = expected_statement(&policy, &header(), Fr::from(1), claims(), Fr::from(2));
    assert_eq!(statement.thresholds, expected);
    assert_eq!(statement.ledger_root, header().ledger_root);
}

#[test]
fn a_leak_asks_for_no_uptime() {
    let in_leak = policy().thresholds_in_force(6_666);
    assert_eq!(in_leak.min_uptime_bps, 0);
    assert_eq!(in_leak.max_outage_epochs, 8_191);
    assert_eq!(in_leak.min_performance_bps, 6_166);
    assert_eq!(policy().thresholds_in_force(300).min_performance_bps, 0);
}

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
fn a_header_must_be_in_its_ranges() {
    let wrong = [
        SignedHeader {
            network_bps: 10_001,
            ..header()
        },
        SignedHeader {
            total_slashed: 11,
            ..header()
        },
        SignedHeader {
            total_good: 1 << 48,
            ..header()
        },
    ];
    for header in wrong {
        let refused = open(&policy(), &header, PoolState::default(), 0);
        assert!(matches!(refused, Err(OpenRefused::Header(_))), "{header:?}");
    }
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

#[test]
fn silent_bonds_pay_for_missing_slashings_pro_rata() {
    let header = SignedHeader {
        total_slashed: 2,
        ..header()
    };
    let mut state = state();
    state.pool.charged = 1;
    state.period.proven = 3;
    let over = closed(&header, state);
    // One slashing is missing, seven validators are silent, four of them this operator's.
    assert_eq!(over.period.close.unwrap().missing, COIN);
    let conclusion = conclude(&policy(), over).unwrap();
    let share = (4 * COIN).div_ceil(7);
    assert_eq!(conclusion.bond_to_held, share, "rounded up");
    assert_eq!(conclusion.state.operator.unproven, 1);
    assert_eq!(conclusion.state.pool.prepaid, share);
    assert_eq!(conclusion.state.pool.expected, COIN - share, "the others'");

    // The next period does not ask again for what is prepaid or expected.
    let next = open(&policy(), &header, conclusion.state.pool, 0).unwrap();
    let closing = close(&policy(), &header, next.pool, next.period);
    assert_eq!(closing.period.close.unwrap().missing, 0);
}

#[test]
fn a_share_is_at_most_v_penalties_and_at_most_the_bond() {
    // More missing slashings than silent validators: impossible under honest totals.
    let header = SignedHeader {
        total_slashed: 9,
        registered: 9,
        ..header()
    };
    let mut many = state();
    many.period.proven = 5;
    many.operator.bond = 100 * COIN;
    let conclusion = conclude(&policy(), closed(&header, many)).unwrap();
    assert_eq!(conclusion.bond_to_held, 4 * COIN);
    // In all: what it has prepaid and been charged for counts.
    many.operator.prepaid = COIN;
    many.operator.charged = 2;
    many.pool.charged = 2;
    let conclusion = conclude(&policy(), closed(&header, many)).unwrap();
    assert_eq!(conclusion.bond_to_held, COIN);

    // What a bond cannot pay is no debt, but asked again in the next period.
    let mut poor = state();
    poor.period.proven = 6;
    poor.operator.bond = COIN / 4;
    let alone = SignedHeader {
        total_slashed: 1,
        registered: 10,
        ..header
    };
    let conclusion = conclude(&policy(), closed(&alone, poor)).unwrap();
    assert_eq!(conclusion.bond_to_held, COIN / 4);
    let State { pool, operator, .. } = conclusion.state;
    assert_eq!((operator.bond, operator.debt, pool.expected), (0, 0, 0));
    let next = open(&policy(), &alone, pool, 0).unwrap();
    let closing = close(&policy(), &alone, next.pool, next.period);
    assert_eq!(closing.period.close.unwrap().missing, 3 * COIN / 4);
}

#[test]
fn arrears_use_what_was_prepaid_and_return_the_rest() {
    let silent = conclude(&policy(), closed(&header(), state())).unwrap();
    let share = (4 * COIN).div_ceil(10);
    assert_eq!(silent.bond_to_held, share);
    assert_eq!(withdrawable(&policy(), &silent.state.operator, 4, 2), 0);

    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let guilty = settle(&policy(), &header(), silent.state, &one).unwrap();
    assert_eq!((guilty.reward, guilty.held_to_bond), (0, 0));
    assert_eq!(guilty.held_to_reserve, share);
    assert_eq!(guilty.bond_to_reserve, COIN - share, "charged once in all");
    let State {
        pool,
        operator,
        record,
        ..
    } = guilty.state;
    assert_eq!((pool.charged, pool.prepaid), (1, 0));
    assert_eq!((record, operator.bond), (Record::Concluded, 2 * COIN));

    let innocent = settle(&policy(), &header(), silent.state, &claims()).unwrap();
    assert_eq!(innocent.held_to_bond, share);
    assert_eq!(innocent.state.operator.bond, 3 * COIN);
    assert_eq!(
        innocent.state.pool.prepaid, 0,
        "so the next close asks those still silent"
    );

    // Only the last of the arrears frees what is held.
    let mut twice = silent.state;
    twice.operator.unproven = 2;
    let first = settle(&policy(), &header(), twice, &claims()).unwrap();
    assert_eq!((first.held_to_bond, first.state.operator.unproven), (0, 1));
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

#[test]
fn nothing_to_prove_is_not_silence() {
    let mut empty = state();
    empty.validators = 0;
    empty.period.proven = 10;
    let late = Record::Proven {
        late: true,
        below: true,
    };
    for record in [Record::Pending, late] {
        let conclusion = conclude(&policy(), closed(&header(), State { record, ..empty })).unwrap();
        assert_eq!(conclusion.state.record, Record::Concluded);
        assert!(!conclusion.struck);
        assert_eq!(conclusion.state.operator.unproven, 0);
    }
}

#[test]
fn nothing_is_concluded_early_or_out_of_order() {
    assert_eq!(
        conclude(&policy(), state()),
        Err(ConcludeRefused::NotClosed)
    );
    let mut other = closed(&header(), state());
    other.operator.next = 1;
    let refused = conclude(&policy(), other);
    assert_eq!(
        refused,
        Err(ConcludeRefused::Order {
            expected: 1,
            got: 2
        })
    );
    let mut again = closed(&header(), state());
    again.record = Record::Silent;
    assert_eq!(conclude(&policy(), again), Err(ConcludeRefused::Again));
}

#[test]
fn a_policy_must_be_in_its_ranges() {
    assert_eq!(policy().check(), Ok(()));
    let grid = |tiers: &[u16], stake_step| Policy {
        grid: Grid {
            tiers: tiers.to_vec(),
            stake_step,
        },
        ..policy()
    };
    let wrong = [
        Policy {
            min_performance: Rule::Absolute(10_001),
            ..policy()
        },
        Policy {
            min_uptime: Rule::BelowNetwork(10_001),
            ..policy()
        },
        Policy {
            leak_below_bps: 10_001,
            ..policy()
        },
        Policy {
            min_good_bps: 10_001,
            ..policy()
        },
        Policy {
            max_outage_epochs: 8_192,
            ..policy()
        },
        grid(&[], 1),
        grid(&[1, 2], 1),
        grid(&[0, 5, 5], 1),
        grid(&[0, 10_001], 1),
        grid(&[0; 17].map(|_: u16| 0), 1),
        grid(&[0, 10_000], 0),
        Policy {
            strike_limit: 0,
            ..policy()
        },
        Policy {
            strike_limit: 5,
            ..policy()
        },
        Policy {
            strike_window: 65,
            ..policy()
        },
        Policy {
            penalty: 1 << 80,
            ..policy()
        },
        Policy {
            bond_per_validator: 1 << 80,
            ..policy()
        },
    ];
    for policy in wrong {
        assert!(policy.check().is_err(), "{policy:?}");
    }
}

#[test]
fn a_policy_survives_json() {
    let text = serde_json::to_string(&policy()).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy());
    let unknown = text.replacen('{', "{\"min_stake\":1,", 1);
    assert!(serde_json::from_str::<Policy>(&unknown).is_err());
}

#[test]
fn the_documented_rules_are_the_tested_ones() {
    let this = "the_documented_rules_are_the_tested_ones";
    let tests = |source: &'static str, attribute: &'static str| {
        let heads = source.lines().zip(source.lines().skip(1));
        heads
            .filter(move |(line, _)| line.trim() == attribute)
            .filter_map(|(_, head)| head.trim().strip_prefix("fn ")?.split('(').next())
    };
    let mut tested: Vec<&str> = tests(include_str!("rules.rs"), "#[test]").collect();
    tested.extend(tests(include_str!("random.rs"), "#[test]"));
    let document = include_str!("../../../../docs/settlement.md");
    let rows = document.lines().filter(|line| line.starts_with("| "));
    let mut documented = Vec::new();
    for row in rows.filter(|row| !row.starts_with("| rule ")) {
        let names = row.rsplit('|').nth(1).unwrap().split(", ");
        let names: Vec<&str> = names.map(|name| name.trim().trim_matches('`')).collect();
        assert!(names.iter().all(|name| !name.is_empty()), "no test: {row}");
        documented.extend(names);
    }
    for name in tested.iter().filter(|&&name| name != this) {
        assert!(
            documented.contains(name),
            "{name} is not in docs/settlement.md"
        );
    }
    for name in &documented {
        assert!(
            tested.contains(name),
            "docs/settlement.md names {name}, which is no test"
        );
    }
}
