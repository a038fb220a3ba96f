//! Against big integers' arithmetic by the library's own field, on boundaries and at random.
#![allow(unsafe_code)]

use super::super::Ifma;
use super::super::memory::{Eight, LANES, LIMBS, Words, words, words_mut};
use super::{
    Coordinates, MASK, Modulus, ROOM, Scalars, add, broadcast, canonical, gather, mul, narrow,
    scatter, shrink, split, square, sub, widen,
};
use ff::PrimeField;
use halo2curves::bn256::{Fq, Fr};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

/// Every function once, for eight pairs: what a kernel would do.
#[target_feature(enable = "avx512f,avx512ifma")]
fn all<M: Modulus>(a: &[u64; 32], b: &[u64; 32], results: &mut [[u64; 32]; 5]) {
    let (a, b) = (widen(gather(a), 4), widen(gather(b), 4));
    let back = broadcast(&M::BACK);
    let values = [
        mul::<M>(a, b),
        square::<M>(a),
        add(a, b),
        sub(a, b, &M::MULTIPLES[16]),
        a,
    ];
    for (value, result) in values.into_iter().zip(results) {
        // Both ways down to one representative must agree.
        let shrunk = canonical::<M>(shrink::<M>(mul::<M>(value, back)));
        let direct = canonical::<M>(mul::<M>(shrink::<M>(value), back));
        let [mut x, mut y] = [Eight::default(), Eight::default()];
        x.store(shrunk);
        y.store(direct);
        assert_eq!(x.0, y.0);
        scatter(narrow(direct), result);
    }
}

/// The loosest operands that a product takes: anything below 2^260.
#[target_feature(enable = "avx512f,avx512ifma")]
fn loose<M: Modulus>(a: &Eight, b: &Eight) -> [Eight; 2] {
    let mut results = [Eight::default(); 2];
    results[0].store(canonical::<M>(shrink::<M>(mul::<M>(a.load(), b.load()))));
    results[1].store(canonical::<M>(shrink::<M>(a.load())));
    results
}

fn boundaries<F: PrimeField>() -> Vec<F> {
    let two_to = |exponent: u64| F::from(2).pow_vartime([exponent]);
    let mut values = vec![
        F::ZERO,
        F::ONE,
        F::from(2),
        -F::ONE,
        -F::from(2),
        F::TWO_INV,
    ];
    // The field's own factors, and where limbs of 52 and words of 64 bits meet.
    for exponent in [52, 64, 104, 128, 156, 192, 208, 253, 256, 260] {
        let border = two_to(exponent);
        values.extend([border, border - F::ONE, border + F::ONE]);
        let inside = border * two_to(256).invert().unwrap();
        values.extend([inside, -inside]);
    }
    values
}

fn agree<F: PrimeField + Words, M: Modulus>() {
    if Ifma::detect().is_none() {
        return;
    }
    let mut rng = ChaCha20Rng::seed_from_u64(52);
    let mut values = boundaries::<F>();
    values.extend((0..40).map(|_| F::random(&mut rng)));
    let mut pairs: Vec<(F, F)> = Vec::new();
    for a in &values {
        pairs.extend(values.iter().map(|b| (*a, *b)));
    }
    pairs.resize(pairs.len().next_multiple_of(LANES), (F::ONE, F::ONE));
    for pairs in pairs.chunks(LANES) {
        let a: Vec<F> = pairs.iter().map(|pair| pair.0).collect();
        let b: Vec<F> = pairs.iter().map(|pair| pair.1).collect();
        let mut results = [[0; 32]; 5];
        // SAFETY: the features were found above.
        unsafe {
            all::<M>(
                words(&a).try_into().unwrap(),
                words(&b).try_into().unwrap(),
                &mut results,
            )
        };
        let mut found = [[F::ZERO; LANES]; 5];
        for (found, result) in found.iter_mut().zip(&results) {
            words_mut(found).copy_from_slice(result);
        }
        for (i, (a, b)) in pairs.iter().enumerate() {
            let expected = [*a * b, a.square(), *a + b, *a - b, *a];
            for (j, expected) in expected.iter().enumerate() {
                assert_eq!(found[j][i], *expected, "function {j} of {a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn scalars_agree_with_the_library() {
    agree::<Fr, Scalars>();
}

#[test]
fn coordinates_agree_with_the_library() {
    agree::<Fq, Coordinates>();
}

/// A number of five limbs, in the field.
fn value<F: PrimeField>(limbs: [u64; LIMBS]) -> F {
    let base = F::from(1 << 52);
    limbs
        .iter()
        .rev()
        .fold(F::ZERO, |sum, limb| sum * base + F::from(*limb))
}

fn loose_agree<F: PrimeField, M: Modulus>() {
    if Ifma::detect().is_none() {
        return;
    }
    let mut rng = ChaCha20Rng::seed_from_u64(53);
    let mut numbers = vec![
        [MASK; LIMBS],
        [0; LIMBS],
        [MASK, 0, MASK, 0, MASK],
        [0, 0, 0, 0, MASK],
        M::P,
    ];
    for m in [1, 2, 3, 83, ROOM as usize] {
        // Multiples of p, without what their limbs lent each other, and one less.
        let mut limbs = M::MULTIPLES[m];
        for i in 0..LIMBS - 1 {
            limbs[i + 1] += limbs[i] >> 52;
            limbs[i] &= MASK;
        }
        numbers.push(limbs);
        if limbs[0] > 0 {
            limbs[0] -= 1;
            numbers.push(limbs);
        }
    }
    numbers.extend((0..30).map(|_| std::array::from_fn(|_| rng.next_u64() & MASK)));
    let scale: F = value::<F>(split([0, 0, 0, 1 << 63])) * F::from(1 << 5);
    for a in &numbers {
        let b: [[u64; LIMBS]; LANES] =
            std::array::from_fn(|i| numbers[(7 * i + 1) % numbers.len()]);
        let mut left = Eight::default();
        let mut right = Eight::default();
        for lane in 0..LANES {
            for limb in 0..LIMBS {
                left.0[limb][lane] = a[limb];
                right.0[limb][lane] = b[lane][limb];
            }
        }
        // SAFETY: the features were found above.
        let [product, shrunk] = unsafe { loose::<M>(&left, &right) };
        for (lane, b) in b.iter().enumerate() {
            let limbs = |eight: &Eight| std::array::from_fn(|limb| eight.0[limb][lane]);
            assert_eq!(
                value::<F>(limbs(&product)) * scale,
                value::<F>(*a) * value::<F>(*b)
            );
            assert_eq!(value::<F>(limbs(&shrunk)), value::<F>(*a));
            let below = |limbs: [u64; LIMBS]| limbs.iter().rev().lt(M::P.iter().rev());
            assert!(
                below(limbs(&product)) && below(limbs(&shrunk)),
                "{a:?} {b:?}"
            );
        }
    }
}

#[test]
fn unreduced_numbers_agree_with_the_library() {
    loose_agree::<Fr, Scalars>();
    loose_agree::<Fq, Coordinates>();
}
