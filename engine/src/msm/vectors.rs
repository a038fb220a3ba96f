//! One window's sum with eight additions at once.

use super::buckets::{FEW, halves, running};
use super::digits::Digit;
use crate::ifma::Ifma;
use crate::ifma::points::{Adder, Point, Source, affine};
use group::Group;
use halo2curves::bn256::{G1, G1Affine};

/// Points that are added at once: with eight multiplications in the time of two or three, an inversion must serve more of
/// them; all the same they stay in the second-level cache.
const BLOCK: usize = 8192;

/// Buckets, and a point for each; one bucket may come several times.
#[derive(Default)]
struct Sums {
    buckets: Vec<u32>,
    points: Vec<Point>,
}

impl Sums {
    /// By ascending number, which `number` makes of a bucket's.
    fn regrouped(&self, adder: &mut Adder, number: impl Fn(u32) -> u32) -> Self {
        let mut sums = Self::default();
        let source = Source::Points(&self.points);
        let bucket = |place: usize| number(self.buckets[place]);
        adder.sums(source, bucket, &mut sums.buckets, &mut sums.points);
        sums
    }

    fn ordered_by(&self, number: impl Fn(u32) -> u32) -> Self {
        let mut order: Vec<usize> = (0..self.buckets.len()).collect();
        order.sort_by_key(|place| number(self.buckets[*place]));
        Self {
            buckets: order.iter().map(|place| self.buckets[*place]).collect(),
            points: order.iter().map(|place| self.points[*place]).collect(),
        }
    }

    /// The sum of bucket times point.
    fn weighted(&self, ifma: Ifma) -> G1 {
        let points = affine(ifma, &self.points);
        let entries: Vec<_> = self.buckets.iter().copied().zip(points).collect();
        running(&entries)
    }
}

/// The sum of bucket times point over digits by ascending bucket, as in [`super::buckets`].
pub(super) fn window_sum(ifma: Ifma, sorted: &[Digit], bases: &[G1Affine]) -> G1 {
    let mut adder = Adder::new(ifma, sorted.len().min(BLOCK));
    let mut partial = Sums::default();
    let bucket = |place: usize| sorted[place].bucket;
    let source = Source::Bases(sorted, bases);
    adder.sums(source, bucket, &mut partial.buckets, &mut partial.points);
    if partial.buckets.len() < FEW {
        return partial.weighted(ifma);
    }
    let largest = partial.buckets.last().copied().unwrap_or_default();
    let (low_bits, mask) = halves(largest);
    let rows = partial.regrouped(&mut adder, |bucket| bucket >> low_bits);
    let columns = partial.ordered_by(|bucket| bucket & mask);
    let columns = columns.regrouped(&mut adder, |bucket| bucket & mask);
    (0..low_bits).fold(rows.weighted(ifma), |sum, _| sum.double()) + columns.weighted(ifma)
}
