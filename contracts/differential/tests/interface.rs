//! What Vigil says to the contracts is what they understand: functions, events and types by the Solidity compiler.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "common/solc.rs"]
mod solc;

use alloy_json_abi::JsonAbi;
use alloy_sol_types::SolStruct;
use vigil_chain::interface::{
    Clock, DutyPool, LedgerOracle, OperatorRegistry, PolicyStore, Root, ShapeRegistry,
    SignedHeader, StakingVault, TimelockController, VigilGovernor,
};

const TIMELOCK: &str = "node_modules/@openzeppelin/contracts/governance/TimelockController.sol";

/// Types of arguments or results, without their names.
fn types<'a>(params: impl IntoIterator<Item = &'a alloy_json_abi::Param>) -> Vec<String> {
    let params = params.into_iter();
    params.map(|p| p.selector_type().into_owned()).collect()
}

#[test]
fn every_function_and_event_is_one_of_its_contract() {
    let contracts = [
        ("Clock", Clock::abi::contract()),
        ("DutyPool", DutyPool::abi::contract()),
        ("LedgerOracle", LedgerOracle::abi::contract()),
        ("OperatorRegistry", OperatorRegistry::abi::contract()),
        ("PolicyStore", PolicyStore::abi::contract()),
        ("ShapeRegistry", ShapeRegistry::abi::contract()),
        ("StakingVault", StakingVault::abi::contract()),
        ("TimelockController", TimelockController::abi::contract()),
        ("VigilGovernor", VigilGovernor::abi::contract()),
    ];
    let path = |name: &str| match name {
        "TimelockController" => TIMELOCK.to_owned(),
        name => format!("src/{name}.sol"),
    };
    let files: Vec<String> = contracts.iter().map(|(name, _)| path(name)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let compiled = solc::compiled(&files, "abi");
    // Warnings about others' code are none of this test's business.
    let mut notes = compiled["errors"].as_array().into_iter().flatten();
    assert_eq!(notes.find(|note| note["severity"] == "error"), None);
    for (name, ours) in contracts {
        let theirs = &compiled["contracts"][&path(name)][name]["abi"];
        let theirs: JsonAbi = serde_json::from_value(theirs.clone()).unwrap();
        assert!(ours.functions().count() > 0, "{name}");
        for function in ours.functions() {
            let signature = function.signature();
            let same = theirs.functions().find(|one| one.signature() == signature);
            let same = same.unwrap_or_else(|| panic!("{name} has no {signature}"));
            assert_eq!(
                types(&function.outputs),
                types(&same.outputs),
                "{name}.{signature}"
            );
            assert_eq!(
                function.state_mutability, same.state_mutability,
                "{name}.{signature}"
            );
        }
        for event in ours.events() {
            assert!(
                theirs
                    .events()
                    .any(|one| one.selector() == event.selector()),
                "{name} has no event {}",
                event.signature()
            );
        }
    }
}

#[test]
fn what_members_sign_has_the_types_that_the_contracts_hash() {
    let types = [
        ("src/SignedHeader.sol", SignedHeader::eip712_encode_type()),
        ("src/Batches.sol", Root::eip712_encode_type()),
    ];
    for (file, name) in types {
        let source = std::fs::read_to_string(solc::contracts().join(file)).unwrap();
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}
