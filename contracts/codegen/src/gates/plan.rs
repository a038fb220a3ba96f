//! What is stored in memory, and what is computed where it is needed.

use super::Group;
use super::graph::{Cell, Graph, Node};

/// Gas of reading or writing a word at a known address.
const MEMORY_GAS: usize = 6;

/// A decision for every node.
pub(super) struct Plan {
    /// Whether it is the same in all lanes.
    pub(super) steady: Vec<bool>,
    /// Whether it is stored.
    pub(super) stored: Vec<bool>,
    /// How often it will be read.
    pub(super) reads: Vec<usize>,
}

impl Plan {
    /// Decides what is stored, and counts how often it will be read.
    ///
    /// A lane's nodes belong to their block; what all lanes share belongs to all blocks, and is stored before a
    /// loop that needs it, whatever it costs.
    pub(super) fn new(graph: &Graph, groups: &[Group]) -> Self {
        let count = graph.nodes().len();
        let costs = costs(graph);
        let mut plan = Self {
            steady: steady(graph),
            stored: vec![false; count],
            reads: vec![0; count],
        };
        let mut hoisted = vec![false; count];
        let mut shared = vec![0; count];
        for group in groups {
            let mut reads = vec![0; count];
            for id in group.reads() {
                reads[id] += 1;
            }
            for id in (0..count).rev().filter(|&id| !plan.steady[id]) {
                if reads[id] > 0 {
                    plan.reads[id] += reads[id];
                    plan.stored[id] |= worth_storing(reads[id], costs[id]);
                    plan.read_operands(graph, id, &mut reads);
                }
            }
            for id in (0..count).filter(|&id| plan.steady[id] && reads[id] > 0) {
                hoisted[id] |= group.lanes > 1;
                shared[id] += reads[id];
            }
        }
        for id in (0..count).rev().filter(|&id| plan.steady[id]) {
            if shared[id] > 0 {
                plan.reads[id] = shared[id];
                let store = hoisted[id] || worth_storing(shared[id], costs[id]);
                plan.stored[id] = store && !graph.is_leaf(id);
                plan.read_operands(graph, id, &mut shared);
            }
        }
        plan
    }

    /// A stored node reads its operands once, any other whenever it is read.
    fn read_operands(&self, graph: &Graph, id: usize, reads: &mut [usize]) {
        let times = if self.stored[id] { 1 } else { reads[id] };
        for operand in graph.operands(id) {
            reads[operand] += times;
        }
    }
}

fn steady(graph: &Graph) -> Vec<bool> {
    let mut steady = vec![true; graph.nodes().len()];
    for (id, node) in graph.nodes().iter().enumerate() {
        steady[id] = match *node {
            Node::Cell(Cell::Advice { stride, .. }) => stride == 0,
            _ => graph.operands(id).iter().all(|&operand| steady[operand]),
        };
    }
    steady
}

/// Gas of computing a node once, with what several nodes need already stored.
fn costs(graph: &Graph) -> Vec<usize> {
    let mut users = vec![0; graph.nodes().len()];
    for id in 0..users.len() {
        for operand in graph.operands(id) {
            users[operand] += 1;
        }
    }
    let mut costs: Vec<usize> = vec![0; users.len()];
    for (id, node) in graph.nodes().iter().enumerate() {
        let operand = |operand: usize| match users[operand] {
            0 | 1 => costs[operand],
            _ => costs[operand].min(MEMORY_GAS),
        };
        let operands: usize = graph.operands(id).into_iter().map(operand).sum();
        let own = match node {
            Node::Constant(_) | Node::Sum(..) => 3,
            Node::Cell(Cell::Advice { stride: 1.., .. }) => 12,
            Node::Cell(_) | Node::Negated(_) => 6,
            Node::Product(..) => 11,
        };
        costs[id] = operands + own;
    }
    costs
}

/// Whether to store what costs `cost` and is read `reads` times.
fn worth_storing(reads: usize, cost: usize) -> bool {
    reads > 1 && (reads - 1) * cost > MEMORY_GAS * (reads + 1)
}
