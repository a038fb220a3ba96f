//! Statements of a verifier that depend on the circuit: permutation, openings, runs of points.

use crate::key::KeyLayout;
use crate::memory::{Memory, POINT};
use crate::model::Circuit;
use crate::openings::{Commitment, Evaluation, OpeningSet, Openings};
use crate::word::{WORD, address, literal};
use ff::PrimeField;
use halo2curves::bn256::Fr;

/// Generated statements, for the functions of the template.
pub(super) struct Lines {
    /// Folds the permutation argument into `eval`.
    pub(super) permutation: Vec<String>,
    /// `z0`, the product of u's distances to the first set's points.
    pub(super) first_vanishing: Vec<String>,
    /// Weights all commitments, sums up all evaluations, set by set.
    pub(super) sets: Vec<Vec<String>>,
    /// Highest power of 1/x that `sets` reads.
    pub(super) inverse_powers: Vec<usize>,
    /// Address of the generator's scalar.
    pub(super) generator_coefficient: String,
    /// Addresses of the scalars of SHPLONK's two points.
    pub(super) opening_coefficients: [String; 2],
}

/// Points side by side, walked from the last to the first.
pub(super) struct Run {
    pub(super) last: String,
    pub(super) first: String,
    pub(super) coefficient: String,
    /// Whether it is the leading commitment alone.
    pub(super) leads: bool,
}

impl Lines {
    pub(super) fn new(
        circuit: &Circuit,
        openings: &Openings,
        key: &KeyLayout,
        memory: &Memory,
    ) -> Self {
        let context = Context {
            circuit,
            key,
            memory,
            openings,
        };
        let points = openings.sets.iter().map(|set| set.rotations.len());
        let highest = points.max().unwrap_or(1) - 1;
        Self {
            permutation: context.permutation(),
            first_vanishing: context.first_vanishing(),
            sets: (0..openings.sets.len())
                .map(|set| context.set(set))
                .collect(),
            inverse_powers: (2..=highest).collect(),
            generator_coefficient: address(memory.key_coefficients + key.points().len() * WORD),
            opening_coefficients: [0, 1]
                .map(|i| address(context.coefficient_of(context.first_opening() + i))),
        }
    }
}

struct Context<'a> {
    circuit: &'a Circuit,
    openings: &'a Openings,
    key: &'a KeyLayout,
    memory: &'a Memory,
}

