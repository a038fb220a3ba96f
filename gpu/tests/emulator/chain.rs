//! A small circuit of any size, with everything that the engine proves: a gate of degree 5 that looks at three rows, copies
//! between advice, fixed and instance columns, several products.
//!
//! `next = value^4 + 5 partner - before` in each row, and the partner is a copy of the value before last.

use ff::Field;
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{
    Advice, Circuit, Column, ConstraintSystem, Error, Expression, Fixed, Instance,
};
use halo2_proofs::poly::Rotation;
use halo2curves::bn256::Fr;

#[derive(Clone, Debug)]
pub(crate) struct Columns {
    value: Column<Advice>,
    partner: Column<Advice>,
    on: Column<Fixed>,
    start: Column<Fixed>,
    instance: Column<Instance>,
}

/// So many steps from a secret number.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) secret: Fr,
    pub(crate) steps: usize,
}

/// The chain begins with these and the secret.
const START: u64 = 3;

impl Chain {
    fn values(&self) -> Vec<Fr> {
        let mut values = vec![Fr::from(START), self.secret];
        for row in 1..=self.steps {
            let value = values[row];
            let next = value.square().square() + Fr::from(5) * self.partner(&values, row)
                - values[row - 1];
            values.push(next);
        }
        values
    }

    fn partner(&self, values: &[Fr], row: usize) -> Fr {
        if row < 2 {
            Fr::from(START)
        } else {
            values[row - 2]
        }
    }

    /// Where the chain ends.
    pub(crate) fn instance(&self) -> Vec<Fr> {
        self.values().last().copied().into_iter().collect()
    }
}

impl Circuit<Fr> for Chain {
    type Config = Columns;
    type FloorPlanner = SimpleFloorPlanner;
    type Params = ();

    fn without_witnesses(&self) -> Self {
        self.clone()
    }

    fn configure(meta: &mut ConstraintSystem<Fr>) -> Columns {
        let columns = Columns {
            value: meta.advice_column(),
            partner: meta.advice_column(),
            on: meta.fixed_column(),
            start: meta.fixed_column(),
            instance: meta.instance_column(),
        };
        for column in [columns.value, columns.partner] {
            meta.enable_equality(column);
        }
        meta.enable_equality(columns.start);
        meta.enable_equality(columns.instance);
        meta.create_gate("next = value^4 + 5 partner - before", |meta| {
            let on = meta.query_fixed(columns.on, Rotation::cur());
            let [before, value, next] = [Rotation::prev(), Rotation::cur(), Rotation::next()]
                .map(|rotation| meta.query_advice(columns.value, rotation));
            let partner = meta.query_advice(columns.partner, Rotation::cur());
            let square = value.clone() * value;
            let five = Expression::Constant(Fr::from(5));
            vec![on * (square.clone() * square + five * partner - before - next)]
        });
        columns
    }

    fn synthesize(&self, config: Columns, mut layouter: impl Layouter<Fr>) -> Result<(), Error> {
        let values = self.values();
        let end = layouter.assign_region(
            || "chain",
            |mut region| {
                let start = region.assign_fixed(config.start, 0, Fr::from(START));
                let mut cells = Vec::new();
                for (row, value) in values.iter().enumerate() {
                    let cell = region.assign_advice(config.value, row, Value::known(*value));
                    cells.push(cell.cell());
                }
                region.constrain_equal(cells[0], start);
                for row in 1..=self.steps {
                    region.assign_fixed(config.on, row, Fr::ONE);
                    let partner = self.partner(&values, row);
                    let cell = region.assign_advice(config.partner, row, Value::known(partner));
                    region.constrain_equal(cell.cell(), cells[row.saturating_sub(2)]);
                }
                Ok(cells[cells.len() - 1])
            },
        )?;
        layouter.constrain_instance(end, config.instance, 0);
        Ok(())
    }
}
