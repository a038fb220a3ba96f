//! The duty circuit (protocol section 6).
//!
//! ```text
//! row   prelude (see `claims`)
//!   0   public inputs, and a zero
//!  12   S1  O = sponge(1; s, pool)
//!  37   S2  R = sponge(6; header)
//!       S8, S9: totals and claims
//! 240   blocks of 88 + 226 W rows, one a place (and lane)
//! ```
//! A block is described in `block`.

mod block;
mod claims;

use super::prelude::{inputs, operator, output_row};
use super::validator::{Identity, Sequence};
use crate::gates::PERMUTATION_ROWS;
use crate::ledger::Words;
use crate::poseidon2::Domain;
use crate::shape::{Family, Shape};
use crate::sheet::{DeskCell, Sheet, Source, Wire};
use crate::statement::{DutyInput, DutyPlace, DutyWitness};
use ff::Field;
use halo2curves::bn256::Fr;

const OPERATOR_ROW: usize = DutyInput::COUNT + 1;
const HEADER_ROW: usize = output_row(OPERATOR_ROW) + 1;
const HEADER_ABSORB_ROW: usize = output_row(HEADER_ROW);
const HEADER_OUTPUT_ROW: usize = HEADER_ABSORB_ROW + PERMUTATION_ROWS;
const PRELUDE: usize = 240;

/// Rows of the prelude, of a block, and of what the last block needs below it.
pub(crate) const fn rows(words: Words) -> (usize, usize, usize) {
    (PRELUDE, block::rows(words), block::TAIL)
}

/// What the blocks take from the prelude.
#[derive(Clone, Copy)]
struct Common {
    identity: Identity,
    zero: Wire,
    tree_root: Wire,
    min_performance: Wire,
    min_uptime: Wire,
    max_outage: Wire,
}

/// What runs through the blocks: order, count and the two packed sums.
#[derive(Clone, Copy)]
struct Running {
    sequence: Sequence,
    stake: Wire,
    duty: Wire,
}

/// Free witnesses of the prelude; hashes bind them to the public inputs.
struct Free {
    secret: Fr,
    pool: Fr,
    header: [Fr; 6],
}

pub(crate) fn blank(shape: Shape, words: Words) -> Sheet {
    let free = Free {
        secret: Fr::ZERO,
        pool: Fr::ZERO,
        header: [Fr::ZERO; 6],
    };
    let sheet = Sheet::blank(shape);
    let inputs = [Fr::ZERO; DutyInput::COUNT];
    assemble_cells(sheet, shape, words, &inputs, free, &[])
}

pub(crate) fn assemble(
    shape: Shape,
    instance: &[Fr; DutyInput::COUNT],
    witness: &DutyWitness,
) -> Sheet {
    let Family::Duty(words) = shape.family else {
        panic!("a duty statement needs a duty shape");
    };
    let free = Free {
        secret: witness.secret.expose(),
        pool: witness.pool.0,
        header: witness.header.inputs(),
    };
    let sheet = Sheet::new(shape);
    assemble_cells(sheet, shape, words, instance, free, &witness.places)
}

fn assemble_cells(
    mut sheet: Sheet,
    shape: Shape,
    words: Words,
    instance: &[Fr; DutyInput::COUNT],
    free: Free,
    places: &[DutyPlace],
) -> Sheet {
    let capacity = shape.capacity() as usize;
    assert!(
        places.len() <= capacity,
        "{} validators in {capacity} places",
        places.len()
    );
    assert!(
        places
            .iter()
            .all(|place| place.row.words.len() == words.count()),
        "rows of another length than the shape's"
    );
    // S10: the context is among the inputs; nothing else looks at it.
    let (public, zero) = inputs(&mut sheet, instance);

    // S1. Operator id.
    let pool = Source::Witness(free.pool);
    let (identity, operator_id) = operator(&mut sheet, OPERATOR_ROW, free.secret, pool, zero);
    let operator_id = sheet.output(0, output_row(OPERATOR_ROW), Source::Witness(operator_id));
    sheet.wire(operator_id, public[DutyInput::OperatorId.row()]);

    // S2. Ledger root.
    let (tree_root, ledger_root) = header(&mut sheet, &free.header);
    sheet.wire(ledger_root, public[DutyInput::LedgerRoot.row()]);

    // S8, S9. Totals and claims.
    let totals = claims::Amounts::of(places);
    let expected = claims::assemble(&mut sheet, &public, zero, &totals);
    sheet.repeat_prelude(PRELUDE);

    let common = Common {
        identity,
        zero,
        tree_root,
        min_performance: public[DutyInput::MinPerformanceBps.row()],
        min_uptime: public[DutyInput::MinUptimeBps.row()],
        max_outage: public[DutyInput::MaxOutageEpochs.row()],
    };
    let mut running = Running {
        sequence: Sequence {
            key: zero,
            count: zero,
        },
        stake: zero,
        duty: zero,
    };
    for position in 0..capacity {
        let at = block::At {
            lane: position % shape.lanes as usize,
            base: PRELUDE + position / shape.lanes as usize * block::rows(words),
            words,
        };
        running = block::assemble(&mut sheet, at, &common, running, places.get(position));
    }

    // S8. V and slashed are exact, and the sums over the blocks are the totals that the claims were held against.
    sheet.wire(running.sequence.count, expected.count);
    sheet.wire(running.stake, expected.stake);
    sheet.wire(running.duty, expected.duty);
    sheet
}

/// `R = sponge(6; tree root, registry root, chain, start epoch, epochs, N)`: two permutations.
/// Returns the tree root, which the paths must lead to, and R.
fn header(sheet: &mut Sheet, header: &[Fr; 6]) -> (Wire, Wire) {
    let [tree_root, registry_root, chain, rest @ ..] = *header;
    let inputs = [tree_root, registry_root, chain].map(Source::Witness);
    let state = sheet.sponge(
        0,
        HEADER_ROW,
        inputs,
        Domain::LedgerRoot.capacity(header.len()),
    );
    sheet.op(HEADER_ABSORB_ROW, crate::circuit::ops::Op::Absorb);
    for (chain, value) in rest.into_iter().enumerate() {
        sheet.chain_cell(0, chain, HEADER_ABSORB_ROW + 1, value);
    }
    let [a, b, c] = std::array::from_fn(|i| state[i] + rest[i]);
    let state = sheet.permutation(0, HEADER_ABSORB_ROW + 1, [a, b, c, state[3]]);
    let root = sheet.output(0, HEADER_OUTPUT_ROW, Source::Witness(state[0]));
    let tree_root = Wire {
        value: tree_root,
        cell: DeskCell {
            lane: 0,
            row: HEADER_ROW,
        },
    };
    (tree_root, root)
}
