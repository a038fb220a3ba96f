//! Tree paths: the row after a hash holds four children, and the hash is one of them.
//!
//! Which of the four is nobody's business, so no position bits are needed: the product of the four
//! differences is zero. The hash is a leaf's, or a node's with its feed-forward, see [`super::permutation`].
//!
//! | name | equation | degree |
//! |---|---|---|
//! | hash is a child | (hash - a)(hash - b)(hash - c)(hash - d) = 0, hash = state_0 | 4 + 2 |

use super::Constraints;
use crate::circuit::columns::View;

/// [`Op::Path`](crate::circuit::ops::Op::Path).
pub(super) fn child(view: &mut View<'_, '_>) -> Constraints {
    let hash = view.state0(0);
    let [a, b, c, d] = view.state(1).map(|child| hash.clone() - child);
    vec![("hash is a child", a * b * (c * d))]
}
