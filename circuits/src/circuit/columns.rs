//! The columns, and how gates look at them.

use super::ops::{self, Op};
use crate::poseidon2::constants::WIDTH;
use crate::shape::{Family, Shape};
use halo2_proofs::plonk::{
    Advice, Column, ConstraintSystem, Expression, Fixed, Instance, VirtualCells,
};
use halo2_proofs::poly::Rotation;
use halo2curves::bn256::Fr;

/// Advice columns of a lane.
pub const LANE_WIDTH: usize = 8;

/// One lane: a permutation beside three chains beside the desk.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// State of Poseidon2.
    pub state: [Column<Advice>; WIDTH],
    /// Three chains: range checks, then source, target and head bitmaps.
    pub chains: [Column<Advice>; 3],
    /// The desk: scalars, wired by copy constraints. The only columns with equality.
    pub desk: Column<Advice>,
}

impl Lane {
    /// All columns, in the order of a sheet's.
    pub fn columns(&self) -> [Column<Advice>; LANE_WIDTH] {
        let [s0, s1, s2, s3] = self.state;
        let [x, y, z] = self.chains;
        [s0, s1, s2, s3, x, y, z, self.desk]
    }
}

/// Columns of a circuit. All lanes share the fixed ones.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Which operations there are.
    pub family: Family,
    /// Lanes.
    pub lanes: Vec<Lane>,
    /// Round constants; in idle rows, other constants.
    pub constants: [Column<Fixed>; WIDTH],
    /// 1 in rows of S-box inputs of an external round.
    pub external: Column<Fixed>,
    /// 1 in rows of S-box inputs of four internal rounds.
    pub internal: Column<Fixed>,
    /// 1: the chains go on to the next row by a base-4 digit; 2: they start with a zero.
    pub range: Column<Fixed>,
    /// 1 in rows where two epochs are walked.
    pub step: Column<Fixed>,
    /// Operations, see [`ops`].
    pub ops: Vec<Column<Fixed>>,
    /// Public inputs.
    pub instance: Column<Instance>,
}

impl Columns {
    /// Creates the columns. The order of the calls is part of the verifying key.
    pub(crate) fn new(meta: &mut ConstraintSystem<Fr>, shape: Shape) -> Self {
        let lanes = (0..shape.lanes)
            .map(|_| {
                let lane = Lane {
                    state: std::array::from_fn(|_| meta.advice_column()),
                    chains: std::array::from_fn(|_| meta.advice_column()),
                    desk: meta.advice_column(),
                };
                meta.enable_equality(lane.desk);
                lane
            })
            .collect();
        Self {
            family: shape.family,
            lanes,
            constants: std::array::from_fn(|_| meta.fixed_column()),
            external: meta.fixed_column(),
            internal: meta.fixed_column(),
            range: meta.fixed_column(),
            step: meta.fixed_column(),
            ops: ops::columns(shape.family)
                .iter()
                .map(|_| meta.fixed_column())
                .collect(),
            instance: meta.instance_column(),
        }
    }
}

/// A lane as a gate sees it from its row; `rotation` is the distance in rows.
pub(crate) struct View<'a, 'm> {
    pub(crate) meta: &'a mut VirtualCells<'m, Fr>,
    pub(crate) columns: &'a Columns,
    pub(crate) lane: Lane,
}

impl View<'_, '_> {
    /// The whole state.
    pub(crate) fn state(&mut self, rotation: i32) -> [Expression<Fr>; WIDTH] {
        std::array::from_fn(|i| {
            self.meta
                .query_advice(self.lane.state[i], Rotation(rotation))
        })
    }

    /// First element of the state.
    pub(crate) fn state0(&mut self, rotation: i32) -> Expression<Fr> {
        self.meta
            .query_advice(self.lane.state[0], Rotation(rotation))
    }

    /// One of the chains.
    pub(crate) fn chain(&mut self, i: usize, rotation: i32) -> Expression<Fr> {
        self.meta
            .query_advice(self.lane.chains[i], Rotation(rotation))
    }

    /// The three chains.
    pub(crate) fn chains(&mut self, rotation: i32) -> [Expression<Fr>; 3] {
        std::array::from_fn(|i| self.chain(i, rotation))
    }

    /// The desk's next N cells.
    pub(crate) fn desk<const N: usize>(&mut self) -> [Expression<Fr>; N] {
        std::array::from_fn(|i| self.meta.query_advice(self.lane.desk, Rotation(i as i32)))
    }

    /// A fixed column.
    pub(crate) fn fixed(&mut self, column: Column<Fixed>, rotation: i32) -> Expression<Fr> {
        self.meta.query_fixed(column, Rotation(rotation))
    }

    /// Selector of an operation.
    pub(crate) fn op(&mut self, op: Op) -> Expression<Fr> {
        let family = self.columns.family;
        let (column, value) = ops::slot(family, op);
        let count = ops::columns(family)[column].len() as u64;
        let column = self.fixed(self.columns.ops[column], 0);
        ops::selector(&column, value, count)
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
