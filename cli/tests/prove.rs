//! `vigil ledger` and `vigil prove`: from a ledger file to a verified proof.

use crate::run::{Home, stderr, stdout};
use rand_core::OsRng;
use serde_json::Value;
use std::fs;
use vigil_circuits::Fr;
use vigil_circuits::ledger::Words;
use vigil_circuits::synthetic::SyntheticPool;
use vigil_ledger::file::{Ledger, LedgerEntry, LedgerPeriod};

const POOL: &str = "0x7676767676767676767676767676767676767676";

/// A home with a synthetic `period.ledger` and the keys of its two operators.
pub(crate) fn with_ledger(validators: usize) -> (Home, Ledger) {
    let home = Home::new();
    let pool = SyntheticPool::new(&mut OsRng, Words::W1, 2, validators).unwrap();
    let entry = |(operator, row): &(usize, vigil_circuits::ledger::LedgerRow)| LedgerEntry {
        row: row.clone(),
        tag: pool.secrets[*operator].tag(row.index, pool.pool),
        first_active: 0,
    };
    let period = LedgerPeriod {
        genesis_validators_root: [0x11; 32],
        registry_root: Fr::from(5),
        unsigned_registry: false,
        start_epoch: 40,
        epochs: 225,
    };
    let ledger = Ledger::new(period, pool.rows.iter().map(entry).collect()).unwrap();
    ledger.write(&home.path("period.ledger")).unwrap();
    for (o, secret) in pool.secrets.iter().enumerate() {
        let digits = hex::encode(secret.to_be_bytes());
        let text = format!("vigil operator secret v1\n{digits}\n");
        fs::write(home.path(&format!("{o}.key")), text).unwrap();
    }
    (home, ledger)
}

pub(crate) fn prove(home: &Home, key: &str, more: &[&str]) -> Vec<String> {
    let account = POOL.replace("76", "61");
    let args = [
        "prove",
        "--ledger",
        "period.ledger",
        "--key",
        key,
        "--chain-id",
        "1",
        "--pool",
        POOL,
        "--account",
        &account,
        "--min-performance-bps",
        "9500",
        "--min-uptime-bps",
        "9700",
        "--max-outage-epochs",
        "12",
        "--statement",
        "s.json",
        "--proof",
        "p",
    ];
    assert!(home.path("period.ledger").exists());
    args.iter().chain(more).map(|&arg| arg.to_owned()).collect()
}

fn json(home: &Home, args: &[String], code: i32) -> Value {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    home.json(&args, code)
}

#[test]
fn a_ledger_becomes_a_proof_that_verifies_against_its_root() {
    let (home, _) = with_ledger(6);
    let report = json(&home, &prove(&home, "1.key", &[]), 0);
    assert_eq!(report["proven"], true);
    assert_eq!(report["validators"], 3);
    assert_eq!(report["k"], 11);
    assert_eq!(report["params"], "ceremony");
    assert!(report["proof_bytes"].as_u64().unwrap() > 1000);
    assert!(report["peak_rss_bytes"].as_u64().unwrap() > 1 << 20);
    for seconds in ["prove_seconds", "cpu_seconds"] {
        assert!(report[seconds].as_f64().unwrap() > 0.0, "{seconds}");
    }
    let root = stdout(&home.vigil(&["ledger", "root", "period.ledger"]).code(0));
    let verify = [
        "verify",
        "--statement",
        "s.json",
        "--proof",
        "p",
        "--root",
        root.trim(),
    ];
    let verified = home.json(&verify, 0);
    assert_eq!(verified["valid"], true);
    assert_eq!(verified["root_checked"], true);
    assert_eq!(verified["claims"]["validators"], 3);
    let tiers = [0, 5000, 7500, 9000, 9500, 9800, 10_000];
    for share in ["good_bps", "performance_bps"] {
        let claimed = verified["claims"][share].as_u64().unwrap();
        assert!(
            tiers.contains(&claimed),
            "{share} {claimed} is not on the grid"
        );
    }
    assert_eq!(verified["claims"]["good_stake"].as_u64().unwrap() % 1000, 0);
}

#[test]
fn a_claim_above_the_truth_is_refused_with_code_1_and_writes_nothing() {
    let (home, _) = with_ledger(4);
    let lie = ["--good-stake", "281474976710655"];
    let report = json(&home, &prove(&home, "0.key", &lie), 1);
    assert_eq!(report["proven"], false);
    assert!(
        report["refused"].as_str().unwrap().contains("S9"),
        "{report}"
    );
    assert!(!home.path("p").exists() && !home.path("s.json").exists());
    assert!(
        !home.path("cache").exists(),
        "refused before any key was made"
    );
}

#[test]
fn an_operator_without_validators_and_one_with_too_many_are_errors() {
    let (home, _) = with_ledger(82);
    home.vigil(&["operator", "new", "--out", "x.key", "--no-passphrase"])
        .code(0);
    let strange = prove(&home, "x.key", &[]);
    let strange: Vec<&str> = strange.iter().map(String::as_str).collect();
    let error = stderr(&home.vigil(&strange).code(2));
    assert!(error.contains("none of the 82 validators"), "{error}");
    let many = prove(&home, "0.key", &[]);
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let error = stderr(&home.vigil(&many).code(2));
    assert!(
        error.contains("vigil params import powersOfTau28_hez_final_"),
        "{error}"
    );
}

#[test]
fn a_ledger_is_shown_and_exported_and_a_damaged_one_refused() {
    let (home, ledger) = with_ledger(5);
    let shown = home.json(&["ledger", "show", "period.ledger"], 0);
    let root = home.json(&["ledger", "root", "period.ledger"], 0);
    assert_eq!(shown["ledger_root"], root["ledger_root"]);
    assert_eq!(shown["validators"], 5);
    assert_eq!(shown["start_epoch"], 40);
    assert_eq!(
        shown["file_sha256"],
        format!("0x{}", hex::encode(ledger.file_hash()))
    );
    let export = ["ledger", "export", "--csv", "period.ledger"];
    let flags = stdout(&home.vigil(&export).code(0));
    assert_eq!(flags, ledger.flags_csv());
    assert_eq!(flags.lines().count(), 1 + 5 * 225);
    let totals = ["ledger", "export", "--csv", "--totals", "period.ledger"];
    assert_eq!(stdout(&home.vigil(&totals).code(0)), ledger.totals_csv());
    home.vigil(&["ledger", "export", "period.ledger"]).code(2);

    let mut bytes = ledger.to_bytes();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    fs::write(home.path("bad.ledger"), &bytes).unwrap();
    let error = stderr(
        &home
            .vigil(&["ledger", "root", "bad.ledger"])
            .code(2)
            .stdout(""),
    );
    assert!(error.starts_with("error: "), "{error}");
    fs::write(home.path("bad.ledger"), &bytes[..100]).unwrap();
    home.vigil(&["ledger", "show", "bad.ledger"])
        .code(2)
        .stdout("");
}
