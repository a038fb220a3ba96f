//! The sheet: every cell of a circuit, filled in once.
//!
//! halo2-axiom has no floor planner: a region starts at row 0 and an offset is a row. So the layout is
//! ours: `crate::assemble` writes cells, flags and copies here by absolute row, for the prover with the
//! witness and for key generation with a blank one, by the same code. `crate::circuit` alone hands
//! the result to halo2. Writing a cell twice is a bug and panics.

use crate::circuit::columns::LANE_WIDTH;
use crate::circuit::ops::{self, Op};
use crate::gates::{LAST_ROUND, PERMUTATION_ROWS, fixed_rows, trace};
use crate::poseidon2::constants::WIDTH;
use crate::poseidon2::{RATE, State};
use crate::shape::Shape;
use ff::Field;
use halo2curves::bn256::Fr;

/// Places of the fixed columns in [`Sheet::fixed`].
pub(crate) mod fixed {
    pub(crate) const CONSTANTS: usize = 0;
    pub(crate) const EXTERNAL: usize = 4;
    pub(crate) const INTERNAL: usize = 5;
    pub(crate) const OPS: usize = 6;
}

/// First chain of a lane, and its desk, among the lane's columns.
const CHAINS: usize = WIDTH;
const DESK: usize = LANE_WIDTH - 1;

/// A cell of a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DeskCell {
    /// Lane.
    pub lane: usize,
    /// Row.
    pub row: usize,
}

/// A value on a desk; other cells that take it are wired to this one.
#[derive(Clone, Copy)]
pub(crate) struct Wire {
    pub(crate) value: Fr,
    pub(crate) cell: DeskCell,
}

/// Where the value of a new desk cell comes from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// Nowhere: the gates at its row are all that binds it.
    Witness(Fr),
    /// It is the same value as an earlier one: a copy constraint.
    Wired(Wire),
}

impl From<Wire> for Source {
    fn from(wire: Wire) -> Self {
        Self::Wired(wire)
    }
}

/// How a chain of digits starts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// With a zero.
    Zero,
    /// With a bit; the operation Bits must stand at the first row.
    Bit,
}

/// All cells of a circuit, as lanes of eight columns; [`crate::circuit`] folds them where the shape is narrow.
pub(crate) struct Sheet {
    shape: Shape,
    /// Columns of lane 0, of lane 1, ...; a cell a row.
    pub(crate) advice: Vec<Vec<Fr>>,
    /// See [`fixed`].
    pub(crate) fixed: Vec<Vec<Fr>>,
    /// Desk cells that must be equal.
    pub(crate) copies: Vec<(DeskCell, DeskCell)>,
    pub(crate) written: Vec<Vec<bool>>,
    /// Only where cells are counts, not what they hold: for keys.
    blank: bool,
    permutation: [(State, bool, bool); PERMUTATION_ROWS],
}

impl Sheet {
    pub(crate) fn new(shape: Shape) -> Self {
        Self::with(shape, false)
    }

    /// For keys, which know no advice: what takes long to compute is zero instead.
    pub(crate) fn blank(shape: Shape) -> Self {
        Self::with(shape, true)
    }

    fn with(shape: Shape, blank: bool) -> Self {
        let rows = (1usize << shape.k) / shape.form.fold();
        let advice = shape.lanes as usize * LANE_WIDTH;
        let fixed = fixed::OPS + ops::columns(shape.family).len();
        Self {
            shape,
            advice: vec![vec![Fr::ZERO; rows]; advice],
            fixed: vec![vec![Fr::ZERO; rows]; fixed],
            copies: Vec::new(),
            written: vec![vec![false; rows]; advice],
            blank,
            permutation: fixed_rows(),
        }
    }

    /// Whether nobody will look at advice.
    pub(crate) fn is_blank(&self) -> bool {
        self.blank
    }

    fn trace(&self, input: State) -> [State; PERMUTATION_ROWS] {
        if self.blank {
            return [[Fr::ZERO; WIDTH]; PERMUTATION_ROWS];
        }
        trace(input)
    }

    /// Writes an advice cell, once.
    fn write(&mut self, lane: usize, column: usize, row: usize, value: Fr) {
        let column = lane * LANE_WIDTH + column;
        assert!(
            !self.written[column][row],
            "cell ({column}, {row}) is written twice"
        );
        self.written[column][row] = true;
        self.advice[column][row] = value;
    }

