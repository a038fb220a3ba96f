//! A graph compiled to a program over blocks of rows, with as few registers as it takes.
//!
//! A register holds one block. The block is small enough that all registers stay in the second-level
//! cache, and large enough that looking at an instruction costs nothing beside carrying it out.

use super::graph::{Graph, Id, Node};
use crate::secret::Secret;
use ff::Field;
use halo2curves::bn256::Fr;
use rayon::prelude::*;
use std::collections::HashMap;

/// Rows of a block.
const BLOCK: usize = 64;
/// Blocks that one piece of work goes through with the same registers.
const BLOCKS: usize = 16;

/// What an instruction reads.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    /// What an earlier instruction left there.
    Register(u16),
    /// A cell of a column, so many rows further down, cyclically.
    Cell {
        /// Which column.
        column: u32,
        /// How many rows further down.
        rotation: i32,
    },
    /// In the table of scalars, or after it among the constants.
    Scalar(u32),
}

/// What an instruction does.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// a + b
    Add,
    /// a - b
    Sub,
    /// a b
    Mul,
    /// a a
    Square,
}

/// One step, in every row.
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    /// What is done.
    pub operation: Operation,
    /// The register that takes the result. It is none of the operands'.
    pub target: u16,
    /// The first operand.
    pub a: Operand,
    /// The second; a square does not look at it.
    pub b: Operand,
}

/// What a graph's node is in each row.
#[derive(Clone, Debug)]
pub struct Program {
    instructions: Vec<Instruction>,
    result: Operand,
    registers: usize,
    constants: Vec<Fr>,
    scalars: usize,
}

impl Program {
    /// Compiles what `root` needs. `scalars` is the length of the table that every run brings.
    pub fn compile(graph: &Graph, root: Id, scalars: usize) -> Self {
        let mut compiler = Compiler {
            graph,
            uses: uses(graph, root),
            places: HashMap::new(),
            free: Vec::new(),
            program: Self {
                instructions: Vec::new(),
                result: Operand::Scalar(0),
                registers: 0,
                constants: Vec::new(),
                scalars,
            },
        };
        for id in postorder(graph, root) {
            compiler.emit(id);
        }
        compiler.program.result = compiler.places[&root];
        compiler.program
    }

    /// The steps, for a machine that goes through them itself.
    pub fn code(&self) -> &[Instruction] {
        &self.instructions
    }

    /// Where the result is after the last step.
    pub fn result(&self) -> Operand {
        self.result
    }

    /// What follows the table of scalars.
    pub fn constants(&self) -> &[Fr] {
        &self.constants
    }

    /// How many instructions are carried out in each row.
    pub fn instructions(&self) -> usize {
        self.instructions.len()
    }

    /// How many of them multiply.
    pub fn multiplications(&self) -> usize {
        let multiplies =
            |i: &&Instruction| matches!(i.operation, Operation::Mul | Operation::Square);
        self.instructions.iter().filter(multiplies).count()
    }

    /// How many registers it takes.
    pub fn registers(&self) -> usize {
        self.registers
    }

    /// Writes the node's value in each row into `output`.
    ///
    /// # Panics
    /// If a column is shorter than the output, or the table of scalars is not as long as announced.
    pub fn run(&self, columns: &[&[Fr]], scalars: &[Fr], output: &mut [Fr]) {
        assert_eq!(scalars.len(), self.scalars, "table of scalars");
        assert!(columns.iter().all(|column| column.len() == output.len()));
        let table: Vec<Fr> = scalars.iter().chain(&self.constants).copied().collect();
        #[cfg(target_arch = "x86_64")]
        if output.len().is_multiple_of(crate::ifma::memory::LANES)
            && let Some(ifma) = crate::arithmetic::vectors()
        {
            let Self {
                instructions,
                result,
                registers,
                ..
            } = self;
            return crate::ifma::program::run(
                ifma,
                instructions,
                *result,
                *registers,
                columns,
                &table,
                output,
            );
        }
        self.run_portable(columns, &table, output);
    }

    fn run_portable(&self, columns: &[&[Fr]], table: &[Fr], output: &mut [Fr]) {
        output
            .par_chunks_mut(BLOCK * BLOCKS)
            .enumerate()
            .for_each(|(i, output)| {
                let mut machine = Machine {
                    columns,
                    table,
                    registers: vec![Secret::zeros(BLOCK); self.registers],
                };
                let mut start = i * BLOCK * BLOCKS;
                for block in output.chunks_mut(BLOCK) {
                    for instruction in &self.instructions {
                        machine.step(instruction, start, block.len());
                    }
                    machine.read(self.result, start, block);
                    start += block.len();
                }
            });
    }
}

/// How often each node that `root` needs is an operand.
fn uses(graph: &Graph, root: Id) -> Vec<u32> {
    let mut uses = vec![0; graph.nodes().len()];
    uses[root as usize] = 1;
    for id in (0..=root).rev() {
        if uses[id as usize] > 0
            && let Some((a, b)) = operands(graph.node(id))
        {
            uses[a as usize] += 1;
            uses[b as usize] += 1;
        }
    }
    uses
}

