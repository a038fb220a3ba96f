//! What is computed row by row: products of the permutation argument, constraints, the quotient's pieces.

use super::device::{Device, Handle, Program, Vector, checked, wrapped};
use crate::bytes::{SCALAR, of_scalars, to_scalars};
use crate::error::GpuError;
use halo2curves::bn256::Fr;
use std::ptr;
use std::sync::Arc;
use vigil_engine::quotient::program::{Instruction, Operand, Operation, Program as Compiled};

/// A product of the permutation argument.
#[derive(Debug)]
pub struct Step<'a> {
    /// Values of the columns.
    pub columns: &'a [&'a Vector],
    /// Values of as many sigmas.
    pub sigma: &'a [&'a Vector],
    /// Beta times the names of as many columns.
    pub shifts: &'a [Fr],
    /// The challenges.
    pub beta: Fr,
    /// The challenges.
    pub gamma: Fr,
    /// The first value.
    pub start: Fr,
    /// The last values; fewer than the domain has elements.
    pub tail: &'a [Fr],
}

impl Device {
    /// A product of the permutation argument, and its last value before the tail.
    pub fn product(self: &Arc<Self>, product: &Step<'_>) -> Result<(Vector, Fr), GpuError> {
        let step = "multiplying over rows";
        let count = product.columns.len();
        self.require(step, product.sigma.len(), count)?;
        self.require(step, product.shifts.len(), count)?;
        let columns = self.handles(step, product.columns)?;
        let sigma = self.handles(step, product.sigma)?;
        let shifts = of_scalars(product.shifts);
        let [beta, gamma, start] =
            [product.beta, product.gamma, product.start].map(|scalar| of_scalars(&[scalar]));
        let tail = of_scalars(product.tail);
        let mut last = [0; SCALAR];
        // SAFETY: columns, sigmas and shifts are `count`, the vectors are this context's, the object compares the tail's
        // length with the domain's, and there is room for one scalar.
        let vector = self.vector(step, |context, out| unsafe {
            (self.object.functions.product)(
                context,
                columns.as_ptr(),
                sigma.as_ptr(),
                shifts.as_ptr(),
                count,
                beta.as_ptr(),
                gamma.as_ptr(),
                start.as_ptr(),
                tail.as_ptr(),
                product.tail.len(),
                out,
                last.as_mut_ptr(),
            )
        })?;
        let last = to_scalars(&last)
            .and_then(|last| last.first().copied())
            .ok_or(GpuError::Answer { step })?;
        Ok((vector, last))
    }

    /// Takes compiled constraints over.
    pub fn upload_program(self: &Arc<Self>, program: &Compiled) -> Result<Program, GpuError> {
        let Encoded {
            words,
            columns,
            table,
        } = encoded(program, self.size());
        // Registers are numbered with 16 bits.
        let registers = program.registers() as u32;
        let mut made = ptr::null_mut();
        let context = self.lock();
        // SAFETY: there is one instruction more, which holds the result.
        let failure = unsafe {
            (self.object.functions.upload_program)(
                context.0,
                words.as_ptr(),
                program.code().len(),
                registers,
                &mut made,
            )
        };
        checked("taking the program", failure)?;
        Ok(Program {
            device: self.clone(),
            handle: Handle(made),
            columns,
            table,
        })
    }

    /// The program's result in each row. `table` is its scalars, then its constants.
    pub fn run(
        self: &Arc<Self>,
        program: &Program,
        columns: &[&Vector],
        table: &[Fr],
    ) -> Result<Vector, GpuError> {
        let step = "computing the quotient";
        self.own(step, &program.device)?;
        // A program need not read the last of either.
        for (expected, got) in [
            (program.columns, columns.len()),
            (program.table, table.len()),
        ] {
            if got < expected {
                return Err(GpuError::Mismatch {
                    step,
                    expected,
                    got,
                });
            }
        }
        let columns = self.handles(step, columns)?;
        let bytes = of_scalars(table);
        // SAFETY: the lengths are those of the slices, and the program reads no more.
        self.vector(step, |context, out| unsafe {
            (self.object.functions.run)(
                context,
                program.handle.0,
                columns.as_ptr(),
                columns.len(),
                bytes.as_ptr(),
                table.len(),
                out,
            )
        })
    }

    /// Replaces the values on each coset by the quotient's pieces.
    pub fn pieces(
        self: &Arc<Self>,
        values: &mut [Vector],
        inverse_shifts: &[Fr],
        matrix: &[Vec<Fr>],
    ) -> Result<(), GpuError> {
        let step = "taking the quotient apart";
        let count = values.len();
        self.require(step, inverse_shifts.len(), count)?;
        self.require(step, matrix.len(), count)?;
        for row in matrix {
            self.require(step, row.len(), count)?;
        }
        let values: Vec<&Vector> = values.iter().collect();
        let values = self.handles(step, &values)?;
        let inverse_shifts = of_scalars(inverse_shifts);
        let matrix = of_scalars(&matrix.concat());
        let context = self.lock();
        // SAFETY: there are as many shifts as vectors, and their square in the matrix; the caller lends the
        // vectors mutably.
        let failure = unsafe {
            (self.object.functions.pieces)(
                context.0,
                values.as_ptr(),
                count,
                inverse_shifts.as_ptr(),
                matrix.as_ptr(),
            )
        };
        checked(step, failure)
    }
}

/// A program in the interface's words.
struct Encoded {
    words: Vec<u32>,
    /// How many columns it reads.
    columns: usize,
    /// How much of the table.
    table: usize,
}

/// Rotations are made positive for a domain of this size.
fn encoded(program: &Compiled, size: usize) -> Encoded {
    let (mut columns, mut table) = (0, 0);
    let mut operand = |operand: Operand| match operand {
        Operand::Register(register) => [0, u32::from(register), 0],
        Operand::Scalar(index) => {
            table = table.max(index as usize + 1);
            [1, index, 0]
        }
        Operand::Cell { column, rotation } => {
            columns = columns.max(column as usize + 1);
            [2, column, wrapped(rotation, size)]
        }
    };
    let mut words = Vec::with_capacity(8 * (program.code().len() + 1));
    for Instruction {
        operation,
        target,
        a,
        b,
    } in program.code()
    {
        words.push(match operation {
            Operation::Add => 0,
            Operation::Sub => 1,
            Operation::Mul => 2,
            Operation::Square => 3,
        });
        words.push(u32::from(*target));
        words.extend(operand(*a));
        words.extend(operand(*b));
    }
    words.extend([0; 5]);
    words.extend(operand(program.result()));
    Encoded {
        words,
        columns,
        table,
    }
}
