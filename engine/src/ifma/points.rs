//! Additions of points in affine coordinates, eight at once.
//!
//! Neighbours of one bucket are added until each bucket has one point, with one inversion a round: a first pass multiplies up
//! how far apart the x of each pair are, from the last pair to the first, and a second one takes the inverse of that product
//! apart again. Eight pairs go side by side, so there are eight products, inverted as one.
//!
//! A pair with one x, or with the identity, has no line through it. Such pairs are added one by one, and are as good as
//! never met: the identity shows at once, equal x only where a product vanishes, after which the round is begun again with
//! every pair looked at.

mod kernel;

use super::Ifma;
use super::memory::{Eight, LANES, LIMBS, point_words, words, words_mut};
use crate::msm::Digit;
use ff::Field;
use group::Curve;
use group::prime::PrimeCurveAffine;
use halo2curves::bn256::{Fq, G1Affine};
use std::ops::Range;

/// x and y, four words each, times 2^260 and below 3 p, not always reduced; all zeros for the identity.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(crate) struct Point([u64; LANES]);

/// Where a round's points come from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// Each digit's point, negated where the digit is.
    Bases(&'a [Digit], &'a [G1Affine]),
    /// Points of an earlier round.
    Points(&'a [Point]),
}

impl Source<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Bases(digits, _) => digits.len(),
            Self::Points(points) => points.len(),
        }
    }

    fn part(&self, range: Range<usize>) -> Self {
        match self {
            Self::Bases(digits, bases) => Self::Bases(&digits[range], bases),
            Self::Points(points) => Self::Points(&points[range]),
        }
    }

    /// One point, by the field's own arithmetic.
    fn affine(&self, ifma: Ifma, place: usize) -> G1Affine {
        match self {
            Self::Bases(digits, bases) => {
                let base = bases[digits[place].index()];
                if digits[place].is_negative() {
                    -base
                } else {
                    base
                }
            }
            Self::Points(points) => affine(ifma, &points[place..=place])[0],
        }
    }
}

impl Point {
    fn new(point: &G1Affine) -> Self {
        let sixteen = Fq::from(16);
        let shifted = G1Affine {
            x: point.x * sixteen,
            y: point.y * sixteen,
        };
        Self(*point_words(&shifted))
    }
}

/// In the field's own form.
#[allow(unsafe_code)]
pub(crate) fn affine(ifma: Ifma, points: &[Point]) -> Vec<G1Affine> {
    let _: Ifma = ifma;
    let mut converted = Vec::with_capacity(points.len());
    for points in points.chunks(LANES) {
        let eight: [Point; LANES] =
            std::array::from_fn(|i| points.get(i).copied().unwrap_or_default());
        let mut x = [Fq::ZERO; LANES];
        let mut y = [Fq::ZERO; LANES];
        let (words_x, words_y) = (words_mut(&mut x), words_mut(&mut y));
        if let (Some(x), Some(y)) = (words_x.first_chunk_mut(), words_y.first_chunk_mut()) {
            // SAFETY: an `Ifma` exists only where the features were found.
            unsafe { kernel::convert(&eight, x, y) };
        }
        let pairs = x.into_iter().zip(y).take(points.len());
        converted.extend(pairs.map(|(x, y)| G1Affine { x, y }));
    }
    converted
}

/// Two neighbours, and where their sum goes; or one point without a neighbour.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    left: u32,
    place: u32,
}

/// Adds neighbours; keeps its memory.
pub(crate) struct Adder {
    ifma: Ifma,
    block: usize,
    points: Vec<Point>,
    next: Vec<Point>,
    /// Bucket and number of its points, in order.
    runs: Vec<(u32, u32)>,
    pairs: Vec<Pair>,
    alone: Vec<Pair>,
    /// By eight pairs: the product of all later ones.
    later: Vec<Eight>,
    /// By eight pairs: which are not added here.
    skipped: Vec<u8>,
}

impl Adder {
    /// For at most `block` points at once.
    pub(crate) fn new(ifma: Ifma, block: usize) -> Self {
        // Of no points at all, none are taken two at a time.
        let block = block.max(2);
        Self {
            ifma,
            block,
            points: Vec::with_capacity(block / 2 + 1),
            next: Vec::with_capacity(block / 2 + 1),
            runs: Vec::new(),
            pairs: Vec::with_capacity(block / 2),
            alone: Vec::new(),
            later: Vec::with_capacity(block / 2 / LANES + 1),
            skipped: Vec::with_capacity(block / 2 / LANES + 1),
        }
    }

