//! Sums of products, reduced once for many of them.

use super::Ifma;
use super::field::{
    Scalars, accumulate, add, canonical, gather, narrow, reduce, scatter, shrink, widen,
};
use super::memory::{LANES, LIMBS, words, words_mut};
use ff::Field;
use halo2curves::bn256::Fr;
use std::arch::x86_64::_mm512_setzero_si512;

/// Products of 16 p and p that are added before they are reduced: together they are below 2048 p^2, which leaves less than 32 p; and a limb
/// gets ten numbers of 52 bits from each, which fit.
const CHUNK: usize = 128;

/// What eight lanes hold.
type Block = [u64; 4 * LANES];

/// The sum of `a_i b_i`.
#[allow(unsafe_code)]
pub(crate) fn dot(ifma: Ifma, a: &[Fr], b: &[Fr]) -> Fr {
    let _: Ifma = ifma;
    let length = a.len().min(b.len());
    let vectors = length - length % LANES;
    let mut lanes = [Fr::ZERO; LANES];
    if let Some(lanes) = words_mut(&mut lanes).first_chunk_mut() {
        let (a, _) = words(&a[..vectors]).as_chunks();
        let (b, _) = words(&b[..vectors]).as_chunks();
        // SAFETY: an `Ifma` exists only where the features were found.
        unsafe { sums(a, b, lanes) };
    }
    let rest = a[vectors..].iter().zip(&b[vectors..]);
    rest.map(|(a, b)| *a * b).chain(lanes).sum()
}

/// Lane by lane.
#[target_feature(enable = "avx512f,avx512ifma")]
fn sums(a: &[Block], b: &[Block], lanes: &mut Block) {
    let mut total = [_mm512_setzero_si512(); LIMBS];
    let mut start = 0;
    while start < a.len() {
        let end = a.len().min(start + CHUNK);
        let mut products = [_mm512_setzero_si512(); 2 * LIMBS];
        for i in start..end {
            products = accumulate(products, widen(gather(&a[i]), 4), widen(gather(&b[i]), 0));
        }
        total = shrink::<Scalars>(add(total, reduce::<Scalars>(products)));
        start = end;
    }
    scatter(narrow(canonical::<Scalars>(total)), lanes);
}

#[cfg(test)]
mod tests {
    use super::dot;
    use crate::ifma::Ifma;
    use ff::Field;
    use halo2curves::bn256::Fr;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn it_is_the_sum_of_products() {
        let Some(ifma) = Ifma::detect() else {
            return;
        };
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        for length in [0, 1, 7, 8, 9, 64, 1023, 1024, 1025, 3000] {
            let random: Vec<Fr> = (0..length).map(|_| Fr::random(&mut rng)).collect();
            let largest = vec![-Fr::ONE; length];
            for (a, b) in [
                (&random, &largest),
                (&largest, &largest),
                (&random, &random),
            ] {
                let expected: Fr = a.iter().zip(b).map(|(a, b)| *a * b).sum();
                assert_eq!(dot(ifma, a, b), expected, "{length}");
            }
        }
    }
}
