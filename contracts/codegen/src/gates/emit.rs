//! The graph as Yul text.
//!
//! Every text has a bound: its value is at most `bound * r`, and five times r fits a word, so sums need no reduction
//! until then; `mulmod` takes any word. Temporary values lie in memory slots that are used again once
//! nothing needs them: an inline assembly's stack is short.

use super::Group;
use super::graph::{Cell, Graph, Id, Node};
use crate::memory::Memory;
use crate::word::{WORD, address, literal};
use halo2curves::bn256::Fr;
use std::collections::BTreeSet;

/// Values below this many times r fit a word.
const MAX_BOUND: u8 = 5;
/// Words on the stack that one expression may take: `swap` and `dup` reach 16, and variables lie there too.
const MAX_DEPTH: usize = 7;
/// Gas of reading or writing a word at a known address.
const MEMORY_GAS: usize = 6;

/// A gate's code.
#[derive(Clone, Debug)]
pub struct Block {
    /// The gate's name.
    pub name: String,
    /// Statements that do not depend on the lane.
    pub before: Vec<String>,
    /// Distances in bytes by which cells move from lane to lane; empty outside of a loop.
    pub strides: Vec<usize>,
    /// How many lanes.
    pub lanes: usize,
    /// Statements, in every lane.
    pub body: Vec<String>,
}

/// All gates' code.
#[derive(Clone, Debug)]
pub struct GatesCode {
    /// In order.
    pub blocks: Vec<Block>,
    /// Powers of y that the blocks read, as (exponent, address); exponents from 2, without a gap.
    pub powers: Vec<(usize, String)>,
    /// Memory slots that the code uses.
    pub slots: usize,
}

/// The code of `groups`, with its slots at [`Memory::slots`].
pub(crate) fn emit(graph: &Graph, groups: &[Group], memory: &Memory) -> GatesCode {
    let widest = groups.iter().map(|group| group.roots.len()).max();
    let powers = widest.map_or(0, |most| most.saturating_sub(1));
    let mut emitter = Emitter::new(graph, groups, memory, powers);
    let blocks = groups.iter().map(|group| emitter.block(group)).collect();
    GatesCode {
        blocks,
        powers: (0..powers)
            .map(|i| (i + 2, address(memory.slots + i * WORD)))
            .collect(),
        slots: emitter.slots,
    }
}

/// Yul of a node.
#[derive(Clone)]
struct Text {
    code: String,
    bound: u8,
    depth: usize,
}

struct Emitter<'a> {
    graph: &'a Graph,
    memory: &'a Memory,
    /// Whether a node is the same in all lanes.
    steady: Vec<bool>,
    stored: Vec<bool>,
    /// Times that the node will still be read.
    reads: Vec<usize>,
    /// Where a stored node lies, with its bound.
    at: Vec<Option<(usize, u8)>>,
    free: BTreeSet<usize>,
    /// Slots to be free when the block ends (a loop may come back to them), with the node that lies there.
    ending: Vec<(usize, Option<Id>)>,
    slots: usize,
    strides: Vec<usize>,
    statements: Vec<String>,
}

impl<'a> Emitter<'a> {
    fn new(graph: &'a Graph, groups: &[Group], memory: &'a Memory, powers: usize) -> Self {
        let count = graph.nodes().len();
        let mut steady = vec![true; count];
        for id in 0..count {
            steady[id] = match graph.nodes()[id] {
                Node::Cell(Cell::Advice { stride, .. }) => stride == 0,
                _ => graph.operands(id).iter().all(|&operand| steady[operand]),
            };
        }
        let mut emitter = Self {
            graph,
            memory,
            steady,
            stored: vec![false; count],
            reads: vec![0; count],
            at: vec![None; count],
            free: BTreeSet::new(),
            ending: Vec::new(),
            slots: powers,
            strides: Vec::new(),
            statements: Vec::new(),
        };
        emitter.decide(groups);
        emitter
    }

