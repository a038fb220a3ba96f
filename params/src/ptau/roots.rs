//! snarkjs and halo2 walk the same domain in different orders.
//!
//! Both take the powers of a generator of the subgroup of order 2^k. snarkjs derives its generator
//! from the field's smallest non-residue, 5, halo2 from 7. So snarkjs' is `w^e` for halo2's `w` and
//! some odd e, and its j-th Lagrange polynomial is halo2's number `e j mod 2^k`.

use ff::{Field, PrimeField};
use halo2curves::bn256::Fr;

/// What snarkjs takes its roots of unity from.
const SNARKJS_NON_RESIDUE: u64 = 5;

/// Puts a Lagrange basis of a power-of-two domain from snarkjs' order into halo2's.
pub(crate) fn from_snarkjs_order<T: Copy>(basis: &[T]) -> Vec<T> {
    debug_assert!(basis.len().is_power_of_two());
    let exponent = snarkjs_exponent();
    let mask = basis.len() - 1;
    let mut ordered = basis.to_vec();
    for (j, &point) in basis.iter().enumerate() {
        ordered[exponent.wrapping_mul(j) & mask] = point;
    }
    ordered
}

/// Inverse of [`from_snarkjs_order`].
#[cfg(any(test, feature = "test-utils"))]
pub(crate) fn to_snarkjs_order<T: Copy>(basis: &[T]) -> Vec<T> {
    let exponent = snarkjs_exponent();
    let mask = basis.len() - 1;
    (0..basis.len())
        .map(|j| basis[exponent.wrapping_mul(j) & mask])
        .collect()
}

/// e with `snarkjs' root = (halo2's root)^e`, both of order 2^28.
///
/// A logarithm in a group of order 2^S: the lowest bits of the exponent come out first, as
/// `(root w^-e)^(2^(S-1-i))` is 1 exactly if bit i of what is left is 0.
fn snarkjs_exponent() -> usize {
    let odd_part = odd_part_of_order();
    let root = Fr::from(SNARKJS_NON_RESIDUE).pow_vartime(odd_part);
    let mut exponent = 0usize;
    for bit in 0..Fr::S {
        let rest = root * Fr::ROOT_OF_UNITY_INV.pow_vartime([exponent as u64]);
        if rest.pow_vartime([1u64 << (Fr::S - 1 - bit)]) != Fr::ONE {
            exponent |= 1 << bit;
        }
    }
    exponent
}

/// `(r - 1) / 2^S` in little-endian words.
fn odd_part_of_order() -> [u64; 4] {
    let minus_one = (-Fr::ONE).to_repr();
    let mut words = [0u64; 4];
    for (word, bytes) in words.iter_mut().zip(minus_one.chunks_exact(8)) {
        *word = bytes
            .iter()
            .rev()
            .fold(0, |acc, &byte| acc << 8 | u64::from(byte));
    }
    std::array::from_fn(|i| {
        let upper = words.get(i + 1).copied().unwrap_or(0);
        words[i] >> Fr::S | upper << (64 - Fr::S)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponent_links_the_two_roots() {
        let root = Fr::from(SNARKJS_NON_RESIDUE).pow_vartime(odd_part_of_order());
        assert_eq!(
            Fr::ROOT_OF_UNITY.pow_vartime([snarkjs_exponent() as u64]),
            root
        );
        assert_eq!(snarkjs_exponent() % 2, 1, "both generate the whole group");
        assert_eq!(
            Fr::MULTIPLICATIVE_GENERATOR.pow_vartime(odd_part_of_order()),
            Fr::ROOT_OF_UNITY
        );
    }

    #[test]
    fn the_order_is_a_permutation() {
        let basis: Vec<usize> = (0..64).collect();
        let mut ordered = from_snarkjs_order(&basis);
        assert_ne!(ordered, basis);
        assert_eq!(to_snarkjs_order(&ordered), basis);
        ordered.sort_unstable();
        assert_eq!(ordered, basis);
    }
}
