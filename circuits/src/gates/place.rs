//! What holds of a place: order, count, and what being enabled means.
//!
//! Order (clauses S5, E5, E6) runs over keys: `key = index + 1` for an enabled place and
//! `2^41 + 1` for a disabled one, whose index is 0. The difference of an enabled place's key to the
//! key before it, less one, must be a 40-bit integer: so indices rise strictly, and no enabled place
//! comes after a disabled one. The key before the first place is 0.
//!
//! Order, at the heads of the chains (index, difference); desk: key, key before, enabled, index,
//! count after, count before and, in the duty circuit, slashed. There the count of slashed validators is packed
//! above that of enabled ones.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | enabled is a bit | e (e - 1) = 0 | 2 + 4 |
//! | index on the desk | index = chain_0 | 1 + 4 |
//! | key | key = index + 1 + 2^41 (1 - e) | 1 + 4 |
//! | S5 strictly increasing | chain_1 = e (key - key before - 1) | 2 + 4 |
//! | disabled index | (1 - e) index = 0 | 2 + 4 |
//! | S8 count | count after = count before + e + 2^56 slashed | 1 + 4 |
//!
//! Place; desk: enabled, node, root and, in the duty circuit, compliant, meta, duties, slashed.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | S3 leads to the root | e (node - root) = 0 | 2 + 4 |
//! | disabled is not compliant | (1 - e) compliant = 0 | 2 + 4 |
//! | disabled meta | (1 - e) meta = 0 | 2 + 4 |
//! | disabled duties | (1 - e) duties = 0 | 2 + 4 |
//! | S7 slashed is not compliant | compliant slashed = 0 | 2 + 4 |
//!
//! The bitmaps of a disabled place need no constraint of their own: meta = 0 gives
//! active_epochs = 0, and clause S6 then leaves no bit that could be set.

use super::Constraints;
use super::range::is_bit;
use super::row::TOTAL_BITS;
use crate::circuit::columns::{View, constant, power_of_two};
use crate::identity::INDEX_BITS;
use crate::shape::Family;
use ff::Field;
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;

/// What a disabled place's key has beyond an index of 0: above every enabled key.
pub(crate) fn disabled_offset() -> Fr {
    power_of_two(INDEX_BITS + 1)
}

/// [`Op::Order`](crate::circuit::ops::Op::Order).
pub(super) fn order(view: &mut View<'_, '_>) -> Constraints {
    let [key, key_before, enabled, index, count_after, count_before] = view.desk();
    let [index_chain, difference, _] = view.chains(0);
    let disabled = constant(1) - enabled.clone();
    let step = key.clone() - key_before - constant(1);
    let mut counted = enabled.clone();
    if matches!(view.columns.family, Family::Duty(_)) {
        let [.., slashed]: [_; 7] = view.desk();
        counted = counted + slashed * power_of_two(TOTAL_BITS);
    }
    vec![
        ("enabled is a bit", is_bit(enabled.clone())),
        ("index on the desk", index.clone() - index_chain),
        (
            "key",
            key - index.clone() - constant(1) - disabled.clone() * disabled_offset(),
        ),
        (
            "S5 strictly increasing",
            difference - enabled.clone() * step,
        ),
        ("disabled index", disabled * index),
        ("S8 count", count_after - count_before - counted),
    ]
}

/// [`Op::Place`](crate::circuit::ops::Op::Place).
pub(super) fn enabled_or_not(view: &mut View<'_, '_>) -> Constraints {
    let leads_to_root = |enabled: &Expression<Fr>, node, root| {
        ("S3 leads to the root", enabled.clone() * (node - root))
    };
    if matches!(view.columns.family, Family::Duty(_)) {
        let [enabled, node, root, compliant, meta, duties, slashed] = view.desk();
        let disabled = Expression::Constant(Fr::ONE) - enabled.clone();
        vec![
            leads_to_root(&enabled, node, root),
            (
                "disabled is not compliant",
                disabled.clone() * compliant.clone(),
            ),
            ("disabled meta", disabled.clone() * meta),
            ("disabled duties", disabled * duties),
            ("S7 slashed is not compliant", compliant * slashed),
        ]
    } else {
        let [enabled, node, root] = view.desk();
        vec![leads_to_root(&enabled, node, root)]
    }
}
