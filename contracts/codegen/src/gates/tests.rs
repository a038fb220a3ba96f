//! The code, run by a small interpreter, beside halo2's own evaluation of the same gates.

use super::{Block, Graph, emit, grouped};
use crate::inputs::inputs;
use crate::key::KeyLayout;
use crate::memory::Memory;
use crate::model::Circuit;
use crate::openings::Openings;
use crate::word::{WORD, be_bytes};
use ff::Field;
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;
use rand_core::OsRng;
use ruint::aliases::U256;
use std::collections::HashMap;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;

/// Memory and variables of a function.
struct Machine {
    memory: HashMap<U256, U256>,
    variables: HashMap<String, U256>,
}

impl Machine {
    fn block(&mut self, block: &Block) {
        self.run(&block.before);
        for lane in 0..block.lanes {
            for (i, stride) in block.strides.iter().enumerate() {
                self.set(&format!("o{i}"), U256::from(lane * stride));
            }
            self.run(&block.body);
        }
    }

    fn run(&mut self, statements: &[String]) {
        for statement in statements {
            if let Some((variable, value)) = statement.split_once(" := ") {
                let value = self.whole(value);
                self.set(variable.trim_start_matches("let "), value);
            } else {
                self.whole(statement);
            }
        }
    }

    fn set(&mut self, variable: &str, value: U256) {
        self.variables.insert(variable.to_owned(), value);
    }

    fn whole(&mut self, text: &str) -> U256 {
        let (value, rest) = self.expression(text);
        assert_eq!(rest, "", "{text}");
        value
    }

    /// The value at the head of `text`, and the rest of it.
    fn expression<'t>(&mut self, text: &'t str) -> (U256, &'t str) {
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(text.len());
        let (word, mut rest) = text.split_at(end);
        if !rest.starts_with('(') {
            let value = match self.variables.get(word) {
                Some(&value) => value,
                None => word.parse().unwrap(),
            };
            return (value, rest);
        }
        let mut arguments = Vec::new();
        while let Some(next) = rest.strip_prefix(['(', ',']) {
            let (value, after) = self.expression(next.trim_start());
            arguments.push(value);
            rest = after;
        }
        let rest = rest.strip_prefix(')').unwrap();
        (self.call(word, &arguments), rest)
    }

    fn call(&mut self, name: &str, arguments: &[U256]) -> U256 {
        match (name, arguments) {
            ("mload", [at]) => self.memory[at],
            ("mstore", &[at, value]) => {
                self.memory.insert(at, value);
                value
            }
            // Unreduced sums and products must fit a word.
            ("add", [a, b]) => a.checked_add(*b).unwrap(),
            ("mul", [a, b]) => a.checked_mul(*b).unwrap(),
            ("sub", [a, b]) => a.checked_sub(*b).unwrap(),
            ("mod", &[a, m]) => a % m,
            ("addmod", &[a, b, m]) => a.add_mod(b, m),
            ("mulmod", &[a, b, m]) => a.mul_mod(b, m),
            other => panic!("no such call: {other:?}"),
        }
    }
}

fn word(value: &Fr) -> U256 {
    U256::from_be_bytes(be_bytes(value))
}

fn constraint_system(shape: Shape) -> ConstraintSystem<Fr> {
    let mut cs = ConstraintSystem::default();
    <VigilCircuit as halo2_proofs::plonk::Circuit<Fr>>::configure_with_params(&mut cs, shape);
    cs
}

/// What the native verifier makes of the same evaluations.
fn native(circuit: &Circuit, values: &Values, y: Fr) -> Fr {
    let position =
        |queries: &[(usize, i32)], query| queries.iter().position(|&other| other == query).unwrap();
    let constraints = circuit.gates.iter().flat_map(|gate| &gate.constraints);
    constraints.fold(Fr::ZERO, |eval, constraint: &Expression<Fr>| {
        let value = constraint.evaluate(
            &|constant| constant,
            &|_| panic!("no selectors"),
            &|query| {
                let query = (query.column_index(), query.rotation().0);
                values.fixed[position(&circuit.fixed_queries, query)]
            },
            &|query| {
                let query = (query.column_index(), query.rotation().0);
                values.advice[position(&circuit.advice_queries, query)]
            },
            &|_| values.input,
            &|_| panic!("no challenges"),
            &|a| -a,
            &|a, b| a + b,
            &|a, b| a * b,
            &|a, scale| a * scale,
        );
        eval * y + value
    })
}

struct Values {
    advice: Vec<Fr>,
    fixed: Vec<Fr>,
    input: Fr,
}

impl Values {
    fn new(circuit: &Circuit, mut value: impl FnMut() -> Fr) -> Self {
        Self {
            advice: circuit.advice_queries.iter().map(|_| value()).collect(),
            fixed: circuit.fixed_queries.iter().map(|_| value()).collect(),
            input: value(),
        }
    }
}

#[test]
fn the_code_computes_what_the_gates_say_and_never_overflows() {
    for name in [
        "duty-w1-k11-l1",
        "duty-w1-k11-l3",
        "duty-w1-k13-n1",
        "duty-w28-k17-n2",
        "enrolment-k11-l4",
        "membership-k8-l1",
    ] {
        let shape: Shape = name.parse().unwrap();
        let circuit = Circuit::read(&constraint_system(shape)).unwrap();
        let openings = Openings::of(&circuit);
        let key = KeyLayout::new(&circuit, &openings, name);
        let memory = Memory::new(&circuit, &openings, &key, inputs(shape.family).len());
        let mut graph = Graph::new(&circuit.advice_queries, &circuit.fixed_queries);
        let groups = grouped(&circuit.gates, &mut graph).unwrap();
        if shape.lanes > 1 {
            // Lane 0 has the prelude's operations besides; the others are one loop.
            let lanes: Vec<usize> = groups.iter().map(|group| group.lanes).collect();
            assert_eq!(lanes, [1, shape.lanes as usize - 1], "{name}");
        }
        let code = emit(&graph, &groups, &memory);
        let mut samples: Vec<Values> = [Fr::ZERO, Fr::ONE, -Fr::ONE, -Fr::from(2)]
            .map(|value| Values::new(&circuit, || value))
            .into();
        samples.extend((0..5).map(|_| Values::new(&circuit, || Fr::random(OsRng))));
        for values in samples {
            for y in [-Fr::ONE, Fr::random(OsRng)] {
                let mut machine = Machine {
                    memory: HashMap::new(),
                    variables: HashMap::new(),
                };
                let evaluations = values.advice.iter().chain(&values.fixed);
                for (i, value) in evaluations.enumerate() {
                    let at = U256::from(memory.evaluation(i));
                    machine.memory.insert(at, word(value));
                }
                let input = memory.cell(super::Cell::Instance);
                machine
                    .memory
                    .insert(U256::from(input), word(&values.input));
                machine.set("r", word(&-Fr::ONE) + U256::from(1));
                machine.set("y", word(&y));
                machine.set("eval", U256::ZERO);
                for (exponent, at) in &code.powers {
                    let power = y.pow_vartime([*exponent as u64]);
                    machine.memory.insert(at.parse().unwrap(), word(&power));
                }
                for block in &code.blocks {
                    machine.block(block);
                }
                let order = machine.variables["r"];
                let eval = machine.variables["eval"] % order;
                assert_eq!(eval, word(&native(&circuit, &values, y)), "{name}");
            }
        }
        // Temporary values stay in the slots that are set aside for them.
        assert!(code.slots > 0 && memory.slots.is_multiple_of(WORD));
    }
}
