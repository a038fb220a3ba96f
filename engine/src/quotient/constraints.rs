//! The constraint system, compiled: gates, then the permutation argument, in the verifier's order.

use super::graph::{Graph, Id};
use super::program::Program;
use super::weighted::{self, Coefficient};
use crate::error::{EngineError, Feature};
use ff::{Field, PrimeField};
use halo2_proofs::plonk::{Any, Column, ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// Where each column is in the list that the program reads.
#[derive(Clone, Debug)]
pub struct Sources {
    fixed: u32,
    sigma: u32,
    /// l_0, l_last, l_active, X.
    lagrange: u32,
    advice: u32,
    instance: u32,
    products: u32,
    columns: u32,
}

impl Sources {
    fn new(cs: &ConstraintSystem<Fr>, sets: usize) -> Self {
        let mut next = 0;
        let mut take = |count: usize| {
            let first = next;
            next += count as u32;
            first
        };
        Self {
            fixed: take(cs.num_fixed_columns()),
            sigma: take(cs.permutation().get_columns().len()),
            lagrange: take(4),
            advice: take(cs.num_advice_columns()),
            instance: take(cs.num_instance_columns()),
            products: take(sets),
            columns: take(0),
        }
    }

    /// How many columns the key has: fixed, sigma, l_0, l_last, l_active and X, in this order.
    pub fn of_key(&self) -> usize {
        self.advice as usize
    }

    /// How many columns a proof has: advice, instance, products.
    pub fn of_proof(&self) -> usize {
        (self.columns - self.advice) as usize
    }

    fn any(&self, column: Column<Any>) -> u32 {
        let first = match column.column_type() {
            Any::Advice(_) => self.advice,
            Any::Fixed => self.fixed,
            Any::Instance => self.instance,
        };
        first + column.index() as u32
    }
}

/// Challenges that the constraints depend on.
#[derive(Clone, Copy, Debug)]
pub struct Scalars {
    /// Of the permutation argument.
    pub beta: Fr,
    /// Of the permutation argument.
    pub gamma: Fr,
    /// Between the constraints.
    pub y: Fr,
}

/// All constraints as one program.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Their weighted sum.
    pub program: Program,
    /// What the program's columns are.
    pub sources: Sources,
    permuted: usize,
    constraints: usize,
    /// What the program reads after the shifts, in terms of the constraints' weights.
    coefficients: Vec<Coefficient>,
}

const GAMMA: u32 = 0;
const BETA: u32 = 1;
/// beta times each power of delta, one for each permuted column.
const SHIFTS: u32 = 2;

impl Compiled {
    /// `last` is the rotation of the last usable row, `chunk` how many columns share a product.
    pub(crate) fn new(
        cs: &ConstraintSystem<Fr>,
        last: i32,
        chunk: usize,
    ) -> Result<Self, EngineError> {
        let columns = cs.permutation().get_columns();
        let sets = columns.len().div_ceil(chunk);
        let mut builder = Builder {
            graph: Graph::default(),
            sources: Sources::new(cs, sets),
        };
        let mut constraints = Vec::new();
        for gate in cs.gates() {
            for polynomial in gate.polynomials() {
                constraints.push(builder.expression(polynomial)?);
            }
        }
        constraints.extend(builder.permutation(&columns, last, chunk));

        let Builder { mut graph, sources } = builder;
        let first = SHIFTS + columns.len() as u32;
        let of_key = sources.advice;
        let (root, coefficients) =
            weighted::sum(&mut graph, &constraints, first, |column| column < of_key);
        let scalars = first as usize + coefficients.len();
        Ok(Self {
            program: Program::compile(&graph, root, scalars),
            sources,
            permuted: columns.len(),
            constraints: constraints.len(),
            coefficients,
        })
    }

