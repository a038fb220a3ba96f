//! The one circuit type: a sheet of cells under the gates of its family.

pub mod columns;
pub mod ops;

use crate::assemble;
use crate::gates;
use crate::shape::{Family, Shape};
use crate::sheet::{Sheet, fixed};
use crate::statement::{
    DutyInput, DutyStatement, DutyWitness, EnrolmentInput, EnrolmentStatement, EnrolmentWitness,
    InstanceError, MembershipInput, MembershipStatement, MembershipWitness,
};
use columns::{Columns, Fold, LANE_WIDTH};
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

    /// For tests: advice cells as they lie in the circuit, column by column of lane 0, lane 1, ...; 2^k rows each.
    #[cfg(any(test, feature = "test-utils"))]
    pub fn advice(&self) -> Vec<Vec<Fr>> {
        let fold = self.fold();
        let width = LANE_WIDTH / self.shape.form.fold();
        let mut folded = vec![vec![Fr::ZERO; 1 << self.shape.k]; self.shape.lanes as usize * width];
        for (number, cells) in self.sheet.advice.iter().enumerate() {
            let (lane, column) = (number / LANE_WIDTH, number % LANE_WIDTH);
            for (row, value) in cells.iter().enumerate() {
                if let Some((column, row)) = fold.advice(column, row) {
                    folded[lane * width + column][row] = *value;
                }
            }
        }
        folded
    }

    fn fold(&self) -> Fold {
        let inputs = match self.shape.family {
            Family::Duty(_) => DutyInput::COUNT,
            Family::Enrolment => EnrolmentInput::COUNT,
            Family::Membership => MembershipInput::COUNT,
        };
        Fold {
            form: self.shape.form,
            // And the zero below them.
            inputs: inputs + 1,
        }
    }

    /// Fixed cells as they lie in the circuit: column (constants, then marks), row, value.
    fn fixed_cells(&self) -> impl Iterator<Item = (usize, usize, Fr)> + '_ {
        let (fold, usable) = (self.fold(), self.shape.usable_rows());
        let constants = fixed::EXTERNAL / self.shape.form.fold();
        let columns = self.sheet.fixed.iter().enumerate();
        columns.flat_map(move |(column, cells)| {
            let cells = cells.iter().enumerate().take(usable);
            cells.map(move |(row, &value)| {
                let (column, row) = match column.checked_sub(fixed::EXTERNAL) {
                    None => fold.constant(column, row),
                    Some(mark) => {
                        let op = column
                            .checked_sub(fixed::OPS)
                            .and_then(|column| ops::at(self.shape.family, column, value));
                        (constants + mark, fold.mark_row(op, row))
                    }
                };
                (column, row, value)
            })
        })
    }

    /// For tests: changes a cell behind the layout's back. `column` counts through the lanes' eight.
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
        if self.blank {
            return;
        }
        for column in &mut self.sheet.advice {
            column.fill(Fr::ZERO);
            std::hint::black_box(column);
        }
    }
}

impl Default for Shape {
    /// The smallest shape; halo2 asks for a default before it is told the parameters.
    fn default() -> Self {
        Self::wide(Family::Membership, crate::shape::MEMBERSHIP_K, 1)
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
        let fold = self.fold();
        let usable = self.shape.usable_rows();
        layouter.assign_region(
            || "sheet",
            |mut region| {
                let fixed: Vec<_> = config.fixed().collect();
                for (column, row, value) in self.fixed_cells() {
                    if !bool::from(value.is_zero()) {
                        region.assign_fixed(fixed[column], row, value);
                    }
                }
                let desks = config
                    .lanes
                    .iter()
                    .zip(self.sheet.advice.chunks(LANE_WIDTH));
                let desks: Vec<_> = desks
                    .map(|(lane, columns)| {
                        let mut desk = Vec::with_capacity(usable);
                        for (column, cells) in columns.iter().enumerate() {
                            for (row, value) in cells.iter().enumerate().take(usable) {
                                let Some((folded, row)) = fold.advice(column, row) else {
                                    continue;
                                };
                                let value = if self.blank {
                                    Value::unknown()
                                } else {
                                    Value::known(*value)
                                };
                                let cell = region.assign_advice(lane.advice[folded], row, value);
                                if column == LANE_WIDTH - 1 {
                                    desk.push(cell.cell());
                                }
                            }
                        }
                        desk
                    })
                    .collect();
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
mod folded;
#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod integers;
#[cfg(test)]
mod layout;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod meaning;
#[cfg(test)]
mod order;
#[cfg(test)]
mod packings;
#[cfg(test)]
mod price;
#[cfg(test)]
mod ranges;
#[cfg(test)]
mod rejections;
#[cfg(test)]
mod rigid;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod violations;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod wiring;
