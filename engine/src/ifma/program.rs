//! The quotient's program, eight rows at once.
//!
//! How large each register's numbers can get is known before the first row: a cell is below 16 p, having been shifted up, a
//! product small again. So the program is translated once a run, with the multiple of p that each difference needs, and
//! with a reduction wherever a sum would outgrow its limbs.

use super::Ifma;
use super::field::{
    Modulus, ROOM, Scalars, add, broadcast, canonical, gather, mul, narrow, scatter, shrink,
    square, sub, widen,
};
use super::memory::{Eight, LANES, words, words_mut};
use crate::quotient::program::{Instruction, Operand, Operation};
use crate::secret::Secret;
use halo2curves::bn256::Fr;
use rayon::prelude::*;

/// Vectors of a block.
const BLOCK: usize = 4;
/// Rows that one piece of work goes through with the same registers.
const ROWS: usize = 1024;
/// Multiples of p below which a cell is: it was reduced before it was shifted by four bits.
const CELL: u32 = 16;
/// What [`shrink`] leaves.
const SHRUNK: u32 = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Add,
    /// With so many multiples of p, that it does not get negative.
    Sub(u32),
    Mul,
    Square,
    /// The same number, smaller.
    Shrink,
}

#[derive(Clone, Copy, Debug)]
struct Translated {
    step: Step,
    target: u16,
    a: Operand,
    b: Operand,
}

/// With reductions.
struct Translator {
    steps: Vec<Translated>,
    /// By register: of how many multiples of p its numbers are below.
    bounds: Vec<u32>,
}

impl Translator {
    fn bound(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Register(register) => self.bounds[usize::from(register)],
            Operand::Cell { .. } => CELL,
            Operand::Scalar(_) => 1,
        }
    }

    fn shrink(&mut self, operand: Operand) {
        if let Operand::Register(register) = operand
            && self.bounds[usize::from(register)] > SHRUNK
        {
            self.steps.push(Translated {
                step: Step::Shrink,
                target: register,
                a: operand,
                b: operand,
            });
            self.bounds[usize::from(register)] = SHRUNK;
        }
    }

    fn translate(&mut self, instruction: &Instruction) {
        let Instruction {
            operation,
            target,
            a,
            b,
        } = *instruction;
        if matches!(operation, Operation::Add | Operation::Sub)
            && self.bound(a) + self.bound(b) > ROOM
        {
            // Two cells fit, so what does not has a register that is larger than one.
            self.shrink(a);
            self.shrink(b);
        }
        let (x, y) = (self.bound(a), self.bound(b));
        let (step, bound) = match operation {
            Operation::Add => (Step::Add, x + y),
            Operation::Sub => (Step::Sub(y), x + y),
            Operation::Mul => (Step::Mul, 2 + (x * y).div_ceil(ROOM)),
            Operation::Square => (Step::Square, 2 + (x * x).div_ceil(ROOM)),
        };
        self.steps.push(Translated { step, target, a, b });
        self.bounds[usize::from(target)] = bound;
    }
}

/// What `Program::run` does, for columns of which eight divides the length.
#[allow(unsafe_code)]
pub(crate) fn run(
    ifma: Ifma,
    instructions: &[Instruction],
    result: Operand,
    registers: usize,
    columns: &[&[Fr]],
    table: &[Fr],
    output: &mut [Fr],
) {
    let mut translator = Translator {
        steps: Vec::with_capacity(instructions.len()),
        bounds: vec![0; registers],
    };
    for instruction in instructions {
        translator.translate(instruction);
    }
    let columns: Vec<&[u64]> = columns.iter().map(|column| words(column)).collect();
    let (columns, steps) = (&columns[..], &translator.steps[..]);
    let table = shifted(table);
    output
        .par_chunks_mut(ROWS)
        .enumerate()
        .for_each(|(i, output)| {
            let mut machine = Machine {
                columns,
                table: &table,
                registers: Secret::zeros(registers * BLOCK),
                start: i * ROWS,
            };
            // SAFETY: an `Ifma` exists only where both features were found.
            let _: Ifma = ifma;
            unsafe { machine.run(steps, result, words_mut(output)) };
        });
}

/// The scalars, reduced, in limbs.
fn shifted(table: &[Fr]) -> Vec<Eight> {
    let sixteen = Fr::from(16);
    let limbs = |scalar: &Fr| {
        let shifted = [*scalar * sixteen];
        let words: [u64; 4] = std::array::from_fn(|i| words(&shifted)[i]);
        super::field::split(words).map(|limb| [limb; LANES])
    };
    table.iter().map(|scalar| Eight(limbs(scalar))).collect()
}

struct Machine<'a> {
    columns: &'a [&'a [u64]],
    table: &'a [Eight],
    registers: Secret<Eight>,
    start: usize,
}

impl Machine<'_> {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run(&mut self, steps: &[Translated], result: Operand, output: &mut [u64]) {
        let back = broadcast(&Scalars::BACK);
        for block in output.chunks_mut(BLOCK * LANES * 4) {
            let (rows, _) = block.as_chunks_mut::<{ 4 * LANES }>();
            for step in steps {
                self.step(step, rows.len());
            }
            for i in 0..rows.len() {
                let value = mul::<Scalars>(self.read(result, i), back);
                scatter(narrow(canonical::<Scalars>(value)), &mut rows[i]);
            }
            self.start += BLOCK * LANES;
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn step(&mut self, translated: &Translated, vectors: usize) {
        let Translated { step, target, a, b } = *translated;
        let target = usize::from(target) * BLOCK;
        match step {
            Step::Mul => {
                for i in 0..vectors {
                    let value = mul::<Scalars>(self.read(a, i), self.read(b, i));
                    self.registers[target + i].store(value);
                }
            }
            Step::Square => {
                for i in 0..vectors {
                    let value = square::<Scalars>(self.read(a, i));
                    self.registers[target + i].store(value);
                }
            }
            Step::Add => {
                for i in 0..vectors {
                    let value = add(self.read(a, i), self.read(b, i));
                    self.registers[target + i].store(value);
                }
            }
            Step::Sub(multiple) => {
                let multiple = &Scalars::MULTIPLES[multiple as usize];
                for i in 0..vectors {
                    let value = sub(self.read(a, i), self.read(b, i), multiple);
                    self.registers[target + i].store(value);
                }
            }
            Step::Shrink => {
                for i in 0..vectors {
                    let value = shrink::<Scalars>(self.read(a, i));
                    self.registers[target + i].store(value);
                }
            }
        }
    }

    /// The i-th vector of the block.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn read(&self, operand: Operand, i: usize) -> super::field::Limbs {
        match operand {
            Operand::Register(register) => self.registers[usize::from(register) * BLOCK + i].load(),
            Operand::Scalar(index) => self.table[index as usize].load(),
            Operand::Cell { column, rotation } => {
                let column = self.columns[column as usize];
                let rows = column.len() / 4;
                let first = (self.start + i * LANES) as i64 + i64::from(rotation);
                let first = first.rem_euclid(rows as i64) as usize;
                match column[4 * first..].first_chunk() {
                    Some(words) => widen(gather(words), 4),
                    None => widen(gather(&around(column, first)), 4),
                }
            }
        }
    }
}

/// Eight rows around the end of the column.
#[cold]
fn around(column: &[u64], first: usize) -> [u64; 4 * LANES] {
    std::array::from_fn(|i| column[(4 * first + i) % column.len()])
}
