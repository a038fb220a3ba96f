//! The gates, one file a question. Every constraint has a name, an equation and a rejection test.
//!
//! Each gate exists once per lane, over the same fixed columns.

mod desk;
mod epochs;
mod path;
mod permutation;
mod place;
mod range;
mod row;
mod sponge;

pub(crate) use epochs::WORD_ROWS;
pub(crate) use permutation::{InternalRounds, ROWS as PERMUTATION_ROWS, fixed_rows, trace};
pub(crate) use place::disabled_offset;
pub(crate) use row::{MISS_BITS, TOTAL_BITS};

use crate::circuit::columns::{Columns, View};
use crate::shape::Family;
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// The highest degree of any constraint, selector included. `tests` pin it: halo2-axiom caps the
/// degree that it computes itself at 5, and a proof of a steeper circuit then fails to verify.
pub(crate) const MAX_DEGREE: usize = 6;

/// Named constraints of a gate.
type Constraints = Vec<(&'static str, Expression<Fr>)>;

/// Creates a gate in every lane.
fn gate(
    meta: &mut ConstraintSystem<Fr>,
    columns: &Columns,
    name: &'static str,
    constraints: impl Fn(&mut View<'_, '_>) -> Constraints,
) {
    for &lane in &columns.lanes {
        meta.create_gate(name, |meta| {
            constraints(&mut View {
                meta,
                columns,
                lane,
            })
        });
    }
}

/// `selector * constraint` for each, names kept.
fn when(selector: Expression<Fr>, constraints: Constraints) -> Constraints {
    constraints
        .into_iter()
        .map(|(name, constraint)| (name, selector.clone() * constraint))
        .collect()
}

/// All gates of the family.
pub(crate) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    permutation::configure(meta, columns);
    sponge::configure(meta, columns);
    path::configure(meta, columns);
    desk::configure(meta, columns);
    match columns.family {
        Family::Duty(_) => {
            range::configure(meta, columns);
            place::configure(meta, columns);
            sponge::configure_words(meta, columns);
            desk::configure_arithmetic(meta, columns);
            row::configure(meta, columns);
            epochs::configure(meta, columns);
        }
        Family::Enrolment => {
            range::configure_chains(meta, columns);
            place::configure(meta, columns);
        }
        Family::Membership => {}
    }
}