    /// The table that the program reads.
    pub fn table(&self, scalars: &Scalars) -> Vec<Fr> {
        let geometric = |first: Fr, ratio: Fr, count: usize| {
            std::iter::successors(Some(first), move |power| Some(*power * ratio)).take(count)
        };
        let mut table = vec![scalars.gamma, scalars.beta];
        table.extend(geometric(scalars.beta, Fr::DELTA, self.permuted));
        // The verifier folds by Horner's rule: the last constraint has weight one.
        let mut weights: Vec<_> = geometric(Fr::ONE, scalars.y, self.constraints).collect();
        weights.reverse();
        for terms in &self.coefficients {
            table.push(terms.iter().map(|(i, factor)| weights[*i] * factor).sum());
        }
        table
    }
}

struct Builder {
    graph: Graph,
    sources: Sources,
}

impl Builder {
    fn expression(&mut self, expression: &Expression<Fr>) -> Result<Id, EngineError> {
        let cell = |column: usize, first: u32| first + column as u32;
        Ok(match expression {
            Expression::Constant(value) => self.graph.constant(*value),
            Expression::Selector(_) => return Err(EngineError::Unsupported(Feature::Selectors)),
            Expression::Challenge(_) => return Err(EngineError::Unsupported(Feature::Challenges)),
            Expression::Fixed(query) => {
                let column = cell(query.column_index(), self.sources.fixed);
                self.graph.cell(column, query.rotation().0)
            }
            Expression::Advice(query) => {
                let column = cell(query.column_index(), self.sources.advice);
                self.graph.cell(column, query.rotation().0)
            }
            Expression::Instance(query) => {
                let column = cell(query.column_index(), self.sources.instance);
                self.graph.cell(column, query.rotation().0)
            }
            Expression::Negated(a) => {
                let a = self.expression(a)?;
                self.graph.negate(a)
            }
            Expression::Sum(a, b) => {
                let (a, b) = (self.expression(a)?, self.expression(b)?);
                self.graph.add(a, b)
            }
            Expression::Product(a, b) => {
                let (a, b) = (self.expression(a)?, self.expression(b)?);
                self.graph.mul(a, b)
            }
            Expression::Scaled(a, factor) => {
                let a = self.expression(a)?;
                let factor = self.graph.constant(*factor);
                self.graph.mul(a, factor)
            }
        })
    }

    fn permutation(&mut self, columns: &[Column<Any>], last: i32, chunk: usize) -> Vec<Id> {
        let Self { graph, sources } = self;
        let sets = columns.len().div_ceil(chunk) as u32;
        if sets == 0 {
            return Vec::new();
        }
        let [first_row, last_row, active, x] =
            [0, 1, 2, 3].map(|i| graph.cell(sources.lagrange + i, 0));
        let z = sources.products;
        let one = graph.constant(Fr::ONE);
        let mut constraints = Vec::new();

        let start = graph.cell(z, 0);
        let from_one = graph.sub(one, start);
        constraints.push(graph.mul(first_row, from_one));

        let end = graph.cell(z + sets - 1, 0);
        let square = graph.mul(end, end);
        let is_bit = graph.sub(square, end);
        constraints.push(graph.mul(last_row, is_bit));

        for set in 1..sets {
            let start = graph.cell(z + set, 0);
            let before = graph.cell(z + set - 1, last);
            let step = graph.sub(start, before);
            constraints.push(graph.mul(first_row, step));
        }

        let gamma = graph.scalar(GAMMA);
        let beta = graph.scalar(BETA);
        for (set, members) in columns.chunks(chunk).enumerate() {
            let mut left = graph.cell(z + set as u32, 1);
            let mut right = graph.cell(z + set as u32, 0);
            for (i, column) in members.iter().enumerate() {
                let i = (set * chunk + i) as u32;
                let cell = graph.cell(sources.any(*column), 0);
                let value = graph.add(cell, gamma);
                let sigma = graph.cell(sources.sigma + i, 0);
                let image = graph.mul(beta, sigma);
                let image = graph.add(value, image);
                left = graph.mul(left, image);
                let shift = graph.scalar(SHIFTS + i);
                let identity = graph.mul(shift, x);
                let identity = graph.add(value, identity);
                right = graph.mul(right, identity);
            }
            let difference = graph.sub(left, right);
            constraints.push(graph.mul(active, difference));
        }
        constraints
    }
}
