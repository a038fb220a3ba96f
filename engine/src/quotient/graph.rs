//! Expressions as a graph in which nothing occurs twice.

use ff::Field;
use halo2curves::bn256::Fr;
use std::collections::HashMap;

/// A factor of two to this power is still added up; more additions would cost what a product costs.
const MAX_DOUBLINGS: u64 = 3;

/// A node's number. A node's operands have smaller numbers.
pub type Id = u32;

/// What a node computes in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number known at compile time.
    Constant(Fr),
    /// A number known before the first row, by its place in a table.
    Scalar(u32),
    /// A cell of a column, so many rows further down.
    Cell {
        /// Which column.
        column: u32,
        /// How many rows further down, cyclically.
        rotation: i32,
    },
    /// a + b
    Add(Id, Id),
    /// a - b
    Sub(Id, Id),
    /// a b
    Mul(Id, Id),
}

/// A graph under construction.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    ids: HashMap<Node, Id>,
}

impl Graph {
    /// The nodes, operands first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of this number.
    pub fn node(&self, id: Id) -> Node {
        self.nodes[id as usize]
    }

    fn intern(&mut self, node: Node) -> Id {
        *self.ids.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            (self.nodes.len() - 1) as Id
        })
    }

    /// A number.
    pub fn constant(&mut self, value: Fr) -> Id {
        self.intern(Node::Constant(value))
    }

    /// A number from the table.
    pub fn scalar(&mut self, index: u32) -> Id {
        self.intern(Node::Scalar(index))
    }

    /// A cell.
    pub fn cell(&mut self, column: u32, rotation: i32) -> Id {
        self.intern(Node::Cell { column, rotation })
    }

    fn known(&self, id: Id) -> Option<Fr> {
        match self.node(id) {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// What this node is the negative of.
    fn negated(&self, id: Id) -> Option<Id> {
        match self.node(id) {
            Node::Sub(zero, x) if self.known(zero) == Some(Fr::ZERO) => Some(x),
            _ => None,
        }
    }

    /// a + b
    pub fn add(&mut self, a: Id, b: Id) -> Id {
        match (self.known(a), self.known(b)) {
            (Some(a), Some(b)) => self.constant(a + b),
            (Some(zero), None) if zero == Fr::ZERO => b,
            (None, Some(zero)) if zero == Fr::ZERO => a,
            _ => match (self.negated(a), self.negated(b)) {
                (_, Some(b)) => self.sub(a, b),
                (Some(a), None) => self.sub(b, a),
                (None, None) => self.intern(Node::Add(a.min(b), a.max(b))),
            },
        }
    }

    /// a - b
    pub fn sub(&mut self, a: Id, b: Id) -> Id {
        match (self.known(a), self.known(b)) {
            (Some(a), Some(b)) => self.constant(a - b),
            (None, Some(zero)) if zero == Fr::ZERO => a,
            _ if a == b => self.constant(Fr::ZERO),
            _ => self.intern(Node::Sub(a, b)),
        }
    }

    /// -a
    pub fn negate(&mut self, a: Id) -> Id {
        if let Node::Sub(x, y) = self.node(a) {
            return self.sub(y, x);
        }
        let zero = self.constant(Fr::ZERO);
        self.sub(zero, a)
    }

    /// a b. Products with 0, 1, -1 and small powers of two need no multiplication.
    pub fn mul(&mut self, a: Id, b: Id) -> Id {
        match (self.known(a), self.known(b)) {
            (Some(a), Some(b)) => self.constant(a * b),
            (Some(factor), None) => self.scale(b, factor),
            (None, Some(factor)) => self.scale(a, factor),
            _ => self.intern(Node::Mul(a.min(b), a.max(b))),
        }
    }

    fn scale(&mut self, a: Id, factor: Fr) -> Id {
        if factor == Fr::ZERO {
            return self.constant(Fr::ZERO);
        }
        if factor == -Fr::ONE {
            return self.negate(a);
        }
        for doublings in 0..=MAX_DOUBLINGS {
            if factor == Fr::from(1 << doublings) {
                return (0..doublings).fold(a, |a, _| self.add(a, a));
            }
        }
        let factor = self.constant(factor);
        self.intern(Node::Mul(a.min(factor), a.max(factor)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Graph, Node};
    use ff::Field;
    use halo2curves::bn256::Fr;

    #[test]
    fn nothing_occurs_twice() {
        let mut graph = Graph::default();
        let (a, b) = (graph.cell(0, 0), graph.cell(1, -1));
        assert_eq!(graph.mul(a, b), graph.mul(b, a));
        assert_eq!(graph.add(a, b), graph.add(b, a));
        assert_ne!(graph.sub(a, b), graph.sub(b, a));
        assert_eq!(graph.nodes().len(), 6);
    }

    #[test]
    fn constants_are_folded() {
        let mut graph = Graph::default();
        let a = graph.cell(0, 0);
        let [zero, one, two, three] = [0, 1, 2, 3].map(|n| graph.constant(Fr::from(n)));
        assert_eq!(graph.mul(a, zero), zero);
        assert_eq!(graph.mul(one, a), a);
        assert_eq!(graph.add(zero, a), a);
        assert_eq!(graph.sub(a, a), zero);
        assert_eq!(graph.add(one, two), three);
        let doubled = graph.mul(two, a);
        assert_eq!(graph.node(doubled), Node::Add(a, a));
        let eight = graph.constant(Fr::from(8));
        let four = graph.add(doubled, doubled);
        assert_eq!(graph.mul(eight, a), graph.add(four, four));
        let minus_one = graph.constant(-Fr::ONE);
        assert_eq!(graph.mul(minus_one, a), graph.sub(zero, a));
    }

    #[test]
    fn a_negated_difference_is_turned_round() {
        let mut graph = Graph::default();
        let (a, b) = (graph.cell(0, 0), graph.cell(1, 0));
        let difference = graph.sub(a, b);
        assert_eq!(graph.negate(difference), graph.sub(b, a));
    }
}