    /// Decides what is stored, and counts how often it will be read.
    ///
    /// A lane's nodes belong to their block; what all lanes share belongs to all blocks, and is stored before a
    /// loop that needs it, whatever it costs.
    fn decide(&mut self, groups: &[Group]) {
        let costs = self.costs();
        let mut hoisted = vec![false; self.stored.len()];
        let mut shared_reads = vec![0; self.stored.len()];
        for group in groups {
            let mut reads = vec![0; self.stored.len()];
            for (root, times) in self.root_reads(group) {
                reads[root] += times;
            }
            for id in (0..reads.len()).rev().filter(|&id| !self.steady[id]) {
                if reads[id] == 0 {
                    continue;
                }
                self.reads[id] += reads[id];
                self.stored[id] |= worth_storing(reads[id], costs[id]);
                let times = if self.stored[id] { 1 } else { reads[id] };
                for operand in self.graph.operands(id) {
                    reads[operand] += times;
                }
            }
            for id in (0..reads.len()).filter(|&id| self.steady[id] && reads[id] > 0) {
                hoisted[id] |= group.lanes > 1;
                shared_reads[id] += reads[id];
            }
        }
        for id in (0..shared_reads.len()).rev() {
            if !self.steady[id] || shared_reads[id] == 0 {
                continue;
            }
            self.reads[id] = shared_reads[id];
            self.stored[id] =
                !self.is_leaf(id) && (hoisted[id] || worth_storing(shared_reads[id], costs[id]));
            let times = if self.stored[id] { 1 } else { shared_reads[id] };
            for operand in self.graph.operands(id) {
                shared_reads[operand] += times;
            }
        }
    }

    /// Gas of computing a node once, with what several nodes need already stored.
    fn costs(&self) -> Vec<usize> {
        let nodes = self.graph.nodes();
        let mut users = vec![0; nodes.len()];
        for id in 0..nodes.len() {
            for operand in self.graph.operands(id) {
                users[operand] += 1;
            }
        }
        let mut costs: Vec<usize> = vec![0; nodes.len()];
        for (id, node) in nodes.iter().enumerate() {
            let operands: usize = self
                .graph
                .operands(id)
                .into_iter()
                .map(|operand| match users[operand] {
                    0 | 1 => costs[operand],
                    _ => costs[operand].min(MEMORY_GAS),
                })
                .sum();
            costs[id] = operands
                + match node {
                    Node::Constant(_) => 3,
                    Node::Cell(Cell::Advice { stride: 1.., .. }) => 12,
                    Node::Cell(_) | Node::Negated(_) => 6,
                    Node::Sum(..) => 3,
                    Node::Product(..) => 11,
                };
        }
        costs
    }

    /// The nodes that a block reads, with how often.
    fn root_reads(&self, group: &Group) -> Vec<(Id, usize)> {
        match self.common_factor(group) {
            Some(factor) => std::iter::once(factor)
                .chain(group.roots.iter().map(|&root| self.other(root, factor)))
                .map(|id| (id, 1))
                .collect(),
            None => group.roots.iter().map(|&root| (root, 1)).collect(),
        }
    }

    /// A selector that all constraints of a gate are multiplied with: it is taken out of their sum.
    fn common_factor(&self, group: &Group) -> Option<Id> {
        let Node::Product(a, b) = self.graph.nodes()[*group.roots.first()?] else {
            return None;
        };
        let divides = |factor: Id| {
            group.roots.iter().all(|&root| {
                matches!(self.graph.nodes()[root], Node::Product(a, b) if a == factor || b == factor)
            })
        };
        let several = group.roots.len() > 1;
        [a, b].into_iter().find(|&factor| {
            several && !matches!(self.graph.nodes()[factor], Node::Constant(_)) && divides(factor)
        })
    }

