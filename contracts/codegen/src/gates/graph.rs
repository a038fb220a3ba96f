//! Expressions as a graph in which equal subexpressions are one node.

use crate::model::{Gate, Unsupported};
use ff::Field;
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;
use std::collections::HashMap;

/// A node's position; operands come before the nodes that use them.
pub type Id = usize;

/// Which evaluation a leaf is: a position in the proof, moved by `stride` from lane to lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Evaluation of an advice query.
    Advice {
        /// In the first lane.
        query: usize,
        /// Added for every further lane; 0 outside of lanes.
        stride: usize,
    },
    /// Evaluation of a fixed query.
    Fixed(usize),
    /// Evaluation of the public inputs' column.
    Instance,
}

/// A node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number.
    Constant(Fr),
    /// A leaf.
    Cell(Cell),
    /// `-a`.
    Negated(Id),
    /// `a + b`.
    Sum(Id, Id),
    /// `a b`.
    Product(Id, Id),
}

/// Nodes, each once.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    ids: HashMap<Node, Id>,
    advice_queries: Vec<(usize, i32)>,
    fixed_queries: Vec<(usize, i32)>,
}

impl Graph {
    /// An empty graph over the queries of a circuit.
    pub fn new(advice_queries: &[(usize, i32)], fixed_queries: &[(usize, i32)]) -> Self {
        Self {
            advice_queries: advice_queries.to_vec(),
            fixed_queries: fixed_queries.to_vec(),
            ..Self::default()
        }
    }

    /// All nodes, operands first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Operands of a node.
    pub fn operands(&self, id: Id) -> Vec<Id> {
        match self.nodes[id] {
            Node::Constant(_) | Node::Cell(_) => Vec::new(),
            Node::Negated(a) => vec![a],
            Node::Sum(a, b) | Node::Product(a, b) => vec![a, b],
        }
    }

    /// Whether a node has no operands.
    pub fn is_leaf(&self, id: Id) -> bool {
        matches!(self.nodes[id], Node::Constant(_) | Node::Cell(_))
    }

    /// What all of several products are multiplied with, if they are, and what is left of them.
    pub(crate) fn factored(&self, products: Vec<Id>) -> (Option<Id>, Vec<Id>) {
        let without = |factor: Id| -> Option<Vec<Id>> {
            let rest = |&product: &Id| match self.nodes[product] {
                Node::Product(a, b) if a == factor => Some(b),
                Node::Product(a, b) if b == factor => Some(a),
                _ => None,
            };
            products.iter().map(rest).collect()
        };
        let candidates = match products[..] {
            [first, _, ..] => self.operands(first),
            _ => Vec::new(),
        };
        let factor = candidates
            .into_iter()
            .filter(|&id| !matches!(self.nodes[id], Node::Constant(_)))
            .find_map(|factor| Some((factor, without(factor)?)));
        match factor {
            Some((factor, rest)) => (Some(factor), rest),
            None => (None, products),
        }
    }

    /// The constraints of one gate in several lanes, as nodes of the first; `None` if the gates are not lanes of
    /// one gate.
    pub(crate) fn lanes(&mut self, gates: &[Gate]) -> Result<Option<Vec<Id>>, Unsupported> {
        let constraints = gates.first().map_or(0, |gate| gate.constraints.len());
        (0..constraints)
            .map(|i| {
                let lanes: Vec<_> = gates.iter().map(|gate| &gate.constraints[i]).collect();
                self.insert(&lanes)
            })
            .collect()
    }

    /// Node of an expression that is given once for every lane.
    fn insert(&mut self, lanes: &[&Expression<Fr>]) -> Result<Option<Id>, Unsupported> {
        let node = match lanes[0] {
            Expression::Selector(_) => return Err(Unsupported::Selector),
            Expression::Challenge(_) => return Err(Unsupported::Challenges(1)),
            Expression::Constant(value) => {
                let same = |lane: &&Expression<Fr>| matches!(lane, Expression::Constant(other) if other == value);
                lanes.iter().all(same).then_some(Node::Constant(*value))
            }
            Expression::Fixed(_) | Expression::Advice(_) | Expression::Instance(_) => {
                self.cell(lanes).map(Node::Cell)
            }
            Expression::Negated(_) => {
                let inner = all(lanes, |lane| match lane {
                    Expression::Negated(inner) => Some(inner.as_ref()),
                    _ => None,
                });
                self.operand(inner)?.map(Node::Negated)
            }
            Expression::Scaled(_, scale) => {
                let inner = all(lanes, |lane| match lane {
                    Expression::Scaled(inner, other) if other == scale => Some(inner.as_ref()),
                    _ => None,
                });
                let scale = self.node(Node::Constant(*scale));
                self.operand(inner)?
                    .map(|inner| Node::Product(scale, inner))
            }
            Expression::Sum(..) => {
                let left = all(lanes, |lane| match lane {
                    Expression::Sum(a, _) => Some(a.as_ref()),
                    _ => None,
                });
                let right = all(lanes, |lane| match lane {
                    Expression::Sum(_, b) => Some(b.as_ref()),
                    _ => None,
                });
                let operands = self.operand(left)?.zip(self.operand(right)?);
                operands.map(|(a, b)| Node::Sum(a, b))
            }
            Expression::Product(..) => {
                let left = all(lanes, |lane| match lane {
                    Expression::Product(a, _) => Some(a.as_ref()),
                    _ => None,
                });
                let right = all(lanes, |lane| match lane {
                    Expression::Product(_, b) => Some(b.as_ref()),
                    _ => None,
                });
                let operands = self.operand(left)?.zip(self.operand(right)?);
                operands.map(|(a, b)| Node::Product(a, b))
            }
        };
        Ok(node.map(|node| self.node(node)))
    }

