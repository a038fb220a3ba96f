//! `vigil settle`: from a captured chain to money, and back.

use crate::chain;
use crate::run::{Home, stderr, stdout};
use serde_json::{Value, json};
use std::fs;

pub(crate) const POOL: &str = "0x7676767676767676767676767676767676767676";
const ACCOUNT: &str = "0x6161616161616161616161616161616161616161";
const COIN: &str = "1000000000000000000";

pub(crate) fn policy() -> Value {
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

/// A trial registry of two operators with its ledger and header, both operators' enrolments, and operator
/// 1's proof.
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
    for operator in ["0", "1"] {
        let enrol = format!(
            "enrol --registry trial/registry.json --key trial/operator-{operator}.key --owner {ACCOUNT} \
             --statement e{operator}.json --proof e{operator}.proof"
        );
        home.vigil(&enrol.split_whitespace().collect::<Vec<_>>())
            .code(0);
    }
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

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

pub(crate) const NEW: &str =
    "settle new --book b.json --chain-id 1 --pool 0x7676767676767676767676767676767676767676";
const ENROL: [&str; 2] = [
    "settle enrol --book b.json --statement e0.json --proof e0.proof --allow-unsigned-registry \
     --bond 4000000000000000000",
    "settle enrol --book b.json --statement e1.json --proof e1.proof --allow-unsigned-registry \
     --bond 4000000000000000000",
];
const OPEN: &str = "settle open --book b.json --policy policy.json --header 8.header \
    --funds 1000000000 --allow-unsigned-registry";
const PROOF: &str =
    "settle proof --book b.json --statement s.json --proof p --allow-unsigned-registry";
const CLOSE: &str = "settle close --book b.json";

/// A home whose book has an open period.
fn opened() -> Home {
    let home = proven();
    for line in [NEW, ENROL[0], ENROL[1], OPEN] {
        home.vigil(&words(line)).code(0);
    }
    home
}

/// Runs a line that is refused with code 1, and says why.
fn refused(home: &Home, line: &str) -> String {
    let report = home.json(&words(line), 1);
    assert_eq!(report["settled"], false);
    report["refused"].as_str().unwrap().to_owned()
}

/// Runs a line that cannot do its work, and says why.
fn fails(home: &Home, line: &str) -> String {
    stderr(&home.vigil(&words(line)).code(2))
}

#[test]
fn a_chain_becomes_a_reward_a_charge_and_a_strike() {
    let home = opened();
    let header = read(&home, "8.header");
    assert_eq!(header["unsigned_registry"], true);
    assert_eq!(header["total_slashed"], 1, "validator 45");
    let claims = read(&home, "s.json")["claims"].clone();
    let settled = home.json(&words(PROOF), 0);
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
    assert!(refused(&home, PROOF).contains("already"));

    // Half of N is proven: strikes count, and operator 0 was silent.
    let closed = home.json(&words(CLOSE), 0);
    assert_eq!(closed["stakers"], (u128::from(pot) - expected).to_string());
    let ids: Vec<String> = ["e0.json", "e1.json"]
        .iter()
        .map(|name| {
            read(&home, name)["operator_id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let of = |list: &Value, id: &str| {
        let list = list.as_array().unwrap();
        list.iter()
            .find(|entry| entry["operator"] == id)
            .unwrap()
            .clone()
    };
    let silent = of(&closed["operators"], &ids[0]);
    assert_eq!(silent["struck"], true);
    let shown = home.json(&words("settle show --book b.json"), 0);
    let missing = number(&header["total_slashed"]) - number(&claims["slashed"]);
    let held = missing * 1_000_000_000_000_000_000;
    assert_eq!(of(&shown["operators"], &ids[0])["held"], held.to_string());
    assert_eq!(of(&shown["operators"], &ids[0])["unproven"], 1);
    let below = number(&claims["good_bps"]) < 7500;
    assert_eq!(of(&closed["operators"], &ids[1])["struck"], below);
    let text = stdout(&home.vigil(&words("settle show --book b.json")).code(0));
    assert!(text.contains("1 periods unproven"), "{text}");

    // Arrears give back what was held for somebody else's slashing, or use it up.
    let key = ["--key", "trial/operator-0.key"];
    let mut arrears = prove(&[]);
    let at = arrears.iter().position(|&word| word == key[0]).unwrap();
    arrears[at + 1] = key[1];
    home.vigil(&arrears).code(0);
    let settled = home.json(&words(PROOF), 0);
    assert_eq!(settled["reward"], "0");
    let back = settled["returned"]
        .as_str()
        .unwrap()
        .parse::<u64>()
        .unwrap();
    let used = settled["reserve"].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(back + used, held);
    assert!(fails(&home, CLOSE).contains("no period is open"));
}

#[test]
fn another_thresholds_ledgers_payouts_claims_and_proofs_are_refused() {
    let home = opened();
    let book = read(&home, "b.json");
    let with = |path: &[&str], value: Value| {
        let mut changed = book.clone();
        let place = path.iter().fold(&mut changed, |at, key| {
            if let Ok(index) = key.parse::<usize>() {
                &mut at[index]
            } else {
                &mut at[*key]
            }
        });
        *place = value;
        write(&home, "b.json", &changed);
    };
    with(
        &["periods", "0", "policy", "min_uptime"],
        json!({"absolute": 8001}),
    );
    assert!(refused(&home, PROOF).contains("thresholds"));
    let header = ["periods", "0", "header"];
    let root = book["periods"][0]["header"]["registry_root"].clone();
    with(&[header.as_slice(), &["ledger_root"]].concat(), root);
    assert!(refused(&home, PROOF).contains("another ledger"));
    with(&[header.as_slice(), &["total_good"]].concat(), 1.into());
    assert!(refused(&home, PROOF).contains("exceeds the period's total"));
    let id = read(&home, "s.json")["operator_id"]
        .as_str()
        .unwrap()
        .to_owned();
    with(&["operators", &id, "payout"], json!(POOL));
    assert!(refused(&home, PROOF).contains("payout account"));
    let mut fewer = book.clone();
    fewer["operators"][&id]["turns"]["0"]["validators"] = 15.into();
    write(&home, "b.json", &fewer);
    assert!(refused(&home, PROOF).contains("16 validators"));
    write(&home, "b.json", &book);

    let statement = read(&home, "s.json");
    let mut richer = statement.clone();
    let stake = statement["claims"]["good_stake"].as_u64().unwrap();
    richer["claims"]["good_stake"] = (stake + 1000).into();
    write(&home, "s.json", &richer);
    assert!(refused(&home, PROOF).contains("does not prove"));
    write(&home, "s.json", &statement);
    let unmarked = PROOF.replace("--allow-unsigned-registry", "");
    assert!(refused(&home, &unmarked).contains("--allow-unsigned-registry"));
    home.vigil(&prove(&["--good-stake", "1001"])).code(0);
    assert!(refused(&home, PROOF).contains("grid"));
    assert_eq!(
        read(&home, "b.json"),
        book,
        "a refusal leaves the book as it is"
    );

    // Another header of the same ledger root is no excuse for the prover either.
    let mut other = read(&home, "8.header");
    other["ledger_root"] = other["registry_root"].clone();
    write(&home, "8.header", &other);
    let unproven = stderr(&home.vigil(&prove(&[])).code(2));
    assert!(
        unproven.contains("8.header is of another ledger"),
        "{unproven}"
    );
}

#[test]
fn a_period_needs_everybody_enrolled_and_the_one_before_closed() {
    let home = proven();
    home.vigil(&words(NEW)).code(0);
    assert!(fails(&home, NEW).contains("exists already"));
    assert!(fails(&home, PROOF).contains("no period"));
    let unmarked = ENROL[0].replace("--allow-unsigned-registry", "");
    assert!(refused(&home, &unmarked).contains("--allow-unsigned-registry"));
    home.vigil(&words(ENROL[0])).code(0);
    let incomplete = fails(&home, OPEN);
    assert!(
        incomplete.contains("16 validators are enrolled, the registry has 32"),
        "{incomplete}"
    );
    home.vigil(&words(ENROL[1])).code(0);
    let unmarked = OPEN.replace("--allow-unsigned-registry", "");
    assert!(refused(&home, &unmarked).contains("--allow-unsigned-registry"));
    home.vigil(&words(OPEN)).code(0);
    assert!(fails(&home, OPEN).contains("not closed yet"));
    assert!(fails(&home, ENROL[0]).contains("between periods"));
    // An enrolment is no duty, and the other way round.
    assert!(fails(&home, &PROOF.replace("s.json", "e0.json")).contains("no duty statement"));
    assert!(
        fails(&home, &ENROL[0].replace("e0.json", "s.json")).contains("no enrolment statement")
    );
}

#[test]
fn files_that_are_none_are_named() {
    let home = Home::new();
    home.vigil(&words(NEW)).code(0);
    assert!(fails(&home, OPEN).contains("policy.json"));
    let mut wrong = policy();
    wrong["policy"]["grid"]["tiers"] = json!([5, 4]);
    write(&home, "policy.json", &wrong);
    assert!(fails(&home, OPEN).contains("strictly increasing"));
    wrong["version"] = 2.into();
    write(&home, "policy.json", &wrong);
    assert!(fails(&home, OPEN).contains("format version 2"));
    fs::write(home.path("policy.json"), vec![b' '; 1 << 15]).unwrap();
    assert!(fails(&home, OPEN).contains("larger than"));
    write(&home, "policy.json", &policy());
    assert!(fails(&home, OPEN).contains("8.header"));
    fs::write(home.path("8.header"), "{}").unwrap();
    assert!(fails(&home, OPEN).contains("malformed"));
    let book = fs::read_to_string(home.path("b.json")).unwrap();
    fs::write(home.path("b.json"), &book[..book.len() / 2]).unwrap();
    assert!(fails(&home, "settle show --book b.json").contains("cannot use the book b.json"));
    fs::write(
        home.path("b.json"),
        book.replace("\"periods\": 0", "\"periods\": 1"),
    )
    .unwrap();
    assert!(fails(&home, "settle show --book b.json").contains("0 periods and counts 1"));
}
