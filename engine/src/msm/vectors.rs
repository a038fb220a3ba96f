//! Sums of windows with eight additions at once.
//!
//! An inversion takes as long as fifty additions, so windows with few points go together. What is left of a window, a
//! point for each bucket, is weighted by the bits of the bucket's number: with `b = h 2^s + l` the buckets are summed by h
//! and by l, and these sums once more for each bit. The result is a sum for each bit of the scalars, which
//! [`super::horner`] adds up.

use super::buckets::halves;
use super::recoded::Recoded;
use crate::ifma::Ifma;
use crate::ifma::points::{Adder, Point, Source, affine};
use crate::secret::Secret;
use halo2curves::bn256::G1Affine;
use std::ops::Range;

/// Points that are added at once. Large, as an inversion must serve many; all the same they stay in the second-level cache.
const BLOCK: usize = 16384;
/// So many digits are worth a call of their own.
const TOGETHER: usize = 2 * BLOCK;
/// A window's number is above the bucket's.
const WINDOW: u32 = 16;

/// How many windows of so many points go together.
pub(super) fn together(members: usize) -> usize {
    TOGETHER / members.max(1) + 1
}

/// Points by ascending number; one number may come several times.
#[derive(Default)]
struct Sums {
    numbers: Vec<u32>,
    points: Vec<Point>,
}

impl Sums {
    /// Added up by what `number` makes of theirs, which ascends as well.
    fn added(&self, adder: &mut Adder, number: impl Fn(u32) -> u32) -> Self {
        let mut sums = Self::default();
        let number = |place: usize| number(self.numbers[place]);
        adder.sums(
            Source::Points(&self.points),
            number,
            &mut sums.numbers,
            &mut sums.points,
        );
        sums
    }

    /// With other numbers, ascending.
    fn renumbered(&self, number: impl Fn(u32) -> u32) -> Self {
        let mut order: Vec<(u32, usize)> = (0..self.numbers.len())
            .map(|place| (number(self.numbers[place]), place))
            .collect();
        order.sort_unstable();
        Self {
            numbers: order.iter().map(|(number, _)| *number).collect(),
            points: order.iter().map(|(_, place)| self.points[*place]).collect(),
        }
    }
}

/// Sums by bit, whose sum of `2^bit` times point is that of the windows.
pub(super) fn bits(
    ifma: Ifma,
    recoded: &Recoded<'_>,
    windows: Range<usize>,
    bases: &[G1Affine],
) -> Vec<(usize, G1Affine)> {
    let recoding = recoded.recoding();
    let mut digits = Secret::zeros(windows.len() * recoded.len());
    let mut count = 0;
    for (i, window) in windows.clone().enumerate() {
        count += recoded.sort(window, (i as u32) << WINDOW, &mut digits[count..]);
    }
    let digits = &digits[..count];
    let mut adder = Adder::new(ifma, count.min(BLOCK));
    let mut buckets = Sums::default();
    let number = |place: usize| digits[place].bucket;
    let source = Source::Bases(digits, bases);
    adder.sums(source, number, &mut buckets.numbers, &mut buckets.points);

    let (low_bits, mask) = halves(recoding.buckets() as u32);
    let window = !0 << WINDOW;
    let rows = buckets.added(&mut adder, |n| n & window | (n & !window) >> low_bits);
    let columns = buckets.renumbered(|n| n & window | n & mask);
    let columns = columns.added(&mut adder, |n| n);

    // Each row and column once for each bit of its number, with that bit's place instead.
    let mut weighted = Sums::default();
    for (part, lowest) in [(&rows, low_bits), (&columns, 0)] {
        for (number, point) in part.numbers.iter().zip(&part.points) {
            let mut rest = number & !window;
            while rest > 0 {
                weighted
                    .numbers
                    .push(number & window | (lowest + rest.trailing_zeros()));
                weighted.points.push(*point);
                rest &= rest - 1;
            }
        }
    }
    let weighted = weighted.renumbered(|n| n).added(&mut adder, |n| n);
    let first = windows.start;
    let place = |number: &u32| {
        (first + (number >> WINDOW) as usize) * recoding.window() + (number & !window) as usize
    };
    let places = weighted.numbers.iter().map(place);
    places.zip(affine(ifma, &weighted.points)).collect()
}
