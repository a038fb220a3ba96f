//! The compiler that package-lock.json pins.

use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder with the Solidity project.
pub(crate) fn contracts() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap().to_owned()
}

/// What it says about files of the project, with `output` of every contract.
pub(crate) fn compiled(files: &[&str], output: &str) -> Value {
    let root = contracts();
    assert!(
        root.join("node_modules/solc").exists(),
        "the compiler is not installed: npm ci --prefix contracts"
    );
    let source = |file: &&str| {
        let content = std::fs::read_to_string(root.join(file)).unwrap();
        (file.to_string(), json!({ "content": content }))
    };
    let sources: Map<String, Value> = files.iter().map(source).collect();
    let input = json!({
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "optimizer": { "enabled": true, "runs": 1_000_000 },
            "evmVersion": "osaka",
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
            "outputSelection": { "*": { "*": [output] } },
        },
    });
    let mut compiler = Command::new("node")
        .arg(root.join("bin/solc"))
        .arg("--standard-json")
        .current_dir(&root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = compiler.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = compiler.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}