    fn operand(&mut self, lanes: Option<Vec<&Expression<Fr>>>) -> Result<Option<Id>, Unsupported> {
        lanes.map_or(Ok(None), |lanes| self.insert(&lanes))
    }

    /// The cell that the lanes' leaves are, if they are equally far apart.
    fn cell(&self, lanes: &[&Expression<Fr>]) -> Option<Cell> {
        let cells: Vec<_> = lanes
            .iter()
            .map(|lane| self.query(lane))
            .collect::<Option<_>>()?;
        let &[first, second, ..] = &cells[..] else {
            return cells.first().copied();
        };
        if let (Cell::Advice { query, .. }, Cell::Advice { query: next, .. }) = (first, second) {
            let stride = next.checked_sub(query)?;
            let moved = |(lane, cell): (usize, &Cell)| matches!(*cell, Cell::Advice { query: at, .. } if at == query + lane * stride);
            return cells
                .iter()
                .enumerate()
                .all(moved)
                .then_some(Cell::Advice { query, stride });
        }
        cells.iter().all(|&cell| cell == first).then_some(first)
    }

    fn query(&self, leaf: &Expression<Fr>) -> Option<Cell> {
        let position = |queries: &[(usize, i32)], column, rotation| {
            queries
                .iter()
                .position(|&query| query == (column, rotation))
        };
        match leaf {
            Expression::Advice(query) => {
                let at = (query.column_index(), query.rotation().0);
                position(&self.advice_queries, at.0, at.1)
                    .map(|query| Cell::Advice { query, stride: 0 })
            }
            Expression::Fixed(query) => {
                let at = (query.column_index(), query.rotation().0);
                position(&self.fixed_queries, at.0, at.1).map(Cell::Fixed)
            }
            Expression::Instance(_) => Some(Cell::Instance),
            _ => None,
        }
    }

    /// The node, made once, after what arithmetic can simplify.
    fn node(&mut self, node: Node) -> Id {
        let node = match node {
            Node::Negated(a) => match self.nodes[a] {
                Node::Constant(value) => Node::Constant(-value),
                Node::Negated(inner) => return inner,
                Node::Product(scale, inner) => match self.nodes[scale] {
                    Node::Constant(value) => {
                        let scale = self.node(Node::Constant(-value));
                        return self.node(Node::Product(scale, inner));
                    }
                    _ => node,
                },
                _ => node,
            },
            Node::Sum(a, b) => match (self.nodes[a], self.nodes[b]) {
                (Node::Constant(a), Node::Constant(b)) => Node::Constant(a + b),
                (Node::Constant(zero), _) if bool::from(zero.is_zero()) => return b,
                (_, Node::Constant(zero)) if bool::from(zero.is_zero()) => return a,
                _ => Node::Sum(a.min(b), a.max(b)),
            },
            Node::Product(a, b) => match (self.nodes[a], self.nodes[b]) {
                (Node::Constant(a), Node::Constant(b)) => Node::Constant(a * b),
                (Node::Constant(one), _) if one == Fr::ONE => return b,
                (_, Node::Constant(one)) if one == Fr::ONE => return a,
                // A constant stands first.
                (_, Node::Constant(_)) => Node::Product(b, a),
                (Node::Constant(_), _) => Node::Product(a, b),
                _ => Node::Product(a.min(b), a.max(b)),
            },
            leaf => leaf,
        };
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = self.nodes.len();
        self.nodes.push(node);
        self.ids.insert(node, id);
        id
    }
}

/// The same part of every lane's expression, if all have it.
fn all<'e>(
    lanes: &[&'e Expression<Fr>],
    part: impl Fn(&'e Expression<Fr>) -> Option<&'e Expression<Fr>>,
) -> Option<Vec<&'e Expression<Fr>>> {
    lanes.iter().map(|&lane| part(lane)).collect()
}