    /// The sums by bucket, for points by ascending bucket. A bucket that does not fit a block has several sums.
    pub(crate) fn sums(
        &mut self,
        source: Source<'_>,
        bucket: impl Fn(usize) -> u32,
        buckets: &mut Vec<u32>,
        sums: &mut Vec<Point>,
    ) {
        for start in (0..source.len()).step_by(self.block) {
            let range = start..source.len().min(start + self.block);
            self.runs.clear();
            for place in range.clone() {
                let bucket = bucket(place);
                match self.runs.last_mut() {
                    Some((last, length)) if *last == bucket => *length += 1,
                    _ => self.runs.push((bucket, 1)),
                }
            }
            let first = source.part(range);
            self.round(first);
            while self.points.len() > self.runs.len() {
                let points = std::mem::take(&mut self.points);
                self.round(Source::Points(&points));
                self.next = points;
            }
            buckets.extend(self.runs.iter().map(|(bucket, _)| *bucket));
            sums.extend_from_slice(&self.points);
        }
    }

    /// From a source to `self.points`.
    fn round(&mut self, source: Source<'_>) {
        let mut next = std::mem::take(&mut self.next);
        self.pair_up(source, &mut next);
        if !self.pairs.is_empty() && !self.add::<false>(source, &mut next) {
            self.add::<true>(source, &mut next);
        }
        self.next = std::mem::replace(&mut self.points, next);
    }

    /// Points without a neighbour go to their place at once.
    #[allow(unsafe_code)]
    fn pair_up(&mut self, source: Source<'_>, next: &mut Vec<Point>) {
        self.pairs.clear();
        self.alone.clear();
        let count: u32 = self.runs.iter().map(|(_, length)| length.div_ceil(2)).sum();
        // What is in it already is overwritten.
        next.resize(count as usize, Point::default());
        let (mut at, mut place) = (0, 0);
        for (_, length) in &mut self.runs {
            let end = at + *length;
            while at + 1 < end {
                self.pairs.push(Pair { left: at, place });
                place += 1;
                at += 2;
            }
            if at < end {
                self.alone.push(Pair { left: at, place });
                place += 1;
                at = end;
            }
            *length = length.div_ceil(2);
        }
        // SAFETY: an `Ifma` exists only where the features were found.
        let _: Ifma = self.ifma;
        unsafe { kernel::keep(source, &self.alone, next) };
    }

    /// False if a product vanished; with `CAREFUL` none does.
    #[allow(unsafe_code)]
    fn add<const CAREFUL: bool>(&mut self, source: Source<'_>, next: &mut [Point]) -> bool {
        let Self {
            ifma,
            pairs,
            later,
            skipped,
            ..
        } = self;
        later.resize(pairs.len().div_ceil(LANES), Eight::default());
        skipped.resize(later.len(), 0);
        let mut product = [Fq::ZERO; LANES];
        if let Some(product) = words_mut(&mut product).first_chunk_mut() {
            // SAFETY: an `Ifma` exists only where the features were found.
            unsafe { kernel::multiply_up::<CAREFUL>(source, pairs, later, skipped, product) };
        }
        let Some(inverse) = inverses(&product) else {
            return false;
        };
        // SAFETY: as above.
        unsafe { kernel::add(source, pairs, later, skipped, &inverse, next) };
        for (pairs, skipped) in pairs.chunks(LANES).zip(skipped) {
            for (lane, pair) in pairs.iter().enumerate() {
                if *skipped >> lane & 1 == 1 {
                    let left = pair.left as usize;
                    let [a, b] = [left, left + 1].map(|place| source.affine(*ifma, place));
                    next[pair.place as usize] = Point::new(&(a.to_curve() + b).to_affine());
                }
            }
        }
        true
    }
}

/// The inverses, times 2^260; none if there is a zero.
fn inverses(numbers: &[Fq; LANES]) -> Option<Eight> {
    let mut running = Fq::ONE;
    let products = numbers.map(|number| {
        let before = running;
        running *= number;
        before
    });
    let mut inverse = Option::<Fq>::from(running.invert())? * Fq::from(16);
    let mut inverses = Eight::default();
    for lane in (0..LANES).rev() {
        let own = [inverse * products[lane]];
        inverse *= numbers[lane];
        let words = words(&own);
        let limbs = super::field::split([words[0], words[1], words[2], words[3]]);
        for limb in 0..LIMBS {
            inverses.0[limb][lane] = limbs[limb];
        }
    }
    Some(inverses)
}

#[cfg(test)]
mod tests;
