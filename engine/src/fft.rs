//! Transforms between coefficients and values on the 2^k-th roots of unity, and on their cosets.
//!
//! Values are in natural order: the i-th belongs to omega^i. The butterflies go depth first, so that
//! whatever fits a cache stays there; the roots of every level lie next to each other. Halves of a
//! large transform may run on different threads.

#[cfg(target_arch = "x86_64")]
use crate::ifma::fft::{LARGEST, Roots, SMALLEST, Transform};
use ff::{Field, PrimeField};
use halo2curves::bn256::Fr;

/// Below this many elements the levels are walked one after the other.
const FLAT: usize = 1 << 9;
/// From this many elements on, halves may run in parallel.
const PARALLEL: usize = 1 << 12;

/// Roots of unity for transforms of 2^k elements.
#[derive(Clone, Debug)]
pub struct Fft {
    k: u32,
    /// `roots[m / 2 + j]` is the j-th power of the m-th root of unity, for m = 2, 4, ..., 2^k.
    roots: Vec<Fr>,
    size_inverse: Fr,
    #[cfg(target_arch = "x86_64")]
    lane_roots: Roots,
}

impl Fft {
    /// For 2^k elements; k at most 28, the field's two-adicity.
    pub fn new(k: u32) -> Self {
        let size = 1 << k;
        let mut roots = vec![Fr::ONE; size];
        let mut half = size / 2;
        let mut root = root_of_unity(k);
        while half >= 1 {
            let mut power = Fr::ONE;
            for slot in &mut roots[half..2 * half] {
                *slot = power;
                power *= root;
            }
            root = root.square();
            half /= 2;
        }
        let size_inverse = Fr::TWO_INV.pow_vartime([u64::from(k)]);
        Self {
            k,
            #[cfg(target_arch = "x86_64")]
            lane_roots: Roots::new(&roots),
            roots,
            size_inverse,
        }
    }

    /// 2^k.
    pub fn size(&self) -> usize {
        1 << self.k
    }

    /// Bytes in memory.
    pub fn memory(&self) -> usize {
        #[cfg(target_arch = "x86_64")]
        return size_of_val(&self.roots[..]) + self.lane_roots.memory();
        #[cfg(not(target_arch = "x86_64"))]
        size_of_val(&self.roots[..])
    }

    /// The generator of the domain.
    pub fn omega(&self) -> Fr {
        root_of_unity(self.k)
    }

    /// omega^exponent.
    pub fn rotation(&self, exponent: i32) -> Fr {
        let exponent = i64::from(exponent).rem_euclid(1 << self.k);
        self.omega().pow_vartime([exponent.unsigned_abs()])
    }

    /// Values from coefficients, in place.
    pub fn values(&self, coefficients: &mut [Fr]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(vectors) = self.vectors() {
            return vectors.run_in_place(coefficients);
        }
        self.portable_values(coefficients);
    }

    fn portable_values(&self, coefficients: &mut [Fr]) {
        self.reverse_bits(coefficients);
        butterflies(&self.roots, coefficients);
    }

    /// Coefficients from values, in place.
    pub fn coefficients(&self, values: &mut [Fr]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(mut vectors) = self.vectors() {
            vectors.scale = Some(self.size_inverse);
            vectors.run_in_place(values);
            values[1..].reverse();
            return;
        }
        self.portable_coefficients(values);
    }

    fn portable_coefficients(&self, values: &mut [Fr]) {
        self.portable_values(values);
        // The inverse transform is the transform with negated exponents.
        values[1..].reverse();
        for value in values {
            *value *= self.size_inverse;
        }
    }

    /// Values on a coset, from coefficients and the powers of the coset's shift.
    pub fn coset_values(&self, coefficients: &[Fr], shift_powers: &[Fr], values: &mut [Fr]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(mut vectors) = self.vectors() {
            vectors.powers = Some(shift_powers);
            return vectors.run(coefficients, values);
        }
        self.portable_coset_values(coefficients, shift_powers, values);
    }

    fn portable_coset_values(&self, coefficients: &[Fr], shift_powers: &[Fr], values: &mut [Fr]) {
        for (i, (coefficient, power)) in coefficients.iter().zip(shift_powers).enumerate() {
            values[self.reversed(i)] = *coefficient * power;
        }
        butterflies(&self.roots, values);
    }

    #[cfg(target_arch = "x86_64")]
    fn vectors(&self) -> Option<Transform<'_>> {
        let ifma = crate::arithmetic::vectors()?;
        (SMALLEST..=LARGEST)
            .contains(&self.size())
            .then_some(Transform {
                ifma,
                roots: &self.roots,
                lane_roots: &self.lane_roots,
                powers: None,
                scale: None,
            })
    }

    fn reversed(&self, index: usize) -> usize {
        index.reverse_bits().unbounded_shr(usize::BITS - self.k)
    }

    fn reverse_bits(&self, elements: &mut [Fr]) {
        for i in 0..elements.len() {
            let j = self.reversed(i);
            if i < j {
                elements.swap(i, j);
            }
        }
    }
}