fn operands(node: Node) -> Option<(Id, Id)> {
    match node {
        Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) => Some((a, b)),
        Node::Constant(_) | Node::Scalar(_) | Node::Cell { .. } => None,
    }
}

/// Operands before what they are needed for. Of two operands the one that takes more registers goes
/// first, as it gives back all but one (Sethi and Ullman); of equal ones the deeper.
fn postorder(graph: &Graph, root: Id) -> Vec<Id> {
    let mut weights: Vec<(u32, u32)> = Vec::with_capacity(graph.nodes().len());
    for node in graph.nodes() {
        weights.push(operands(*node).map_or((0, 0), |(a, b)| {
            let (a, b) = (weights[a as usize], weights[b as usize]);
            let registers = a.0.max(b.0) + u32::from(a.0 == b.0);
            (registers, a.1.max(b.1) + 1)
        }));
    }
    let mut order = Vec::new();
    let mut seen = vec![false; graph.nodes().len()];
    let mut stack = vec![(root, false)];
    while let Some((id, ready)) = stack.pop() {
        if ready {
            order.push(id);
        } else if !std::mem::replace(&mut seen[id as usize], true) {
            stack.push((id, true));
            if let Some((a, b)) = operands(graph.node(id)) {
                let (first, second) = if weights[a as usize] >= weights[b as usize] {
                    (a, b)
                } else {
                    (b, a)
                };
                stack.push((second, false));
                stack.push((first, false));
            }
        }
    }
    order
}

struct Compiler<'a> {
    graph: &'a Graph,
    uses: Vec<u32>,
    places: HashMap<Id, Operand>,
    free: Vec<u16>,
    program: Program,
}

impl Compiler<'_> {
    fn emit(&mut self, id: Id) {
        let place = match self.graph.node(id) {
            Node::Constant(value) => {
                self.program.constants.push(value);
                Operand::Scalar((self.program.scalars + self.program.constants.len() - 1) as u32)
            }
            Node::Scalar(index) => Operand::Scalar(index),
            Node::Cell { column, rotation } => Operand::Cell { column, rotation },
            Node::Add(a, b) => self.instruction(Operation::Add, a, b),
            Node::Sub(a, b) => self.instruction(Operation::Sub, a, b),
            Node::Mul(a, b) if a == b => self.instruction(Operation::Square, a, b),
            Node::Mul(a, b) => self.instruction(Operation::Mul, a, b),
        };
        self.places.insert(id, place);
    }

    fn instruction(&mut self, operation: Operation, a: Id, b: Id) -> Operand {
        // The target is taken before the operands' registers are given back: it is never one of them.
        let target = self.free.pop().unwrap_or_else(|| {
            self.program.registers += 1;
            u16::try_from(self.program.registers - 1).expect("a program has few registers")
        });
        self.program.instructions.push(Instruction {
            operation,
            target,
            a: self.places[&a],
            b: self.places[&b],
        });
        for id in [a, b] {
            self.uses[id as usize] -= 1;
            if self.uses[id as usize] == 0
                && let Operand::Register(register) = self.places[&id]
            {
                self.free.push(register);
            }
        }
        Operand::Register(target)
    }
}

struct Machine<'a> {
    columns: &'a [&'a [Fr]],
    table: &'a [Fr],
    registers: Vec<Secret<Fr>>,
}

/// An operand in a block of rows.
enum Rows<'a> {
    All(&'a [Fr]),
    /// Around the end of the column.
    Split(&'a [Fr], &'a [Fr]),
    Same(Fr),
}

impl Machine<'_> {
    fn rows(&self, operand: Operand, start: usize, length: usize) -> Rows<'_> {
        match operand {
            Operand::Register(register) => Rows::All(&self.registers[register as usize][..length]),
            Operand::Scalar(index) => Rows::Same(self.table[index as usize]),
            Operand::Cell { column, rotation } => {
                let column = self.columns[column as usize];
                let size = column.len();
                let start = (start as i64 + i64::from(rotation)).rem_euclid(size as i64) as usize;
                if start + length <= size {
                    Rows::All(&column[start..start + length])
                } else {
                    Rows::Split(&column[start..], &column[..start + length - size])
                }
            }
        }
    }

    fn step(&mut self, instruction: &Instruction, start: usize, length: usize) {
        let target = usize::from(instruction.target);
        let mut register = std::mem::take(&mut self.registers[target]);
        let result = &mut register[..length];
        let a = self.rows(instruction.a, start, length);
        let b = self.rows(instruction.b, start, length);
        match instruction.operation {
            Operation::Add => apply(result, a, b, |a, b| a + b),
            Operation::Sub => apply(result, a, b, |a, b| a - b),
            Operation::Mul => apply(result, a, b, |a, b| a * b),
            Operation::Square => apply(result, a, Rows::Same(Fr::ZERO), |a, _| a.square()),
        }
        self.registers[target] = register;
    }

    fn read(&self, operand: Operand, start: usize, output: &mut [Fr]) {
        let rows = self.rows(operand, start, output.len());
        apply(output, rows, Rows::Same(Fr::ZERO), |a, _| *a);
    }
}

