//! The columns, and how gates look at them.

use super::ops::{self, Op};
use crate::poseidon2::constants::WIDTH;
use crate::shape::{Family, Form, Shape};
use halo2_proofs::plonk::{
    Advice, Column, ConstraintSystem, Expression, Fixed, Instance, VirtualCells,
};
use halo2_proofs::poly::Rotation;
use halo2curves::bn256::Fr;

/// Columns of a lane as gates and layout see it: four of state, three chains, the desk. In a circuit
/// they lie as [`Form`] says.
pub const LANE_WIDTH: usize = 8;

/// Columns of a lane's state, of its chains, and its desk.
const CHAINS: usize = WIDTH;
const DESK: usize = LANE_WIDTH - 1;

/// Desk cells that a gate can look at, from its row on.
pub(crate) const DESK_VIEW: usize = 7;

/// One lane's columns in the circuit: a permutation beside three chains beside the desk.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Eight, or two where the lane is folded.
    pub advice: Vec<Column<Advice>>,
}

/// Columns of a circuit. All lanes share the fixed ones.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Which operations there are.
    pub family: Family,
    /// How the lanes lie.
    pub form: Form,
    /// Lanes.
    pub lanes: Vec<Lane>,
    /// Round constants; in idle rows, other constants. Folded like the state.
    pub constants: Vec<Column<Fixed>>,
    /// 1 in rows of S-box inputs of an external round.
    pub external: Column<Fixed>,
    /// 1 in rows of S-box inputs of four internal rounds.
    pub internal: Column<Fixed>,
    /// Operations, see [`ops`].
    pub ops: Vec<Column<Fixed>>,
    /// Public inputs.
    pub instance: Column<Instance>,
}

impl Columns {
    /// Creates the columns. The order of the calls is part of the verifying key.
    pub(crate) fn new(meta: &mut ConstraintSystem<Fr>, shape: Shape) -> Self {
        let fold = shape.form.fold();
        let lanes = (0..shape.lanes)
            .map(|_| {
                let width = LANE_WIDTH / fold;
                let advice: Vec<_> = (0..width).map(|_| meta.advice_column()).collect();
                // The desk's column is the last one, also where it is folded with the chains.
                meta.enable_equality(advice[width - 1]);
                Lane { advice }
            })
            .collect();
        Self {
            family: shape.family,
            form: shape.form,
            lanes,
            constants: (0..WIDTH / fold).map(|_| meta.fixed_column()).collect(),
            external: meta.fixed_column(),
            internal: meta.fixed_column(),
            ops: ops::columns(shape.family)
                .iter()
                .map(|_| meta.fixed_column())
                .collect(),
            instance: meta.instance_column(),
        }
    }

    /// All fixed columns, constants first.
    pub(crate) fn fixed(&self) -> impl Iterator<Item = Column<Fixed>> + '_ {
        let marks = [self.external, self.internal];
        let constants = self.constants.iter().copied();
        constants.chain(marks).chain(self.ops.iter().copied())
    }
}

/// A lane as a gate sees it from its row; `rotation` is the distance in rows of the lane.
pub(crate) struct View<'a, 'm> {
    pub(crate) meta: &'a mut VirtualCells<'m, Fr>,
    pub(crate) columns: &'a Columns,
    pub(crate) lane: &'a Lane,
}

impl View<'_, '_> {
    fn advice(&mut self, column: usize, rotation: i32) -> Expression<Fr> {
        let (column, rotation) = fold(self.columns.form, column, rotation);
        self.meta
            .query_advice(self.lane.advice[column], Rotation(rotation))
    }

    /// The whole state.
    pub(crate) fn state(&mut self, rotation: i32) -> [Expression<Fr>; WIDTH] {
        std::array::from_fn(|i| self.advice(i, rotation))
    }

    /// First element of the state.
    pub(crate) fn state0(&mut self, rotation: i32) -> Expression<Fr> {
        self.advice(0, rotation)
    }

    /// One of the chains.
    pub(crate) fn chain(&mut self, i: usize, rotation: i32) -> Expression<Fr> {
        self.advice(CHAINS + i, rotation)
    }

    /// The three chains.
    pub(crate) fn chains(&mut self, rotation: i32) -> [Expression<Fr>; 3] {
        std::array::from_fn(|i| self.chain(i, rotation))
    }

