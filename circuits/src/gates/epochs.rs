//! The walk over the bitmaps: two epochs in two rows, 226 rows a word.
//!
//! ```text
//! row   chain_0   chain_1  chain_2  desk
//!  r    source    target   head     product   <- Step
//!  r+1  misses    slack    t_1      max_outage
//!  r+2  source'   target'  head'    product'
//!  r+3  misses'   slack'   ...      max_outage
//! ```
//! Bitmaps shrink by a base-4 digit (two epochs, first epoch lowest) from the word, which the
//! sponge absorbs from the first row, to the single bit of the 225th epoch. Of a word that is not
//! the last, that epoch has a gate of its own (LastEpoch), and the next word starts below it. In
//! the last word it is a step like the others: Bits says that the bitmaps are bits there and
//! Start that they are 0 below, so there is no 226th epoch's bit, and a 226th target that was hit
//! changes neither misses nor product; the slack below is not looked at.
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
//! | source digit, head digit | x = chain - 4 chain' in {0,1,2,3} | 4 + 1 |
//! | first target bit, second target bit | t_1 and t_2 = (target - 4 target' - t_1) / 2 are bits | 2 + 1 |
//! | misses | misses - misses' = ones(source digit) + 2^16 (t_1 + t_2) + 2^32 ones(head digit) | 3 + 1 |
//! | S7 next slack | s' = m - t_2 + t_1 t_2 (s - 1 - m), which is (1 - t_2) m + t_2 ((1 - t_1) m + t_1 (s - 1) - 1) | 3 + 1 |
//! | S7 outage | product = product' N, N = 1 + t_1 (s - 1) + t_2 (m - 1) + t_1 t_2 ((s - 1)^2 - m) | 5 + 1 |
//!
//! N is (1-t_1)(1-t_2) + t_1 (1-t_2) s + (1-t_1) t_2 m + t_1 t_2 s (s-1): 1, s, m and s (s-1). That
//! m is the same in all rows is wired.
//!
//! LastEpoch (degree 3 + 3) says of one epoch with target bit t, whose bits are the chains themselves:
//!
//! | name | equation | degree |
//! |---|---|---|
//! | last source bit, last target bit, last head bit | chain_i in {0,1} | 2 + 3 |
//! | last misses | misses - misses' = source + 2^16 t + 2^32 head | 1 + 3 |
//! | S7 last slack | s' = m + t (s - 1 - m) | 2 + 3 |
//! | S7 last outage | product = product' (1 + t (s - 1)) | 3 + 3 |
//!
//! FirstEpoch (two rows above the walk) puts misses and slack on the desk:
//!
//! | name | equation | degree |
//! |---|---|---|
//! | misses at the start | desk_0 = misses | 1 + 5 |
//! | S7 slack at the start | desk_1 = slack | 1 + 5 |
//!
//! Below the last word, Start says that the bitmaps are 0, and misses is put on the desk by Load and wired to 0
//! (clause S6: no miss is left).

use super::Constraints;
use super::range::{is_bit, is_digit};
use super::rounds::Term;
use super::row::MISS_BITS;
use crate::circuit::columns::{View, constant, power_of_two};
use halo2_proofs::plonk::Expression;
use halo2curves::bn256::Fr;

/// Rows of a word's walk: 112 pairs of epochs and the last one.
pub(crate) const WORD_ROWS: usize = 226;

/// Six times the number of ones in a base-4 digit: 4 x + x (x-3) (2x-3) is 0, 6, 6, 12.
fn six_ones(digit: Expression<Fr>) -> Expression<Fr> {
    let product = digit.clone() * (digit.clone() - constant(3));
    digit.clone() * Fr::from(4) + product * (digit.double() - constant(3))
}

fn counted(source: Expression<Fr>, target: Expression<Fr>, head: Expression<Fr>) -> Expression<Fr> {
    source + target * power_of_two(MISS_BITS) + head * power_of_two(2 * MISS_BITS)
}

/// [`Op::Step`](crate::circuit::ops::Op::Step).
pub(super) fn step(view: &mut View<'_, '_>) -> Constraints {
    let [source, target, head] =
        std::array::from_fn(|i| view.chain(i, 0) - view.chain(i, 2) * Fr::from(4));
    let (misses, misses_next) = (view.chain(0, 1), view.chain(0, 3));
    let (slack, slack_next) = (view.chain(1, 1), view.chain(1, 3));
    let [product, max_outage, product_next] = view.desk();
    let first = view.chain(2, 1);
    let half = Fr::from(2).invert().expect("2 is not 0");
    let second = (target - first.clone()) * half;
    let both = first.clone() * second.clone();
    let less = slack - constant(1);

    let slack_after =
        max_outage.clone() - second.clone() + both.clone() * (less.clone() - max_outage.clone());
    let factor = constant(1)
        + first.clone() * less.clone()
        + second.clone() * (max_outage.clone() - constant(1))
        + both * (less.clone() * less - max_outage);
    let sixth = Fr::from(6).invert().expect("6 is not 0");
    let ones = (six_ones(source.clone()) + six_ones(head.clone()) * power_of_two(2 * MISS_BITS))
        * sixth
        + (first.clone() + second.clone()) * power_of_two(MISS_BITS);
    vec![
        ("source digit", is_digit(source)),
        ("head digit", is_digit(head)),
        ("first target bit", is_bit(first)),
        ("second target bit", is_bit(second)),
        ("misses", misses - misses_next - ones),
        ("S7 next slack", slack_next - slack_after),
        ("S7 outage", product - product_next * factor),
    ]
}

/// [`Op::LastEpoch`](crate::circuit::ops::Op::LastEpoch).
pub(super) fn last(view: &mut View<'_, '_>) -> Constraints {
    let [source, target, head] = view.chains(0);
    let (misses, misses_next) = (view.chain(0, 1), view.chain(0, 3));
    let (slack, slack_next) = (view.chain(1, 1), view.chain(1, 3));
    let [product, max_outage, product_next] = view.desk();
    let less = slack - constant(1);
    let slack_after = max_outage.clone() + target.clone() * (less.clone() - max_outage);
    let factor = constant(1) + target.clone() * less;
    vec![
        ("last source bit", is_bit(source.clone())),
        ("last target bit", is_bit(target.clone())),
        ("last head bit", is_bit(head.clone())),
        (
            "last misses",
            misses - misses_next - counted(source, target, head),
        ),
        ("S7 last slack", slack_next - slack_after),
        ("S7 last outage", product - product_next * factor),
    ]
}

/// [`Op::FirstEpoch`](crate::circuit::ops::Op::FirstEpoch).
pub(super) fn first(view: &mut View<'_, '_>) -> Constraints {
    let [misses, slack] = view.desk();
    let (misses_start, slack_start) = (view.chain(0, 3), view.chain(1, 3));
    vec![
        ("misses at the start", misses - misses_start),
        ("S7 slack at the start", slack - slack_start),
    ]
}
