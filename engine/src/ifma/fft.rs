//! Transforms, eight numbers at once.
//!
//! Lane l of vector j holds the element 8 j + l: eight neighbours in memory. So each lane goes through a transform of its own,
//! of one eighth of the size, with the same root in all lanes. Three levels are left, in which lanes meet; for them eight
//! vectors are turned round, so that a vector holds eight neighbouring results of one lane.
//!
//! A butterfly leaves `a + t` and `a - t + 3 p` with t below 3 p, so numbers grow by 3 p a level, and up to 27 levels nothing has
//! to be reduced before the end. Only roots are held as `2^260 w`: a product with one does not change the form.

use super::Ifma;
use super::field::{
    Limbs, Modulus, ROOM, Scalars, broadcast, canonical, carry, difference, gather, mul, narrow,
    scatter, shrink, split, sum, transpose, widen,
};
use super::memory::{Eight, LANES, LIMBS, words, words_mut};
use crate::secret::Secret;
use halo2curves::bn256::Fr;
use rayon::prelude::*;
use std::arch::x86_64::_mm512_setzero_si512;

/// Vectors of a transform whose levels are walked one after the other.
const FLAT: usize = 1 << 5;
/// From so many vectors on, halves may run in parallel.
const PARALLEL: usize = 1 << 10;
/// Vectors of the last three levels that one piece of work takes.
const CHUNK: usize = 1 << 7;
/// The smallest transform: one turn of eight vectors.
pub(crate) const SMALLEST: usize = LANES * LANES;
/// The largest, for its 27 levels.
pub(crate) const LARGEST: usize = 1 << ((ROOM - 1) / GROWTH);
/// Multiples of p by which a level's results may be larger than what it began with.
const GROWTH: u32 = 3;

/// Numbers of three bits from the other end. A level's result takes its operands' places, so the parts of a result, which are
/// numbered upwards, lie in lanes numbered downwards.
const REVERSED: [usize; LANES] = [0, 4, 2, 6, 1, 5, 3, 7];

/// Words of eight numbers.
type Block = [u64; 4 * LANES];

/// Roots of the eight transforms, by the same numbering as [`crate::fft::Fft`]'s.
#[derive(Clone, Debug)]
pub(crate) struct Roots(Vec<[u64; LIMBS]>);

impl Roots {
    /// Of all roots of a transform, those that an eighth of it needs.
    pub(crate) fn new(roots: &[Fr]) -> Self {
        let sixteen = Fr::from(16);
        let shifted = |root: &Fr| {
            let shifted = [*root * sixteen];
            let words = words(&shifted);
            split([words[0], words[1], words[2], words[3]])
        };
        Self(roots[..roots.len() / LANES].iter().map(shifted).collect())
    }

    /// Bytes in memory.
    pub(crate) fn memory(&self) -> usize {
        size_of_val(&self.0[..])
    }
}

/// Values from coefficients, each multiplied by its power first, and all of them by `scale`.
#[derive(Debug)]
pub(crate) struct Transform<'a> {
    pub(crate) ifma: Ifma,
    /// As many as elements, [`crate::fft::Fft`]'s.
    pub(crate) roots: &'a [Fr],
    pub(crate) lane_roots: &'a Roots,
    /// For a coset.
    pub(crate) powers: Option<&'a [Fr]>,
    pub(crate) scale: Option<Fr>,
}