    /// The desk's next N cells.
    pub(crate) fn desk<const N: usize>(&mut self) -> [Expression<Fr>; N] {
        const { assert!(N <= DESK_VIEW) };
        std::array::from_fn(|i| self.advice(DESK, i as i32))
    }

    /// A desk cell, and what is given for it: a public input and a constant, at most one of which is not 0.
    ///
    /// Inputs have to lie one below the other as the verifier gives them, whatever the form; so this is about the
    /// cell's own row in the circuit.
    pub(crate) fn given(&mut self) -> [Expression<Fr>; 3] {
        let desk = *self.lane.advice.last().expect("a lane has columns");
        let constants = *self.columns.constants.last().expect("there are constants");
        [
            self.meta.query_advice(desk, Rotation::cur()),
            self.meta
                .query_instance(self.columns.instance, Rotation::cur()),
            self.meta.query_fixed(constants, Rotation::cur()),
        ]
    }

    /// A constant of the row.
    pub(crate) fn constant(&mut self, i: usize) -> Expression<Fr> {
        let (column, rotation) = fold(self.columns.form, i, 0);
        self.meta
            .query_fixed(self.columns.constants[column], Rotation(rotation))
    }

    /// A fixed column that marks rows.
    pub(crate) fn mark(&mut self, column: Column<Fixed>, rotation: i32) -> Expression<Fr> {
        let (_, rotation) = fold(self.columns.form, 0, rotation);
        self.meta.query_fixed(column, Rotation(rotation))
    }

    /// 1 where an operation is.
    pub(crate) fn flag(&mut self, op: Op) -> Expression<Fr> {
        let (column, value) = ops::slot(self.columns.family, op);
        let count = ops::columns(self.columns.family)[column].len() as u64;
        let scale = ops::selected(value, count).invert();
        self.op(op) * scale.expect("a selector is not 0 at its own value")
    }

    /// Selector of an operation: 0 elsewhere, and not 0 where it is.
    pub(crate) fn op(&mut self, op: Op) -> Expression<Fr> {
        let family = self.columns.family;
        let (column, value) = ops::slot(family, op);
        let count = ops::columns(family)[column].len() as u64;
        let column = self.mark(self.columns.ops[column], 0);
        ops::selector(&column, value, count)
    }
}

/// Where the cell in `column` of a lane, `row` rows below its start, lies in the circuit: which of the lane's
/// columns there, and how many rows below.
fn fold(form: Form, column: usize, row: i32) -> (usize, i32) {
    let fold = form.fold();
    (column / fold, row * fold as i32 + (column % fold) as i32)
}

/// Where the cells of a lane's rows lie in a circuit.
///
/// The first rows hold the public inputs, on the desk, and nothing else but state. In the circuit they are the
/// first cells of the desk's column, one below the other, as [`View::given`] looks at them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fold {
    pub(crate) form: Form,
    /// Rows of public inputs.
    pub(crate) inputs: usize,
}

impl Fold {
    /// Column (of the lane's in the circuit) and row of an advice cell; `None` for a cell that has no place: a
    /// chain's beside the public inputs.
    pub(crate) fn advice(&self, column: usize, row: usize) -> Option<(usize, usize)> {
        let is_folded = self.form != Form::Wide;
        if is_folded && column >= CHAINS && row < self.inputs {
            let desk = LANE_WIDTH / self.form.fold() - 1;
            return (column == DESK).then_some((desk, row));
        }
        let (column, row) = fold(self.form, column, row as i32);
        Some((column, row as usize))
    }

    /// Column and row of a constant.
    pub(crate) fn constant(&self, column: usize, row: usize) -> (usize, usize) {
        let (column, row) = fold(self.form, column, row as i32);
        (column, row as usize)
    }

    /// Row of an operation, or of a flag.
    pub(crate) fn mark_row(&self, op: Option<Op>, row: usize) -> usize {
        match (op, self.advice(DESK, row)) {
            (Some(Op::Given), Some((_, desk))) => desk,
            _ => row * self.form.fold(),
        }
    }
}

/// `constant` as an expression.
pub(crate) fn constant(value: u64) -> Expression<Fr> {
    Expression::Constant(Fr::from(value))
}

/// `2^exponent` as a field element.
pub(crate) fn power_of_two(exponent: usize) -> Fr {
    let mut limbs = [0; 4];
    limbs[exponent / 64] = 1 << (exponent % 64);
    Fr::from_raw(limbs)
}
