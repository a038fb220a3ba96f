//! The gates, one file a question. Every constraint has a name, an equation and a rejection test.
//!
//! Each gate exists once per lane, over the same fixed columns, but for the prelude's operations, which only lane 0 has. The constraints of the operations
//! that share a column are terms of the same polynomials, see [`side_by_side`].

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
pub(crate) use permutation::{LAST_ROUND, ROWS as PERMUTATION_ROWS, fixed_rows, trace};
pub(crate) use place::disabled_offset;
pub(crate) use row::{MISS_BITS, TOTAL_BITS};

use crate::circuit::columns::{Columns, View};
use crate::circuit::ops::{self, Op};
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// The highest degree of any constraint, selector included. `tests` pin it: halo2-axiom caps the
/// degree that it computes itself at 5, and a proof of a steeper circuit then fails to verify.
pub(crate) const MAX_DEGREE: usize = 6;

/// Named constraints.
type Constraints = Vec<(&'static str, Expression<Fr>)>;

/// A constraint under its own name, and the polynomial of the constraint system that it is a term
/// of: what the rejection tests go by.
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
        // Terms of the permutation's own polynomials.
        Op::FirstLayer | Op::FeedForward => Vec::new(),
        Op::Absorb => sponge::absorb(view),
        Op::Hold => sponge::hold(view),
        Op::Input => sponge::input(view),
        Op::Output => sponge::output(view),
        Op::Path => path::child(view),
        Op::Digits => range::digits(view),
        Op::Start => range::starts(view),
        Op::Bits => range::bits(view),
        Op::Load => range::load(view),
        Op::Order => place::order(view),
        Op::Place => place::enabled_or_not(view),
        Op::Fields => row::fields(view),
        Op::Duties => row::duties(view),
        Op::Hits => row::hits(view),
        Op::Rate => row::rate(view),
        Op::Stake => row::stake(view),
        Op::FirstEpoch => epochs::first(view),
        Op::Step => epochs::step(view),
        Op::LastEpoch => epochs::last(view),
        Op::Given => desk::given(view),
        Op::MulAdd => desk::mul_add(view),
    }
}

/// Polynomials of the constraint system, and their terms.
#[derive(Default)]
struct Polynomials {
    sums: Vec<(String, Expression<Fr>)>,
    named: Vec<Named>,
}

impl Polynomials {
    /// `sum` is what is to be zero; `terms`, which are never in the same row, add up to it.
    fn push(&mut self, sum: Expression<Fr>, terms: Constraints) {
        let names: Vec<_> = terms.iter().map(|(name, _)| *name).collect();
        let polynomial = names.join(" | ");
        self.named
            .extend(terms.into_iter().map(|(name, expression)| Named {
                name,
                polynomial: polynomial.clone(),
                expression,
            }));
        self.sums.push((polynomial, sum));
    }
}

/// The i-th constraints of all operations of a column are one polynomial.
///
/// A row has one operation of a column, so the selectors of all others are zero there and the sum
/// is zero exactly if that operation's constraint is.
fn side_by_side(demands: impl Iterator<Item = Constraints>) -> Polynomials {
    let mut rows: Vec<Constraints> = Vec::new();
    for constraints in demands {
        for (i, constraint) in constraints.into_iter().enumerate() {
            match rows.get_mut(i) {
                Some(terms) => terms.push(constraint),
                None => rows.push(vec![constraint]),
            }
        }
    }
    let mut polynomials = Polynomials::default();
    for terms in rows {
        let sum = terms.iter().map(|(_, expression)| expression.clone());
        let sum = sum
            .reduce(|sum, term| sum + term)
            .expect("a polynomial has terms");
        polynomials.push(sum, terms);
    }
    polynomials
}

/// All gates of the family, in every lane, over the same fixed columns. Returns each constraint
/// under its own name.
pub(crate) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) -> Vec<Named> {
    let mut named = Vec::new();
    for (number, lane) in columns.lanes.iter().enumerate() {
        meta.create_gate("lane", |meta| {
            let mut view = View {
                meta,
                columns,
                lane,
            };
            let mut gates = vec![permutation::rounds(&mut view)];
            for ops in ops::columns(columns.family) {
                // The prelude is lane 0's; its cells in other lanes are wired to nothing.
                let ops = ops.iter().filter(|op| number == 0 || !op.is_of_prelude());
                let demands = ops.map(|&op| {
                    let constraints = demands(op, &mut view);
                    when(view.op(op), constraints)
                });
                gates.push(side_by_side(demands));
            }
            let mut sums = Vec::new();
            for polynomials in gates {
                named.extend(polynomials.named);
                sums.extend(polynomials.sums);
            }
            sums
        });
    }
    named
}
