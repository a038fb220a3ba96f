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
    assert_eq!(
        settlement.state.record,
        Record::Proven {
            late: false,
            below: false
        }
    );
    assert_eq!(
        (settlement.bond_to_reserve, settlement.pot_to_reserve),
        (0, 0)
    );

    // A pot of 7 wei, 2/5 of the stake, 95 %: 2.66 wei.
    let mut short = state();
    short.period = open(&policy(), &header(), 2, 7);
    let settlement = settle(&policy(), &header(), short, &claims()).unwrap();
    assert_eq!(settlement.reward, 2);
    assert_eq!(
        close(&header(), short.pool, settlement.state.period).to_stakers,
        5
    );
}

#[test]
fn withheld_rewards_go_back_to_the_stakers() {
    let settlement = settle(&policy(), &header(), state(), &claims()).unwrap();
    let closing = close(&header(), settlement.state.pool, settlement.state.period);
    assert_eq!(closing.to_stakers, 72_000_000 - settlement.reward);
    let again = close(&header(), closing.pool, closing.period);
    assert_eq!((again.to_stakers, again.pool), (0, closing.pool), "once");
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
    let next = State {
        phase: Phase::OnTime,
        period: open(&policy(), &header(), 3, u128::MAX),
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
    assert_eq!(withdrawable(&policy(), &settlement.state.operator, 0), 0);

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
    assert_eq!(conclusion.share, 0);

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
    assert_eq!(
        (conclusion.share, conclusion.state.operator.unproven),
        (0, 0)
    );
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
    // An odd N: 5 of 11 is less than half, 6 of 11 is not.
    let odd = SignedHeader {
        registered: 11,
        ..header()
    };
    for (proven, strikes) in [(5, false), (6, true)] {
        let period = PeriodState {
            proven,
            ..state().period
        };
        let closing = close(&odd, PoolState::default(), period);
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
    let conclusion = conclude(&policy(), over).unwrap();
    assert_eq!(conclusion.share, (4 * COIN).div_ceil(7), "rounded up");
    assert_eq!(conclusion.bond_to_reserve, conclusion.share);
    assert_eq!(conclusion.state.operator.unproven, 1);
    assert_eq!(over.pool.shared, 1);

    // The next period's close does not share it again.
    let period = PeriodState {
        proven: 3,
        ..open(&policy(), &header, 3, 0)
    };
    let closing = close(&header, over.pool, period);
    assert_eq!(closing.period.close.unwrap().missing, 0);
}

#[test]
fn a_share_is_at_most_v_penalties() {
    // More missing slashings than silent validators: impossible under honest totals.
    let header = SignedHeader {
        total_slashed: 9,
        registered: 4,
        ..header()
    };
    let conclusion = conclude(&policy(), closed(&header, state())).unwrap();
    assert_eq!(conclusion.share, 4 * COIN);
    assert_eq!(conclusion.bond_to_reserve, 3 * COIN, "all of the bond");
    assert_eq!(conclusion.state.operator.debt, COIN);
}

#[test]
fn arrears_free_the_bond_and_use_what_was_prepaid() {
    let over = closed(&header(), state());
    assert_eq!(
        settle(&policy(), &header(), over, &claims()),
        Err(Refusal::NotConcluded)
    );
    let silent = conclude(&policy(), over).unwrap();
    let share = (4 * COIN).div_ceil(10);
    assert_eq!(silent.share, share);
    assert_eq!(withdrawable(&policy(), &silent.state.operator, 3), 0);

    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let settlement = settle(&policy(), &header(), silent.state, &one).unwrap();
    assert_eq!(settlement.reward, 0);
    assert_eq!(
        settlement.bond_to_reserve,
        COIN - share,
        "charged once in all"
    );
    let State {
        pool,
        operator,
        record,
        ..
    } = settlement.state;
    assert_eq!((pool.charged, pool.shared), (1, 0));
    assert_eq!(record, Record::Concluded);
    assert_eq!(operator.bond, 2 * COIN);
    // Two bonds of half a coin... four validators keep two coins.
    assert_eq!(withdrawable(&policy(), &operator, 3), 0);
    let retired = OperatorState {
        retired: true,
        ..operator
    };
    assert_eq!(withdrawable(&policy(), &retired, 3), 2 * COIN);
}

#[test]
fn a_bond_leaves_only_after_every_period() {
    let operator = OperatorState {
        next: 3,
        ..state().operator
    };
    assert_eq!(withdrawable(&policy(), &operator, 3), COIN);
    assert_eq!(
        withdrawable(&policy(), &operator, 4),
        0,
        "period 3 is not concluded"
    );
    let owing = OperatorState {
        unproven: 1,
        ..operator
    };
    assert_eq!(withdrawable(&policy(), &owing, 3), 0);
}

#[test]
fn nothing_to_prove_is_not_silence() {
    let mut empty = state();
    empty.operator.validators = 0;
    empty.period.proven = 10;
    let conclusion = conclude(&policy(), closed(&header(), empty)).unwrap();
    assert_eq!(conclusion.state.record, Record::Concluded);
    assert!(!conclusion.struck);
    assert_eq!(conclusion.state.operator.unproven, 0);
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
    let tests = include_str!("rules.rs")
        .lines()
        .zip(include_str!("rules.rs").lines().skip(1));
    let tests = tests
        .filter(|(attribute, _)| *attribute == "#[test]")
        .filter_map(|(_, head)| head.strip_prefix("fn ")?.strip_suffix("() {"))
        .filter(|&name| name != "the_documented_rules_are_the_tested_ones");
    let document = include_str!("../../../../docs/settlement.md");
    let documented: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| rule"))
        .filter_map(|line| line.rsplit('|').nth(1))
        .flat_map(|tests| tests.split(", "))
        .filter(|test| !test.contains("random.rs"))
        .filter_map(|test| test.trim().strip_prefix('`')?.strip_suffix('`'))
        .collect();
    let tests: Vec<&str> = tests.collect();
    for name in &tests {
        assert!(
            documented.contains(name),
            "{name} is not in docs/settlement.md"
        );
    }
    for name in &documented {
        assert!(
            tests.contains(name),
            "docs/settlement.md names {name}, which is no test"
        );
    }
}
