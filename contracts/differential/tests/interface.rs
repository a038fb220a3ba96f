//! What Vigil says to the contracts is what they understand: selectors by the Solidity compiler.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "common/solc.rs"]
mod solc;

use alloy_primitives::hex;
use alloy_sol_types::{SolCall, SolStruct};
use vigil_chain::interface::{DutyPool, LedgerOracle, OperatorRegistry, SignedHeader};

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
    let files = [
        "src/DutyPool.sol",
        "src/OperatorRegistry.sol",
        "src/LedgerOracle.sol",
    ];
    let compiled = solc::compiled(&files, "evm.methodIdentifiers");
    // Warnings about others' code are none of this test's business.
    let mut notes = compiled["errors"].as_array().into_iter().flatten();
    assert_eq!(notes.find(|note| note["severity"] == "error"), None);
    for (contract, signature, selector) in methods {
        let file = format!("src/{contract}.sol");
        let known = &compiled["contracts"][&file][contract]["evm"]["methodIdentifiers"];
        assert_eq!(known[signature], selector, "{contract}.{signature}");
    }
}

#[test]
fn the_signed_header_has_the_type_that_the_oracle_hashes() {
    let name = SignedHeader::eip712_encode_type();
    let source = std::fs::read_to_string(solc::contracts().join("src/SignedHeader.sol")).unwrap();
    assert!(source.contains(&format!("\"{name}\"")), "{name}");
}
