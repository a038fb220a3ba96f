//! The enrolment circuit (protocol section 4).
//!
//! ```text
//! row   prelude
//!   0   public inputs, and a zero
//!   5   E1  O = sponge(1; s, pool)
//!  30   E2  registry root = sponge(4; tree root, N)
//!  60   blocks of 290 rows, one a place (and lane)
//!
//! row   block
//!   0   E3  enabled places lead to the root
//!  78   E5  chains of index and difference; Order at 98
//!  27   E4  tag = sponge(2; s, index, pool)
//!  52   E3  leaf = sponge(3; index, tag)
//!  76       path, 10 levels; ends at row 316, which is row 26 of the next block
//! ```

use super::prelude::{inputs, operator, output_row};
use super::validator::{ORDER_ROWS, Sequence, order, tag};
use crate::circuit::ops::Op;
use crate::gates::PERMUTATION_ROWS;
use crate::poseidon2::Domain;
use crate::shape::{Family, Shape};
use crate::sheet::{Sheet, Source, Wire};
use crate::statement::{EnrolmentInput, EnrolmentPlace, EnrolmentWitness};
use crate::tree::LEDGER_DEPTH;
use ff::Field;
use halo2curves::bn256::Fr;

const OPERATOR_ROW: usize = EnrolmentInput::COUNT + 1;
const ROOT_ROW: usize = output_row(OPERATOR_ROW) + 1;
const PRELUDE: usize = 60;

/// Between two marks of the path.
const ORDER_ROW: usize = 78;
const PLACE_ROW: usize = 0;
const TAG_ROW: usize = 27;
const LEAF_ROW: usize = output_row(TAG_ROW) + 1;
const NODE_ROW: usize = output_row(LEAF_ROW) + LEDGER_DEPTH * PERMUTATION_ROWS;
const BLOCK: usize = NODE_ROW + 1 - (TAG_ROW - 1) - 1;

/// Rows of the prelude, of a block, and of what the last block needs below it.
pub(crate) const ROWS: (usize, usize, usize) = (PRELUDE, BLOCK, NODE_ROW + 1 - BLOCK);

const _: () = assert!(
    ORDER_ROW > output_row(LEAF_ROW) + 1
        && ORDER_ROW + ORDER_ROWS <= output_row(LEAF_ROW) + PERMUTATION_ROWS,
    "Digits and Path share a column, Start and FirstLayer another"
);
const _: () = assert!(output_row(ROOT_ROW) < PRELUDE);

pub(crate) fn blank(shape: Shape) -> Sheet {
    let free = Free {
        secret: Fr::ZERO,
        pool: Fr::ZERO,
        tree_root: Fr::ZERO,
        registered: Fr::ZERO,
    };
    let sheet = Sheet::blank(shape);
    assemble_cells(sheet, shape, &[Fr::ZERO; EnrolmentInput::COUNT], free, &[])
}

pub(crate) fn assemble(
    shape: Shape,
    instance: &[Fr; EnrolmentInput::COUNT],
    witness: &EnrolmentWitness,
) -> Sheet {
    assert_eq!(
        shape.family,
        Family::Enrolment,
        "an enrolment statement needs its own shape"
    );
    let free = Free {
        secret: witness.secret.expose(),
        pool: witness.pool.0,
        tree_root: witness.tree_root,
        registered: Fr::from(u64::from(witness.registered)),
    };
    let sheet = Sheet::new(shape);
    assemble_cells(sheet, shape, instance, free, &witness.places)
}

/// Free witnesses of the prelude; hashes bind them to the public inputs.
struct Free {
    secret: Fr,
    pool: Fr,
    tree_root: Fr,
    registered: Fr,
}

fn assemble_cells(
    mut sheet: Sheet,
    shape: Shape,
    instance: &[Fr; EnrolmentInput::COUNT],
    free: Free,
    places: &[EnrolmentPlace],
) -> Sheet {
    let capacity = shape.capacity() as usize;
    assert!(
        places.len() <= capacity,
        "{} leaves in {capacity} places",
        places.len()
    );
    // E7: the context is among the inputs; nothing else looks at it.
    let (public, zero) = inputs(&mut sheet, instance);
    let public = |input: EnrolmentInput| public[input.row()];

    // E1. Operator id.
    let pool = Source::Witness(free.pool);
    let (identity, operator_id) = operator(&mut sheet, OPERATOR_ROW, free.secret, pool, zero);
    let operator_id = sheet.output(0, output_row(OPERATOR_ROW), Source::Witness(operator_id));
    sheet.wire(operator_id, public(EnrolmentInput::OperatorId));

    // E2. Registry root.
    let tree_root = Wire {
        value: free.tree_root,
        cell: crate::sheet::DeskCell {
            lane: 0,
            row: ROOT_ROW,
        },
    };
    let inputs = [
        Source::Witness(free.tree_root),
        Source::Witness(free.registered),
        zero.into(),
    ];
    let state = sheet.sponge(0, ROOT_ROW, inputs, Domain::RegistryRoot.capacity(2));
    let registry_root = sheet.output(0, output_row(ROOT_ROW), Source::Witness(state[0]));
    sheet.wire(registry_root, public(EnrolmentInput::RegistryRoot));
    sheet.repeat_prelude(PRELUDE);

    let mut sequence = Sequence {
        key: zero,
        count: zero,
    };
    for position in 0..capacity {
        let lane = position % shape.lanes as usize;
        let base = PRELUDE + position / shape.lanes as usize * BLOCK;
        let place = places.get(position);

        // E5 and E6. Order and count.
        let ordered = order(
            &mut sheet,
            lane,
            base + ORDER_ROW,
            place.map(|place| place.index),
            None,
            sequence,
        );
        sequence = ordered.next;

        // E4. Tag.
        let tag = tag(&mut sheet, lane, base + TAG_ROW, &identity, ordered.index);

        // E3. The leaf is in the tree.
        let inputs = [ordered.index.into(), tag.into(), zero.into()];
        let leaf = sheet.sponge(
            lane,
            base + LEAF_ROW,
            inputs,
            Domain::RegistryLeaf.capacity(2),
        );
        let levels = place.map(|place| place.path.levels.as_slice());
        let row = base + output_row(LEAF_ROW);
        let node = sheet.path(lane, row, leaf[0], levels, LEDGER_DEPTH);
        let sources = [ordered.enabled.into(), node.into(), tree_root.into()];
        sheet.desk_op(lane, base + PLACE_ROW, Op::Place, sources);
    }

    // E6. V.
    sheet.wire(sequence.count, public(EnrolmentInput::Validators));
    sheet
}
