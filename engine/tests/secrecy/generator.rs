//! A generator that gets stuck.

use ff::Field;
use halo2curves::bn256::Fr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{self, CryptoRng, RngCore, SeedableRng};
use std::ops::Range;

/// 64-bit words for one random field element.
const WORDS: usize = 8;
/// For the seed of the random polynomial.
const SEED_WORDS: usize = 4;
const STUCK: u64 = 0x5555_5555_5555_5555;

/// Draws field elements as usual, but always the same one where it is stuck.
pub(crate) struct Generator {
    words: ChaCha20Rng,
    drawn: usize,
    /// In words.
    stuck: Range<usize>,
}

impl Generator {
    /// Stuck at these draws of field elements.
    pub(crate) fn new(seed: u64, stuck: Range<usize>) -> Self {
        Self {
            words: ChaCha20Rng::seed_from_u64(seed),
            drawn: 0,
            stuck: stuck.start.saturating_mul(WORDS)..stuck.end.saturating_mul(WORDS),
        }
    }

    /// Stuck for all columns, which take so many draws, and for the random polynomial with its dropped blind: what is
    /// drawn are the blinds of the quotient's pieces.
    pub(crate) fn for_pieces(seed: u64, columns: usize) -> Self {
        let stuck = Self::new(seed, 0..columns + 1);
        Self {
            stuck: 0..stuck.stuck.end + SEED_WORDS,
            ..stuck
        }
    }

    /// What a stuck draw gives.
    pub(crate) fn stuck() -> Fr {
        Fr::random(Self::new(0, 0..1))
    }
}

impl RngCore for Generator {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        let word = self.words.next_u64();
        let stuck = self.stuck.contains(&self.drawn);
        self.drawn += 1;
        if stuck { STUCK } else { word }
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        rand_core::impls::fill_bytes_via_next(self, bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

/// Not true, and that is the point.
impl CryptoRng for Generator {}

#[test]
fn stuck_draws_are_equal_and_the_others_go_on() {
    let draws = |stuck| {
        let mut generator = Generator::new(3, stuck);
        [(); 4].map(|()| Fr::random(&mut generator))
    };
    let (sound, broken) = (draws(0..0), draws(1..3));
    assert_eq!(broken[1..3], [Generator::stuck(); 2]);
    assert_eq!((sound[0], sound[3]), (broken[0], broken[3]));
    assert!(!sound.contains(&Generator::stuck()));
}
