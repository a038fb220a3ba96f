//! The desk: public inputs, constants and plain arithmetic on wired cells.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | given | desk_0 = instance + k_3 | 1 + 5 |
//! | c0 c1 + c2 = c3 | desk_0 desk_1 + desk_2 = desk_3 | 2 + 4 |
//!
//! Rows of public inputs have no constant. The instance column is zero below them, because the verifier fixes
//! their number: so the row after the last one holds 0, and further down there are constants.

use super::Constraints;
use crate::circuit::columns::View;

/// [`Op::Given`](crate::circuit::ops::Op::Given).
pub(super) fn given(view: &mut View<'_, '_>) -> Constraints {
    let [desk, instance, constant] = view.given();
    vec![("given", desk - instance - constant)]
}

/// [`Op::MulAdd`](crate::circuit::ops::Op::MulAdd).
pub(super) fn mul_add(view: &mut View<'_, '_>) -> Constraints {
    let [a, b, c, d] = view.desk();
    vec![("c0 c1 + c2 = c3", a * b + c - d)]
}
