//! Gates as Yul: expression trees become one graph with every subexpression once.
//!
//! - `graph`: equal subexpressions are one node; gates that exist once per lane become one block
//!   whose cells move by a stride.
//! - `plan`: what is needed more than once is stored in memory where that is cheaper than to compute it again.
//! - `emit`: nodes become text; sums stay unreduced as long as they fit a word.
//!
//! All constraints are folded, in order, into `eval = eval * y + constraint`, as the native verifier does.

mod emit;
mod graph;
mod plan;

pub(crate) use emit::emit;
pub use emit::{Block, GatesCode};
pub use graph::{Cell, Graph, Id, Node};

use crate::model::{Gate, Unsupported};

/// A gate, or the same gate in several lanes.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// How many lanes.
    pub(crate) lanes: usize,
    /// A selector that all constraints are multiplied with: it is taken out of their sum.
    pub(crate) factor: Option<Id>,
    /// The constraints' nodes in the first lane, without `factor`.
    pub(crate) constraints: Vec<Id>,
}

impl Group {
    /// The nodes that its code reads.
    pub(crate) fn reads(&self) -> impl Iterator<Item = Id> + '_ {
        self.factor
            .into_iter()
            .chain(self.constraints.iter().copied())
    }
}

/// The graph of all gates. Consecutive gates of one name that differ only in the cells that they look at, by a
/// constant distance, are lanes of one gate.
pub(crate) fn grouped(gates: &[Gate], graph: &mut Graph) -> Result<Vec<Group>, Unsupported> {
    let mut groups = Vec::new();
    let mut rest = gates;
    while let Some(first) = rest.first() {
        let same = |gate: &&Gate| {
            gate.name == first.name && gate.constraints.len() == first.constraints.len()
        };
        let run = rest.iter().take_while(same).count();
        let (lanes, roots) = match graph.lanes(&rest[..run])? {
            Some(roots) => (run, roots),
            None => {
                let roots = graph.lanes(&rest[..1])?;
                (1, roots.expect("one lane always looks like itself"))
            }
        };
        let (factor, constraints) = graph.factored(roots);
        groups.push(Group {
            name: first.name.clone(),
            lanes,
            factor,
            constraints,
        });
        rest = &rest[lanes..];
    }
    Ok(groups)
}

#[cfg(test)]
mod tests;