    /// Writes a fixed cell; lanes that write it write the same.
    fn write_fixed(&mut self, column: usize, row: usize, value: Fr) {
        let cell = &mut self.fixed[column][row];
        assert!(
            bool::from(cell.is_zero()) || *cell == value,
            "lanes disagree on fixed cell ({column}, {row})"
        );
        *cell = value;
    }

    /// Marks a row with an operation.
    pub(crate) fn op(&mut self, row: usize, op: Op) {
        let (column, value) = ops::slot(self.shape.family, op);
        self.write_fixed(fixed::OPS + column, row, Fr::from(value));
    }

    /// Writes consecutive desk cells.
    pub(crate) fn desk<const N: usize>(
        &mut self,
        lane: usize,
        row: usize,
        sources: [Source; N],
    ) -> [Wire; N] {
        std::array::from_fn(|i| {
            let cell = DeskCell { lane, row: row + i };
            let value = match sources[i] {
                Source::Witness(value) => value,
                Source::Wired(wire) => {
                    self.copies.push((wire.cell, cell));
                    wire.value
                }
            };
            self.write(lane, DESK, cell.row, value);
            Wire { value, cell }
        })
    }

    /// Writes consecutive desk cells and marks the first one's row with `op`.
    pub(crate) fn desk_op<const N: usize>(
        &mut self,
        lane: usize,
        row: usize,
        op: Op,
        sources: [Source; N],
    ) -> [Wire; N] {
        assert!(
            lane == 0 || !op.is_of_prelude(),
            "only lane 0 has a gate for {op:?}, at row {row}"
        );
        self.op(row, op);
        self.desk(lane, row, sources)
    }

    /// Wires two values that are on the desk already.
    pub(crate) fn wire(&mut self, a: Wire, b: Wire) {
        self.copies.push((a.cell, b.cell));
    }

    /// Whether the desk cell is still free.
    pub(crate) fn desk_is_free(&self, lane: usize, row: usize) -> bool {
        !self.written[lane * LANE_WIDTH + DESK][row]
    }

    /// A desk cell that holds a constant; the row must be outside any permutation.
    pub(crate) fn constant(&mut self, lane: usize, row: usize, value: Fr) -> Wire {
        self.write_fixed(fixed::CONSTANTS + WIDTH - 1, row, value);
        let [wire] = self.desk_op(lane, row, Op::Given, [Source::Witness(value)]);
        wire
    }

    /// Writes one chain cell.
    pub(crate) fn chain_cell(&mut self, lane: usize, chain: usize, row: usize, value: Fr) {
        self.write(lane, CHAINS + chain, row, value);
    }

    /// Three chains of digits from `start`, `rows` long: their heads are `values`.
    pub(crate) fn chains(
        &mut self,
        lane: usize,
        start: usize,
        rows: usize,
        kind: Start,
        values: [Fr; 3],
    ) {
        let head = start + rows - 1;
        if kind == Start::Zero {
            self.op(start, Op::Start);
        }
        for row in start..head {
            self.op(row, Op::Digits);
        }
        for (chain, value) in values.into_iter().enumerate() {
            if self.blank {
                (start..=head).for_each(|row| self.chain_cell(lane, chain, row, Fr::ZERO));
                continue;
            }
            let limbs = limbs(value);
            for row in start..=head {
                self.chain_cell(
                    lane,
                    chain,
                    row,
                    Fr::from_raw(shifted(limbs, 2 * (head - row))),
                );
            }
        }
    }

    /// A permutation whose input stands in `row`; returns its output, 23 rows below.
    pub(crate) fn permutation(&mut self, lane: usize, row: usize, input: State) -> State {
        let rows = self.trace(input);
        self.rows_of_permutation(lane, row, rows)
    }

    /// A tree node whose children stand in `row`.
    pub(crate) fn node(&mut self, lane: usize, row: usize, children: State) -> Fr {
        self.op(row + LAST_ROUND, Op::FeedForward);
        let mut rows = self.trace(children);
        rows[PERMUTATION_ROWS - 1][0] += children[0];
        let [node, ..] = self.rows_of_permutation(lane, row, rows);
        node
    }