impl Transform<'_> {
    /// # Panics
    /// If the lengths are not all the same, or no power of two from [`SMALLEST`] to [`LARGEST`].
    pub(crate) fn run(&self, input: &[Fr], output: &mut [Fr]) {
        let size = self.roots.len();
        assert!(
            input.len() == size
                && output.len() == size
                && size >= SMALLEST
                && size.is_power_of_two()
        );
        assert!(self.powers.is_none_or(|powers| powers.len() >= size));
        let mut vectors = self.load(input);
        self.lanes(&mut vectors);
        self.turn(&vectors, output);
    }

    /// In place.
    pub(crate) fn run_in_place(&self, elements: &mut [Fr]) {
        let size = self.roots.len();
        assert!(
            elements.len() == size
                && (SMALLEST..=LARGEST).contains(&size)
                && size.is_power_of_two()
        );
        let mut vectors = self.load(elements);
        self.lanes(&mut vectors);
        self.turn(&vectors, elements);
    }

    #[allow(unsafe_code)]
    fn load(&self, input: &[Fr]) -> Secret<Eight> {
        let count = input.len() / LANES;
        let mut vectors = Secret::zeros(count);
        let (blocks, _) = words(input).as_chunks::<{ 4 * LANES }>();
        let (powers, _) = words(self.powers.unwrap_or_default()).as_chunks::<{ 4 * LANES }>();
        // SAFETY: `self.ifma` exists only where the features were found.
        unsafe { load(blocks, self.powers.map(|_| powers), &mut vectors) };
        vectors
    }

    #[allow(unsafe_code)]
    fn lanes(&self, vectors: &mut [Eight]) {
        // SAFETY: `self.ifma` exists only where the features were found.
        unsafe { butterflies(&self.lane_roots.0, vectors) };
    }

    #[allow(unsafe_code)]
    fn turn(&self, vectors: &[Eight], output: &mut [Fr]) {
        let _: Ifma = self.ifma;
        let roots = words(self.roots);
        let scale = self.scale.map(|scale| {
            let shifted = [scale * Fr::from(16)];
            let words = words(&shifted);
            split([words[0], words[1], words[2], words[3]])
        });
        // The m-th eighth of the output takes the m-th vector of each turn.
        let eighth = 4 * vectors.len();
        let mut eighths: Vec<_> = words_mut(output)
            .chunks_mut(eighth)
            .map(|eighth| eighth.chunks_mut(4 * CHUNK))
            .collect();
        let pieces: Vec<Vec<&mut [u64]>> = (0..vectors.len().div_ceil(CHUNK))
            .map(|_| eighths.iter_mut().filter_map(Iterator::next).collect())
            .collect();
        let pieces = pieces
            .into_par_iter()
            .zip(vectors.par_chunks(CHUNK))
            .enumerate();
        pieces.for_each(|(i, (mut outputs, vectors))| {
            // SAFETY: `self.ifma` exists only where the features were found.
            unsafe {
                last_levels(
                    roots,
                    eighth / 4,
                    i * CHUNK,
                    scale.as_ref(),
                    vectors,
                    &mut outputs,
                )
            };
        });
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn load(blocks: &[Block], powers: Option<&[Block]>, vectors: &mut [Eight]) {
    let shift = usize::BITS - vectors.len().trailing_zeros();
    for (j, block) in blocks.iter().enumerate() {
        let mut value = widen(gather(block), 0);
        if let Some(powers) = powers {
            value = mul::<Scalars>(value, widen(gather(&powers[j]), 4));
        }
        vectors[j.reverse_bits().unbounded_shr(shift)].store(value);
    }
}

/// `a + w b` and `a - w b + 3 p`, of which neither has its limbs carried; those of b are.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn butterfly(a: Limbs, b: Limbs, root: Limbs) -> (Limbs, Limbs) {
    let turned = mul::<Scalars>(b, root);
    (
        sum(a, turned),
        difference(a, turned, &Scalars::MULTIPLES[GROWTH as usize]),
    )
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn butterflies(roots: &[[u64; LIMBS]], vectors: &mut [Eight]) {
    let size = vectors.len();
    if size <= FLAT {
        let mut half = 1;
        while half < size {
            for block in vectors.chunks_exact_mut(2 * half) {
                let (even, odd) = block.split_at_mut(half);
                level(&roots[half..2 * half], even, odd);
            }
            half *= 2;
        }
        return;
    }
    let half = size / 2;
    let (even, odd) = vectors.split_at_mut(half);
    if size >= PARALLEL {
        rayon::join(|| butterflies(roots, even), || butterflies(roots, odd));
    } else {
        butterflies(roots, even);
        butterflies(roots, odd);
    }
    level(&roots[half..size], even, odd);
}

/// A root is below p and b below 84 p, so their product is below 3 p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn level(roots: &[[u64; LIMBS]], even: &mut [Eight], odd: &mut [Eight]) {
    let half = roots.len();
    let (even, odd) = (&mut even[..half], &mut odd[..half]);
    for i in 0..half {
        let root = broadcast(&roots[i]);
        let (plus, minus) = butterfly(even[i].load(), carry(odd[i].load()), root);
        even[i].store(plus);
        odd[i].store(minus);
    }
}

/// The last three levels for some of the vectors, the first of which is number `first` of `count`.
#[target_feature(enable = "avx512f,avx512ifma")]
fn last_levels(
    roots: &[u64],
    count: usize,
    first: usize,
    scale: Option<&[u64; LIMBS]>,
    vectors: &[Eight],
    outputs: &mut [&mut [u64]],
) {
    let (turns, _) = vectors.as_chunks::<LANES>();
    let (roots, _) = roots.as_chunks::<{ 4 * LANES }>();
    for i in 0..turns.len() {
        let mut lanes = turned(&turns[i]);
        // Lane l holds the elements l modulo 8: its partner differs in the highest bit first.
        for level in 0..3 {
            let distance = LANES >> (level + 1);
            // Of this level's roots, those of the turn's place in each part of `count`.
            for part in 0..1 << level {
                let place = (count << level) + part * count + first + i * LANES;
                let root = widen(gather(&roots[place / LANES]), 4);
                for low in 0..distance {
                    let a = low + REVERSED[part];
                    let b = a + distance;
                    // This root is below 16 p only: b has to be small.
                    let small = shrink::<Scalars>(carry(lanes[b]));
                    (lanes[a], lanes[b]) = butterfly(lanes[a], small, root);
                }
            }
        }
        for m in 0..LANES {
            let value = carry(lanes[REVERSED[m]]);
            let value = match scale {
                Some(scale) => mul::<Scalars>(value, broadcast(scale)),
                None => shrink::<Scalars>(value),
            };
            let (blocks, _) = outputs[m].as_chunks_mut::<{ 4 * LANES }>();
            scatter(narrow(canonical::<Scalars>(value)), &mut blocks[i]);
        }
    }
}

/// Rows to columns: vector l gets lane l of each vector.
#[inline]
#[target_feature(enable = "avx512f")]
fn turned(vectors: &[Eight; LANES]) -> [Limbs; LANES] {
    let mut lanes = [[_mm512_setzero_si512(); LIMBS]; LANES];
    for i in 0..LANES {
        lanes[i] = vectors[i].load();
    }
    for limb in 0..LIMBS {
        let mut rows = [_mm512_setzero_si512(); LANES];
        for i in 0..LANES {
            rows[i] = lanes[i][limb];
        }
        rows = transpose(rows);
        for i in 0..LANES {
            lanes[i][limb] = rows[i];
        }
    }
    lanes
}
