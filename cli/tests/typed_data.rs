//! `vigil contract typed-data` for batches and deposits; headers are in `calldata.rs`.

use crate::run::{Home, stderr};
use serde_json::{Value, json};
use std::fs;

const ORACLE: &str = "0x6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f";
/// Whose credentials the deposit below has.
const VAULT: &str = "0xf0179dec45a37423ead4fad5fcb136197872ead9";

/// One that staking-deposit-cli 2.7.0 made for the Holesky network.
fn deposit() -> Value {
    json!({
        "pubkey": "b0210e4333812d669b178443b77e1674329e2eeeae17e6b9d7ef6cb8723c8b269de7e152b42445d5ea8d5f582ca45cd7",
        "withdrawal_credentials": "010000000000000000000000f0179dec45a37423ead4fad5fcb136197872ead9",
        "amount": 32_000_000_000_u64,
        "signature": "96b504aec4ced4d680a01a2cde40632809744f967657f4aa31d4bc77701dbeb68e86441999b3559c505e5644eed9c350\
            091af39e3e319befe4a76e796856095912938046ce567ed39a56df13b8f31e9e83b93ca774a9f983b9c0eb673c7f7a4a",
        "deposit_message_root": "d09880f5dab2c46c7d4e6d7148c54eebd4b33db44b2cd194dff3a8aaff6ad9eb",
        "deposit_data_root": "aa9bb085dc0410d2013cff51e98ae2a41a81512a0676fbe0397c3cd997f1fb87",
        "fork_version": "01017000",
        "network_name": "holesky",
        "deposit_cli_version": "2.7.0",
    })
}

/// To sign `d.json`.
fn args<'a>(root: &'a str, vault: &'a str) -> [&'a str; 12] {
    [
        "contract",
        "typed-data",
        "--deposits",
        "d.json",
        "--deposit-root",
        root,
        "--vault",
        vault,
        "--chain-id",
        "1",
        "--oracle",
        ORACLE,
    ]
}

#[test]
fn members_sign_deposits_that_the_vault_would_make() {
    let home = Home::new();
    let (root, other) = (
        format!("0x{}", "0d".repeat(32)),
        format!("0x{}", "0e".repeat(32)),
    );
    let write = |list: &Value| fs::write(home.path("d.json"), list.to_string()).unwrap();
    write(&json!([deposit()]));
    let shown = home.json(&args(&root, VAULT), 0);
    assert_eq!(shown["typed_data"]["primaryType"], "Deposits");
    assert_eq!(shown["typed_data"]["message"]["depositRoot"], root);
    let again = home.json(&args(&other, VAULT), 0);
    assert_ne!(again["digest"], shown["digest"]);
    write(&json!([deposit(), deposit()]));
    assert_ne!(home.json(&args(&root, VAULT), 0)["digest"], shown["digest"]);
}

#[test]
fn deposits_that_the_vault_would_not_make_are_refused() {
    let home = Home::new();
    let root = format!("0x{}", "0d".repeat(32));
    let refused = |list: Value, vault: &str| {
        fs::write(home.path("d.json"), list.to_string()).unwrap();
        stderr(&home.vigil(&args(&root, vault)).code(2))
    };
    let changed = |field: &str, value: Value| {
        let mut one = deposit();
        one[field] = value;
        refused(json!([deposit(), one]), VAULT)
    };
    assert!(refused(json!([deposit()]), ORACLE).contains("the vault's withdrawal credentials"));
    assert!(refused(json!([]), VAULT).contains("expected 1 to 32 deposits, got 0"));
    let many: Vec<_> = (0..33).map(|_| deposit()).collect();
    assert!(refused(json!(many), VAULT).contains("got 33"));
    assert!(changed("amount", json!(31_000_000_000_u64)).contains("deposit 1"));
    let key = format!("a1{}", &deposit()["pubkey"].as_str().unwrap()[2..]);
    assert!(changed("pubkey", json!(key)).contains("the deposit contract would refuse it"));
    assert!(changed("signature", json!("00")).contains("expected 192 hex digits"));
    assert!(changed("deposit_data_root", json!("zz")).contains("expected 64 hex digits"));
}

#[test]
fn one_thing_is_signed_at_a_time() {
    let home = Home::new();
    let tail = ["--chain-id", "1", "--oracle", ORACLE];
    for wrong in [
        &[][..],
        &["--header", "h", "--registry", "r"],
        &["--deposits", "d"],
        &["--header", "h", "--batch", "3"],
    ] {
        home.vigil(&[&["contract", "typed-data"], wrong, &tail].concat())
            .code(2);
    }
}
