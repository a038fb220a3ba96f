//! docs/gas.md is measured here.
//!
//! `VIGIL_WRITE_CONTRACTS=1 cargo test -p vigil-contracts gas` writes it anew.

use crate::chain::Deployed;
use crate::solc::{contracts, generated};
use crate::stored::{SHAPES, Stored, call};
use revm::bytecode::opcode::STATICCALL;
use revm::inspector::Inspector;
use revm::interpreter::interpreter_types::{Jumps, StackTr};
use revm::interpreter::{Interpreter, InterpreterTypes};
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

fn table() -> String {
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
    format!("{sizes}\n{parts}")
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
