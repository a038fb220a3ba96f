//! What the duty and enrolment circuits share: a validator's chain of index, order and tag.

use crate::circuit::columns::power_of_two;
use crate::circuit::ops::Op;
use crate::gates::{TOTAL_BITS, disabled_offset};
use crate::poseidon2::{Domain, State};
use crate::sheet::{Sheet, Source, Start, Wire};
use ff::Field;
use halo2curves::bn256::Fr;

/// Rows of the chains of index and difference: a zero and 20 digits, 40 bits.
pub(super) const ORDER_ROWS: usize = 21;
/// From the Input of a sponge's only permutation to its output.
pub(super) const SPONGE_ROWS: usize = crate::gates::PERMUTATION_ROWS;

/// What every place needs from the prelude.
#[derive(Clone, Copy)]
pub(super) struct Identity {
    pub(super) secret: Wire,
    pub(super) pool: Wire,
}

/// What one place hands to the next.
#[derive(Clone, Copy)]
pub(super) struct Sequence {
    pub(super) key: Wire,
    pub(super) count: Wire,
}

/// A place in the sequence.
#[derive(Clone, Copy)]
pub(super) struct Ordered {
    pub(super) enabled: Wire,
    pub(super) index: Wire,
    pub(super) next: Sequence,
}

/// Clauses S5, S8 and E5: the chains from `start` on, and Order at their heads. `None`: disabled.
///
/// `slashed` is there in the duty circuit.
pub(super) fn order(
    sheet: &mut Sheet,
    lane: usize,
    start: usize,
    index: Option<u64>,
    slashed: Option<Wire>,
    before: Sequence,
) -> Ordered {
    let enabled = Fr::from(u64::from(index.is_some()));
    let index = Fr::from(index.unwrap_or(0));
    let key = index + Fr::ONE + (Fr::ONE - enabled) * disabled_offset();
    let difference = enabled * (key - before.key.value - Fr::ONE);
    sheet.chains(
        lane,
        start,
        ORDER_ROWS,
        Start::Zero,
        [index, difference, Fr::ZERO],
    );
    let slashed_count =
        slashed.map_or(Fr::ZERO, |slashed| slashed.value * power_of_two(TOTAL_BITS));
    let head = start + ORDER_ROWS - 1;
    let [key, _, enabled, index, count, _] = sheet.desk_op(
        lane,
        head,
        Op::Order,
        [
            Source::Witness(key),
            before.key.into(),
            Source::Witness(enabled),
            Source::Witness(index),
            Source::Witness(before.count.value + enabled + slashed_count),
            before.count.into(),
        ],
    );
    if let Some(slashed) = slashed {
        sheet.desk(lane, head + 6, [slashed.into()]);
    }
    Ordered {
        enabled,
        index,
        next: Sequence { key, count },
    }
}

/// Clauses S4, E4, M3: the tag, from the Input in `row`; its wire comes from the Output.
pub(super) fn tag(
    sheet: &mut Sheet,
    lane: usize,
    row: usize,
    identity: &Identity,
    index: Wire,
) -> Wire {
    let inputs = [identity.secret.into(), index.into(), identity.pool.into()];
    let state: State = sheet.sponge(lane, row, inputs, Domain::Tag.capacity(3));
    sheet.output(lane, row + SPONGE_ROWS, Source::Witness(state[0]))
}
