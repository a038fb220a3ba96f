//! Numbers modulo a prime p of 254 bits, eight at once, in five limbs of 52 bits.
//!
//! A value is any representative below `2^260`, which is more than 84 p; limbs are below 2^52 unless said otherwise. Each
//! function says by how many multiples of p its result is bounded, if its operands are:
//!
//! | function | result below |
//! |---|---|
//! | [`mul`] of a p and b p | (2 + a b / 84) p |
//! | [`add`] | (a + b) p |
//! | [`sub`] with m >= b | (a + m) p |
//! | [`shrink`] | 3 p |
//! | [`canonical`] of a value below 3 p | p |

use super::memory::{LANES, LIMBS, load, store};
use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_cmplt_epi64_mask, _mm512_madd52hi_epu64,
    _mm512_madd52lo_epu64, _mm512_mask_mov_epi64, _mm512_or_si512, _mm512_permutex2var_epi64,
    _mm512_set1_epi64, _mm512_setr_epi64, _mm512_setzero_si512, _mm512_shuffle_i64x2,
    _mm512_sllv_epi64, _mm512_srai_epi64, _mm512_srli_epi64, _mm512_srlv_epi64, _mm512_sub_epi64,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

/// Multiples of p that fit 260 bits.
pub(crate) const ROOM: u32 = 84;
/// 52 ones.
pub(super) const MASK: u64 = (1 << 52) - 1;

/// Limbs in registers.
pub(super) type Limbs = [__m512i; LIMBS];

/// A prime of 254 bits.
pub(crate) trait Modulus {
    /// In words of 64 bits, lowest first.
    const WORDS: [u64; 4];
    /// In limbs.
    const P: [u64; LIMBS] = split(Self::WORDS);
    /// -1 / p modulo 2^52.
    const INVERSE: u64 = negative_inverse(Self::WORDS[0]);
    /// (p q + 1) / 2^52 in limbs, where p q = -1 modulo 2^52.
    const FOLDED: [u64; LIMBS] = folded(Self::P, Self::INVERSE);
    /// 2^260 - p in limbs.
    const COMPLEMENT: [u64; LIMBS] = complement(Self::P);
    /// By how much a limb of p's multiples is in the highest limb: `2^52 / (p / 2^208 + 1)`.
    const RATIO: u64 = (1 << 52) / (Self::P[4] + 1);
    /// 2^256 mod p in limbs. A product with it takes numbers back to the field's own form.
    const BACK: [u64; LIMBS] = split(two_to(Self::WORDS, 256));
    /// 2^260 mod p in limbs: the number one.
    const ONE: [u64; LIMBS] = split(two_to(Self::WORDS, 260));
    /// m p for each m up to [`ROOM`], with 2^52 lent to each limb by the next.
    const MULTIPLES: [[u64; LIMBS]; ROOM as usize + 1] = multiples(Self::P);
}

/// The scalars' field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalars;
impl Modulus for Scalars {
    const WORDS: [u64; 4] = [
        0x43e1_f593_f000_0001,
        0x2833_e848_79b9_7091,
        0xb850_45b6_8181_585d,
        0x3064_4e72_e131_a029,
    ];
}

/// The coordinates' field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coordinates;
impl Modulus for Coordinates {
    const WORDS: [u64; 4] = [
        0x3c20_8c16_d87c_fd47,
        0x9781_6a91_6871_ca8d,
        0xb850_45b6_8181_585d,
        0x3064_4e72_e131_a029,
    ];
}

/// Words of 64 bits as limbs of 52.
pub(super) const fn split(words: [u64; 4]) -> [u64; LIMBS] {
    let [a, b, c, d] = words;
    [
        a & MASK,
        (a >> 52 | b << 12) & MASK,
        (b >> 40 | c << 24) & MASK,
        (c >> 28 | d << 36) & MASK,
        d >> 16,
    ]
}

