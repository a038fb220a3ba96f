//! Random weights that can be recomputed from any place on.

use ff::PrimeField;
use halo2curves::bn256::Fr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// ChaCha20 words of one weight.
const WORDS: u128 = 4;

/// What a weight is for; equal weights in two checks would do no harm, but there is no need.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Purpose {
    PowersG1,
    PowersG2,
    Lagrange,
    PartialPowers,
}

/// Weights number `first`, `first + 1`, ..., of 128 bits each.
pub(super) fn weights(seed: &[u8; 32], purpose: Purpose, first: u64, count: usize) -> Vec<Fr> {
    let mut rng = ChaCha20Rng::from_seed(*seed);
    rng.set_stream(purpose as u64);
    rng.set_word_pos(u128::from(first) * WORDS);
    (0..count)
        .map(|_| {
            let (low, high) = (rng.next_u64(), rng.next_u64());
            Fr::from_u128(u128::from(low) | u128::from(high) << 64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_do_not_depend_on_the_chunks() {
        let seed = [7; 32];
        let all = weights(&seed, Purpose::PowersG1, 0, 100);
        let mut chunks = weights(&seed, Purpose::PowersG1, 0, 33);
        chunks.extend(weights(&seed, Purpose::PowersG1, 33, 67));
        assert_eq!(all, chunks);
        assert_ne!(all[0], all[1]);
        assert_ne!(all, weights(&seed, Purpose::PowersG2, 0, 100));
    }
}
