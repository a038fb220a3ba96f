//! Outside of hashes, equations hold of integers: none can wrap around the field's order.
//!
//! Nothing is taken from a witness. What a cell can be is worked out from the key alone: bits and digits by their
//! constraints, chains of digits row by row, everything else by the equations and wires that lead to it, as a range of
//! integers. With all ranges known, no equation may reach the field's order on either side; then it holds of integers,
//! a head is what its digits say, and an inequality is what its range check says. A value that should have been
//! range-checked and is not has no range, and is reported.
//!
//! Equations that are about field elements are declared: hashes, the walk's products, the inverses of what is due.

use super::columns::LANE_WIDTH;
use super::layout::{duty, shape};
use super::ops::Op;
use super::ranges::{Int, Linear, Range, int, of_field, order};
use super::*;
use crate::ledger::Words;
use crate::shape::Form;
use gates::Named;
use halo2_proofs::plonk::Expression;
use std::collections::BTreeMap;

/// Column of the sheet and row.
type Cell = ranges::Cell;

const CHAINS: usize = 4;
const DESK: usize = 7;

/// A constraint in a row where it is live, without its selector.
struct Equation {
    lane: usize,
    row: usize,
    name: &'static str,
    expression: Expression<Fr>,
}

pub(super) struct Integers {
    circuit: VigilCircuit,
    equations: Vec<Equation>,
    class: BTreeMap<Cell, Cell>,
    ranges: BTreeMap<Cell, Range>,
}

/// Whether a constraint is about field elements.
fn is_of_the_field(name: &str) -> bool {
    let hashes = ["first layer", "rounds", "absorb", "input", "hold"];
    hashes.iter().any(|hash| name.starts_with(hash))
        || [
            "feed-forward",
            "output",
            "hash is a child",
            "S3 leads to the root",
            "S7 outage",
            "S7 last outage",
        ]
        .contains(&name)
}

/// Whether a constraint says which values one cell has, and nothing else.
fn is_of_bits(name: &str) -> bool {
    name.ends_with(" is a bit") || name.starts_with("bit ") || name.ends_with(" bit")
}

/// Whether it says which digit two cells differ by.
fn is_of_digits(name: &str) -> bool {
    name.starts_with("digit ") || name.ends_with(" digit") || name == "second target bit"
}

impl Integers {
    pub(super) fn new(shape: Shape) -> Self {
        Self::of(VigilCircuit::blank(shape))
    }

    fn of(circuit: VigilCircuit) -> Self {
        let shape = circuit.shape;
        assert_eq!(shape.form, Form::Wide, "narrow lanes have the same sheet");
        let mut cs = ConstraintSystem::<Fr>::default();
        let columns = Columns::new(&mut cs, shape);
        let declared = gates::configure(&mut cs, &columns);
        let mut class = BTreeMap::new();
        let of = |class: &BTreeMap<Cell, Cell>, mut cell: Cell| {
            while let Some(&other) = class.get(&cell) {
                cell = other;
            }
            cell
        };
        for (a, b) in &circuit.sheet().copies {
            let [a, b] = [a, b].map(|c| (c.lane * LANE_WIDTH + DESK, c.row));
            let (a, b) = (of(&class, a), of(&class, b));
            if a != b {
                class.insert(b, a);
            }
        }
        let mut integers = Self {
            circuit,
            equations: Vec::new(),
            class,
            ranges: BTreeMap::new(),
        };
        integers.equations = integers.live(&declared);
        integers
    }

    fn at(&self, row: usize, rotation: i32) -> usize {
        (row as i64 + i64::from(rotation)).rem_euclid(1 << self.circuit.shape.k) as usize
    }

