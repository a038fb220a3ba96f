//! The two passes of a round.
//!
//! Bounds, in multiples of p: a coordinate is below 16 (a base's is shifted up) or 3 (shrunk), so a difference of two below 32;
//! products with such a difference are below 4. The multiples that are added to differences make them positive.

use super::{Pair, Point, Source};
use crate::ifma::field::{
    Coordinates as P, Limbs, Modulus, broadcast, canonical, collect, mul, narrow, scatter, shrink,
    square, sub, transpose, widen,
};
use crate::ifma::memory::{Eight, LANES, LIMBS, load, load_halves, point_words, prefetch, store};
use std::arch::x86_64::{
    __m512i, _mm512_mask_mov_epi64, _mm512_or_si512, _mm512_setzero_si512, _mm512_test_epi64_mask,
};

/// Eight pairs so many turns later are asked for: the bases are larger than any near cache.
const AHEAD: usize = 3;
const M16: &[u64; LIMBS] = &P::MULTIPLES[16];
const M32: &[u64; LIMBS] = &P::MULTIPLES[32];
const M3: &[u64; LIMBS] = &P::MULTIPLES[3];

impl Source<'_> {
    /// The words of the point at a place.
    #[inline]
    fn words(&self, place: usize) -> &[u64; LANES] {
        match self {
            Self::Bases(digits, bases) => point_words(&bases[digits[place].index()]),
            Self::Points(points) => &points[place].0,
        }
    }

    /// By how many bits its coordinates are shifted.
    #[inline]
    fn shift(&self) -> u64 {
        match self {
            Self::Bases(..) => 4,
            Self::Points(_) => 0,
        }
    }

    /// The x of eight points, and which of them are not zero.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn x(&self, places: &[usize; LANES]) -> (Limbs, u8) {
        let mut rows = [_mm512_setzero_si512(); LANES / 2];
        for i in 0..LANES / 2 {
            rows[i] = load_halves(self.words(places[2 * i]), self.words(places[2 * i + 1]));
        }
        let words = collect(rows);
        let any = _mm512_or_si512(
            _mm512_or_si512(words[0], words[1]),
            _mm512_or_si512(words[2], words[3]),
        );
        (widen(words, self.shift()), _mm512_test_epi64_mask(any, any))
    }

    /// x and y of eight points.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn coordinates(&self, places: &[usize; LANES]) -> (Limbs, Limbs) {
        let mut rows = [_mm512_setzero_si512(); LANES];
        let mut negative = 0;
        for lane in 0..LANES {
            rows[lane] = load(self.words(places[lane]));
            if let Self::Bases(digits, _) = self {
                negative |= u8::from(digits[places[lane]].is_negative()) << lane;
            }
        }
        let [a, b, c, d, e, f, g, h] = transpose(rows);
        let x = widen([a, b, c, d], self.shift());
        let y = widen([e, f, g, h], self.shift());
        if matches!(self, Self::Points(_)) {
            return (x, y);
        }
        let opposite = sub([_mm512_setzero_si512(); LIMBS], y, M16);
        (x, select(y, negative, opposite))
    }
}

/// The lanes of a mask from `b`, the others from `a`.
#[inline]
#[target_feature(enable = "avx512f")]
fn select(mut a: Limbs, mask: u8, b: Limbs) -> Limbs {
    for i in 0..LIMBS {
        a[i] = _mm512_mask_mov_epi64(a[i], mask, b[i]);
    }
    a
}

/// Eight places of left neighbours, and of theirs. Lanes without a pair repeat the first.
#[inline]
fn places(pairs: &[Pair]) -> ([usize; LANES], [usize; LANES]) {
    let mut lefts = [pairs[0].left as usize; LANES];
    let mut rights = [pairs[0].left as usize + 1; LANES];
    for lane in 1..pairs.len().min(LANES) {
        lefts[lane] = pairs[lane].left as usize;
        rights[lane] = lefts[lane] + 1;
    }
    (lefts, rights)
}

/// Asks for the points of eight pairs, where they lie anywhere.
#[inline]
fn prefetch_pairs(source: Source<'_>, pairs: &[Pair]) {
    if let Source::Bases(..) = source {
        for pair in pairs {
            prefetch(source.words(pair.left as usize));
            prefetch(source.words(pair.left as usize + 1));
        }
    }
}