    fn rows_of_permutation(
        &mut self,
        lane: usize,
        row: usize,
        rows: [State; PERMUTATION_ROWS],
    ) -> State {
        self.op(row, Op::FirstLayer);
        for (i, state) in rows.iter().enumerate() {
            let (constants, external, internal) = self.permutation[i];
            for j in 0..WIDTH {
                self.write(lane, j, row + i, state[j]);
                self.write_fixed(fixed::CONSTANTS + j, row + i, constants[j]);
            }
            self.write_fixed(fixed::EXTERNAL, row + i, Fr::from(u64::from(external)));
            self.write_fixed(fixed::INTERNAL, row + i, Fr::from(u64::from(internal)));
        }
        rows[PERMUTATION_ROWS - 1]
    }

    /// A sponge's first permutation: Input in `row` (three desk cells), the permutation below it.
    pub(crate) fn sponge(
        &mut self,
        lane: usize,
        row: usize,
        inputs: [Source; RATE],
        capacity: Fr,
    ) -> State {
        self.write_fixed(fixed::CONSTANTS + RATE, row, capacity);
        let [a, b, c] = self
            .desk_op(lane, row, Op::Input, inputs)
            .map(|wire| wire.value);
        self.permutation(lane, row + 1, [a, b, c, capacity])
    }

    /// Puts the hash whose permutation's output stands in `row` on the desk.
    pub(crate) fn output(&mut self, lane: usize, row: usize, hash: Source) -> Wire {
        let [wire] = self.desk_op(lane, row, Op::Output, [hash]);
        wire
    }

    /// Keeps `state` from `from` (written already) to `to`.
    pub(crate) fn hold(&mut self, lane: usize, from: usize, to: usize, state: State) {
        for row in from..to {
            self.op(row, Op::Hold);
            for (j, cell) in state.into_iter().enumerate() {
                self.write(lane, j, row + 1, cell);
            }
        }
    }

    /// A path from the hash whose permutation's output stands in `row` up to a root.
    ///
    /// `levels`: children of each ancestor; `None`: a way to nowhere, for disabled places.
    pub(crate) fn path(
        &mut self,
        lane: usize,
        row: usize,
        leaf: Fr,
        levels: Option<&[State]>,
        depth: usize,
    ) -> Wire {
        let mut node = leaf;
        for level in 0..depth {
            let output = row + level * PERMUTATION_ROWS;
            self.op(output, Op::Path);
            let children = match levels {
                Some(levels) => levels[level],
                None => [node, Fr::ZERO, Fr::ZERO, Fr::ZERO],
            };
            node = self.node(lane, output + 1, children);
        }
        self.output(lane, row + depth * PERMUTATION_ROWS, Source::Witness(node))
    }

    /// Gives every other lane the cells of lane 0 in rows `0..rows`: gates are the same in all
    /// lanes, so what one lane's rows satisfy, the same cells satisfy elsewhere. They stay unwired.
    pub(crate) fn repeat_prelude(&mut self, rows: usize) {
        for lane in 1..self.shape.lanes as usize {
            for column in 0..LANE_WIDTH {
                let to = lane * LANE_WIDTH + column;
                let (first, rest) = self.advice.split_at_mut(to);
                rest[0][..rows].copy_from_slice(&first[column][..rows]);
                self.written[to][..rows].fill(true);
            }
        }
    }
}

/// Little-endian limbs of the canonical integer.
pub(crate) fn limbs(value: Fr) -> [u64; 4] {
    use ff::PrimeField;
    let repr = value.to_repr();
    std::array::from_fn(|i| {
        u64::from_le_bytes(
            repr[8 * i..8 * i + 8]
                .try_into()
                .expect("a slice of eight bytes"),
        )
    })
}

/// `limbs >> bits`.
pub(crate) fn shifted(limbs: [u64; 4], bits: usize) -> [u64; 4] {
    let (skip, shift) = (bits / 64, bits % 64);
    std::array::from_fn(|i| {
        let limb = |j: usize| limbs.get(j).copied().unwrap_or(0);
        let low = limb(i + skip) >> shift;
        if shift == 0 {
            low
        } else {
            low | limb(i + skip + 1) << (64 - shift)
        }
    })
}