    fn live(&self, declared: &[Named]) -> Vec<Equation> {
        let sheet = self.circuit.sheet();
        let mut lane = 0;
        let mut equations = Vec::new();
        let mut last = "";
        for named in declared {
            // Each lane begins with the permutation.
            if named.name == "first layer 0" && !last.is_empty() {
                lane += 1;
            }
            last = named.name;
            if is_of_the_field(named.name) {
                continue;
            }
            let Expression::Product(selector, constraint) = &named.expression else {
                panic!("{} has no selector", named.name);
            };
            for row in 0..self.circuit.shape.usable_rows() {
                let selector = super::layout::evaluate(
                    selector,
                    &|column, rotation| sheet.fixed[column][self.at(row, rotation)],
                    &|_, _| panic!("a selector looks at marks alone"),
                    &|_| panic!("a selector looks at marks alone"),
                );
                if selector != Fr::ZERO {
                    equations.push(Equation {
                        lane,
                        row,
                        name: named.name,
                        expression: (**constraint).clone(),
                    });
                }
            }
        }
        assert_eq!(lane + 1, self.circuit.shape.lanes as usize);
        equations
    }

    pub(super) fn class(&self, mut cell: Cell) -> Cell {
        while let Some(&other) = self.class.get(&cell) {
            cell = other;
        }
        cell
    }

    pub(super) fn range(&self, cell: Cell) -> Option<Range> {
        self.ranges.get(&self.class(cell)).copied()
    }

    fn know(&mut self, cell: Cell, range: Range) -> bool {
        let cell = self.class(cell);
        let is_new = !self.ranges.contains_key(&cell);
        self.ranges.entry(cell).or_insert(range);
        is_new
    }

    fn linear(&self, equation: &Equation) -> Option<Linear> {
        let exact = |value| {
            Some(Linear {
                known: Range::exact(value),
                unknown: None,
            })
        };
        let sheet = self.circuit.sheet();
        equation.expression.evaluate(
            &|constant| exact(of_field(constant)),
            &|_| unreachable!("there are no halo2 selectors"),
            &|q| {
                let value = sheet.fixed[q.column_index()][self.at(equation.row, q.rotation().0)];
                exact(of_field(value))
            },
            &|q| {
                let cell = (q.column_index(), self.at(equation.row, q.rotation().0));
                Some(match self.range(cell) {
                    Some(known) => Linear {
                        known,
                        unknown: None,
                    },
                    None => Linear {
                        known: Range::exact(Int::ZERO),
                        unknown: Some((self.class(cell), int(1))),
                    },
                })
            },
            // Below the inputs the instance column is 0.
            &|_| exact(Int::ZERO),
            &|_| unreachable!("there are no challenges"),
            &|a| a?.scaled(int(1).wrapping_neg()),
            &|a, b| a?.plus(b?),
            &|a, b| a?.by(b?),
            &|a, scale| a?.scaled(of_field(scale)),
        )
    }

    fn is_input(&self, equation: &Equation) -> bool {
        equation.name == "given" && equation.row + 1 < self.circuit.fold().inputs
    }

