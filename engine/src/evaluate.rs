//! Polynomials at a point, from their values: no coefficients, no chain of dependent products.

use crate::error::EngineError;
use crate::fft::Fft;
use ff::{BatchInvert, Field};
use halo2curves::bn256::Fr;

/// The Lagrange basis of the domain at a point x outside of it.
///
/// `p(x) = sum p_i l_i(x)`, and `l_i(omega^r x) = l_(i-r)(x)`: one vector serves all rotations.
pub(crate) struct Weights(Vec<Fr>);

impl Weights {
    pub(crate) fn new(fft: &Fft, x: Fr) -> Result<Self, EngineError> {
        let size = fft.size();
        let omega = fft.omega();
        let mut power = Fr::ONE;
        let mut weights = Vec::with_capacity(size);
        for _ in 0..size {
            weights.push(x - power);
            power *= omega;
        }
        if weights
            .iter()
            .any(|difference| bool::from(difference.is_zero()))
        {
            return Err(EngineError::Challenge);
        }
        weights.iter_mut().batch_invert();
        let vanishing = x.pow_vartime([size as u64]) - Fr::ONE;
        let mut scale = vanishing * Fr::from(size as u64).invert().unwrap_or(Fr::ZERO);
        for weight in &mut weights {
            *weight *= scale;
            scale *= omega;
        }
        Ok(Self(weights))
    }

    /// The polynomial with these values, at omega^rotation x.
    pub(crate) fn evaluate(&self, values: &[Fr], rotation: i32) -> Fr {
        let size = self.0.len();
        let shift = i64::from(rotation).rem_euclid(size as i64) as usize;
        // values[i] meets weight i - shift.
        let (head, tail) = values.split_at(shift);
        let (later, sooner) = self.0.split_at(size - shift);
        dot(tail, later) + dot(head, sooner)
    }
}

fn dot(a: &[Fr], b: &[Fr]) -> Fr {
    #[cfg(target_arch = "x86_64")]
    if let Some(ifma) = crate::arithmetic::vectors() {
        return crate::ifma::dot::dot(ifma, a, b);
    }
    a.iter().zip(b).map(|(a, b)| *a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::Weights;
    use crate::error::EngineError;
    use crate::fft::Fft;
    use ff::Field;
    use halo2_proofs::arithmetic::eval_polynomial;
    use halo2curves::bn256::Fr;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn rotations_agree_with_the_coefficients() {
        let fft = Fft::new(5);
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let values: Vec<_> = (0..32).map(|_| Fr::random(&mut rng)).collect();
        let mut coefficients = values.clone();
        fft.coefficients(&mut coefficients);
        let x = Fr::random(&mut rng);
        let weights = Weights::new(&fft, x).unwrap();
        for rotation in [0, 1, -1, 7, -31, 32] {
            let point = x * fft.rotation(rotation);
            assert_eq!(
                weights.evaluate(&values, rotation),
                eval_polynomial(&coefficients, point),
                "{rotation}"
            );
        }
    }

    #[test]
    fn a_point_of_the_domain_is_refused() {
        let fft = Fft::new(3);
        let point = fft.rotation(5);
        assert!(matches!(
            Weights::new(&fft, point),
            Err(EngineError::Challenge)
        ));
    }
}
