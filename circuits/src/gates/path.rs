//! Tree paths: the row after a hash holds four children, and the hash is one of them.
//!
//! Which of the four is nobody's business, so no position bits are needed: the product of the four
//! differences is zero. A node's value is `P(children)[0] + children[0]`; the children stand in the
//! permutation's input row, 23 rows above its output.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | leaf is a child | (hash - a)(hash - b)(hash - c)(hash - d) = 0, hash = state_0 | 4 + 2 |
//! | node is a child | the same with node = state_0 + state_0 of 23 rows above | 4 + 2 |
//! | node output | desk_0 = node | 1 + 5 |

use super::permutation::ROWS;
use super::{Constraints, gate, when};
use crate::circuit::columns::{Columns, View};
use crate::circuit::ops::Op;
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// From a permutation's output to its input.
const FEED_FORWARD: i32 = 1 - ROWS as i32;

pub(super) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    gate(meta, columns, "path: leaf", |view| {
        let leaf = view.state0(0);
        let constraints = vec![("leaf is a child", differences(view, leaf))];
        when(view.op(Op::PathLeaf), constraints)
    });
    gate(meta, columns, "path: node", |view| {
        let node = node(view);
        let constraints = vec![("node is a child", differences(view, node))];
        when(view.op(Op::PathNode), constraints)
    });
    gate(meta, columns, "path: output", gate_output);
}

fn gate_output(view: &mut View<'_, '_>) -> Constraints {
    let [desk] = view.desk();
    let node = node(view);
    when(view.op(Op::NodeOutput), vec![("node output", desk - node)])
}

fn node(view: &mut View<'_, '_>) -> Expression<Fr> {
    view.state0(0) + view.state0(FEED_FORWARD)
}

fn differences(view: &mut View<'_, '_>, value: Expression<Fr>) -> Expression<Fr> {
    let [a, b, c, d] = view.state(1).map(|child| value.clone() - child);
    a * b * (c * d)
}
