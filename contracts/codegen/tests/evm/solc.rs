//! Compiling with the pinned compiler.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Code of a contract.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// What a deployment runs.
    pub(crate) creation: Vec<u8>,
    /// What lies on chain, but for immutables.
    pub(crate) runtime: Vec<u8>,
}

/// The folder with the Solidity project.
pub(crate) fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// All checked-in generated contracts, compiled once for all tests.
pub(crate) fn generated(name: &str) -> &'static Code {
    static ALL: LazyLock<BTreeMap<String, Code>> = LazyLock::new(|| {
        let folder = contracts().join("src/generated");
        let sources = std::fs::read_dir(folder).unwrap().map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            format!("src/generated/{name}")
        });
        compile(sources)
    });
    ALL.get(name)
        .unwrap_or_else(|| panic!("{name} is not in contracts/src/generated"))
}

/// Compiles a contract that is not in the project.
pub(crate) fn compile_text(name: &str, source: &str) -> Code {
    compile_sources(one(name, source), true)
        .remove(name)
        .unwrap()
}

/// The same without optimiser.
pub(crate) fn compile_plain(name: &str, source: &str) -> Code {
    compile_sources(one(name, source), false)
        .remove(name)
        .unwrap()
}

fn one(name: &str, source: &str) -> Map<String, Value> {
    Map::from_iter([(
        format!("src/generated/{name}.sol"),
        json!({ "content": source }),
    )])
}

/// Compiles files below the project's folder, with foundry.toml's settings.
pub(crate) fn compile(files: impl Iterator<Item = String>) -> BTreeMap<String, Code> {
    let read = |file: String| {
        let content = std::fs::read_to_string(contracts().join(&file)).unwrap();
        (file, json!({ "content": content }))
    };
    compile_sources(files.map(read).collect(), true)
}

fn compile_sources(sources: Map<String, Value>, optimize: bool) -> BTreeMap<String, Code> {
    let root = contracts();
    assert!(
        root.join("node_modules/solc").exists(),
        "the compiler is not installed: npm ci --prefix contracts"
    );
    let input = json!({
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "optimizer": { "enabled": optimize, "runs": 1_000_000 },
            "evmVersion": "osaka",
            "outputSelection": { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] } },
        },
    });
    let mut child = Command::new(root.join("bin/solc"))
        .arg("--standard-json")
        .current_dir(&root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs contracts/bin/solc");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let output: Value = serde_json::from_slice(&output.stdout).unwrap();
    // Warnings count, but for others' code.
    let messages = output["errors"].as_array().cloned().unwrap_or_default();
    let serious = |message: &&Value| optimize || message["severity"] == "error";
    if let Some(message) = messages.iter().find(serious) {
        panic!("{}", message["formattedMessage"].as_str().unwrap());
    }
    let files = output["contracts"].as_object().unwrap();
    let contracts = files.values().flat_map(|file| file.as_object().unwrap());
    let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
    contracts
        .map(|(name, contract)| {
            let evm = &contract["evm"];
            let code = Code {
                creation: bytes(&evm["bytecode"]["object"]),
                runtime: bytes(&evm["deployedBytecode"]["object"]),
            };
            (name.clone(), code)
        })
        .collect()
}
