//! What the gates cost the prover: the calculations that halo2's evaluator makes of them in every
//! row of every coset of the quotient.

use super::*;
use halo2_proofs::plonk::Expression;
use std::collections::HashMap;

/// A calculation of the evaluator over earlier ones; equal ones are made once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Node {
    Constant([u8; 32]),
    Cell(u8, usize, i32),
    Add(usize, usize),
    Sub(usize, usize),
    Negate(usize),
    Double(usize),
    Product(usize, usize),
}

#[derive(Default)]
struct Graph {
    nodes: HashMap<Node, usize>,
    products: usize,
    sums: usize,
}

impl Graph {
    fn node(&mut self, node: Node) -> usize {
        if let Some(&known) = self.nodes.get(&node) {
            return known;
        }
        match node {
            Node::Constant(_) => {}
            Node::Product(..) => self.products += 1,
            _ => self.sums += 1,
        }
        let name = self.nodes.len();
        self.nodes.insert(node, name);
        name
    }

    fn constant(&mut self, value: Fr) -> usize {
        self.node(Node::Constant(value.to_bytes()))
    }

    /// As the evaluator's `add_expression`.
    fn add(&mut self, expression: &Expression<Fr>) -> usize {
        let [zero, one, two] = [0, 1, 2].map(|v| self.constant(Fr::from(v)));
        match expression {
            Expression::Constant(value) => self.constant(*value),
            Expression::Fixed(q) => self.node(Node::Cell(0, q.column_index(), q.rotation().0)),
            Expression::Advice(q) => self.node(Node::Cell(1, q.column_index(), q.rotation().0)),
            Expression::Instance(q) => self.node(Node::Cell(2, q.column_index(), q.rotation().0)),
            Expression::Selector(_) | Expression::Challenge(_) => unreachable!("we have none"),
            Expression::Negated(a) => match &**a {
                Expression::Constant(value) => self.constant(-value),
                a => match self.add(a) {
                    a if a == zero => zero,
                    a => self.node(Node::Negate(a)),
                },
            },
            Expression::Sum(a, b) => match &**b {
                Expression::Negated(b) => {
                    let (a, b) = (self.add(a), self.add(b));
                    match (a, b) {
                        _ if a == zero => self.node(Node::Negate(b)),
                        _ if b == zero => a,
                        _ => self.node(Node::Sub(a, b)),
                    }
                }
                b => {
                    let (a, b) = (self.add(a), self.add(b));
                    match (a, b) {
                        _ if a == zero => b,
                        _ if b == zero => a,
                        _ => self.node(Node::Add(a.min(b), a.max(b))),
                    }
                }
            },
            Expression::Product(a, b) => {
                let (a, b) = (self.add(a), self.add(b));
                match (a, b) {
                    _ if a == zero || b == zero => zero,
                    _ if a == one => b,
                    _ if b == one => a,
                    _ if a == two => self.node(Node::Double(b)),
                    _ if b == two => self.node(Node::Double(a)),
                    _ => self.node(Node::Product(a.min(b), a.max(b))),
                }
            }
            Expression::Scaled(a, scale) => {
                if *scale == Fr::ZERO {
                    return zero;
                }
                let a = self.add(a);
                if *scale == Fr::ONE {
                    return a;
                }
                let scale = self.constant(*scale);
                self.node(Node::Product(a, scale))
            }
        }
    }
}

/// Calculations of a row of a coset.
pub(super) struct Price {
    /// Products and squares, one more for each polynomial: its power of the challenge.
    pub(super) products: usize,
    /// Sums, differences, doublings, and looking at a cell.
    pub(super) sums: usize,
}

impl Price {
    pub(super) fn of(cs: &ConstraintSystem<Fr>) -> Self {
        let mut graph = Graph::default();
        let mut polynomials = 0;
        for polynomial in cs.gates().iter().flat_map(|gate| gate.polynomials()) {
            graph.add(polynomial);
            polynomials += 1;
        }
        Self {
            products: graph.products + polynomials,
            sums: graph.sums + polynomials,
        }
    }
}
