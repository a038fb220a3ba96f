//! The membership circuit (protocol section 4): one tag, one operator, no blocks.
//!
//! ```text
//! row   what
//!   0   public inputs, and a zero
//!   6   M1  O = sponge(1; s, pool)
//!  30   M2  path of O in the operators' tree, 6 levels; its root at row 174
//! 175   M3  tag = sponge(2; s, index, pool)
//! ```

use super::prelude::{inputs, operator, output_row};
use super::validator::tag;
use crate::shape::{Family, Shape};
use crate::sheet::Sheet;
use crate::statement::{MembershipInput, MembershipWitness};
use crate::tree::OPERATORS_DEPTH;
use ff::Field;
use halo2curves::bn256::Fr;

/// Rows of the whole circuit, with what the last gate may look at below it.
pub(crate) const ROWS: usize = output_row(TAG_ROW) + crate::circuit::columns::DESK_VIEW;

const OPERATOR_ROW: usize = MembershipInput::COUNT + 1;
const PATH_ROW: usize = output_row(OPERATOR_ROW);
const TAG_ROW: usize = PATH_ROW + OPERATORS_DEPTH * crate::gates::PERMUTATION_ROWS + 1;

pub(crate) fn blank(shape: Shape) -> Sheet {
    let sheet = Sheet::blank(shape);
    assemble_cells(sheet, &[Fr::ZERO; MembershipInput::COUNT], Fr::ZERO, None)
}

pub(crate) fn assemble(
    shape: Shape,
    instance: &[Fr; MembershipInput::COUNT],
    witness: &MembershipWitness,
) -> Sheet {
    assert_eq!(
        shape.family,
        Family::Membership,
        "a membership statement needs its own shape"
    );
    assemble_cells(
        Sheet::new(shape),
        instance,
        witness.secret.expose(),
        Some(&witness.path.levels),
    )
}

fn assemble_cells(
    mut sheet: Sheet,
    instance: &[Fr; MembershipInput::COUNT],
    secret: Fr,
    levels: Option<&[[Fr; 4]]>,
) -> Sheet {
    // M4: the context is among the inputs; nothing else looks at it.
    let (public, zero) = inputs(&mut sheet, instance);
    let public = |input: MembershipInput| public[input.row()];

    // M1. Operator id.
    let pool = public(MembershipInput::Pool);
    let (identity, operator_id) = operator(&mut sheet, OPERATOR_ROW, secret, pool.into(), zero);

    // M2. It is a leaf of the operators' tree.
    let root = sheet.path(0, PATH_ROW, operator_id, levels, OPERATORS_DEPTH);
    sheet.wire(root, public(MembershipInput::OperatorsRoot));

    // M3. The tag is this operator's.
    let tag = tag(
        &mut sheet,
        0,
        TAG_ROW,
        &identity,
        public(MembershipInput::Index),
    );
    sheet.wire(tag, public(MembershipInput::Tag));
    sheet
}