    fn other(&self, product: Id, factor: Id) -> Id {
        match self.graph.nodes()[product] {
            Node::Product(a, b) if a == factor => b,
            Node::Product(a, _) => a,
            _ => product,
        }
    }

    fn is_leaf(&self, id: Id) -> bool {
        matches!(self.graph.nodes()[id], Node::Constant(_) | Node::Cell(_))
    }

    fn block(&mut self, group: &Group) -> Block {
        self.strides.clear();
        if group.lanes > 1 {
            self.hoist(group);
        }
        let before = std::mem::take(&mut self.statements);
        match self.common_factor(group) {
            Some(factor) => self.factored(group, factor),
            None => {
                for &root in &group.roots {
                    let constraint = self.addend(root);
                    self.statements.push(format!(
                        "eval := add(mulmod(eval, y, r), {})",
                        constraint.code
                    ));
                }
            }
        }
        // A lane's values are the lane's: another block computes its own.
        for id in (0..self.at.len()).filter(|&id| !self.steady[id]) {
            let slot = self.at[id].take();
            self.free.extend(slot.map(|(slot, _)| slot));
        }
        for (slot, node) in self.ending.drain(..) {
            self.free.insert(slot);
            if let Some(id) = node {
                self.at[id] = None;
            }
        }
        Block {
            name: group.name.clone(),
            before,
            strides: self.strides.clone(),
            lanes: group.lanes,
            body: std::mem::take(&mut self.statements),
        }
    }

    /// `eval = eval y^n + factor (c_1 y^(n-1) + ... + c_n)`.
    fn factored(&mut self, group: &Group, factor: Id) {
        for (i, &root) in group.roots.iter().enumerate() {
            let constraint = self.addend(self.other(root, factor));
            self.statements.push(match i {
                0 => format!("let e := {}", constraint.code),
                _ => format!("e := add(mulmod(e, y, r), {})", constraint.code),
            });
        }
        let factor = self.read(factor);
        let power = self.memory.slots + (group.roots.len() - 2) * WORD;
        self.statements.push(format!(
            "eval := add(mulmod(eval, mload({}), r), mulmod(e, {}, r))",
            address(power),
            factor.code
        ));
    }

    /// Stores what all lanes of a block share.
    fn hoist(&mut self, group: &Group) {
        let mut seen = BTreeSet::new();
        let mut queue: Vec<Id> = self
            .root_reads(group)
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        while let Some(id) = queue.pop() {
            if !seen.insert(id) {
                continue;
            }
            if !self.steady[id] {
                queue.extend(self.graph.operands(id));
            } else if !self.is_leaf(id) {
                self.store(id);
            }
        }
    }

    /// A node's text as something that can be added to a product.
    fn addend(&mut self, id: Id) -> Text {
        let text = self.read(id);
        self.below(text, MAX_BOUND)
    }

    /// The same value with a smaller bound.
    fn below(&self, text: Text, bound: u8) -> Text {
        if text.bound < bound {
            return text;
        }
        Text {
            code: format!("mod({}, r)", text.code),
            bound: 1,
            depth: text.depth + 1,
        }
    }

    /// Text that reads a node, which may be stored before.
    fn read(&mut self, id: Id) -> Text {
        if !self.stored[id] {
            self.reads[id] = self.reads[id].saturating_sub(1);
            let text = self.compute(id);
            return self.shallow(text);
        }
        let (slot, bound) = self.store(id);
        self.reads[id] = self.reads[id].saturating_sub(1);
        if self.reads[id] == 0 {
            self.ending.push((slot, Some(id)));
        }
        self.loaded(slot, bound)
    }

    fn loaded(&self, slot: usize, bound: u8) -> Text {
        Text {
            code: format!("mload({})", address(self.memory.slots + slot * WORD)),
            bound,
            depth: 1,
        }
    }

