//! What a row asks: of each operation that it is marked with all constraints and no others, each alone in its
//! polynomial. The other tests see a constraint where it is violated; here every row of every shape is looked at.
//!
//! Constraints of one column's operations are added up to polynomials. In a row where two of them were live, or a
//! polynomial was more than the live one, cells could be chosen such that the terms cancel; and an operation whose selector
//! is 0 at its own mark asks nothing. The names of each operation's constraints are written down a second time.

use super::layout::shapes;
use super::ops::Op;
use super::*;
use gates::Named;
use halo2_proofs::plonk::Expression;
use std::collections::{BTreeMap, BTreeSet};

const ROUNDS: [&str; 4] = ["rounds 0", "rounds 1", "rounds 2", "rounds 3"];

fn names(op: Op, family: Family) -> &'static [&'static str] {
    let is_duty = matches!(family, Family::Duty(_));
    match op {
        Op::FirstLayer => &[
            "first layer 0",
            "first layer 1",
            "first layer 2",
            "first layer 3",
        ],
        // Beside the row's rounds, in the polynomial of the first.
        Op::FeedForward => &["feed-forward"],
        Op::Absorb => &["absorb 0", "absorb 1", "absorb 2", "absorb capacity"],
        Op::Hold => &["hold 0", "hold 1", "hold 2", "hold 3"],
        Op::Input => &["input 0", "input 1", "input 2", "input capacity"],
        Op::Output => &["output"],
        Op::Path => &["hash is a child"],
        Op::Digits => &["digit 0", "digit 1", "digit 2"],
        Op::Start => &["start 0", "start 1", "start 2"],
        Op::Bits => &["bit 0", "bit 1", "bit 2"],
        Op::Load => &["load 0", "load 1", "load 2"],
        Op::Order => &[
            "enabled is a bit",
            "index on the desk",
            "key",
            "S5 strictly increasing",
            "disabled index",
            "S8 count",
        ],
        Op::Place if !is_duty => &["S3 leads to the root"],
        Op::Place => &[
            "S3 leads to the root",
            "disabled is not compliant",
            "disabled meta",
            "disabled duties",
            "S7 slashed is not compliant",
        ],
        Op::Fields => &[
            "S6 active epochs",
            "S6 meta",
            "S6 effective balance",
            "S7 slack",
        ],
        Op::Duties => &[
            "S6 proposals",
            "S6 sync",
            "S6 duties",
            "S9 proposals and sync",
        ],
        Op::Hits => &["S6 misses", "S7 points", "S7 timely targets"],
        Op::Rate => &[
            "S7 compliant is a bit",
            "S7 performance",
            "S7 uptime",
            "S7 run-in",
        ],
        Op::Stake => &["S7 compliant time", "S9 stake-time and points"],
        Op::FirstEpoch => &["misses at the start", "S7 slack at the start"],
        Op::Step => &[
            "source digit",
            "head digit",
            "first target bit",
            "second target bit",
            "misses",
            "S7 next slack",
            "S7 outage",
        ],
        Op::LastEpoch => &[
            "last source bit",
            "last target bit",
            "last head bit",
            "last misses",
            "S7 last slack",
            "S7 last outage",
        ],
        Op::Given => &["given"],
        Op::MulAdd => &["c0 c1 + c2 = c3"],
    }
}

/// Every cell another number, the same for all expressions.
fn cell(kind: u64, column: usize, rotation: i32) -> Fr {
    let place = kind * 1_000_000 + column as u64 * 1_000 + (rotation + 500) as u64;
    (Fr::from(place) * Fr::from(0x9e37_79b9_7f4a_7c15) + Fr::from(place).invert().unwrap()).square()
}

/// A lane's constraints, and the polynomials that they are terms of.
type Lane = (Vec<Named>, BTreeMap<String, Expression<Fr>>);

/// A circuit's marks, with the constraints of each lane.
struct Marked {
    shape: Shape,
    constants: usize,
    marks: Vec<Vec<Fr>>,
    lanes: Vec<Lane>,
}

impl Marked {
    fn new(shape: Shape) -> Self {
        let circuit = VigilCircuit::blank(shape);
        let mut cs = ConstraintSystem::<Fr>::default();
        let columns = Columns::new(&mut cs, shape);
        let mut declared = gates::configure(&mut cs, &columns).into_iter();
        let constants = columns.constants.len();
        let mut marks = vec![vec![Fr::ZERO; 1 << shape.k]; columns.fixed().count() - constants];
        for (column, row, value) in circuit.fixed_cells() {
            if let Some(mark) = column.checked_sub(constants) {
                marks[mark][row] += value;
            }
        }
        let lanes = cs.gates().iter().map(|gate| {
            let polynomials: BTreeMap<_, _> = (0..gate.polynomials().len())
                .map(|i| {
                    let name = gate.constraint_name(i).to_owned();
                    (name, gate.polynomials()[i].clone())
                })
                .collect();
            assert_eq!(polynomials.len(), gate.polynomials().len(), "namesakes");
            let terms = polynomials
                .keys()
                .map(|name| name.split(" | ").count())
                .sum();
            let named = declared.by_ref().take(terms).collect();
            (named, polynomials)
        });
        let lanes = lanes.collect();
        assert!(declared.next().is_none());
        Self {
            shape,
            constants,
            marks,
            lanes,
        }
    }

