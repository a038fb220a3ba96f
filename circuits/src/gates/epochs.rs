//! The walk over the bitmaps: two epochs in two rows, 226 rows a word.
//!
//! ```text
//! row   chain_0   chain_1  chain_2  desk
//!  r    source    target   head     product   <- step = 1
//!  r+1  misses    slack    t_1      max_outage
//!  r+2  source'   target'  head'    product'
//!  r+3  misses'   slack'   ...      max_outage
//! ```
//! Bitmaps shrink by a base-4 digit (two epochs, first epoch lowest) from the word, which the sponge
//! absorbs from the first row, to the single bit of the 225th epoch (LastEpoch).
//!
//! *Misses* starts as the packed counts of missed source, target and head votes, and must end as 0.
//!
//! *Slack* is how many more missed targets in a row the policy allows: max_outage after a hit, one
//! less after a miss, max_outage - run_in at the start (never negative for a compliant validator,
//! see [`super::row`]). A miss at slack 0 breaks the policy. Slack falls by one at a time, so that is
//! the only way to be broken.
//!
//! *Product* says that it never happens: each row's product is the next one's times a factor N that
//! is 0 exactly if slack was 0 before a miss. The first product is the compliant bit. So a
//! compliant bit of 1 needs all factors to be non-zero; the last product is free (1 over all
//! factors), and a compliant bit of 0 is always possible.
//!
//! With t_1, t_2 the target bits, s the slack and m max_outage:
//!
//! | name | equation | degree |
//! |---|---|---|
//! | source digit, head digit | x - 4 x' in {0,1,2,3} | 4 + 1 |
//! | target bits | t_1 and t_2 = (target - 4 target' - t_1) / 2 are bits | 2 + 1 |
//! | misses | misses - misses' = ones(source digit) + 2^16 (t_1 + t_2) + 2^32 ones(head digit) | 3 + 1 |
//! | S7 slack | s' = (1 - t_2) m + t_2 ((1 - t_1) m + t_1 (s - 1) - 1) | 3 + 1 |
//! | S7 outage | product = product' N, N = (1-t_1)(1-t_2) + t_1 (1-t_2) s + (1-t_1) t_2 m + t_1 t_2 s (s-1) | 5 + 1 |
//! | max_outage | m' = m | 1 + 1 |
//!
//! LastEpoch says the same of one epoch, whose bits are the chains themselves (degree 3 + 3).
//! FirstEpoch (two rows above the walk) puts misses and slack on the desk, LastCount ends it.

use super::range::{is_bit, is_digit};
use super::row::MISS_BITS;
use super::{Constraints, gate, when};
use crate::circuit::columns::{Columns, View, constant, power_of_two};
use crate::circuit::ops::Op;
use halo2_proofs::plonk::{ConstraintSystem, Expression};
use halo2curves::bn256::Fr;

/// Rows of a word's walk: 112 pairs of epochs and the last one.
pub(crate) const WORD_ROWS: usize = 226;

pub(super) fn configure(meta: &mut ConstraintSystem<Fr>, columns: &Columns) {
    gate(meta, columns, "epochs: step", gate_step);
    gate(meta, columns, "epochs: last", gate_last);
    gate(meta, columns, "epochs: first", |view| {
        let [misses, slack] = view.desk();
        let (misses_start, slack_start) = (view.chain(0, 3), view.chain(1, 3));
        let constraints = vec![
            ("misses at the start", misses - misses_start),
            ("S7 slack at the start", slack - slack_start),
        ];
        when(view.op(Op::FirstEpoch), constraints)
    });
    gate(meta, columns, "epochs: count", |view| {
        let misses = view.chain(0, 1);
        when(view.op(Op::LastCount), vec![("S6 no miss is left", misses)])
    });
}

/// Number of ones in a base-4 digit: the cubic through (0,0), (1,1), (2,1), (3,2).
fn ones(digit: Expression<Fr>) -> Expression<Fr> {
    let sixth = Fr::from(6).invert().expect("6 is not 0");
    let cubic = digit.clone() * Fr::from(2) - constant(9);
    digit.clone() * (digit * cubic + constant(13)) * sixth
}

fn counted(source: Expression<Fr>, target: Expression<Fr>, head: Expression<Fr>) -> Expression<Fr> {
    source + target * power_of_two(MISS_BITS) + head * power_of_two(2 * MISS_BITS)
}

fn gate_step(view: &mut View<'_, '_>) -> Constraints {
    let on = view.fixed(view.columns.step, 0);
    let [source, target, head] =
        std::array::from_fn(|i| view.chain(i, 0) - view.chain(i, 2) * Fr::from(4));
    let (misses, misses_next) = (view.chain(0, 1), view.chain(0, 3));
    let (slack, slack_next) = (view.chain(1, 1), view.chain(1, 3));
    let [product, max_outage, product_next, max_outage_next] = view.desk();
    let half = Fr::from(2).invert().expect("2 is not 0");
    let first = view.chain(2, 1);
    let second = (target - first.clone()) * half;
    let (hit_first, hit_second) = (constant(1) - first.clone(), constant(1) - second.clone());

    let slack_between =
        hit_first.clone() * max_outage.clone() + first.clone() * (slack.clone() - constant(1));
    let slack_after =
        hit_second.clone() * max_outage.clone() + second.clone() * (slack_between - constant(1));
    let factor = hit_first.clone() * hit_second.clone()
        + first.clone() * hit_second * slack.clone()
        + hit_first * second.clone() * max_outage.clone()
        + first.clone() * second.clone() * (slack.clone() * (slack - constant(1)));
    let constraints = vec![
        ("source digit", is_digit(source.clone())),
        ("head digit", is_digit(head.clone())),
        ("first target bit", is_bit(first.clone())),
        ("second target bit", is_bit(second.clone())),
        (
            "misses",
            misses - misses_next - counted(ones(source), first + second, ones(head)),
        ),
        ("S7 slack", slack_next - slack_after),
        ("S7 outage", product - product_next * factor),
        ("max_outage", max_outage_next - max_outage),
    ];
    when(on, constraints)
}

fn gate_last(view: &mut View<'_, '_>) -> Constraints {
    let [source, target, head] = view.chains(0);
    let (misses, misses_next) = (view.chain(0, 1), view.chain(0, 3));
    let (slack, slack_next) = (view.chain(1, 1), view.chain(1, 3));
    let [product, max_outage, product_next, max_outage_next] = view.desk();
    let hit = constant(1) - target.clone();
    let slack_after =
        hit.clone() * max_outage.clone() + target.clone() * (slack.clone() - constant(1));
    let factor = hit + target.clone() * slack;
    let constraints = vec![
        ("last source bit", is_bit(source.clone())),
        ("last target bit", is_bit(target.clone())),
        ("last head bit", is_bit(head.clone())),
        (
            "last misses",
            misses - misses_next - counted(source, target, head),
        ),
        ("S7 last slack", slack_next - slack_after),
        ("S7 last outage", product - product_next * factor),
        ("last max_outage", max_outage_next - max_outage),
    ];
    when(view.op(Op::LastEpoch), constraints)
}
