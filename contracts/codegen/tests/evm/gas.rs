//! docs/gas.md is measured here, but for what forge has measured (contracts/test/Gas.t.sol).
//!
//! `VIGIL_WRITE_CONTRACTS=1 cargo test -p vigil-contracts gas` writes it anew.

use crate::chain::Deployed;
use crate::solc::{contracts, generated};
use crate::stored::{SHAPES, Stored, call};
use revm::bytecode::opcode::STATICCALL;
use revm::inspector::Inspector;
use revm::interpreter::interpreter_types::{Jumps, StackTr};
use revm::interpreter::{Interpreter, InterpreterTypes};
use std::collections::BTreeMap;
use std::fmt::Write;

/// EIP-170.
const MOST_CODE: usize = 24_576;
const MARK: &str = "<!-- measured -->\n";
/// EIP-1108.
const MULTIPLICATION: u64 = 6_000;
const ADDITION: u64 = 150;
const PAIRING: u64 = 45_000 + 2 * 34_000;

/// How often which precompile is called.
#[derive(Default)]
struct Calls([u64; 9]);

impl<C, I: InterpreterTypes> Inspector<C, I> for Calls
where
    I::Bytecode: Jumps,
    I::Stack: StackTr,
{
    fn step(&mut self, interpreter: &mut Interpreter<I>, _: &mut C) {
        if interpreter.bytecode.opcode() == STATICCALL {
            let [.., to, _] = interpreter.stack.data() else {
                panic!("a call has arguments");
            };
            self.0[to.to::<usize>()] += 1;
        }
    }
}

/// What forge has measured and compares itself.
fn snapshot(name: &str) -> BTreeMap<String, u64> {
    let path = contracts().join(format!("snapshots/{name}.json"));
    let text = std::fs::read_to_string(path).unwrap();
    let values: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    let number = |(name, value): (String, String)| (name, value.parse().unwrap());
    values.into_iter().map(number).collect()
}

/// What a verifier takes in forge's measurements (contracts/test/mocks/WillingVerifier.sol).
const STAND_IN: u64 = 300_000;

/// Transactions of the pool's life. `checks` is what true verifiers take, by shape.
fn transactions(checks: &BTreeMap<&str, u64>) -> String {
    let mut table =
        String::from("| transaction | gas | of it the proof's check |\n|---|---|---|\n");
    for (name, gas) in snapshot("gas") {
        let family = match name.split(", ").next().unwrap() {
            "pool.submitProof" => "duty",
            _ => "enrolment",
        };
        let check = checks.iter().find(|(shape, _)| {
            let (_, lanes) = shape.rsplit_once('-').unwrap();
            shape.starts_with(family) && name.split(", ").skip(1).any(|part| part == lanes)
        });
        match check {
            Some((_, check)) => {
                writeln!(table, "| {name} | {} | {check} |", gas - STAND_IN + check)
            }
            None => writeln!(table, "| {name} | {gas} | |"),
        }
        .unwrap();
    }
    table
}

fn sizes() -> String {
    let mut table = String::from("| contract | bytes of code |\n|---|---|\n");
    for (name, size) in snapshot("sizes") {
        writeln!(table, "| {name} | {size} |").unwrap();
    }
    table
}

fn table() -> String {
    let mut checks = BTreeMap::new();
    let mut sizes = String::from(
        "| shape | verifier, key: bytes of code | proof, bytes | `verify` | each further proof of a batch |\n\
         |---|---|---|---|---|\n",
    );
    let mut parts = String::from(
        "| shape | base and calldata | pairing | multiplications | additions | all else |\n\
         |---|---|---|---|---|---|\n",
    );
    for name in SHAPES {
        let stored = Stored::load(name);
        let deployed = Deployed::of(&stored);
        let code = generated(&stored.artifacts.verifier.name).runtime.len();
        assert!(code <= MOST_CODE, "{name}: {code} bytes");
        let data = call(&stored.inputs, &stored.proof);
        let price = |byte: &u8| if *byte == 0 { 4 } else { 16 };
        let base: u64 = 21_000 + data.iter().map(price).sum::<u64>();
        let (outcome, Calls(calls)) =
            deployed
                .chain
                .inspect(deployed.verifier, data, Calls::default());
        let all = outcome.gas();
        checks.insert(name, all - base);
        let batch = |count| {
            let call = stored.batch_call(&vec![(&stored.inputs[..], &stored.proof[..]); count]);
            deployed.chain.call(deployed.verifier, call).gas()
        };
        writeln!(
            sizes,
            "| {name} | {code}, {} | {} | {all} | {} |",
            stored.artifacts.key_code.len(),
            stored.proof.len(),
            (batch(9) - batch(1)) / 8,
        )
        .unwrap();
        assert_eq!(calls[8], 1);
        let (multiplications, additions) = (calls[7] * MULTIPLICATION, calls[6] * ADDITION);
        writeln!(
            parts,
            "| {name} | {base} | {PAIRING} | {} x {MULTIPLICATION} | {} x {ADDITION} | {} |",
            calls[7],
            calls[6],
            all - base - PAIRING - multiplications - additions,
        )
        .unwrap();
    }
    let (transactions, contracts) = (transactions(&checks), self::sizes());
    format!("{sizes}\n{parts}\n{transactions}\n{contracts}")
}

#[test]
fn the_gas_table_is_measured() {
    let path = contracts().join("../docs/gas.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let parts: Vec<_> = page.split(MARK).collect();
    let &[before, _, after] = &parts[..] else {
        panic!("docs/gas.md has its tables between two lines {MARK}");
    };
    let expected = [before, &table(), after].join(MARK);
    if std::env::var_os("VIGIL_WRITE_CONTRACTS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(
        page == expected,
        "docs/gas.md is old; measured:\n{expected}"
    );
}