const fn negative_inverse(p: u64) -> u64 {
    let mut inverse = 1u64;
    let mut i = 0;
    while i < 6 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(p.wrapping_mul(inverse)));
        i += 1;
    }
    inverse.wrapping_neg() & MASK
}

const fn folded(p: [u64; LIMBS], q: u64) -> [u64; LIMBS] {
    let mut limbs = [0; LIMBS];
    // The lowest limb of the product is 2^52 - 1, so that one more carries.
    let mut carry = ((p[0] as u128 * q as u128) >> 52) + 1;
    let mut i = 1;
    while i < LIMBS {
        let limb = p[i] as u128 * q as u128 + carry;
        limbs[i - 1] = limb as u64 & MASK;
        carry = limb >> 52;
        i += 1;
    }
    limbs[LIMBS - 1] = carry as u64;
    limbs
}

const fn complement(p: [u64; LIMBS]) -> [u64; LIMBS] {
    let mut limbs = [0; LIMBS];
    let mut i = 0;
    while i < LIMBS {
        // Minus p is the complement plus one, and p is odd: only the lowest limb sees the one.
        limbs[i] = (MASK - p[i]) + (i == 0) as u64;
        i += 1;
    }
    limbs
}

/// 2^exponent mod p by doubling.
const fn two_to(p: [u64; 4], exponent: u32) -> [u64; 4] {
    let mut x = [1, 0, 0, 0];
    let mut i = 0;
    while i < exponent {
        // x < p < 2^254 doubles without overflow.
        x = [
            x[0] << 1,
            x[1] << 1 | x[0] >> 63,
            x[2] << 1 | x[1] >> 63,
            x[3] << 1 | x[2] >> 63,
        ];
        let (difference, borrow) = subtract(x, p);
        if !borrow {
            x = difference;
        }
        i += 1;
    }
    x
}

const fn subtract(a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let mut difference = [0; 4];
    let mut borrow = false;
    let mut i = 0;
    while i < 4 {
        let (d, first) = a[i].overflowing_sub(b[i]);
        let (d, second) = d.overflowing_sub(borrow as u64);
        difference[i] = d;
        borrow = first || second;
        i += 1;
    }
    (difference, borrow)
}

const fn multiples(p: [u64; LIMBS]) -> [[u64; LIMBS]; ROOM as usize + 1] {
    let mut table = [[0; LIMBS]; ROOM as usize + 1];
    let mut m = 0;
    while m < table.len() {
        let mut carry = 0;
        let mut i = 0;
        while i < LIMBS {
            let limb = p[i] * m as u64 % (1 << 52) + carry;
            let high = ((p[i] as u128 * m as u128) >> 52) as u64;
            table[m][i] = limb & MASK;
            carry = high + (limb >> 52);
            i += 1;
        }
        i = 0;
        while i < LIMBS {
            let lent = if i + 1 < LIMBS { 1 << 52 } else { 0 };
            let owed = if i > 0 { 1 } else { 0 };
            // The highest limb of 0 p owes one that it has not: it wraps, and the carry mends it.
            table[m][i] = (table[m][i] + lent).wrapping_sub(owed);
            i += 1;
        }
        m += 1;
    }
    table
}

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(word: u64) -> __m512i {
    _mm512_set1_epi64(word.cast_signed())
}

/// The same number in all lanes.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn broadcast(limbs: &[u64; LIMBS]) -> Limbs {
    let mut lanes = [_mm512_setzero_si512(); LIMBS];
    for i in 0..LIMBS {
        lanes[i] = splat(limbs[i]);
    }
    lanes
}

/// Takes what a limb has above 52 bits to the next.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn carry(mut limbs: Limbs) -> Limbs {
    let mask = splat(MASK);
    for i in 0..LIMBS - 1 {
        limbs[i + 1] = _mm512_add_epi64(limbs[i + 1], _mm512_srli_epi64::<52>(limbs[i]));
        limbs[i] = _mm512_and_si512(limbs[i], mask);
    }
    limbs
}