    /// What gates look at: a row's marks, and whether the next row of the lane is one of internal rounds.
    fn seen(&self, row: usize) -> Vec<Fr> {
        let next = (row + self.shape.form.fold()) % (1 << self.shape.k);
        let here = self.marks.iter().map(|mark| mark[row]);
        let internal = fixed::INTERNAL - fixed::EXTERNAL;
        here.chain([self.marks[internal][next]]).collect()
    }

    fn value(&self, expression: &Expression<Fr>, seen: &[Fr]) -> Fr {
        super::layout::evaluate(
            expression,
            &|column, rotation| match column.checked_sub(self.constants) {
                None => cell(1, column, rotation),
                Some(mark) if rotation == 0 => seen[mark],
                Some(mark) => {
                    let is_next = rotation == self.shape.form.fold() as i32;
                    assert!(is_next && mark == fixed::INTERNAL - fixed::EXTERNAL);
                    seen[seen.len() - 1]
                }
            },
            &|column, rotation| cell(2, column, rotation),
            &|rotation| cell(3, 0, rotation),
        )
    }

    fn expected(&self, lane: usize, seen: &[Fr]) -> BTreeSet<&'static str> {
        let family = self.shape.family;
        let first = fixed::OPS - fixed::EXTERNAL;
        let values = seen[first..seen.len() - 1].iter().enumerate();
        let ops = values.filter(|(_, value)| **value != Fr::ZERO);
        let ops = ops.map(|(column, value)| {
            ops::at(family, column, *value).expect("a mark is an operation of its column")
        });
        let is_round = seen[..first].contains(&Fr::ONE);
        let rounds = if is_round { &ROUNDS[..] } else { &[] };
        ops.filter(|op| lane == 0 || ![Op::Given, Op::MulAdd].contains(op))
            .flat_map(|op| names(op, family))
            .chain(rounds)
            .copied()
            .collect()
    }
}

#[test]
fn a_row_asks_what_it_is_marked_with_and_nothing_else() {
    let mut met = BTreeSet::new();
    for shape in shapes() {
        let marked = Marked::new(shape);
        let kinds: BTreeSet<_> = (0..1 << shape.k).map(|row| marked.seen(row)).collect();
        assert!(kinds.len() > 5, "{shape} has {} kinds of rows", kinds.len());
        for seen in &kinds {
            for (lane, (named, polynomials)) in marked.lanes.iter().enumerate() {
                let live = named
                    .iter()
                    .filter(|named| marked.value(&named.expression, seen) != Fr::ZERO);
                let live: Vec<_> = live.collect();
                let names: BTreeSet<_> = live.iter().map(|named| named.name).collect();
                let what = format!("{shape}, lane {lane}, {seen:?}");
                assert_eq!(names, marked.expected(lane, seen), "{what}");
                met.extend(&names);
                for (name, polynomial) in polynomials {
                    let mut terms = live.iter().filter(|named| {
                        // It is written apart, and is in the round's term already.
                        named.polynomial == *name && named.name != "feed-forward"
                    });
                    let term = terms
                        .next()
                        .map_or(Fr::ZERO, |named| marked.value(&named.expression, seen));
                    assert!(terms.next().is_none(), "{name} has two terms: {what}");
                    assert_eq!(marked.value(polynomial, seen), term, "{name}: {what}");
                }
            }
        }
    }
    let all = [DUTY_OPS, &[Op::LastEpoch, Op::Hold]].concat();
    let family = Family::Duty(crate::ledger::Words::W7);
    let all: BTreeSet<_> = all
        .into_iter()
        .flat_map(|op| names(op, family))
        .chain(&ROUNDS)
        .copied()
        .collect();
    assert_eq!(met, all, "every constraint is live somewhere");
}

/// Operations of duty circuits of one word.
const DUTY_OPS: &[Op] = &[
    Op::FirstLayer,
    Op::FeedForward,
    Op::Absorb,
    Op::Input,
    Op::Output,
    Op::Path,
    Op::Digits,
    Op::Start,
    Op::Bits,
    Op::Load,
    Op::Order,
    Op::Place,
    Op::Fields,
    Op::Duties,
    Op::Hits,
    Op::Rate,
    Op::Stake,
    Op::FirstEpoch,
    Op::Step,
    Op::Given,
    Op::MulAdd,
];
