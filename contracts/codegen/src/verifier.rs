//! The verifier's source: the template's pieces, and the parts of it that depend on the circuit.

mod lines;

use crate::gates::{GatesCode, Graph, emit, grouped};
use crate::inputs::{Input, Limit};
use crate::key::{self, KeyLayout};
use crate::memory::{self, DOMAIN_DENOMINATORS, Memory, POINT, proof_points};
use crate::model::{Circuit, Unsupported};
use crate::openings::Openings;
use crate::word::{WORD, address};
use askama::Template;
use lines::{Lines, Run};
use sha3::{Digest, Keccak256};

/// Everything about a circuit's verifier but its text.
#[derive(Clone, Debug)]
pub struct Plan {
    circuit: Circuit,
    inputs: Vec<Input>,
    openings: Openings,
    key: KeyLayout,
    memory: Memory,
    gates: GatesCode,
}

#[derive(Template)]
#[template(path = "Verifier.sol", escape = "none")]
struct Source<'a> {
    name: &'a str,
    statement: &'a str,
    inputs: Vec<InputLine>,
    proof_bytes: usize,
    call_bytes: usize,
    proof_offset: usize,
    circuit: String,
    key_bytes: usize,
    words: Vec<(&'static str, String)>,
    key_words: Vec<(&'static str, String)>,
    places: Vec<(&'static str, String)>,
    blocks: Vec<Copy>,
    /// Denominators, and where their inverses go.
    inversions: Vec<(String, String)>,
    /// Denominators of the openings, and their points over x.
    rotations: Vec<(String, String)>,
    evaluations: Vec<String>,
    gates: &'a GatesCode,
    lines: Lines,
    leader: String,
    runs: Vec<Run>,
    unopened: Vec<String>,
    blinding: usize,
}

/// A public input's line.
struct InputLine {
    label: &'static str,
    offset: usize,
    limit: String,
}

/// A piece of the proof that goes to memory.
struct Copy {
    to: String,
    offset: usize,
    bytes: usize,
}

impl Plan {
    /// Plans the verifier of a circuit with these public inputs.
    pub fn new(circuit: Circuit, inputs: Vec<Input>) -> Result<Self, Unsupported> {
        let openings = Openings::of(&circuit);
        let text = format!("{circuit:?}{inputs:?}");
        let key = KeyLayout::new(&circuit, &openings, &text);
        let memory = Memory::new(&circuit, &openings, &key, inputs.len());
        let mut graph = Graph::new(&circuit.advice_queries, &circuit.fixed_queries);
        let groups = grouped(&circuit.gates, &mut graph)?;
        let gates = emit(&graph, &groups, &memory);
        Ok(Self {
            circuit,
            inputs,
            openings,
            key,
            memory,
            gates,
        })
    }

    /// Layout of the circuit's keys.
    pub fn key(&self) -> &KeyLayout {
        &self.key
    }

    /// Bytes of a proof.
    pub fn proof_bytes(&self) -> usize {
        proof_points(&self.circuit) * POINT + self.openings.evaluations.count * WORD
    }

    /// The contract.
    ///
    /// # Errors
    /// Only if the template cannot be rendered.
    pub fn source(&self, name: &str, statement: &str) -> Result<String, askama::Error> {
        let head = 4 + self.inputs.len() * WORD;
        let proof_offset = head + 2 * WORD;
        let runs = lines::runs(&self.circuit, &self.openings, &self.memory);
        let source = Source {
            name,
            statement,
            inputs: self.input_lines(),
            proof_bytes: self.proof_bytes(),
            call_bytes: proof_offset + self.proof_bytes(),
            proof_offset,
            circuit: hex::encode(self.key.circuit()),
            key_bytes: self.key.words() * WORD,
            words: memory::NAMES
                .iter()
                .enumerate()
                .map(|(i, &name)| (name, address(self.memory.words + i * WORD)))
                .collect(),
            key_words: key::NAMES
                .iter()
                .enumerate()
                .map(|(i, &name)| (name, address(self.memory.key + i * WORD)))
                .collect(),
            places: self.places(),
            blocks: self.blocks(),
            inversions: self.inversions(),
            rotations: self.rotations(),
            evaluations: (0..self.openings.evaluations.count)
                .map(|n| address(self.memory.evaluation(n)))
                .collect(),
            gates: &self.gates,
            lines: Lines::new(&self.circuit, &self.openings, &self.key, &self.memory),
            leader: address(self.memory.advice + lines::leader(&self.openings) * POINT),
            runs,
            unopened: self.unopened(),
            blinding: self.circuit.blinding,
        };
        source.render()
    }

    fn input_lines(&self) -> Vec<InputLine> {
        let line = |(row, input): (usize, &Input)| InputLine {
            label: input.label,
            offset: row * WORD,
            limit: match input.limit {
                Limit::Field => "sub(r, 1)".to_owned(),
                Limit::AtMost(most) => most.to_string(),
                Limit::Places => "mload(KEY_PLACES)".to_owned(),
            },
        };
        self.inputs.iter().enumerate().map(line).collect()
    }

    /// Named places in memory.
    fn places(&self) -> Vec<(&'static str, String)> {
        let memory = &self.memory;
        let key_point = memory.key + self.key.first_point();
        let key_points_end = key_point + self.key.points().len() * POINT;
        [
            ("ADVICE_BLOCK", memory.advice_block),
            ("ADVICE_BLOCK_END", memory.products_block),
            ("PRODUCTS_BLOCK", memory.products_block),
            ("QUOTIENT_BLOCK", memory.quotient_block),
            ("OPENING_BLOCK", memory.opening_block),
            ("SECOND_OPENING", memory.opening_block + WORD + POINT),
            ("EVALUATIONS_BLOCK", memory.evaluations_block),
            ("EVALUATIONS_END", memory.denominators),
            ("INPUTS", memory.inputs),
            ("INPUTS_END", memory.advice),
            ("DENOMINATORS", memory.denominators),
            ("INVERSES", memory.inverses),
            ("INVERSES_END", memory.coefficients),
            ("RIGHT", memory.right),
            ("LEFT", memory.left),
            ("PAIRING", memory.pairing),
            ("KEY_DATA", memory.key),
            ("KEY_TAU", memory.key + self.key.tau()),
            ("GENERATOR", key_points_end),
            ("KEY_POINTS", key_point),
            (
                "KEY_COEFFICIENTS_LAST",
                memory.key_coefficients + self.key.points().len() * WORD,
            ),
            ("CALL", memory.slots + self.gates.slots * WORD),
        ]
        .map(|(name, at)| (name, address(at)))
        .to_vec()
    }

    fn inversions(&self) -> Vec<(String, String)> {
        let memory = &self.memory;
        let words = (memory.inverses - memory.denominators) / WORD;
        let pair = |i: usize| {
            let offset = i * WORD;
            [memory.denominators, memory.inverses].map(|at| address(at + offset))
        };
        (0..words).map(|i| pair(i).into()).collect()
    }

    fn rotations(&self) -> Vec<(String, String)> {
        let memory = &self.memory;
        let denominators = memory.denominators + DOMAIN_DENOMINATORS * WORD;
        let keys = memory.key + self.key.first_rotation();
        let words = (memory.inverses - denominators) / WORD;
        let pair = |i: usize| [denominators, keys].map(|at| address(at + i * WORD));
        (0..words).map(|i| pair(i).into()).collect()
    }

    fn blocks(&self) -> Vec<Copy> {
        let memory = &self.memory;
        let circuit = &self.circuit;
        let mut offset = 0;
        [
            (memory.advice, circuit.advice * POINT),
            (
                memory.products_block + WORD,
                (circuit.products() + 1) * POINT,
            ),
            (
                memory.quotient_block + WORD,
                circuit.quotient_pieces * POINT,
            ),
            (memory.evaluations, self.openings.evaluations.count * WORD),
            (memory.opening_block + WORD, 2 * POINT),
        ]
        .map(|(to, bytes)| {
            let copy = Copy {
                to: address(to),
                offset,
                bytes,
            };
            offset += bytes;
            copy
        })
        .into()
    }

    /// Commitments that nothing opens: their points are checked one by one.
    fn unopened(&self) -> Vec<String> {
        lines::unopened(&self.circuit, &self.openings)
            .into_iter()
            .map(|column| address(self.memory.advice + column * POINT))
            .collect()
    }
}

impl Source<'_> {
    /// The first four bytes of an error's hash.
    fn error(&self, signature: &str) -> String {
        hex::encode(&Keccak256::digest(signature.as_bytes())[..4])
    }
}
