//! Policies, headers and the thresholds that follow.

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
