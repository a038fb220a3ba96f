//! docs/gas.md is measured here.
//!
//! `VIGIL_WRITE_CONTRACTS=1 cargo test -p vigil-contracts gas` writes it anew.

use crate::chain::Deployed;
use crate::solc::{contracts, generated};
use crate::stored::{SHAPES, Stored, call};
use std::fmt::Write;

/// EIP-170.
const MOST_CODE: usize = 24_576;
const TABLE: &str = "<!-- measured -->\n";

fn table() -> String {
    let mut table = String::from(
        "| shape | verifier, key: bytes of code | proof, bytes | `verify` | of which calldata and base | each further proof of a batch |\n\
         |---|---|---|---|---|---|\n",
    );
    for name in SHAPES {
        let stored = Stored::load(name);
        let deployed = Deployed::of(&stored);
        let code = generated(&stored.artifacts.verifier.name).runtime.len();
        assert!(code <= MOST_CODE, "{name}: {code} bytes");
        let call = call(&stored.inputs, &stored.proof);
        let batch = |count| {
            let call = stored.batch_call(&vec![(&stored.inputs[..], &stored.proof[..]); count]);
            deployed.chain.call(deployed.verifier, call).gas()
        };
        let price = |byte: &u8| if *byte == 0 { 4 } else { 16 };
        let base: u64 = 21_000 + call.iter().map(price).sum::<u64>();
        writeln!(
            table,
            "| {name} | {code}, {} | {} | {} | {base} | {} |",
            stored.artifacts.key_code.len(),
            stored.proof.len(),
            deployed.chain.call(deployed.verifier, call).gas(),
            (batch(9) - batch(1)) / 8,
        )
        .unwrap();
    }
    table
}

#[test]
fn the_gas_table_is_measured() {
    let path = contracts().join("../docs/gas.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let parts: Vec<_> = page.split(TABLE).collect();
    let &[before, _, after] = &parts[..] else {
        panic!("docs/gas.md has its table between two lines {TABLE}");
    };
    let expected = [before, &table(), after].join(TABLE);
    if std::env::var_os("VIGIL_WRITE_CONTRACTS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(
        page == expected,
        "docs/gas.md is old; measured:\n{expected}"
    );
}