    /// What the equation says of a cell of which nothing is known yet.
    fn learn(&self, equation: &Equation) -> Option<(Cell, Range)> {
        let (row, name) = (equation.row, equation.name);
        let cell = |column: usize, below: usize| (equation.lane * LANE_WIDTH + column, row + below);
        let chain = |i: usize, below: usize| cell(CHAINS + i, below);
        let digit = |range: Range| {
            let four = range.times(Range::exact(int(4)))?;
            Some(four.add(Range::below(4)))
        };
        let number = || usize::from(name.as_bytes()[name.len() - 1] - b'0');
        match name {
            "first target bit" => Some((chain(2, 1), Range::below(2))),
            "last source bit" => Some((chain(0, 0), Range::below(2))),
            "last target bit" => Some((chain(1, 0), Range::below(2))),
            "last head bit" => Some((chain(2, 0), Range::below(2))),
            "enabled is a bit" => Some((cell(DESK, 2), Range::below(2))),
            "S7 compliant is a bit" => Some((cell(DESK, 0), Range::below(2))),
            "source digit" => Some((chain(0, 0), digit(self.range(chain(0, 2))?)?)),
            "head digit" => Some((chain(2, 0), digit(self.range(chain(2, 2))?)?)),
            // With the first one, which is a bit.
            "second target bit" => Some((chain(1, 0), digit(self.range(chain(1, 2))?)?)),
            _ if is_of_bits(name) => Some((chain(number(), 0), Range::below(2))),
            _ if is_of_digits(name) => {
                Some((chain(number(), 1), digit(self.range(chain(number(), 0))?)?))
            }
            "misses" => {
                let most = int(2) + (int(2) << 16) + (int(2) << 32);
                let after = self.range(chain(0, 3))?;
                Some((chain(0, 1), after.add(Range::new(Int::ZERO, most))))
            }
            "S7 next slack" => {
                // m, m - 1 or s - 2.
                let (slack, most) = (self.range(chain(1, 1))?, self.range(cell(DESK, 1))?);
                let two = slack.add(Range::exact(int(2).wrapping_neg()));
                let one = most.add(Range::exact(int(1).wrapping_neg()));
                Some((chain(1, 3), two.or(one).or(most)))
            }
            "S7 last slack" => {
                // m or s - 1.
                let (slack, most) = (self.range(chain(1, 1))?, self.range(cell(DESK, 1))?);
                let one = slack.add(Range::exact(int(1).wrapping_neg()));
                Some((chain(1, 3), one.or(most)))
            }
            "S6 effective balance" => {
                // The head less its chain's first bit in its place: what the digits below are.
                assert_eq!(
                    self.class(cell(DESK, 1)),
                    self.class(self.first_bit(equation))
                );
                Some((cell(DESK, 4), Range::below(1 << 12)))
            }
            _ => {
                let linear = self.linear(equation)?;
                let (cell, scale) = linear.unknown?;
                let is_desk = cell.0 % LANE_WIDTH == DESK;
                if !is_desk && !self.may_start(name, linear.known) {
                    return None;
                }
                if scale == int(1) {
                    Some((cell, linear.known.negated()))
                } else if scale == int(1).wrapping_neg() {
                    Some((cell, linear.known))
                } else {
                    None
                }
            }
        }
    }

    /// Whether a chain's cell may take its range from this equation. Heads may not: what bounds them is their digits, and
    /// an equation that is met by some head or other is no inequality.
    fn may_start(&self, name: &str, known: Range) -> bool {
        match name {
            "misses at the start" | "S7 slack at the start" | "last misses" => true,
            // Below the walk.
            "load 0" | "load 2" => known == Range::exact(Int::ZERO),
            _ => name.starts_with("start "),
        }
    }

    /// The desk cell that has the first bit of the third chain whose head `equation` is at: six digits above.
    fn first_bit(&self, equation: &Equation) -> Cell {
        let is = |row: usize, op: Op| {
            let (column, value) = ops::slot(self.circuit.shape.family, op);
            self.circuit.sheet().fixed[fixed::OPS + column][row] == Fr::from(value)
        };
        let mut first = equation.row;
        while is(first - 1, Op::Digits) {
            first -= 1;
        }
        assert_eq!(equation.row - first, 6);
        assert!(is(first, Op::Bits) && is(first, Op::Load) && !is(equation.row, Op::Digits));
        (equation.lane * LANE_WIDTH + DESK, first + 2)
    }

