//! Whether the policy holds: as the prover says.

use super::{run, words};
use crate::run::stdout;
use crate::settle;
use serde_json::Value;
use std::fs;

const DUTIES: &str = "duties --ledger 8.ledger --registry trial/registry.json --key trial/operator-1.key \
    --policy policy.json --header 8.header";

#[test]
fn the_verdict_is_what_the_prover_proves() {
    let home = settle::proven();
    let shown = home.json(&words(DUTIES), 0);
    let statement: Value = serde_json::from_slice(&fs::read(home.path("s.json")).unwrap()).unwrap();
    let proven = home.json(
        &words("verify --statement s.json --proof p --allow-unsigned-registry"),
        0,
    );
    for claim in [
        "validators",
        "good_bps",
        "slashed",
        "performance_bps",
        "good_stake",
    ] {
        assert_eq!(
            shown["policy"]["claims"][claim], proven["claims"][claim],
            "{claim}"
        );
    }
    // The thresholds that the clauses are compared with are the statement's.
    let text = statement.to_string();
    let clauses = shown["policy"]["clauses"].as_array().unwrap();
    for (clause, name) in
        clauses
            .iter()
            .zip(["min_performance_bps", "min_uptime_bps", "max_outage_epochs"])
    {
        assert!(
            text.contains(&format!("\"{name}\":{}", clause["threshold"])),
            "{name}: {text}"
        );
    }
    // What is attained in all is true, and one more is not: says the statement's check(), before any proof.
    for claim in ["good_bps", "performance_bps"] {
        let best = shown["policy"][claim].as_u64().unwrap();
        let lie = (best + 1).to_string();
        let option = format!("--{}", claim.replace('_', "-"));
        let refused = home.json(&settle::prove(&[&option, &lie]), 1);
        assert!(
            refused["refused"].as_str().unwrap().contains("S9"),
            "{claim} {lie}"
        );
    }
    let holds = shown["policy"]["good_bps"].as_u64().unwrap() >= 7500;
    assert_eq!(shown["policy"]["holds"], holds);
    let text = stdout(&run(&home, DUTIES, 0));
    assert!(text.contains("the policy HOLDS"), "{text}");
}

#[test]
fn what_is_attained_is_proven_and_what_fails_the_policy_is_said_by_the_exit_code() {
    let home = settle::proven();
    let shown = home.json(&words(DUTIES), 0);
    let validators = shown["validators"].as_array().unwrap();
    let compliant = validators.iter().filter(|v| v["compliant"] == true).count();
    assert_eq!(shown["policy"]["compliant"], compliant);
    // Failures come first.
    let flags: Vec<_> = validators
        .iter()
        .map(|v| v["compliant"].as_bool().unwrap())
        .collect();
    assert!(flags.is_sorted(), "{flags:?}");

    let policy = fs::read_to_string(home.path("policy.json")).unwrap();
    let strict = policy.replace("\"absolute\":8000", "\"absolute\":10000");
    assert_ne!(strict, policy);
    fs::write(home.path("policy.json"), strict).unwrap();
    let shown = home.json(&words(DUTIES), 1);
    assert_eq!(shown["policy"]["holds"], false);
    assert!(shown["policy"]["clauses"][1]["fail"].as_u64().unwrap() > 0);
    // Without a policy there is nothing to hold.
    let bare = "duties --ledger 8.ledger --indices 20..51 --min-performance-bps 10000 \
        --min-uptime-bps 10000 --max-outage-epochs 0";
    let shown = home.json(&words(bare), 0);
    assert_eq!(shown["policy"]["holds"], Value::Null);
}