/// a b / 2^260: ten limbs of the product, whose lower five are then cleared by multiples of p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn mul<M: Modulus>(a: Limbs, b: Limbs) -> Limbs {
    reduce::<M>(accumulate([_mm512_setzero_si512(); 2 * LIMBS], a, b))
}

/// The product's ten limbs, not carried, added to others: at most ten numbers of 52 bits a limb.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn accumulate(
    mut product: [__m512i; 2 * LIMBS],
    a: Limbs,
    b: Limbs,
) -> [__m512i; 2 * LIMBS] {
    for i in 0..LIMBS {
        for j in 0..LIMBS {
            product[i + j] = _mm512_madd52lo_epu64(product[i + j], a[i], b[j]);
            product[i + j + 1] = _mm512_madd52hi_epu64(product[i + j + 1], a[i], b[j]);
        }
    }
    product
}

/// a^2 / 2^260.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn square<M: Modulus>(a: Limbs) -> Limbs {
    let mut product = [_mm512_setzero_si512(); 2 * LIMBS];
    for i in 0..LIMBS {
        for j in i + 1..LIMBS {
            product[i + j] = _mm512_madd52lo_epu64(product[i + j], a[i], a[j]);
            product[i + j + 1] = _mm512_madd52hi_epu64(product[i + j + 1], a[i], a[j]);
        }
    }
    for i in 0..2 * LIMBS {
        product[i] = _mm512_add_epi64(product[i], product[i]);
    }
    for i in 0..LIMBS {
        product[2 * i] = _mm512_madd52lo_epu64(product[2 * i], a[i], a[i]);
        product[2 * i + 1] = _mm512_madd52hi_epu64(product[2 * i + 1], a[i], a[i]);
    }
    reduce::<M>(product)
}

/// Montgomery's reduction. In the first four rounds the multiple of p is one that is -1 in its lowest limb, so the limb to be
/// cleared is itself the factor, and is cleared by leaving it away; such a multiple is longer by a limb, which would be
/// left over in the last round. The four add less than `2^260 p` to the product, and so does the last.
///
/// No limb gets more than twenty numbers of 52 bits, so none overflows.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn reduce<M: Modulus>(mut product: [__m512i; 2 * LIMBS]) -> Limbs {
    const LAST: usize = LIMBS - 1;
    for i in 0..LAST {
        let factor = product[i];
        product[i + 1] = _mm512_add_epi64(product[i + 1], _mm512_srli_epi64::<52>(factor));
        for j in 0..LIMBS {
            let folded = splat(M::FOLDED[j]);
            product[i + j + 1] = _mm512_madd52lo_epu64(product[i + j + 1], factor, folded);
            if i + j + 2 < 2 * LIMBS {
                product[i + j + 2] = _mm512_madd52hi_epu64(product[i + j + 2], factor, folded);
            }
        }
    }
    let zero = _mm512_setzero_si512();
    let factor = _mm512_madd52lo_epu64(zero, product[LAST], splat(M::INVERSE));
    let cleared = _mm512_madd52lo_epu64(product[LAST], factor, splat(M::P[0]));
    for j in 0..LIMBS {
        let p = splat(M::P[j]);
        if j > 0 {
            product[LAST + j] = _mm512_madd52lo_epu64(product[LAST + j], factor, p);
        }
        product[LIMBS + j] = _mm512_madd52hi_epu64(product[LIMBS + j], factor, p);
    }
    product[LIMBS] = _mm512_add_epi64(product[LIMBS], _mm512_srli_epi64::<52>(cleared));
    let [_, _, _, _, _, a, b, c, d, e] = product;
    carry([a, b, c, d, e])
}

/// a + b, limbs not carried.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn sum(mut a: Limbs, b: Limbs) -> Limbs {
    for i in 0..LIMBS {
        a[i] = _mm512_add_epi64(a[i], b[i]);
    }
    a
}

