//! `vigil contract calldata` and `typed-data`: what wallets send and sign.

use crate::prove::{prove, with_ledger};
use crate::run::{Home, stderr, stdout};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use serde_json::{Value, json};
use std::fs;
use vigil_chain::interface::{DutyPool, LedgerOracle, OperatorRegistry};
use vigil_params::proof_file::ProofFile;

const ORACLE: &str = "0x6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f";
const POOL: &str = "0x7676767676767676767676767676767676767676";
const OWNER: &str = "0x0000000000000000000000000000000000000a01";

fn data(shown: &Value) -> Vec<u8> {
    hex::decode(shown["data"].as_str().unwrap().strip_prefix("0x").unwrap()).unwrap()
}

fn number(text: &Value) -> U256 {
    text.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_duty_proof_becomes_a_transaction_for_the_pool() {
    let (home, _) = with_ledger(6);
    let args = prove(&home, "1.key", &[]);
    home.vigil(&args).code(0);
    let submit = [
        "contract",
        "calldata",
        "submit",
        "--statement",
        "s.json",
        "--proof",
        "p",
        "--period",
        "12",
        "--shape",
        "3",
    ];
    let shown = home.json(&submit, 0);
    assert_eq!(shown["to"], POOL);
    assert_eq!(shown["sender"], "owner");
    let call = DutyPool::submitProofCall::abi_decode(&data(&shown)).unwrap();
    let statement: Value = serde_json::from_slice(&fs::read(home.path("s.json")).unwrap()).unwrap();
    assert_eq!(call.id, number(&statement["operator_id"]));
    assert_eq!((call.period, call.shape), (12, U256::from(3)));
    assert_eq!(
        json!(call.claims.validators),
        statement["claims"]["validators"]
    );
    assert_eq!(
        json!(call.claims.goodStake),
        statement["claims"]["good_stake"]
    );
    let proof = ProofFile::read(&home.path("p")).unwrap();
    assert_eq!(&call.proof[..], proof.proof());
    // The proof of a duty registers nobody.
    let run = home
        .vigil(&[
            "contract",
            "calldata",
            "enrol",
            "--statement",
            "s.json",
            "--proof",
            "p",
            "--shape",
            "3",
        ])
        .code(2);
    assert!(stderr(&run).contains("enrolment proof"));
}

/// What `calldata submit` says of a proof that the contract would refuse.
fn refusal(home: &Home, statement: &str) -> String {
    let submit = [
        "contract", "calldata", "submit", "--period", "0", "--shape", "0",
    ];
    let files = ["--statement", statement, "--proof", "p"];
    let refused = home.json(&[&submit[..], &files].concat(), 1);
    assert!(refused.get("data").is_none());
    refused["refused"].as_str().unwrap().to_owned()
}

#[test]
fn a_proof_that_the_contract_would_refuse_costs_no_gas() {
    let (home, _) = with_ledger(6);
    home.vigil(&prove(&home, "1.key", &[])).code(0);
    let text = fs::read_to_string(home.path("s.json")).unwrap();
    let with = |name: &str, from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        fs::write(home.path(name), changed).unwrap();
    };
    with("lie.json", "\"validators\": 3", "\"validators\": 2");
    assert!(refusal(&home, "lie.json").contains("does not prove this statement"));
    with(
        "draft.json",
        "\"chain_id\"",
        "\"unsigned_registry\": true,\n  \"chain_id\"",
    );
    assert!(refusal(&home, "draft.json").contains("UNSIGNED draft"));

    home.vigil(&prove(&home, "1.key", &["--unsafe-dev-params", "5"]))
        .code(0);
    assert!(refusal(&home, "s.json").contains("unsafe"));
}

#[test]
fn an_enrolment_of_nobody_registers_an_operator() {
    let home = Home::new();
    home.vigil(&["operator", "new", "--no-passphrase", "--out", "o.key"])
        .code(0);
    home.vigil(&[
        "enrol",
        "--none",
        "--chain-id",
        "1",
        "--pool",
        POOL,
        "--key",
        "o.key",
        "--owner",
        OWNER,
        "--statement",
        "s.json",
        "--proof",
        "p",
    ])
    .code(0);
    let register = [
        "contract",
        "calldata",
        "register",
        "--statement",
        "s.json",
        "--proof",
        "p",
        "--shape",
        "1",
        "--payout",
        POOL,
    ];
    let shown = home.json(&register, 0);
    assert_eq!(
        (&shown["from"], &shown["to"]),
        (&json!(OWNER), &Value::Null)
    );
    let call = OperatorRegistry::registerCall::abi_decode(&data(&shown)).unwrap();
    assert_eq!(call.payout.to_string().to_lowercase(), POOL);
    assert_eq!(call.shape, U256::from(1));
    assert!(stdout(&home.vigil(&register).code(0)).contains("the operator's owner"));
}

#[test]
fn members_sign_the_header_that_is_proposed() {
    let home = Home::new();
    let word = |byte: &str| format!("0x00{}", byte.repeat(31));
    let header = json!({
        "version": 1, "unsigned_registry": false, "ledger_root": word("01"), "registry_root": word("02"),
        "chain": word("03"), "start_epoch": 40, "epochs": 225, "registered": 10, "total_good": 72_000,
        "total_slashed": 1, "network_bps": 9_876, "file_sha256": word("04"),
    });
    fs::write(home.path("h"), header.to_string()).unwrap();
    let document = [
        "contract",
        "typed-data",
        "--header",
        "h",
        "--chain-id",
        "1",
        "--oracle",
        ORACLE,
    ];
    let shown = home.json(&document, 0);
    assert_eq!(shown["typed_data"]["message"]["networkBps"], "9876");
    let alone: Value = serde_json::from_str(&stdout(&home.vigil(&document).code(0))).unwrap();
    assert_eq!(alone, shown["typed_data"]);

    let signature = format!("0x{}", "5a".repeat(65));
    let propose = [
        "contract",
        "calldata",
        "propose",
        "--header",
        "h",
        "--signatures",
        &signature,
        &signature,
    ];
    let call = LedgerOracle::proposeCall::abi_decode(&data(&home.json(&propose, 0))).unwrap();
    assert_eq!(call.signatures.len(), 2);
    assert_eq!(call.header.registered, 10);
    assert_eq!(call.header.ledgerRoot, number(&header["ledger_root"]));

    let draft = header
        .to_string()
        .replace("\"unsigned_registry\":false", "\"unsigned_registry\":true");
    fs::write(home.path("h"), draft).unwrap();
    for args in [&document[..], &propose[..]] {
        assert!(stderr(&home.vigil(args).code(2)).contains("UNSIGNED draft"));
    }
    let short = home
        .vigil(&[
            "contract",
            "calldata",
            "propose",
            "--header",
            "h",
            "--signatures",
            "0x5a",
        ])
        .code(2);
    assert!(stderr(&short).contains("130 hex digits"));
}