    fn store(&mut self, id: Id) -> (usize, u8) {
        if let Some(at) = self.at[id] {
            return at;
        }
        let text = self.compute(id);
        let bound = text.bound;
        let slot = self.write(text);
        self.at[id] = Some((slot, bound));
        (slot, bound)
    }

    fn write(&mut self, text: Text) -> usize {
        let slot = self.free.pop_first().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        });
        let at = address(self.memory.slots + slot * WORD);
        self.statements.push(format!("mstore({at}, {})", text.code));
        slot
    }

    /// A text that is too deep for the stack goes to memory.
    fn shallow(&mut self, text: Text) -> Text {
        if text.depth <= MAX_DEPTH {
            return text;
        }
        let bound = text.bound;
        let slot = self.write(text);
        self.ending.push((slot, None));
        self.loaded(slot, bound)
    }

    fn compute(&mut self, id: Id) -> Text {
        match self.graph.nodes()[id] {
            Node::Constant(value) => Text {
                code: literal(&value),
                bound: 1,
                depth: 1,
            },
            Node::Cell(cell) => self.cell(cell),
            Node::Negated(a) => {
                let text = self.read(a);
                let text = self.below(text, 2);
                Text {
                    code: format!("sub(r, {})", text.code),
                    bound: 1,
                    depth: text.depth.max(2),
                }
            }
            Node::Sum(a, b) => {
                let (a, b) = (self.read(a), self.read(b));
                let (a, b) = deeper_last(a, b);
                if a.bound + b.bound <= MAX_BOUND {
                    return Text {
                        code: format!("add({}, {})", a.code, b.code),
                        bound: a.bound + b.bound,
                        depth: b.depth.max(1 + a.depth),
                    };
                }
                Text {
                    code: format!("addmod({}, {}, r)", a.code, b.code),
                    bound: 1,
                    depth: (1 + b.depth).max(2 + a.depth),
                }
            }
            Node::Product(a, b) => {
                let small = self.small(a);
                let (a, b) = (self.read(a), self.read(b));
                let (a, b) = deeper_last(a, b);
                if let Some(bound) = small.and_then(|times| times.checked_mul(b.bound))
                    && bound <= MAX_BOUND
                {
                    return Text {
                        code: format!("mul({}, {})", a.code, b.code),
                        bound,
                        depth: b.depth.max(1 + a.depth),
                    };
                }
                Text {
                    code: format!("mulmod({}, {}, r)", a.code, b.code),
                    bound: 1,
                    depth: (1 + b.depth).max(2 + a.depth),
                }
            }
        }
    }

    /// A constant so small that a product with it fits a word.
    fn small(&self, id: Id) -> Option<u8> {
        match self.graph.nodes()[id] {
            Node::Constant(value) => (1..=MAX_BOUND).find(|&n| Fr::from(u64::from(n)) == value),
            _ => None,
        }
    }

    fn cell(&mut self, cell: Cell) -> Text {
        let at = self.memory.cell(cell);
        let Cell::Advice { stride: 1.., .. } = cell else {
            return Text {
                code: format!("mload({})", address(at)),
                bound: 1,
                depth: 1,
            };
        };
        let Cell::Advice { stride, .. } = cell else {
            unreachable!("matched above")
        };
        let stride = stride * WORD;
        let place = self.strides.iter().position(|&other| other == stride);
        let place = place.unwrap_or_else(|| {
            self.strides.push(stride);
            self.strides.len() - 1
        });
        Text {
            code: format!("mload(add(o{place}, {}))", address(at)),
            bound: 1,
            depth: 2,
        }
    }
}

/// Arguments are evaluated from the right: the deeper one comes first then.
fn deeper_last(a: Text, b: Text) -> (Text, Text) {
    if a.depth > b.depth { (b, a) } else { (a, b) }
}

/// Whether to store what costs `cost` and is read `reads` times.
fn worth_storing(reads: usize, cost: usize) -> bool {
    reads > 1 && (reads - 1) * cost > MEMORY_GAS * (reads + 1)
}
