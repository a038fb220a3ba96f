//! Hashes on the desk, and tree paths: the row after a hash holds four children, and the hash is one of them.
//!
//! Which of the four is nobody's business, so no position bits are needed: the product of the four
//! differences is zero. A node's value is `P(children)[0] + children[0]`; the children stand in the
//! permutation's input row, 23 rows above its output.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | leaf is a child | (hash - a)(hash - b)(hash - c)(hash - d) = 0, hash = state_0 | 4 + 2 |
//! | node is a child | the same with node = state_0 + state_0 of 23 rows above | 4 + 2 |
//! | output | desk_0 = state_0 + k_0 (state_0 of 23 rows above) | 2 + 4 |
//!
//! k_0 is a fixed constant: 0 for a sponge's hash, 1 for a tree node.

use super::Constraints;
use super::permutation::ROWS;
use crate::circuit::columns::View;
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;

/// From a permutation's output to its input.
const FEED_FORWARD: i32 = 1 - ROWS as i32;

/// [`Op::PathLeaf`](crate::circuit::ops::Op::PathLeaf).
pub(super) fn leaf(view: &mut View<'_, '_>) -> Constraints {
    let leaf = view.state0(0);
    vec![("leaf is a child", differences(view, leaf))]
}

/// [`Op::PathNode`](crate::circuit::ops::Op::PathNode).
pub(super) fn node(view: &mut View<'_, '_>) -> Constraints {
    let node = node_value(view);
    vec![("node is a child", differences(view, node))]
}

/// [`Op::Output`](crate::circuit::ops::Op::Output).
pub(super) fn output(view: &mut View<'_, '_>) -> Constraints {
    let [desk] = view.desk();
    let feed_forward = view.constant(0) * view.state0(FEED_FORWARD);
    vec![("output", desk - view.state0(0) - feed_forward)]
}

fn node_value(view: &mut View<'_, '_>) -> Expression<Fr> {
    view.state0(0) + view.state0(FEED_FORWARD)
}

fn differences(view: &mut View<'_, '_>, value: Expression<Fr>) -> Expression<Fr> {
    let [a, b, c, d] = view.state(1).map(|child| value.clone() - child);
    a * b * (c * d)
}