impl Context<'_> {
    fn evaluation(&self, n: usize) -> String {
        format!("mload({})", address(self.memory.evaluation(n)))
    }

    fn advice(&self, query: usize) -> String {
        self.evaluation(self.openings.evaluations.advice + query)
    }

    /// Inverse (or, at `denominators`, the value) of u's distance to a rotation's point.
    fn distance(&self, table: usize, rotation: i32) -> String {
        let place = self
            .openings
            .rotations
            .iter()
            .position(|&other| other == rotation);
        let place = place.unwrap_or_default() + crate::memory::DOMAIN_DENOMINATORS;
        format!("mload({})", address(table + place * WORD))
    }

    fn permutation(&self) -> Vec<String> {
        let at = &self.openings.evaluations;
        let products = self.circuit.products();
        let value = |product: usize| at.product(product).map(|n| self.evaluation(n));
        let mut lines = Vec::new();
        let [first, ..] = value(0);
        let [last, ..] = value(products - 1);
        lines.push(
            "// A product starts with 1 in the first row and ends with 0 or 1 in the last."
                .to_owned(),
        );
        lines.push(fold(&format!(
            "mulmod(mload(L_FIRST), sub(add(r, 1), {first}), r)"
        )));
        lines.push(fold(&format!(
            "mulmod(mload(L_LAST), mulmod({last}, add({last}, sub(r, 1)), r), r)"
        )));
        for product in 1..products {
            let ([current, ..], [_, _, before]) = (value(product), value(product - 1));
            lines.push("// It goes on where the one before ends.".to_owned());
            lines.push(fold(&format!(
                "mulmod(mload(L_FIRST), add({current}, sub(r, {before})), r)"
            )));
        }
        lines.push("let beta := mload(BETA)".to_owned());
        lines.push("let gamma := mload(GAMMA)".to_owned());
        lines.push("let shift := mulmod(beta, mload(X), r)".to_owned());
        lines.push("let left".to_owned());
        lines.push("let right".to_owned());
        for (product, columns) in self
            .circuit
            .wired
            .chunks(self.circuit.columns_per_product)
            .enumerate()
        {
            let [current, next, _] = value(product);
            lines.push(format!("// Product {product}, from row to row."));
            lines.push(format!("left := {next}"));
            lines.push(format!("right := {current}"));
            for (i, &query) in columns.iter().enumerate() {
                let column = product * self.circuit.columns_per_product + i;
                let (cell, sigma) = (self.advice(query), self.evaluation(at.sigma + column));
                lines.push(format!(
                    "left := mulmod(left, add(add({cell}, mulmod(beta, {sigma}, r)), gamma), r)"
                ));
                lines.push(format!(
                    "right := mulmod(right, add(add({cell}, shift), gamma), r)"
                ));
                if column + 1 < self.circuit.wired.len() {
                    lines.push(format!(
                        "shift := mulmod(shift, {}, r)",
                        literal(&Fr::DELTA)
                    ));
                }
            }
            lines.push(fold("mulmod(mload(L_ACTIVE), add(left, sub(r, right)), r)"));
        }
        lines
    }

    fn first_vanishing(&self) -> Vec<String> {
        let mut distances = self.openings.sets[0]
            .rotations
            .iter()
            .map(|&rotation| self.distance(self.memory.denominators, rotation));
        let first = distances.next().unwrap_or_default();
        std::iter::once(format!("let z0 := {first}"))
            .chain(distances.map(|distance| format!("z0 := mulmod(z0, {distance}, r)")))
            .collect()
    }

    fn set(&self, i: usize) -> Vec<String> {
        let set = &self.openings.sets[i];
        let mut lines = vec![format!(
            "// Set {i}: {} commitments at rotations {:?}.",
            set.commitments.len(),
            set.rotations
        )];
        if i == 0 {
            lines.push("c := mload(WEIGHT)".to_owned());
        } else {
            lines.push("power := mulmod(power, v, r)".to_owned());
            lines.push("c := mulmod(power, scale, r)".to_owned());
            for &rotation in &set.rotations {
                let inverse = self.distance(self.memory.inverses, rotation);
                lines.push(format!("c := mulmod(c, {inverse}, r)"));
            }
        }
        for (j, (commitment, _)) in set.commitments.iter().enumerate() {
            if j > 0 {
                lines.push("c := mulmod(c, y, r)".to_owned());
            }
            lines.extend(self.weigh(*commitment));
        }
        lines.extend(self.evaluations(i, set));
        lines
    }

    /// Gives `commitment` the scalar `c`.
    fn weigh(&self, commitment: Commitment) -> Vec<String> {
        let of_proof = |point: usize| address(self.coefficient_of(point));
        match commitment {
            Commitment::Advice(column) => vec![format!("mstore({}, c)", of_proof(column))],
            Commitment::Product(product) => {
                vec![format!(
                    "mstore({}, c)",
                    of_proof(self.circuit.advice + product)
                )]
            }
            Commitment::Random => vec![format!("mstore({}, c)", of_proof(self.random()))],
            Commitment::Quotient => {
                let mut lines = vec!["piece := c".to_owned()];
                for piece in 0..self.circuit.quotient_pieces {
                    if piece > 0 {
                        lines.push("piece := mulmod(piece, mload(X_TO_N), r)".to_owned());
                    }
                    let at = of_proof(self.random() + 1 + piece);
                    lines.push(format!("mstore({at}, piece)"));
                }
                lines
            }
            Commitment::Fixed(_) | Commitment::Sigma(_) => {
                let place = self
                    .key
                    .points()
                    .iter()
                    .position(|other| *other == commitment);
                let at = address(self.memory.key_coefficients + place.unwrap_or_default() * WORD);
                vec![format!("mstore({at}, addmod(mload({at}), c, r))")]
            }
        }
    }

    /// Adds the set's interpolated evaluations to `sum`.
    fn evaluations(&self, i: usize, set: &OpeningSet) -> Vec<String> {
        let mut lines = Vec::new();
        let several = set.rotations.len() > 1;
        if several {
            lines.push("part := 0".to_owned());
        }
        for (s, &rotation) in set.rotations.iter().enumerate() {
            let mut values = set
                .commitments
                .iter()
                .rev()
                .map(|(_, evaluations)| match evaluations[s] {
                    Evaluation::Proof(n) => self.evaluation(n),
                    Evaluation::Quotient => "mload(QUOTIENT)".to_owned(),
                });
            lines.push(format!("q := {}", values.next().unwrap_or_default()));
            lines.extend(values.map(|value| format!("q := add(mulmod(q, y, r), {value})")));
            let inverse = self.distance(self.memory.inverses, rotation);
            match self.key.lagrange(i, rotation) {
                Some(offset) => {
                    let constant = address(self.memory.key + offset);
                    lines.push(format!(
                        "part := addmod(part, mulmod(q, mulmod(mload({constant}), {inverse}, r), r), r)"
                    ));
                }
                None => lines.push(format!("part := mulmod(q, {inverse}, r)")),
            }
        }
        match set.rotations.len() {
            1 => {}
            2 => lines.push("part := mulmod(part, inverse1, r)".to_owned()),
            n => lines.push(format!("part := mulmod(part, inverse{}, r)", n - 1)),
        }
        lines.push(match i {
            0 => "sum := part".to_owned(),
            _ => "sum := addmod(sum, mulmod(part, power, r), r)".to_owned(),
        });
        lines
    }

    /// Position of the random polynomial among the proof's points.
    fn random(&self) -> usize {
        self.circuit.advice + self.circuit.products()
    }

    fn first_opening(&self) -> usize {
        self.random() + 1 + self.circuit.quotient_pieces
    }

    fn coefficient_of(&self, point: usize) -> usize {
        self.memory.coefficients + point * WORD
    }
}

