//! The gates, one file a question. Every constraint has a name, an equation and a rejection test.
//!
//! Each gate exists once per lane, over the same fixed columns. The constraints of the operations that share a
//! column are terms of the same polynomials, see [`side_by_side`].

mod desk;
mod epochs;
mod path;
mod permutation;
mod place;
mod range;
mod rounds;
mod row;
mod sponge;

pub(crate) use epochs::WORD_ROWS;
pub(crate) use permutation::{ROWS as PERMUTATION_ROWS, fixed_rows, trace};
pub(crate) use place::disabled_offset;
pub(crate) use row::{MISS_BITS, TOTAL_BITS};

use crate::circuit::columns::{Columns, View};
use crate::circuit::ops::{self, Op};
use crate::shape::Family;
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// The highest degree of any constraint, selector included. `tests` pin it: halo2-axiom caps the
/// degree that it computes itself at 5, and a proof of a steeper circuit then fails to verify.
pub(crate) const MAX_DEGREE: usize = 6;

/// Named constraints.
type Constraints = Vec<(&'static str, Expression<Fr>)>;

/// A constraint under its own name, and the polynomial of the constraint system that it is a term of: what the
/// rejection tests go by.
#[derive(Clone, Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "only tests read it"))]
pub(crate) struct Named {
    /// Its own name, as in the tables of the gate files.
    pub(crate) name: &'static str,
    /// The polynomial's name: its terms' names, with bars between them.
    pub(crate) polynomial: String,
    /// Its selector times what must be zero.
    pub(crate) expression: Expression<Fr>,
}

/// `selector * constraint` for each, names kept.
fn when(selector: Expression<Fr>, constraints: Constraints) -> Constraints {
    constraints
        .into_iter()
        .map(|(name, constraint)| (name, selector.clone() * constraint))
        .collect()
}

/// What `op` demands, its selector left out.
fn demands(op: Op, view: &mut View<'_, '_>) -> Constraints {
    match op {
        Op::FirstLayer => permutation::first_layer(view),
        Op::Absorb => sponge::absorb(view),
        Op::Hold => sponge::hold(view),
        Op::Input => sponge::input(view),
        Op::Output => sponge::output(view),
        Op::NodeOutput => path::output(view),
        Op::PathLeaf => path::leaf(view),
        Op::PathNode => path::node(view),
        Op::Load => range::load(view),
        Op::StartBits => range::start_bits(view),
        Op::Order => place::order(view),
        Op::Place => place::enabled_or_not(view),
        Op::Fields => row::fields(view),
        Op::Duties => row::duties(view),
        Op::Hits => row::hits(view),
        Op::Rate => row::rate(view),
        Op::Stake => row::stake(view),
        Op::FirstEpoch => epochs::first(view),
        Op::LastEpoch => epochs::last(view),
        Op::LastCount => epochs::count(view),
        Op::Instance => desk::instance(view),
        Op::Constant => desk::fixed_value(view),
        Op::MulAdd => desk::mul_add(view),
    }
}

/// All gates of the family, in every lane, over the same fixed columns. Returns each constraint under its own name.
pub(crate) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) -> Vec<Named> {
    let mut flagged: Vec<(&str, fn(&mut View<'_, '_>) -> Constraints)> =
        vec![("rounds", permutation::rounds)];
    if !matches!(columns.family, Family::Membership) {
        flagged.push(("range: digits", range::digits));
        flagged.push(("range: starts", range::starts));
    }
    if matches!(columns.family, Family::Duty(_)) {
        flagged.push(("epochs: step", epochs::step));
    }
    let mut named = Vec::new();
    for &lane in &columns.lanes {
        for (gate, constraints) in &flagged {
            meta.create_gate(gate, |meta| {
                let constraints = constraints(&mut View {
                    meta,
                    columns,
                    lane,
                });
                named.extend(constraints.iter().map(|(name, expression)| Named {
                    name,
                    polynomial: (*name).to_owned(),
                    expression: expression.clone(),
                }));
                constraints
            });
        }
        for (number, ops) in ops::columns(columns.family).iter().enumerate() {
            meta.create_gate(format!("operations {number}"), |meta| {
                let mut view = View {
                    meta,
                    columns,
                    lane,
                };
                let demands = ops.iter().map(|&op| {
                    let constraints = demands(op, &mut view);
                    when(view.op(op), constraints)
                });
                let (polynomials, terms) = side_by_side(demands);
                named.extend(terms);
                polynomials
            });
        }
    }
    named
}

/// The i-th constraints of all operations of a column are one polynomial.
///
/// A row has one operation of a column, so the selectors of all others are zero there and the sum is zero exactly
/// if that operation's constraint is. Each polynomial costs the prover a product; a term costs a sum.
fn side_by_side(
    demands: impl Iterator<Item = Constraints>,
) -> (Vec<(String, Expression<Fr>)>, Vec<Named>) {
    let mut polynomials: Vec<Constraints> = Vec::new();
    for constraints in demands {
        for (i, constraint) in constraints.into_iter().enumerate() {
            match polynomials.get_mut(i) {
                Some(terms) => terms.push(constraint),
                None => polynomials.push(vec![constraint]),
            }
        }
    }
    let mut named = Vec::new();
    let mut sums = Vec::new();
    for terms in polynomials {
        let names: Vec<_> = terms.iter().map(|(name, _)| *name).collect();
        let polynomial = names.join(" | ");
        named.extend(terms.iter().map(|(name, expression)| Named {
            name,
            polynomial: polynomial.clone(),
            expression: expression.clone(),
        }));
        let sum = terms
            .into_iter()
            .map(|(_, expression)| expression)
            .reduce(|sum, term| sum + term)
            .expect("a polynomial has terms");
        sums.push((polynomial, sum));
    }
    (sums, named)
}
