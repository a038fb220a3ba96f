//! The start of every circuit: public inputs, the secret, the operator id.

use super::validator::{Identity, SPONGE_ROWS};
use crate::circuit::ops::Op;
use crate::poseidon2::Domain;
use crate::sheet::{Sheet, Source, Wire};
use ff::Field;
use halo2curves::bn256::Fr;

/// Puts the public inputs on the desk of lane 0, from row 0 on, and a zero below them.
pub(super) fn inputs<const N: usize>(sheet: &mut Sheet, instance: &[Fr; N]) -> ([Wire; N], Wire) {
    let mut input = |row: usize, value: Fr| {
        let [wire] = sheet.desk_op(0, row, Op::Given, [Source::Witness(value)]);
        wire
    };
    let wires = std::array::from_fn(|row| input(row, instance[row]));
    (wires, input(N, Fr::ZERO))
}

/// Clauses S1, E1, M1: `O = sponge(1; s, pool)`, from the Input in `row`.
///
/// The secret is a free witness: whoever knows one that opens O may use it. So is `pool` where it
/// is not a public input: O commits to it, and the contract knows O.
pub(super) fn operator(
    sheet: &mut Sheet,
    row: usize,
    secret: Fr,
    pool: Source,
    zero: Wire,
) -> (Identity, Fr) {
    let inputs = [Source::Witness(secret), pool, zero.into()];
    let state = sheet.sponge(0, row, inputs, Domain::Operator.capacity(2));
    // The Input's own cells are where the secret and the pool live.
    let cell = |i: usize, value: Fr| Wire {
        value,
        cell: crate::sheet::DeskCell {
            lane: 0,
            row: row + i,
        },
    };
    let pool = match pool {
        Source::Witness(value) => cell(1, value),
        Source::Wired(wire) => wire,
    };
    (
        Identity {
            secret: cell(0, secret),
            pool,
        },
        state[0],
    )
}

/// Row of the output of a sponge whose Input is in `row`.
pub(super) const fn output_row(row: usize) -> usize {
    row + SPONGE_ROWS
}
