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

use super::{gate, when};
use crate::circuit::columns::Columns;
use crate::circuit::ops::Op;
use halo2_proofs::plonk::ConstraintSystem;
use halo2_proofs::poly::Rotation;
use halo2curves::bn256::Fr;

pub(super) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    gate(meta, columns, "desk: instance", |view| {
        let [desk] = view.desk();
        let instance = view
            .meta
            .query_instance(view.columns.instance, Rotation::cur());
        when(
            view.op(Op::Instance),
            vec![("public input", desk - instance)],
        )
    });
}

pub(super) fn configure_arithmetic(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    gate(meta, columns, "desk: constant", |view| {
        let [desk] = view.desk();
        let value = view.fixed(view.columns.constants[0], 0);
        when(view.op(Op::Constant), vec![("constant", desk - value)])
    });
    gate(meta, columns, "desk: arithmetic", |view| {
        let [a, b, c, d] = view.desk();
        when(
            view.op(Op::MulAdd),
            vec![("c0 c1 + c2 = c3", a * b + c - d)],
        )
    });
}
