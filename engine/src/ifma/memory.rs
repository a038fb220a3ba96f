//! Between field elements in memory and vectors of limbs: all reading and writing through pointers, and the one
//! assumption about a foreign type's layout.
#![allow(unsafe_code)]

use halo2curves::bn256::{Fq, Fr, G1Affine};
use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_prefetch, _mm256_loadu_si256, _mm512_castsi256_si512,
    _mm512_inserti64x4, _mm512_load_si512, _mm512_loadu_si512, _mm512_setzero_si512,
    _mm512_store_si512, _mm512_storeu_si512,
};
use std::mem::{align_of, offset_of, size_of};

/// Vectors in a number of the field.
pub(crate) const LIMBS: usize = 5;
/// Numbers side by side.
pub(crate) const LANES: usize = 8;

/// Eight numbers, limb by limb.
#[derive(Clone, Copy, Default)]
#[repr(C, align(64))]
pub(crate) struct Eight(pub(crate) [[u64; LANES]; LIMBS]);

impl Eight {
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn load(&self) -> [__m512i; LIMBS] {
        let mut limbs = [_mm512_setzero_si512(); LIMBS];
        for i in 0..LIMBS {
            // SAFETY: 64 bytes that are borrowed, initialised and, by the type's alignment, aligned to 64.
            limbs[i] = unsafe { _mm512_load_si512(self.0[i].as_ptr().cast()) };
        }
        limbs
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn store(&mut self, limbs: [__m512i; LIMBS]) {
        for i in 0..LIMBS {
            // SAFETY: as for `load`, and borrowed for writing.
            unsafe { _mm512_store_si512(self.0[i].as_mut_ptr().cast(), limbs[i]) }
        }
    }
}

/// Sixty-four bytes.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load(words: &[u64; LANES]) -> __m512i {
    // SAFETY: 64 bytes that are borrowed and initialised; no alignment is asked for.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

/// Asks for a point that is needed soon.
#[inline]
pub(super) fn prefetch(words: &[u64; LANES]) {
    // SAFETY: a hint, and the address is of something borrowed.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(words.as_ptr().cast()) }
}

/// The first thirty-two bytes of both.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_halves(a: &[u64; LANES], b: &[u64; LANES]) -> __m512i {
    // SAFETY: 32 of 64 bytes that are borrowed and initialised, each; no alignment is asked for.
    let [a, b] = unsafe {
        [
            _mm256_loadu_si256(a.as_ptr().cast()),
            _mm256_loadu_si256(b.as_ptr().cast()),
        ]
    };
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(a), b)
}

/// Sixty-four bytes.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store(words: &mut [u64; LANES], vector: __m512i) {
    // SAFETY: 64 bytes that are borrowed for writing; no alignment is asked for.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), vector) }
}

/// A type that is four little-endian words of 64 bits and nothing else, the number `2^256 x` below the modulus.
///
/// # Safety
/// Its size must be 32 bytes, its alignment that of u64, every bit pattern must be valid for the compiler, and none of its
/// bytes padding.
pub(crate) unsafe trait Words: Copy {}

const _: () = {
    assert!(size_of::<Fr>() == 32 && align_of::<Fr>() == align_of::<u64>());
    assert!(size_of::<Fq>() == 32 && align_of::<Fq>() == align_of::<u64>());
    assert!(size_of::<G1Affine>() == 64);
    assert!(offset_of!(G1Affine, x) == 0 && offset_of!(G1Affine, y) == 32);
};

// SAFETY: in halo2curves-axiom, which Cargo.toml pins to one version, both are structures with the single field
// `[u64; 4]`. That field is 32 bytes and the size is asserted above, so there is no place for padding; u64 has no invalid
// bit patterns. `the_layout_is_the_raw_form` compares the words with what the library itself writes.
unsafe impl Words for Fr {}
// SAFETY: as above.
unsafe impl Words for Fq {}

/// The elements' words.
pub(crate) fn words<F: Words>(elements: &[F]) -> &[u64] {
    // SAFETY: by `Words`, n elements are 4 n initialised words of the same alignment; the borrow is kept.
    unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), 4 * elements.len()) }
}

/// The elements' words, to be overwritten. Writers keep the numbers below the modulus, or the field's own functions
/// would compute nonsense with them; the compiler does not mind.
pub(crate) fn words_mut<F: Words>(elements: &mut [F]) -> &mut [u64] {
    // SAFETY: as for `words`, and the borrow is exclusive; every bit pattern is valid.
    unsafe { std::slice::from_raw_parts_mut(elements.as_mut_ptr().cast(), 4 * elements.len()) }
}

/// A point's words: x, then y.
pub(crate) fn point_words(point: &G1Affine) -> &[u64; LANES] {
    // SAFETY: the assertions above place the two coordinates, 32 bytes each, in the 64 bytes without padding; for the
    // coordinates see `Words`.
    unsafe { &*std::ptr::from_ref(point).cast() }
}

#[cfg(test)]
mod tests {
    use super::{point_words, words, words_mut};
    use ff::Field;
    use halo2curves::CurveAffine;
    use halo2curves::bn256::{Fq, Fr, G1Affine};
    use halo2curves::serde::SerdeObject;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn bytes(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn the_layout_is_the_raw_form() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut scalars = [Fr::ONE, -Fr::ONE, Fr::random(&mut rng)];
        let raw: Vec<u8> = scalars.iter().flat_map(|x| x.to_raw_bytes()).collect();
        assert_eq!(bytes(words(&scalars)), raw);
        let coordinates = [Fq::ONE, -Fq::ONE, Fq::random(&mut rng)];
        let raw: Vec<u8> = coordinates.iter().flat_map(|x| x.to_raw_bytes()).collect();
        assert_eq!(bytes(words(&coordinates)), raw);
        let point = G1Affine::from_xy(Fq::ONE, Fq::from(2)).unwrap();
        assert_eq!(bytes(point_words(&point)), point.to_raw_bytes());
        let one: Vec<u64> = words(&scalars)[..4].to_vec();
        words_mut(&mut scalars)[4..8].copy_from_slice(&one);
        assert_eq!(scalars[1], Fr::ONE);
    }
}
