//! `vigil contract`.

use crate::run::{Home, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[test]
fn a_verifier_and_its_key_are_written_as_they_are_checked_in() {
    let home = Home::new();
    let args = [
        "contract",
        "verifier",
        "--shape",
        "membership-k8-l1",
        "--out",
        "src",
    ];
    let shown = home.json(&args, 0);
    assert_eq!(shown["verifier"], "MembershipL1Verifier");
    assert_eq!(shown["key"], "MembershipK8L1Key");
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/src");
    let files = shown["files"].as_array().unwrap();
    assert_eq!(files.len(), 3);
    for file in files {
        let written = home.path(file.as_str().unwrap());
        let place = written.strip_prefix(home.path("src")).unwrap();
        assert_eq!(
            fs::read_to_string(&written).unwrap(),
            fs::read_to_string(checked_in.join(place)).unwrap(),
            "{}",
            place.display()
        );
    }
    // The key's source names the hash that the verifier's constructor asks for.
    let key = fs::read_to_string(home.path("src/generated/MembershipK8L1Key.sol")).unwrap();
    assert!(key.contains(shown["key_code_hash"].as_str().unwrap()));
}

#[test]
fn nothing_is_written_without_a_folder() {
    let home = Home::new();
    let run = home
        .vigil(&["contract", "verifier", "--shape", "membership-k8-l1"])
        .code(0);
    assert!(stdout(&run).contains("code hash  0x"));
    assert!(!home.path("generated").exists());
}

#[test]
fn a_shape_that_is_none_is_named() {
    let run = Home::new()
        .vigil(&["contract", "verifier", "--shape", "duty"])
        .code(2);
    assert!(stderr(&run).contains("is not a shape such as"));
}

const ACCOUNT: &str = "0x0000000000000000000000000000000000000a01";
/// Nobody listens there.
const AWAY: &str = "http://user:hunter2@127.0.0.1:9/s3cret";

/// A deployment file, finished or not.
fn deployment(home: &Home, version: u32, complete: bool) {
    let names = [
        "timelock", "clock", "policies", "shapes", "oracle", "registry", "pool", "vault",
        "reserve", "governor",
    ];
    let contracts: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!(ACCOUNT)))
        .collect();
    let document = json!({
        "version": version, "chain_id": 1, "deployer": ACCOUNT, "first_nonce": 0,
        "digest": format!("0x{}", "00".repeat(32)), "complete": complete, "contracts": contracts, "shapes": [],
    });
    fs::write(home.path("pool.json"), document.to_string()).unwrap();
}

#[test]
fn a_node_that_is_away_is_named_without_its_secrets() {
    let home = Home::new();
    deployment(&home, 1, true);
    let status = [
        "contract",
        "status",
        "--deployment",
        "pool.json",
        "--node",
        AWAY,
    ];
    let error = stderr(&home.vigil(&status).code(2));
    assert!(
        error.contains("the node http://127.0.0.1:9 does not answer"),
        "{error}"
    );
    assert!(
        !error.contains("hunter2") && !error.contains("s3cret"),
        "{error}"
    );
    let json = [&status[..], &["--json"]].concat();
    let error = stderr(&home.vigil(&json).code(2));
    let document: Value = serde_json::from_str(&error).unwrap();
    assert!(
        document["error"]
            .as_str()
            .unwrap()
            .contains("does not answer")
    );
}

#[test]
fn a_deployment_that_is_not_finished_or_not_known_is_not_used() {
    let home = Home::new();
    let status = [
        "contract",
        "status",
        "--deployment",
        "pool.json",
        "--node",
        AWAY,
    ];
    let says = |cause: &str| {
        let error = stderr(&home.vigil(&status).code(2));
        assert!(error.contains(cause), "{cause}: {error}");
    };
    says("cannot use the deployment pool.json");
    deployment(&home, 1, false);
    says("is not finished: vigil contract deploy goes on with it");
    deployment(&home, 2, true);
    says("it has format version 2, expected 1");
    fs::write(home.path("pool.json"), "{").unwrap();
    says("cannot use the deployment pool.json");
}

#[test]
fn a_plan_is_judged_before_anybody_is_asked() {
    let home = Home::new();
    let document = include_str!("../../docs/formats.md");
    let (_, section) = document.split_once("## Deployment plans").unwrap();
    let (_, plan) = section.split_once("```json").unwrap();
    let (plan, _) = plan.split_once("```").unwrap();
    let deploy = [
        "contract",
        "deploy",
        "--plan",
        "plan.json",
        "--deployment",
        "new.json",
        "--from",
        ACCOUNT,
        "--node",
        AWAY,
    ];
    let says = |plan: &str, cause: &str| {
        fs::write(home.path("plan.json"), plan).unwrap();
        let error = stderr(&home.vigil(&deploy).code(2));
        assert!(error.contains(cause), "{cause}: {error}");
    };
    says(plan, "does not answer");
    let late = plan.replace("\"proof_window\": 604800", "\"proof_window\": 0");
    says(&late, "proof_window is 0, it must be at least 1");
    let more = plan.replacen('{', "{ \"typo\": 1,", 1);
    says(&more, "unknown field `typo`");
    assert!(!home.path("new.json").exists());
}

#[test]
fn without_a_key_nothing_is_sent() {
    let home = Home::new();
    let deploy = [
        "contract",
        "deploy",
        "--plan",
        "plan.json",
        "--deployment",
        "new.json",
    ];
    let usage = |more: &[&str], cause: &str| {
        let error = stderr(&home.vigil(&[&deploy[..], more].concat()).code(2));
        assert!(error.contains(cause), "{cause}: {error}");
    };
    usage(&[], "--keystore");
    usage(
        &["--from", ACCOUNT, "--keystore", "a.json"],
        "cannot be used with",
    );
}
