//! From an operator's secret to an enrolment, as operators and a pool do it.

mod captured;
mod pool;
mod refused;

use crate::run::{Home, stderr, stdout};
use alloy_primitives::U256;
use pool::{BATCH, Pool, VALIDATORS};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::str::FromStr;

#[test]
fn two_operators_register_and_enrol_until_their_v_add_up_to_n() {
    let pool = Pool::with_registrations();
    let built = pool.build(BATCH, &VALIDATORS, 0);
    assert_eq!(built["validators"], 4);
    let root = built["registry_root"].as_str().unwrap();
    let verify = [
        "registry",
        "verify",
        "registry.json",
        "--operators",
        "operators.json",
        "--root",
        root,
    ];
    let verified = pool.home.json(&verify, 0);
    assert_eq!(verified["valid"], true);
    assert_eq!(verified["operators_checked"], true);
    let shown = pool.home.json(&["registry", "show", "registry.json"], 0);
    assert_eq!(shown["unsigned"], false);
    assert_eq!(shown["batch"], BATCH);
    assert_eq!(shown["registry_root"], root);

    members_sign_it(&pool, root);

    let mut enrolled = 0;
    for (operator, count) in [(0, 2), (1, 2)] {
        let report = pool.enrol(operator, &["--registry", "registry.json"], 0);
        assert_eq!(report["validators"], count);
        assert_eq!(report["unsigned_registry"], false);
        enrolled += count;
        let verified = pool.verify_enrolment(operator, &["--root", root], 0);
        assert_eq!(verified["claims"]["validators"], count);
        // Somebody else's account: the proof is not for it.
        let file = pool.home.path(&format!("{operator}-enrol.json"));
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("0x5050", "0x5051")).unwrap();
        assert_eq!(pool.verify_enrolment(operator, &[], 1)["valid"], false);
    }
    assert_eq!(enrolled, built["validators"]);
    assert_eq!(
        fs::read_dir(pool.home.path(""))
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_str().unwrap().starts_with(".vigil-tmp")
            })
            .count(),
        0
    );
}

/// What fixes the batch's root in the contract is about this very file.
fn members_sign_it(pool: &Pool, root: &str) {
    let oracle = format!("0x{}", "6f".repeat(20));
    let sign = |chain_id: &str, more: &[&str], code| {
        let args = [
            "contract",
            "typed-data",
            "--registry",
            "registry.json",
            "--chain-id",
            chain_id,
            "--oracle",
            &oracle,
            "--json",
        ];
        pool.home.vigil(&[&args, more].concat()).code(code)
    };
    let document =
        |more: &[&str]| -> Value { serde_json::from_str(&stdout(&sign("1", more, 0))).unwrap() };
    let shown = document(&[]);
    let message = &shown["typed_data"]["message"];
    let number = |text: &str| U256::from_str(text).unwrap();
    assert_eq!(
        number(message["registryRoot"].as_str().unwrap()),
        number(root)
    );
    assert_eq!(message["registered"], "4");
    assert_eq!(message["batch"], BATCH.to_string());
    let file = fs::read(pool.home.path("registry.json")).unwrap();
    let hash = hex::encode(Sha256::digest(file));
    assert_eq!(message["fileHash"], format!("0x{hash}"));
    // The contract's batch has another number if registrations had to wait.
    assert_ne!(document(&["--batch", "77"])["digest"], shown["digest"]);
    assert!(stderr(&sign("2", &[], 2)).contains("on chain 1, not on 2"));
}

#[test]
fn the_next_batch_stands_on_the_registry_before() {
    let pool = Pool::with_registrations();
    pool.build(BATCH, &VALIDATORS, 0);
    pool.register(1, 900, BATCH + 1, 0);
    let build = |previous: &str, code| {
        let args = [
            "registry",
            "build",
            "--operators",
            "operators.json",
            "--previous",
            previous,
            "--batch",
            "4",
            "--registrations",
            "900.json",
            "--out",
            "next.json",
        ];
        pool.home.json(&args, code)
    };
    let built = build("registry.json", 0);
    assert_eq!(built["validators"], 5);
    assert_eq!(built["added"], 1);
    assert_eq!(
        pool.home.json(&["registry", "verify", "next.json"], 0)["valid"],
        true
    );

    // A version before whose own signatures do not hold carries nobody over.
    let text = fs::read_to_string(pool.home.path("registry.json")).unwrap();
    fs::write(
        pool.home.path("bad.json"),
        pool::flip_hex(&text, "signature", 60),
    )
    .unwrap();
    fs::remove_file(pool.home.path("next.json")).unwrap();
    let refused = build("bad.json", 1)["refused"].as_str().unwrap().to_owned();
    assert!(
        refused.starts_with("bad.json: the registration of validator"),
        "{refused}"
    );
    assert!(!pool.home.path("next.json").exists());
}

#[test]
fn an_operator_without_validators_says_so_and_one_with_them_cannot() {
    let pool = Pool::with_registrations();
    pool.build(BATCH, &[VALIDATORS[0]], 0);
    let args = pool.enrol_args(1, &["--registry", "registry.json"]);
    let error = stderr(&pool.home.vigil(&pool::refs(&args)).code(2));
    assert!(error.contains("--none enrols it without any"), "{error}");
    let none = ["--none", "--registry", "registry.json"];
    assert_eq!(pool.enrol(1, &none, 0)["validators"], 0);
    pool.verify_enrolment(1, &[], 0);
    let args = pool.enrol_args(0, &none);
    let error = stderr(&pool.home.vigil(&pool::refs(&args)).code(2));
    assert!(error.contains("have tags of this operator"), "{error}");
}

#[test]
fn a_drafts_mark_stays_with_the_statement_until_verify_refuses_it() {
    let home = Home::new();
    let draft = [
        "registry",
        "draft",
        "--indices",
        "0..3",
        "--operators",
        "2",
        "--out",
        "trial",
    ];
    home.vigil(&draft).code(0);
    let enrol = [
        "enrol",
        "--registry",
        "trial/registry.json",
        "--key",
        "trial/operator-0.key",
        "--owner",
        pool::OWNERS[0],
        "--statement",
        "e.json",
        "--proof",
        "e.proof",
    ];
    let run = home.vigil(&enrol).code(0);
    assert!(stdout(&run).contains("UNSIGNED"), "{}", stdout(&run));
    assert!(stderr(&run).contains("UNSIGNED"), "{}", stderr(&run));
    let verify = ["verify", "--statement", "e.json", "--proof", "e.proof"];
    let refused = home.json(&verify, 1);
    assert_eq!(refused["unsigned_registry"], true);
    let cause = refused["refused"].as_str().unwrap();
    assert!(cause.contains("--allow-unsigned-registry"), "{cause}");
    let allowed = [&verify[..], &["--allow-unsigned-registry"]].concat();
    assert_eq!(home.json(&allowed, 0)["unsigned_registry"], true);
    let text = stdout(&home.vigil(&allowed).code(0));
    assert!(text.contains("UNSIGNED"), "{text}");
    let refused = home.json(&["registry", "verify", "trial/registry.json"], 1);
    assert!(
        refused["refused"]
            .as_str()
            .unwrap()
            .contains("UNSIGNED draft")
    );
}
