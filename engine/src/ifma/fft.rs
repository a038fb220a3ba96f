//! Transforms, eight numbers at once.
//!
//! Lane l of vector j holds the element 8 j + l: eight neighbours in memory. So each lane goes through a transform of its own,
//! of one eighth of the size, with the same root in all lanes. Three levels are left, in which lanes meet; for them eight
//! vectors are turned round, so that a vector holds eight neighbouring results of one lane.
//!
//! A butterfly leaves `a + t` and `a - t + 2 p` with t below 2 p, so numbers grow by 2 p a level, less than 60 p in all, and
//! nothing is reduced before the end. Only roots are held as `2^260 w`: a product with one does not change the form.

use super::Ifma;
use super::field::{
    Limbs, Modulus, Scalars, broadcast, canonical, carry, difference, gather, mul, narrow, scatter,
    shrink, split, sum, transpose, widen,
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
    /// If the lengths are not all the same, or less than [`SMALLEST`], or no power of two.
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
        assert!(elements.len() == size && size >= SMALLEST && size.is_power_of_two());
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

/// `a + w b` and `a - w b + 2 p`; only b needs its limbs carried.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn butterfly(a: Limbs, b: Limbs, root: Limbs) -> (Limbs, Limbs) {
    let turned = mul::<Scalars>(carry(b), root);
    (
        sum(a, turned),
        difference(a, turned, &Scalars::MULTIPLES[2]),
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

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn level(roots: &[[u64; LIMBS]], even: &mut [Eight], odd: &mut [Eight]) {
    for ((a, b), root) in even.iter_mut().zip(odd).zip(roots) {
        let (plus, minus) = butterfly(a.load(), b.load(), broadcast(root));
        a.store(plus);
        b.store(minus);
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
    for (i, turn) in turns.iter().enumerate() {
        let at = first + i * LANES;
        let mut lanes = turned(turn);
        // Lane l holds the elements l modulo 8: its partner differs in the highest bit first.
        for (distance, half) in [(4, count), (2, 2 * count), (1, 4 * count)] {
            // Of `half` roots, those of this turn's place in each part of `count`.
            for part in 0..half / count {
                let place = half + part * count + at;
                let root = match roots[4 * place..].first_chunk() {
                    Some(words) => widen(gather(words), 4),
                    None => unreachable!("a table of roots ends with a vector"),
                };
                for low in 0..distance {
                    let a = low + REVERSED[part];
                    let b = a + distance;
                    (lanes[a], lanes[b]) = butterfly(lanes[a], lanes[b], root);
                }
            }
        }
        for (m, output) in outputs.iter_mut().enumerate() {
            let value = carry(lanes[REVERSED[m]]);
            let value = match scale {
                Some(scale) => mul::<Scalars>(value, broadcast(scale)),
                None => shrink::<Scalars>(value),
            };
            if let Some(words) = output[4 * LANES * i..].first_chunk_mut() {
                scatter(narrow(canonical::<Scalars>(value)), words);
            }
        }
    }
}

/// Rows to columns: vector l gets lane l of each vector.
#[inline]
#[target_feature(enable = "avx512f")]
fn turned(vectors: &[Eight; LANES]) -> [Limbs; LANES] {
    let mut lanes = [[_mm512_setzero_si512(); LIMBS]; LANES];
    for (lanes, vector) in lanes.iter_mut().zip(vectors) {
        *lanes = vector.load();
    }
    for limb in 0..LIMBS {
        let mut rows = [_mm512_setzero_si512(); LANES];
        for (row, lanes) in rows.iter_mut().zip(&lanes) {
            *row = lanes[limb];
        }
        for (lanes, row) in lanes.iter_mut().zip(transpose(rows)) {
            lanes[limb] = row;
        }
    }
    lanes
}
