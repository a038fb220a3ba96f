//! One window: points sorted by digit, equal digits added, and buckets weighted by their digits.

use super::recoded::Recoded;
use crate::secret::Secret;
use ff::Field;
use group::prime::PrimeCurveAffine;
use group::{Curve, Group};
use halo2curves::bn256::{Fq, G1, G1Affine};

/// Points that are added at once: a few hundred KiB, so that they stay in the second-level cache.
const BLOCK: usize = 2048;
/// So few buckets are summed one after the other.
const FEW: usize = 64;

/// The sum of digit times point over all members.
pub(super) fn window_sum(recoded: &Recoded<'_>, window: usize, bases: &[G1Affine]) -> G1 {
    let mut sorted = Secret::zeros(recoded.len());
    let count = recoded.sort(window, 0, &mut sorted);
    let sorted = &sorted[..count];
    let mut adder = Adder::new(sorted.len().min(BLOCK));
    let partial = adder.sums(sorted.iter().map(|digit| {
        let base = bases[digit.index()];
        let point = if digit.is_negative() { -base } else { base };
        (digit.bucket, point)
    }));
    weighted(&mut adder, partial)
}

/// The sum of bucket times point, for points by ascending bucket; one bucket may come several times.
///
/// Running sums are sequential, so they are kept short: with buckets `b = h 2^s + l`, the sum is `2^s` times
/// that over the rows h, and that over the columns l. Rows and columns are added up in affine coordinates.
fn weighted(adder: &mut Adder, mut partial: Vec<(u32, G1Affine)>) -> G1 {
    let largest = partial.last().map_or(0, |(bucket, _)| *bucket);
    if partial.len() < FEW {
        return running(&partial);
    }
    let (low_bits, mask) = halves(largest);
    let rows = adder.sums(partial.iter().map(|(b, point)| (b >> low_bits, *point)));
    partial.sort_by_key(|(bucket, _)| bucket & mask);
    let columns = adder.sums(partial.iter().map(|(b, point)| (b & mask, *point)));
    (0..low_bits).fold(running(&rows), |sum, _| sum.double()) + running(&columns)
}

/// How many bits of a bucket's number are its column, and their mask.
pub(super) fn halves(largest: u32) -> (u32, u32) {
    let low_bits = (u32::BITS - largest.leading_zeros()) / 2;
    (low_bits, (1 << low_bits) - 1)
}

/// The same, bucket by bucket.
fn running(partial: &[(u32, G1Affine)]) -> G1 {
    let mut running = G1::identity();
    let mut sum = G1::identity();
    let mut entries = partial.iter().rev().peekable();
    while let Some((bucket, point)) = entries.next() {
        running += point;
        let next = entries.peek().map_or(0, |(bucket, _)| *bucket);
        for _ in next..*bucket {
            sum += running;
        }
    }
    sum
}

/// Adds neighbours of one bucket until each has one point, with one inversion a round.
struct Adder {
    points: Vec<G1Affine>,
    /// Bucket and number of its points, in order.
    runs: Vec<(u32, u32)>,
    steps: Vec<Step>,
    /// By step, how far apart the points' x are.
    widths: Vec<Fq>,
    /// The product of those of all later steps.
    later: Vec<Fq>,
}

/// What becomes a point of the next round.
#[derive(Clone, Copy)]
enum Step {
    /// This point and its neighbour.
    Add(u32),
    /// The same, but no line goes through both: equal points, opposite points, the identity. Rare enough to
    /// be added one by one.
    Special(u32),
    /// This point alone.
    Keep(u32),
}

impl Adder {
    /// For at most `block` points at once.
    fn new(block: usize) -> Self {
        Self {
            points: Vec::with_capacity(block),
            runs: Vec::with_capacity(block),
            steps: Vec::with_capacity(block),
            widths: vec![Fq::ONE; block],
            later: vec![Fq::ONE; block],
        }
    }

    /// The sums by bucket, for points by ascending bucket. A bucket that does not fit a block has
    /// several sums.
    fn sums(&mut self, mut points: impl Iterator<Item = (u32, G1Affine)>) -> Vec<(u32, G1Affine)> {
        let mut sums = Vec::new();
        loop {
            self.load(points.by_ref().take(BLOCK));
            if self.points.is_empty() {
                return sums;
            }
            self.reduce();
            let buckets = self.runs.iter().map(|(bucket, _)| *bucket);
            sums.extend(buckets.zip(self.points.iter().copied()));
        }
    }

    fn load(&mut self, block: impl Iterator<Item = (u32, G1Affine)>) {
        self.points.clear();
        self.runs.clear();
        for (bucket, point) in block {
            self.points.push(point);
            match self.runs.last_mut() {
                Some((last, length)) if *last == bucket => *length += 1,
                _ => self.runs.push((bucket, 1)),
            }
        }
    }

    fn reduce(&mut self) {
        while self.points.len() > self.runs.len() {
            self.round();
        }
    }

    fn round(&mut self) {
        self.pair_up();
        let mut product = Fq::ONE;
        for (i, step) in self.steps.iter_mut().enumerate().rev() {
            if let Step::Add(left) = *step {
                let (a, b) = (&self.points[left as usize], &self.points[left as usize + 1]);
                let width = b.x - a.x;
                if width == Fq::ZERO || is_identity(a) || is_identity(b) {
                    *step = Step::Special(left);
                    continue;
                }
                self.widths[i] = width;
                self.later[i] = product;
                product *= width;
            }
        }
        let mut inverse = Option::from(product.invert()).unwrap_or(Fq::ONE);
        // The i-th result never lands behind a point that is still to be read.
        for (i, step) in self.steps.iter().enumerate() {
            let pair = |left: u32| {
                let left = left as usize;
                (&self.points[left], &self.points[left + 1])
            };
            let point = match *step {
                Step::Keep(point) => self.points[point as usize],
                Step::Add(left) => {
                    let (a, b) = pair(left);
                    let own = inverse * self.later[i];
                    inverse *= self.widths[i];
                    add(a, b, own)
                }
                Step::Special(left) => {
                    let (a, b) = pair(left);
                    (a.to_curve() + b).to_affine()
                }
            };
            self.points[i] = point;
        }
        self.points.truncate(self.steps.len());
    }

    fn pair_up(&mut self) {
        self.steps.clear();
        let mut at = 0;
        for (_, length) in &mut self.runs {
            let end = at + *length;
            while at + 1 < end {
                self.steps.push(Step::Add(at));
                at += 2;
            }
            if at < end {
                self.steps.push(Step::Keep(at));
                at = end;
            }
            *length = length.div_ceil(2);
        }
    }
}

/// No point of the curve has y = 0, for its order is odd; the identity is written so.
fn is_identity(point: &G1Affine) -> bool {
    point.y == Fq::ZERO
}

/// a + b for points with different x, given the inverse of `b.x - a.x`.
fn add(a: &G1Affine, b: &G1Affine, inverse: Fq) -> G1Affine {
    let slope = (b.y - a.y) * inverse;
    let x = slope.square() - a.x - b.x;
    let y = slope * (a.x - x) - a.y;
    G1Affine { x, y }
}