/// One loop for each combination of operands that blocks inside a column have.
#[inline(always)]
fn apply(result: &mut [Fr], a: Rows<'_>, b: Rows<'_>, f: impl Fn(&Fr, &Fr) -> Fr) {
    match (a, b) {
        (Rows::All(a), Rows::All(b)) => {
            for ((result, a), b) in result.iter_mut().zip(a).zip(b) {
                *result = f(a, b);
            }
        }
        (Rows::All(a), Rows::Same(b)) => {
            for (result, a) in result.iter_mut().zip(a) {
                *result = f(a, &b);
            }
        }
        (Rows::Same(a), Rows::All(b)) => {
            for (result, b) in result.iter_mut().zip(b) {
                *result = f(&a, b);
            }
        }
        (a, b) => {
            for (i, result) in result.iter_mut().enumerate() {
                *result = f(a.get(i), b.get(i));
            }
        }
    }
}

impl Rows<'_> {
    fn get(&self, i: usize) -> &Fr {
        match self {
            Self::All(rows) => &rows[i],
            Self::Split(first, _) if i < first.len() => &first[i],
            Self::Split(first, second) => &second[i - first.len()],
            Self::Same(value) => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Graph, Program};
    use ff::Field;
    use halo2curves::bn256::Fr;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{RngCore, SeedableRng};

    const ROWS: usize = 200;

    fn columns(count: usize) -> Vec<Vec<Fr>> {
        let mut rng = ChaCha20Rng::seed_from_u64(8);
        let column = |_| (0..ROWS).map(|_| Fr::random(&mut rng)).collect();
        (0..count).map(column).collect()
    }

    /// The same graph, node by node, in one row.
    fn interpret(graph: &Graph, columns: &[Vec<Fr>], scalars: &[Fr], row: usize) -> Vec<Fr> {
        use super::Node::{Add, Cell, Constant, Mul, Scalar, Sub};
        let mut values: Vec<Fr> = Vec::new();
        for node in graph.nodes() {
            let get = |id: u32| values[id as usize];
            let value = match *node {
                Constant(value) => value,
                Scalar(index) => scalars[index as usize],
                Cell { column, rotation } => {
                    let row = (row as i64 + i64::from(rotation)).rem_euclid(ROWS as i64);
                    columns[column as usize][row as usize]
                }
                Add(a, b) => get(a) + get(b),
                Sub(a, b) => get(a) - get(b),
                Mul(a, b) => get(a) * get(b),
            };
            values.push(value);
        }
        values
    }

    #[test]
    fn random_graphs_agree_with_their_definition() {
        let columns = columns(4);
        let slices: Vec<_> = columns.iter().map(|column| &column[..]).collect();
        let scalars = [Fr::from(5), -Fr::from(9)];
        for seed in 0..20 {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let mut pick = |n: usize| (rng.next_u64() % n as u64) as usize;
            let mut graph = Graph::default();
            let mut ids = vec![
                graph.scalar(0),
                graph.scalar(1),
                graph.constant(Fr::from(6)),
            ];
            for _ in 0..60 {
                let (a, b) = (ids[pick(ids.len())], ids[pick(ids.len())]);
                ids.push(match pick(4) {
                    0 => graph.add(a, b),
                    1 => graph.sub(a, b),
                    2 => graph.mul(a, b),
                    _ => graph.cell(pick(4) as u32, pick(140) as i32 - 70),
                });
            }
            let root = ids[ids.len() - 1];
            let program = Program::compile(&graph, root, scalars.len());
            let expected: Vec<Fr> = (0..ROWS)
                .map(|row| interpret(&graph, &columns, &scalars, row)[root as usize])
                .collect();
            let mut output = vec![Fr::ZERO; ROWS];
            program.run(&slices, &scalars, &mut output);
            assert_eq!(output, expected, "seed {seed}");
            let table: Vec<Fr> = scalars.iter().chain(&program.constants).copied().collect();
            program.run_portable(&slices, &table, &mut output);
            assert_eq!(output, expected, "seed {seed}, portable");
        }
    }

    #[test]
    fn a_long_sum_needs_few_registers() {
        let mut graph = Graph::default();
        let mut sum = graph.constant(Fr::ZERO);
        for column in 0..500 {
            let (a, b) = (graph.cell(column, 0), graph.cell(column, 1));
            let product = graph.mul(a, b);
            sum = graph.add(sum, product);
        }
        let program = Program::compile(&graph, sum, 0);
        assert!(program.registers() <= 3, "{}", program.registers());
        assert_eq!(program.multiplications(), 500);
    }
}
