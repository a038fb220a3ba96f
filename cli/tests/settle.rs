//! `vigil settle`: from a captured chain to money, and back.

use crate::chain;
use crate::run::{Home, stderr, stdout};
use serde_json::{Value, json};
use std::fs;

pub(crate) const POOL: &str = "0x7676767676767676767676767676767676767676";
const ACCOUNT: &str = "0x6161616161616161616161616161616161616161";
const COIN: &str = "1000000000000000000";

fn policy() -> Value {
    json!({"version": 1, "policy": {
        "min_performance": {"below_network": 600},
        "min_uptime": {"absolute": 8000},
        "max_outage_epochs": 12,
        "leak_below_bps": 6667,
        "grid": {"tiers": [0, 5000, 7500, 9000, 9500, 9800, 10000], "stake_step": 1000},
        "min_good_bps": 7500,
        "strike_limit": 2,
        "strike_window": 12,
        "reward_rate": 1000,
        "penalty": COIN,
        "bond_per_validator": "250000000000000000",
    }})
}

fn write(home: &Home, name: &str, value: &Value) {
    fs::write(home.path(name), value.to_string()).unwrap();
}

fn read(home: &Home, name: &str) -> Value {
    serde_json::from_slice(&fs::read(home.path(name)).unwrap()).unwrap()
}

/// A trial registry of two operators, its ledger, a header under the policy, and operator 1's proof.
pub(crate) fn proven() -> Home {
    let home = Home::new();
    chain::unpack(&home);
    write(&home, "policy.json", &policy());
    let draft = "registry draft --indices 20..51 --operators 2 --out trial --chain-id 1 --pool";
    let draft: Vec<&str> = draft.split(' ').chain([POOL]).collect();
    home.vigil(&draft).code(0);
    let build: Vec<&str> = chain::BUILD
        .into_iter()
        .chain(["--policy", "policy.json", "--header", "8.header"])
        .collect();
    home.vigil(&build).code(0);
    home.vigil(&prove(&[])).code(0);
    home
}

/// Proves operator 1's duties under the policy.
pub(crate) fn prove<'a>(more: &[&'a str]) -> Vec<&'a str> {
    "prove --ledger 8.ledger --key trial/operator-1.key --chain-id 1 --policy policy.json --header 8.header \
     --statement s.json --proof p"
        .split_whitespace()
        .chain(["--pool", POOL, "--account", ACCOUNT])
        .chain(more.iter().copied())
        .collect()
}

pub(crate) fn settle<'a>(more: &[&'a str]) -> Vec<&'a str> {
    "settle --policy policy.json --header 8.header --allow-unsigned-registry"
        .split(' ')
        .chain(more.iter().copied())
        .collect()
}

pub(crate) const FRESH: [&str; 10] = [
    "--statement",
    "s.json",
    "--proof",
    "p",
    "--validators",
    "16",
    "--bond",
    "4000000000000000000",
    "--funds",
    "1000000000",
];

#[test]
fn a_chain_becomes_a_reward_a_charge_and_a_strike() {
    let home = proven();
    let header = read(&home, "8.header");
    assert_eq!(header["unsigned_registry"], true);
    assert_eq!(header["total_slashed"], 1, "validator 45");
    let claims = read(&home, "s.json")["claims"].clone();

    let unasked: Vec<&str> = "settle --policy policy.json --header 8.header"
        .split(' ')
        .chain(FRESH)
        .collect();
    let refused = home.json(&unasked, 1);
    let cause = refused["refused"].as_str().unwrap();
    assert!(cause.contains("--allow-unsigned-registry"), "{cause}");
    let mut unmarked = header.clone();
    unmarked["unsigned_registry"] = false.into();
    write(&home, "8.header", &unmarked);
    let refused = home.json(&unasked, 1);
    let cause = refused["refused"].as_str().unwrap();
    assert!(
        cause.contains("--allow-unsigned-registry"),
        "the statement is marked too: {cause}"
    );
    write(&home, "8.header", &header);

    let out = [FRESH.as_slice(), &["--out", "state.json"]].concat();
    let settled = home.json(&settle(&out), 0);
    let number = |value: &Value| value.as_u64().unwrap();
    let pot = (1000 * number(&header["total_good"])).min(1_000_000_000);
    let expected = u128::from(pot)
        * u128::from(number(&claims["good_stake"]))
        * u128::from(number(&claims["performance_bps"]))
        / u128::from(number(&header["total_good"]) * 10_000);
    assert_eq!(settled["reward"], expected.to_string());
    assert!(expected > 0);
    let charged = number(&claims["slashed"]) * 1_000_000_000_000_000_000;
    assert_eq!(settled["reserve"], charged.to_string());

    // A second time, from the state that the first left.
    let again = settle(&[
        "--statement",
        "s.json",
        "--proof",
        "p",
        "--state",
        "state.json",
    ]);
    let again = home.json(&again, 1);
    assert!(
        again["refused"].as_str().unwrap().contains("already"),
        "{again}"
    );

    // Without a proof of the other operator, half of N is proven: strikes count.
    let over = home.json(&settle(&["--state", "state.json", "--out", "over.json"]), 0);
    let below = number(&claims["good_bps"]) < 7500;
    assert_eq!(over["struck"], below);
    assert_eq!(over["stakers"], (u128::from(pot) - expected).to_string());
    assert_eq!(read(&home, "over.json")["state"]["operator"]["next"], 1);
    let text = stdout(&home.vigil(&settle(&["--state", "state.json"])).code(0));
    assert!(text.contains("back to stakers"), "{text}");
}