    /// Works out all ranges, then holds the equations against the field's order. The first that has none, or can wrap.
    fn check(&mut self, declared: &[(usize, Range)], of_the_field: &[usize]) -> Result<(), String> {
        for (row, range) in declared {
            assert!(
                self.know((DESK, *row), *range),
                "{row} needs no declaration"
            );
        }
        self.equations.sort_by_key(|equation| equation.row);
        let all = 0..self.equations.len();
        let mut left: Vec<_> = all
            .filter(|&i| !self.is_input(&self.equations[i]))
            .collect();
        // Down the chains, then up the walks, until nothing is learnt both ways.
        for idle in [0, 1].into_iter().cycle() {
            let before = left.len();
            left.retain(|&i| match self.learn(&self.equations[i]) {
                Some((cell, range)) => {
                    self.know(cell, range);
                    false
                }
                None => true,
            });
            left.reverse();
            if left.len() == before && idle == 1 {
                break;
            }
        }
        let order = order();
        for equation in &self.equations {
            let Equation {
                lane, row, name, ..
            } = equation;
            let is_declared =
                *lane == 0 && *name == "c0 c1 + c2 = c3" && of_the_field.contains(row);
            let says_digits = is_of_bits(name) || is_of_digits(name);
            // Their second bit is half of what the first one leaves; `walk` says what they mean.
            let has_halves = ["misses", "S7 next slack"].contains(name);
            if self.is_input(equation) || is_declared || says_digits || has_halves {
                continue;
            }
            let linear = self.linear(equation);
            let known = linear.filter(|linear| linear.unknown.is_none());
            let place = format!("{name}, lane {lane}, row {row}");
            let known = known.ok_or_else(|| format!("{place}: no range"))?.known;
            if !known.is_within(order) {
                return Err(format!("{place} can wrap: {known:?}"));
            }
        }
        Ok(())
    }

    /// Rows of an operation, in lane 0.
    pub(super) fn rows(&self, op: Op) -> Vec<usize> {
        let (column, value) = ops::slot(self.circuit.shape.family, op);
        let marks = &self.circuit.sheet().fixed[fixed::OPS + column];
        (0..marks.len())
            .filter(|&row| marks[row] == Fr::from(value))
            .collect()
    }

    pub(super) fn desk(&self, row: usize) -> Range {
        self.range((DESK, row)).expect("it has a range")
    }

    pub(super) fn chain(&self, i: usize, row: usize) -> Range {
        self.range((CHAINS + i, row)).expect("it has a range")
    }
}

/// Desk cells of the inverses of what is due, z of each below it.
pub(super) const INVERSES: [usize; 3] = [70, 102, 128];

/// Where something is due, z is 0; where nothing is, 1.
pub(super) fn check_duties(integers: &mut Integers) -> Result<(), String> {
    let bits = INVERSES.map(|inverse| (inverse + 1, Range::below(2)));
    integers.check(&bits, &INVERSES.map(|inverse| inverse - 1))
}

#[test]
fn equations_of_enrolment_circuits_hold_of_integers() {
    for lanes in [1, 3] {
        let mut integers = Integers::new(shape(Family::Enrolment, 10, lanes));
        integers.check(&[], &[]).unwrap();
    }
}

/// What a circuit is refused for.
fn reported(mut integers: Integers) -> String {
    check_duties(&mut integers).expect_err("nothing is reported")
}

#[test]
fn what_is_not_checked_is_reported() {
    let shape = duty(Words::W1, 10, 1);
    let without = |name: &str, row: usize| {
        let mut integers = Integers::new(shape);
        let before = integers.equations.len();
        integers
            .equations
            .retain(|e| (e.name, e.row) != (name, row));
        assert_eq!(integers.equations.len() + 1, before);
        reported(integers)
    };
    let message = without("start 1", 240 + 24);
    assert!(message.starts_with("S7 uptime"), "{message}");
    let message = without("digit 1", 240 + 50);
    assert!(message.starts_with("S5 strictly increasing"), "{message}");
    let message = without("S7 compliant is a bit", 240 + 41);
    assert!(
        message.starts_with("disabled is not compliant"),
        "{message}"
    );
    // The wire from the range check of good_bps to the input.
    let mut circuit = VigilCircuit::blank(shape);
    circuit
        .sheet
        .copies
        .retain(|(a, b)| ![a.row, b.row].contains(&60));
    let message = reported(Integers::of(circuit));
    assert!(message.starts_with("c0 c1 + c2 = c3"), "{message}");
}
