//! The graph as Yul text.
//!
//! Every text has a bound: its value is at most `bound * r`, and five times r fits a word, so sums need no reduction
//! until then; `mulmod` takes any word. Temporary values lie in memory slots that are used again once
//! nothing needs them: an inline assembly's stack is short.

use super::Group;
use super::graph::{Cell, Graph, Id, Node};
use super::plan::Plan;
use crate::memory::Memory;
use crate::word::{WORD, address, literal};
use halo2curves::bn256::Fr;
use std::collections::BTreeSet;

/// Values below this many times r fit a word.
const MAX_BOUND: u8 = 5;
/// Words on the stack that one expression may take: `swap` and `dup` reach 16, and variables lie there too.
const MAX_DEPTH: usize = 7;

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
    let widest = groups.iter().map(|group| group.constraints.len()).max();
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
    plan: Plan,
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
        Self {
            graph,
            memory,
            plan: Plan::new(graph, groups),
            at: vec![None; graph.nodes().len()],
            free: BTreeSet::new(),
            ending: Vec::new(),
            slots: powers,
            strides: Vec::new(),
            statements: Vec::new(),
        }
    }

    fn block(&mut self, group: &Group) -> Block {
        self.strides.clear();
        if group.lanes > 1 {
            self.hoist(group);
        }
        let before = std::mem::take(&mut self.statements);
        match group.factor {
            Some(factor) => self.factored(group, factor),
            None => {
                for &constraint in &group.constraints {
                    let constraint = self.addend(constraint);
                    self.statements.push(format!(
                        "eval := add(mulmod(eval, y, r), {})",
                        constraint.code
                    ));
                }
            }
        }
        // A lane's values are the lane's: another block computes its own.
        for id in (0..self.at.len()).filter(|&id| !self.plan.steady[id]) {
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
        for (i, &constraint) in group.constraints.iter().enumerate() {
            let constraint = self.addend(constraint);
            self.statements.push(match i {
                0 => format!("let e := {}", constraint.code),
                _ => format!("e := add(mulmod(e, y, r), {})", constraint.code),
            });
        }
        let factor = self.read(factor);
        let power = self.memory.slots + (group.constraints.len() - 2) * WORD;
        self.statements.push(format!(
            "eval := add(mulmod(eval, mload({}), r), mulmod(e, {}, r))",
            address(power),
            factor.code
        ));
    }

    /// Stores what all lanes of a block share.
    fn hoist(&mut self, group: &Group) {
        let mut seen = BTreeSet::new();
        let mut queue: Vec<Id> = group.reads().collect();
        while let Some(id) = queue.pop() {
            if !seen.insert(id) {
                continue;
            }
            if !self.plan.steady[id] {
                queue.extend(self.graph.operands(id));
            } else if !self.graph.is_leaf(id) {
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
        if !self.plan.stored[id] {
            self.plan.reads[id] = self.plan.reads[id].saturating_sub(1);
            let text = self.compute(id);
            return self.shallow(text);
        }
        let (slot, bound) = self.store(id);
        self.plan.reads[id] = self.plan.reads[id].saturating_sub(1);
        if self.plan.reads[id] == 0 {
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