#[test]
fn silence_is_settled_too() {
    let home = proven();
    let silent = ["--validators", "16", "--bond", "4000000000000000000"];
    let over = home.json(&settle(&silent), 0);
    // One slashing, 32 silent validators: half of them pay half of the penalty.
    assert_eq!(over["reserve"], "500000000000000000");
    assert_eq!(over["struck"], false, "nothing is proven at all");
    let early = [silent.as_slice(), &["--phase", "late"]].concat();
    let early = stderr(&home.vigil(&settle(&early)).code(2));
    assert!(early.contains("grace window"), "{early}");
}

#[test]
fn other_thresholds_ledgers_claims_and_proofs_are_refused() {
    let home = proven();
    let refused = |what: &str| {
        let report = home.json(&settle(&FRESH), 1);
        let cause = report["refused"].as_str().unwrap().to_owned();
        assert!(cause.contains(what), "{cause}");
        assert_eq!(report["settled"], false);
    };
    let mut stricter = policy();
    stricter["policy"]["min_uptime"] = json!({"absolute": 8001});
    write(&home, "policy.json", &stricter);
    refused("thresholds");
    write(&home, "policy.json", &policy());

    let header = read(&home, "8.header");
    let mut other = header.clone();
    other["ledger_root"] = header["registry_root"].clone();
    write(&home, "8.header", &other);
    refused("another ledger");
    let unproven = stderr(&home.vigil(&prove(&[])).code(2));
    assert!(
        unproven.contains("8.header is of another ledger"),
        "{unproven}"
    );
    let mut poor = header.clone();
    poor["total_good"] = 1.into();
    write(&home, "8.header", &poor);
    refused("exceeds the period's total");
    write(&home, "8.header", &header);

    let statement = read(&home, "s.json");
    let mut richer = statement.clone();
    let stake = statement["claims"]["good_stake"].as_u64().unwrap();
    richer["claims"]["good_stake"] = (stake + 1000).into();
    write(&home, "s.json", &richer);
    refused("does not prove");
    write(&home, "s.json", &statement);

    home.vigil(&prove(&["--good-stake", "1001"])).code(0);
    refused("grid");
    let fewer = [
        "--validators",
        "15",
        "--statement",
        "s.json",
        "--proof",
        "p",
    ];
    let report = home.json(&settle(&fewer), 1);
    assert!(
        report["refused"]
            .as_str()
            .unwrap()
            .contains("16 validators"),
        "{report}"
    );
}

#[test]
fn files_that_are_none_are_named() {
    let home = Home::new();
    let fails = |what: &str| {
        let text = stderr(&home.vigil(&settle(&["--validators", "1"])).code(2));
        assert!(text.contains(what), "{text}");
    };
    fails("policy.json");
    let mut wrong = policy();
    wrong["policy"]["grid"]["tiers"] = json!([5, 4]);
    write(&home, "policy.json", &wrong);
    fails("strictly increasing");
    wrong["version"] = 2.into();
    write(&home, "policy.json", &wrong);
    fails("format version 2");
    fs::write(home.path("policy.json"), vec![b' '; 1 << 15]).unwrap();
    fails("larger than");
    write(&home, "policy.json", &policy());
    fails("8.header");
    fs::write(home.path("8.header"), "{}").unwrap();
    fails("malformed");
}