/// a - b + m p, limbs not carried; `multiple` is of [`Modulus::MULTIPLES`].
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn difference(mut a: Limbs, b: Limbs, multiple: &[u64; LIMBS]) -> Limbs {
    for i in 0..LIMBS {
        a[i] = _mm512_sub_epi64(_mm512_add_epi64(a[i], splat(multiple[i])), b[i]);
    }
    a
}

/// a + b.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn add(a: Limbs, b: Limbs) -> Limbs {
    carry(sum(a, b))
}

/// a - b + m p.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn sub(a: Limbs, b: Limbs, multiple: &[u64; LIMBS]) -> Limbs {
    carry(difference(a, b, multiple))
}

/// Takes off as many multiples of p as the highest limb shows. Its ratio to p's is underestimated by less than 1/84 each for
/// the ratio's and the quotient's rounding down, and by the lower limbs: less than three p are left.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn shrink<M: Modulus>(value: Limbs) -> Limbs {
    let zero = _mm512_setzero_si512();
    let multiple = _mm512_madd52hi_epu64(zero, value[LIMBS - 1], splat(M::RATIO));
    let mut limbs = value;
    for i in 0..LIMBS {
        let complement = splat(M::COMPLEMENT[i]);
        limbs[i] = _mm512_madd52lo_epu64(limbs[i], multiple, complement);
        if i + 1 < LIMBS {
            limbs[i + 1] = _mm512_madd52hi_epu64(limbs[i + 1], multiple, complement);
        }
    }
    // Each complement added 2^260 as well, which leaves with the highest limb's upper bits.
    let mut limbs = carry(limbs);
    limbs[LIMBS - 1] = _mm512_and_si512(limbs[LIMBS - 1], splat(MASK));
    limbs
}

/// The representative below p of a value below 3 p.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn canonical<M: Modulus>(value: Limbs) -> Limbs {
    less_p::<M>(less_p::<M>(value))
}

/// Less p, if it is not below.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn less_p<M: Modulus>(value: Limbs) -> Limbs {
    let mask = splat(MASK);
    let mut less = value;
    for i in 0..LIMBS {
        less[i] = _mm512_sub_epi64(less[i], splat(M::P[i]));
    }
    for i in 0..LIMBS - 1 {
        less[i + 1] = _mm512_add_epi64(less[i + 1], _mm512_srai_epi64::<52>(less[i]));
        less[i] = _mm512_and_si512(less[i], mask);
    }
    let below = _mm512_cmplt_epi64_mask(less[LIMBS - 1], _mm512_setzero_si512());
    for i in 0..LIMBS {
        less[i] = _mm512_mask_mov_epi64(less[i], below, value[i]);
    }
    less
}

/// Four words of eight numbers as five limbs, times 2^shift; shift is 0 or 4.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn widen(words: [__m512i; 4], shift: u64) -> Limbs {
    let [a, b, c, d] = words;
    let mask = splat(MASK);
    let left = |x, by: u64| _mm512_sllv_epi64(x, splat(by));
    let right = |x, by: u64| _mm512_srlv_epi64(x, splat(by));
    let join = |low, high| _mm512_and_si512(_mm512_or_si512(low, high), mask);
    [
        _mm512_and_si512(left(a, shift), mask),
        join(right(a, 52 - shift), left(b, 12 + shift)),
        join(right(b, 40 - shift), left(c, 24 + shift)),
        join(right(c, 28 - shift), left(d, 36 + shift)),
        right(d, 16 - shift),
    ]
}

/// Five limbs as four words, of numbers below 2^256.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn narrow(limbs: Limbs) -> [__m512i; 4] {
    let [a, b, c, d, e] = limbs;
    let left = |x, by: u64| _mm512_sllv_epi64(x, splat(by));
    let right = |x, by: u64| _mm512_srlv_epi64(x, splat(by));
    [
        _mm512_or_si512(a, left(b, 52)),
        _mm512_or_si512(right(b, 12), left(c, 40)),
        _mm512_or_si512(right(c, 24), left(d, 28)),
        _mm512_or_si512(right(d, 36), left(e, 16)),
    ]
}