/// The 2^k-th root of unity that halo2 uses.
pub(crate) fn root_of_unity(k: u32) -> Fr {
    (k..Fr::S).fold(Fr::ROOT_OF_UNITY, |root, _| root.square())
}

/// From bit-reversed to natural order.
fn butterflies(roots: &[Fr], elements: &mut [Fr]) {
    let size = elements.len();
    if size <= FLAT {
        return flat(roots, elements);
    }
    let half = size / 2;
    let (even, odd) = elements.split_at_mut(half);
    if size >= PARALLEL {
        rayon::join(|| butterflies(roots, even), || butterflies(roots, odd));
    } else {
        butterflies(roots, even);
        butterflies(roots, odd);
    }
    level(&roots[half..size], even, odd);
}

fn flat(roots: &[Fr], elements: &mut [Fr]) {
    for pair in elements.chunks_exact_mut(2) {
        let (a, b) = (pair[0], pair[1]);
        pair[0] = a + b;
        pair[1] = a - b;
    }
    let mut half = 2;
    while half < elements.len() {
        for block in elements.chunks_exact_mut(2 * half) {
            let (even, odd) = block.split_at_mut(half);
            level(&roots[half..2 * half], even, odd);
        }
        half *= 2;
    }
}

fn level(roots: &[Fr], even: &mut [Fr], odd: &mut [Fr]) {
    let (a, b) = (even[0], odd[0]);
    even[0] = a + b;
    odd[0] = a - b;
    for ((a, b), root) in even.iter_mut().zip(odd).zip(roots).skip(1) {
        let turned = *b * root;
        *b = *a - turned;
        *a += turned;
    }
}

#[cfg(test)]
mod tests {
    use super::Fft;
    use ff::Field;
    use halo2_proofs::arithmetic::eval_polynomial;
    use halo2curves::bn256::Fr;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn random(k: u32) -> Vec<Fr> {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(k));
        (0..1 << k).map(|_| Fr::random(&mut rng)).collect()
    }

    #[test]
    fn values_are_evaluations() {
        for k in [0, 1, 2, 5, 6, 7, 10] {
            let fft = Fft::new(k);
            let coefficients = random(k);
            let mut values = coefficients.clone();
            fft.values(&mut values);
            for i in [0, 1, 3, (1 << k) - 1] {
                if i < values.len() {
                    let point = fft.rotation(i as i32);
                    assert_eq!(values[i], eval_polynomial(&coefficients, point), "{k}, {i}");
                }
            }
        }
    }

    #[test]
    fn coefficients_undo_values_also_where_halves_run_apart() {
        for k in [0, 1, 3, 9, 13] {
            let fft = Fft::new(k);
            let coefficients = random(k);
            let mut there_and_back = coefficients.clone();
            fft.values(&mut there_and_back);
            fft.coefficients(&mut there_and_back);
            assert_eq!(there_and_back, coefficients, "{k}");
        }
    }

    #[test]
    fn both_arithmetics_agree() {
        for k in [0, 5, 6, 9, 13] {
            let fft = Fft::new(k);
            let powers = random(k);
            let mut fast = random(k);
            let mut portable = fast.clone();
            fft.values(&mut fast);
            fft.portable_values(&mut portable);
            assert_eq!(fast, portable, "{k}");
            fft.coefficients(&mut fast);
            fft.portable_coefficients(&mut portable);
            assert_eq!(fast, portable, "{k}");
            let coefficients = portable.clone();
            fft.coset_values(&coefficients, &powers, &mut fast);
            fft.portable_coset_values(&coefficients, &powers, &mut portable);
            assert_eq!(fast, portable, "{k}");
        }
    }

    #[test]
    fn a_coset_is_shifted() {
        let fft = Fft::new(6);
        let coefficients = random(6);
        let shift = Fr::from(7);
        let powers: Vec<_> = (0..64).map(|i| shift.pow_vartime([i])).collect();
        let mut values = vec![Fr::ZERO; 64];
        fft.coset_values(&coefficients, &powers, &mut values);
        for (i, value) in values.iter().enumerate() {
            let point = shift * fft.rotation(i as i32);
            assert_eq!(*value, eval_polynomial(&coefficients, point));
        }
    }

    #[test]
    fn rotations_wrap() {
        let fft = Fft::new(4);
        assert_eq!(fft.rotation(-1) * fft.omega(), Fr::ONE);
        assert_eq!(fft.rotation(16), Fr::ONE);
    }
}
