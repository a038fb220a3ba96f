//! What Vigil says to the contracts is what they understand: selectors by the Solidity compiler.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use alloy_primitives::hex;
use alloy_sol_types::SolCall;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use vigil_chain::interface::{DutyPool, LedgerOracle, OperatorRegistry};

fn method<C: SolCall>(contract: &'static str) -> (&'static str, &'static str, String) {
    (contract, C::SIGNATURE, hex::encode(C::SELECTOR))
}

#[test]
fn every_function_is_one_of_its_contract() {
    let methods = [
        method::<DutyPool::submitProofCall>("DutyPool"),
        method::<OperatorRegistry::registerCall>("OperatorRegistry"),
        method::<OperatorRegistry::enrolCall>("OperatorRegistry"),
        method::<LedgerOracle::proposeCall>("LedgerOracle"),
    ];
    let compiled = compiled(&["DutyPool", "OperatorRegistry", "LedgerOracle"]);
    for (contract, signature, selector) in methods {
        let file = format!("src/{contract}.sol");
        let known = &compiled["contracts"][&file][contract]["evm"]["methodIdentifiers"];
        assert_eq!(known[signature], selector, "{contract}.{signature}");
    }
}

#[test]
fn the_signed_header_has_the_type_that_the_oracle_hashes() {
    use alloy_sol_types::SolStruct;
    let name = vigil_chain::interface::SignedHeader::eip712_encode_type();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let source = std::fs::read_to_string(root.join("src/SignedHeader.sol")).unwrap();
    assert!(source.contains(&format!("\"{name}\"")), "{name}");
}

fn compiled(contracts: &[&str]) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    assert!(
        root.join("node_modules/solc").exists(),
        "the compiler is not installed: npm ci --prefix contracts"
    );
    let source = |name: &&str| {
        let file = format!("src/{name}.sol");
        let content = std::fs::read_to_string(root.join(&file)).unwrap();
        (file, json!({ "content": content }))
    };
    let sources: serde_json::Map<String, Value> = contracts.iter().map(source).collect();
    let input = json!({
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "evmVersion": "osaka",
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
            "outputSelection": { "*": { "*": ["evm.methodIdentifiers"] } },
        },
    });
    let mut compiler = Command::new("node")
        .arg(root.join("bin/solc"))
        .arg("--standard-json")
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = compiler.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = compiler.wait_with_output().unwrap();
    let output: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut notes = output["errors"].as_array().into_iter().flatten();
    let error = notes.find(|note| note["severity"] == "error");
    assert_eq!(error, None);
    output
}