fn fold(constraint: &str) -> String {
    format!("eval := add(mulmod(eval, y, r), {constraint})")
}

fn opens(openings: &Openings, column: usize) -> bool {
    let commitments = openings.sets.iter().flat_map(|set| &set.commitments);
    commitments
        .into_iter()
        .any(|(commitment, _)| *commitment == Commitment::Advice(column))
}

/// Advice columns that no gate looks at.
pub(super) fn unopened(circuit: &Circuit, openings: &Openings) -> Vec<usize> {
    (0..circuit.advice)
        .filter(|&column| !opens(openings, column))
        .collect()
}

/// The advice column whose commitment leads the first set: in a single proof its weight is 1.
pub(super) fn leader(openings: &Openings) -> usize {
    match openings.sets[0].commitments[0].0 {
        Commitment::Advice(column) => column,
        other => unreachable!("a circuit's first query is of an advice column, not of {other:?}"),
    }
}

/// All runs of a proof's opened points, from the last in memory to the first.
pub(super) fn runs(circuit: &Circuit, openings: &Openings, memory: &Memory) -> Vec<Run> {
    let leader = leader(openings);
    let run = |at: usize, from: usize, to: usize, point: usize| Run {
        first: address(at + from * POINT),
        last: address(at + to * POINT),
        coefficient: address(memory.coefficients + (point + to) * WORD),
        leads: false,
    };
    let products = circuit.products() + 1;
    let quotient = circuit.advice + products;
    let pieces = circuit.quotient_pieces;
    let mut runs = vec![
        run(memory.opening_block + WORD, 0, 1, quotient + pieces),
        run(memory.quotient_block + WORD, 0, pieces - 1, quotient),
        run(
            memory.products_block + WORD,
            0,
            products - 1,
            circuit.advice,
        ),
    ];
    let opened: Vec<_> = (0..circuit.advice)
        .filter(|&column| opens(openings, column))
        .collect();
    for side in opened
        .chunk_by(|a, b| a + 1 == *b && *a != leader && *b != leader)
        .rev()
    {
        if let (Some(&from), Some(&to)) = (side.first(), side.last()) {
            runs.push(Run {
                leads: from == leader,
                ..run(memory.advice, from, to, 0)
            });
        }
    }
    runs
}