/// Eight numbers one after the other in memory, as four vectors of words.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn gather(words: &[u64; 4 * LANES]) -> [__m512i; 4] {
    let (chunks, _) = words.as_chunks::<LANES>();
    collect([
        load(&chunks[0]),
        load(&chunks[1]),
        load(&chunks[2]),
        load(&chunks[3]),
    ])
}

/// The same, of vectors that hold two numbers each.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn collect(rows: [__m512i; 4]) -> [__m512i; 4] {
    let [a, b, c, d] = rows;
    // Words 0 and 1, then words 2 and 3, of two numbers each.
    let low = _mm512_setr_epi64(0, 4, 8, 12, 1, 5, 9, 13);
    let high = _mm512_setr_epi64(2, 6, 10, 14, 3, 7, 11, 15);
    let [ab, cd] = [
        _mm512_permutex2var_epi64(a, low, b),
        _mm512_permutex2var_epi64(c, low, d),
    ];
    let [ab2, cd2] = [
        _mm512_permutex2var_epi64(a, high, b),
        _mm512_permutex2var_epi64(c, high, d),
    ];
    [
        _mm512_shuffle_i64x2::<0x44>(ab, cd),
        _mm512_shuffle_i64x2::<0xee>(ab, cd),
        _mm512_shuffle_i64x2::<0x44>(ab2, cd2),
        _mm512_shuffle_i64x2::<0xee>(ab2, cd2),
    ]
}

/// The way back.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn scatter(vectors: [__m512i; 4], words: &mut [u64; 4 * LANES]) {
    let [a, b, c, d] = vectors;
    let [ab, ab2] = [
        _mm512_shuffle_i64x2::<0x44>(a, b),
        _mm512_shuffle_i64x2::<0xee>(a, b),
    ];
    let [cd, cd2] = [
        _mm512_shuffle_i64x2::<0x44>(c, d),
        _mm512_shuffle_i64x2::<0xee>(c, d),
    ];
    let first = _mm512_setr_epi64(0, 4, 8, 12, 1, 5, 9, 13);
    let second = _mm512_setr_epi64(2, 6, 10, 14, 3, 7, 11, 15);
    let (chunks, _) = words.as_chunks_mut::<LANES>();
    store(&mut chunks[0], _mm512_permutex2var_epi64(ab, first, cd));
    store(&mut chunks[1], _mm512_permutex2var_epi64(ab, second, cd));
    store(&mut chunks[2], _mm512_permutex2var_epi64(ab2, first, cd2));
    store(&mut chunks[3], _mm512_permutex2var_epi64(ab2, second, cd2));
}

/// Rows to columns.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn transpose(rows: [__m512i; LANES]) -> [__m512i; LANES] {
    let [a, b, c, d, e, f, g, h] = rows;
    // Neighbours first, then quarters, then halves.
    let [a, b] = [_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b)];
    let [c, d] = [_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d)];
    let [e, f] = [_mm512_unpacklo_epi64(e, f), _mm512_unpackhi_epi64(e, f)];
    let [g, h] = [_mm512_unpacklo_epi64(g, h), _mm512_unpackhi_epi64(g, h)];
    let even = |x, y| _mm512_shuffle_i64x2::<0x88>(x, y);
    let odd = |x, y| _mm512_shuffle_i64x2::<0xdd>(x, y);
    let [ac, eg, ac2, eg2] = [even(a, c), even(e, g), odd(a, c), odd(e, g)];
    let [bd, fh, bd2, fh2] = [even(b, d), even(f, h), odd(b, d), odd(f, h)];
    [
        even(ac, eg),
        even(bd, fh),
        even(ac2, eg2),
        even(bd2, fh2),
        odd(ac, eg),
        odd(bd, fh),
        odd(ac2, eg2),
        odd(bd2, fh2),
    ]
}

#[cfg(test)]
mod tests;
