//! The desk: public inputs, constants and plain arithmetic on wired cells.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | public input | desk_0 = instance | 1 + 4 (5) |
//! | constant | desk_0 = k_0 | 1 + 4 |
//! | c0 c1 + c2 = c3 | desk_0 desk_1 + desk_2 = desk_3 | 2 + 4 |
//!
//! The row after the last public input holds 0: there the instance column is zero, because the
//! verifier fixes the number of inputs.

use super::Constraints;
use crate::circuit::columns::View;

/// [`Op::Instance`](crate::circuit::ops::Op::Instance).
pub(super) fn instance(view: &mut View<'_, '_>) -> Constraints {
    let [desk, instance] = view.public_input();
    vec![("public input", desk - instance)]
}

/// [`Op::Constant`](crate::circuit::ops::Op::Constant).
pub(super) fn fixed_value(view: &mut View<'_, '_>) -> Constraints {
    let [desk] = view.desk();
    let value = view.constant(0);
    vec![("constant", desk - value)]
}

/// [`Op::MulAdd`](crate::circuit::ops::Op::MulAdd).
pub(super) fn mul_add(view: &mut View<'_, '_>) -> Constraints {
    let [a, b, c, d] = view.desk();
    vec![("c0 c1 + c2 = c3", a * b + c - d)]
}