/// The i-th eight pairs; the last may be fewer.
#[inline]
fn eight(pairs: &[Pair], i: usize) -> &[Pair] {
    &pairs[i * LANES..pairs.len().min((i + 1) * LANES)]
}

/// The product of the widths of all pairs, lane by lane, in the field's own form.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn multiply_up<const CAREFUL: bool>(
    source: Source<'_>,
    pairs: &[Pair],
    later: &mut [Eight],
    skipped: &mut [u8],
    result: &mut [u64; 4 * LANES],
) {
    let one = broadcast(&P::ONE);
    let mut product = one;
    for i in (0..later.len()).rev() {
        if i >= AHEAD {
            prefetch_pairs(source, eight(pairs, i - AHEAD));
        }
        let pairs = eight(pairs, i);
        let (left, right) = places(pairs);
        let (a, a_set) = source.x(&left);
        let (b, b_set) = source.x(&right);
        let width = sub(b, a, M16);
        let present = u8::MAX >> (LANES - pairs.len());
        let mut skip = !(a_set & b_set & present);
        if CAREFUL {
            let reduced = canonical::<P>(shrink::<P>(width));
            let mut any = reduced[0];
            for limb in 1..LIMBS {
                any = _mm512_or_si512(any, reduced[limb]);
            }
            skip |= !_mm512_test_epi64_mask(any, any);
        }
        later[i].store(product);
        skipped[i] = skip;
        product = mul::<P>(product, select(width, skip, one));
    }
    let product = canonical::<P>(mul::<P>(product, broadcast(&P::BACK)));
    scatter(narrow(product), result);
}

/// The sums, but for pairs that are skipped.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn add(
    source: Source<'_>,
    pairs: &[Pair],
    later: &[Eight],
    skipped: &[u8],
    inverse: &Eight,
    sums: &mut [Point],
) {
    let one = broadcast(&P::ONE);
    let mut inverse = inverse.load();
    for i in 0..later.len() {
        let pairs = eight(pairs, i);
        let (left, right) = places(pairs);
        let (ax, ay) = source.coordinates(&left);
        let (bx, by) = source.coordinates(&right);
        let width = select(sub(bx, ax, M16), skipped[i], one);
        let own = mul::<P>(inverse, later[i].load());
        inverse = mul::<P>(inverse, width);
        let slope = mul::<P>(sub(by, ay, M16), own);
        let both = crate::ifma::field::add(ax, bx);
        let x = shrink::<P>(sub(square::<P>(slope), both, M32));
        let y = sub(mul::<P>(slope, sub(ax, x, M3)), ay, M16);
        put(x, shrink::<P>(y), pairs, sums);
    }
}

/// Points as they are, but for their form.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn keep(source: Source<'_>, alone: &[Pair], sums: &mut [Point]) {
    for i in 0..alone.len().div_ceil(LANES) {
        let alone = eight(alone, i);
        let (places, _) = places(alone);
        let (x, y) = source.coordinates(&places);
        put(shrink::<P>(x), shrink::<P>(y), alone, sums);
    }
}

/// Eight points to their places.
#[inline]
#[target_feature(enable = "avx512f")]
fn put(x: Limbs, y: Limbs, pairs: &[Pair], sums: &mut [Point]) {
    let [a, b, c, d] = narrow(x);
    let [e, f, g, h] = narrow(y);
    let rows: [__m512i; LANES] = transpose([a, b, c, d, e, f, g, h]);
    for lane in 0..pairs.len() {
        store(&mut sums[pairs[lane].place as usize].0, rows[lane]);
    }
}

/// Eight points in the field's own form.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn convert(points: &[Point; LANES], x: &mut [u64; 4 * LANES], y: &mut [u64; 4 * LANES]) {
    let (from_x, from_y) = Source::Points(points).coordinates(&[0, 1, 2, 3, 4, 5, 6, 7]);
    let back = broadcast(&P::BACK);
    scatter(narrow(canonical::<P>(mul::<P>(from_x, back))), x);
    scatter(narrow(canonical::<P>(mul::<P>(from_y, back))), y);
}
