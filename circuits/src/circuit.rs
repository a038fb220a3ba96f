//! The one circuit type: a sheet of cells under the gates of its family.

pub mod columns;
pub mod ops;

use crate::assemble;
use crate::gates;
use crate::shape::{Family, Shape};
use crate::sheet::{Sheet, fixed};
use crate::statement::{
    DutyStatement, DutyWitness, EnrolmentStatement, EnrolmentWitness, InstanceError,
    MembershipStatement, MembershipWitness,
};
use columns::Columns;
use ff::Field;
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{Circuit, ConstraintSystem, Error};
use halo2curves::bn256::Fr;

/// A circuit of a shape, with its cells.
pub struct VigilCircuit {
    shape: Shape,
    sheet: Sheet,
    blank: bool,
}

impl VigilCircuit {
    /// The circuit without a witness, for key generation.
    pub fn blank(shape: Shape) -> Self {
        let sheet = match shape.family {
            Family::Duty(words) => assemble::duty::blank(shape, words),
            Family::Enrolment => assemble::enrolment::blank(shape),
            Family::Membership => assemble::membership::blank(shape),
        };
        Self {
            shape,
            sheet,
            blank: true,
        }
    }

    /// A duty proof's circuit. The statement need not be true of the witness: the proof then fails.
    ///
    /// # Panics
    /// If the shape is of another family or too small for the witness.
    pub fn duty(
        shape: Shape,
        statement: &DutyStatement,
        witness: &DutyWitness,
    ) -> Result<Self, InstanceError> {
        let instance = statement.to_instance(shape.capacity())?;
        Ok(Self {
            shape,
            sheet: assemble::duty::assemble(shape, &instance, witness),
            blank: false,
        })
    }

    /// An enrolment proof's circuit; otherwise as [`Self::duty`].
    ///
    /// # Panics
    /// As [`Self::duty`].
    pub fn enrolment(
        shape: Shape,
        statement: &EnrolmentStatement,
        witness: &EnrolmentWitness,
    ) -> Result<Self, InstanceError> {
        let instance = statement.to_instance(shape.capacity())?;
        let sheet = assemble::enrolment::assemble(shape, &instance, witness);
        Ok(Self {
            shape,
            sheet,
            blank: false,
        })
    }

    /// A membership proof's circuit; otherwise as [`Self::duty`].
    ///
    /// # Panics
    /// As [`Self::duty`].
    pub fn membership(
        shape: Shape,
        statement: &MembershipStatement,
        witness: &MembershipWitness,
    ) -> Result<Self, InstanceError> {
        let instance = statement.to_instance()?;
        let sheet = assemble::membership::assemble(shape, &instance, witness);
        Ok(Self {
            shape,
            sheet,
            blank: false,
        })
    }

    /// The circuit's shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Advice cells, column by column of lane 0, lane 1, ...; 2^k rows each.
    pub fn advice(&self) -> &[Vec<Fr>] {
        &self.sheet.advice
    }

    /// For tests: changes a cell behind the layout's back. `column` counts through the lanes.
    #[cfg(any(test, feature = "test-utils"))]
    pub fn tamper(&mut self, column: usize, row: usize, value: Fr) {
        self.sheet.advice[column][row] = value;
    }

    #[cfg(test)]
    pub(crate) fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// For tests: a circuit over cells of one's own making.
    #[cfg(test)]
    pub(crate) fn from_sheet(shape: Shape, sheet: Sheet) -> Self {
        Self {
            shape,
            sheet,
            blank: false,
        }
    }
}

/// The cells are the witness, so only the shape shows.
impl std::fmt::Debug for VigilCircuit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VigilCircuit({})", self.shape)
    }
}

impl Drop for VigilCircuit {
    fn drop(&mut self) {
        for column in &mut self.sheet.advice {
            column.fill(Fr::ZERO);
            std::hint::black_box(column);
        }
    }
}

impl Default for Shape {
    /// The smallest shape; halo2 asks for a default before it is told the parameters.
    fn default() -> Self {
        Self {
            family: Family::Membership,
            k: crate::shape::MEMBERSHIP_K,
            lanes: 1,
        }
    }
}

impl Circuit<Fr> for VigilCircuit {
    type Config = Columns;
    type FloorPlanner = SimpleFloorPlanner;
    type Params = Shape;

    fn without_witnesses(&self) -> Self {
        Self::blank(self.shape)
    }

    fn params(&self) -> Shape {
        self.shape
    }

    fn configure_with_params(meta: &mut ConstraintSystem<Fr>, shape: Shape) -> Columns {
        let columns = Columns::new(meta, shape);
        let _ = gates::configure(meta, &columns);
        meta.set_minimum_degree(gates::MAX_DEGREE);
        columns
    }

    fn configure(meta: &mut ConstraintSystem<Fr>) -> Columns {
        Self::configure_with_params(meta, Shape::default())
    }

    fn synthesize(&self, config: Columns, mut layouter: impl Layouter<Fr>) -> Result<(), Error> {
        let fixed_columns: Vec<_> = config
            .constants
            .into_iter()
            .chain([config.external, config.internal, config.range, config.step])
            .chain(config.ops.iter().copied())
            .collect();
        debug_assert_eq!(fixed_columns.len(), fixed::OPS + config.ops.len());
        let usable = crate::shape::usable_rows(self.shape.k);
        layouter.assign_region(
            || "sheet",
            |mut region| {
                for (column, cells) in fixed_columns.iter().zip(&self.sheet.fixed) {
                    for (row, value) in cells.iter().enumerate().take(usable) {
                        if !bool::from(value.is_zero()) {
                            region.assign_fixed(*column, row, *value);
                        }
                    }
                }
                let advice = config.lanes.iter().flat_map(|lane| lane.columns());
                let mut desks = Vec::with_capacity(config.lanes.len());
                for (column, cells) in advice.zip(&self.sheet.advice) {
                    let mut last = Vec::new();
                    let is_desk = config.lanes.iter().any(|lane| lane.desk == column);
                    for (row, value) in cells.iter().enumerate().take(usable) {
                        let value = if self.blank {
                            Value::unknown()
                        } else {
                            Value::known(*value)
                        };
                        let cell = region.assign_advice(column, row, value);
                        if is_desk {
                            last.push(cell.cell());
                        }
                    }
                    if is_desk {
                        desks.push(last);
                    }
                }
                for (a, b) in &self.sheet.copies {
                    region.constrain_equal(desks[a.lane][a.row], desks[b.lane][b.row]);
                }
                Ok(())
            },
        )
    }
}

#[cfg(test)]
mod edges;
#[cfg(test)]
mod layout;
#[cfg(test)]
mod meaning;
#[cfg(test)]
mod order;
#[cfg(test)]
mod price;
#[cfg(test)]
mod rejections;
#[cfg(test)]
mod rigid;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod violations;
#[cfg(test)]
mod wiring;
