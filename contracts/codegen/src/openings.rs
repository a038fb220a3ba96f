//! What a proof opens where: halo2's queries, grouped as SHPLONK groups them.
//!
//! Commitments that are opened at the same set of points form a set; within a set they are weighted by powers
//! of one challenge, sets by powers of another. Order matters, and is the native verifier's: by first
//! appearance in the list of queries.

use crate::model::Circuit;

/// A commitment, by its place in proof or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commitment {
    /// Advice column.
    Advice(usize),
    /// Permutation product.
    Product(usize),
    /// Fixed column.
    Fixed(usize),
    /// Permutation polynomial of a wired column.
    Sigma(usize),
    /// The quotient: its pieces, weighted by powers of x^n.
    Quotient,
    /// The vanishing argument's random polynomial.
    Random,
}

/// An evaluation: a place in the proof, or what the gates say that the quotient must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// This scalar of the proof, counted from the first.
    Proof(usize),
    /// Computed.
    Quotient,
}

/// Commitments that are opened at the same points.
#[derive(Clone, Debug)]
pub struct OpeningSet {
    /// Rotations, each once.
    pub rotations: Vec<i32>,
    /// Commitments with their evaluations, in the order of `rotations`.
    pub commitments: Vec<(Commitment, Vec<Evaluation>)>,
}

/// Where the evaluations lie in a proof.
#[derive(Clone, Copy, Debug)]
pub struct Evaluations {
    /// First advice query's.
    pub advice: usize,
    /// First fixed query's.
    pub fixed: usize,
    /// The random polynomial's.
    pub random: usize,
    /// First wired column's permutation polynomial's.
    pub sigma: usize,
    /// First permutation product's, three for each but the last, which has two.
    pub products: usize,
    /// How many there are.
    pub count: usize,
}

/// All openings of a proof.
#[derive(Clone, Debug)]
pub struct Openings {
    /// Sets, in order.
    pub sets: Vec<OpeningSet>,
    /// All rotations of all sets, each once, ascending.
    pub rotations: Vec<i32>,
    /// Where the evaluations lie.
    pub evaluations: Evaluations,
}

impl Openings {
    /// Groups the queries of `circuit`.
    pub fn of(circuit: &Circuit) -> Self {
        let evaluations = Evaluations::of(circuit);
        let mut opened: Vec<(Commitment, Vec<(i32, Evaluation)>)> = Vec::new();
        for (commitment, rotation, evaluation) in queries(circuit, &evaluations) {
            let point = (rotation, evaluation);
            match opened.iter_mut().find(|(other, _)| *other == commitment) {
                Some((_, points)) => points.push(point),
                None => opened.push((commitment, vec![point])),
            }
        }
        let mut sets: Vec<OpeningSet> = Vec::new();
        for (commitment, mut points) in opened {
            points.sort_by_key(|&(rotation, _)| rotation);
            let (rotations, evaluations): (Vec<_>, Vec<_>) = points.into_iter().unzip();
            match sets.iter_mut().find(|set| set.rotations == rotations) {
                Some(set) => set.commitments.push((commitment, evaluations)),
                None => sets.push(OpeningSet {
                    rotations,
                    commitments: vec![(commitment, evaluations)],
                }),
            }
        }
        let mut rotations: Vec<_> = sets.iter().flat_map(|set| set.rotations.clone()).collect();
        rotations.sort_unstable();
        rotations.dedup();
        Self {
            sets,
            rotations,
            evaluations,
        }
    }
}

impl Evaluations {
    fn of(circuit: &Circuit) -> Self {
        let fixed = circuit.advice_queries.len();
        let random = fixed + circuit.fixed_queries.len();
        let sigma = random + 1;
        let products = sigma + circuit.wired.len();
        Self {
            advice: 0,
            fixed,
            random,
            sigma,
            products,
            count: products + 3 * circuit.products() - 1,
        }
    }

    /// Of a permutation product: in the current row, in the next, in the last.
    pub fn product(&self, product: usize) -> [usize; 3] {
        [0, 1, 2].map(|i| self.products + 3 * product + i)
    }
}

/// Queries in the order of halo2's verifier.
fn queries(circuit: &Circuit, at: &Evaluations) -> Vec<(Commitment, i32, Evaluation)> {
    use Commitment::{Advice, Fixed, Product, Quotient, Random, Sigma};
    let mut queries = Vec::new();
    for (i, &(column, rotation)) in circuit.advice_queries.iter().enumerate() {
        queries.push((Advice(column), rotation, Evaluation::Proof(at.advice + i)));
    }
    let products = circuit.products();
    for product in 0..products {
        let [current, next, _] = at.product(product);
        queries.push((Product(product), 0, Evaluation::Proof(current)));
        queries.push((Product(product), 1, Evaluation::Proof(next)));
    }
    for product in (0..products - 1).rev() {
        let [_, _, last] = at.product(product);
        let rotation = circuit.last_rotation();
        queries.push((Product(product), rotation, Evaluation::Proof(last)));
    }
    for (i, &(column, rotation)) in circuit.fixed_queries.iter().enumerate() {
        queries.push((Fixed(column), rotation, Evaluation::Proof(at.fixed + i)));
    }
    for column in 0..circuit.wired.len() {
        queries.push((Sigma(column), 0, Evaluation::Proof(at.sigma + column)));
    }
    queries.push((Quotient, 0, Evaluation::Quotient));
    queries.push((Random, 0, Evaluation::Proof(at.random)));
    queries
}
