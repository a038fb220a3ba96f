//! SHPLONK: one proof for all evaluations.
//!
//! Polynomials opened at the same set of points S are combined by powers of y to one polynomial
//! `N`. Dividing `N` by the vanishing polynomial of S leaves a quotient and the remainder R that
//! interpolates the evaluations: one division gives both, and no evaluation is needed. The quotients are
//! combined by powers of v to the first commitment; at the point u, the second one shows that
//! `sum v^i Z_(T \ S_i)(u) (N_i - R_i(u)) - Z_T(u) Q` vanishes.

use crate::error::EngineError;
use crate::msm::msm;
use crate::secret::Secret;
use ff::Field;
use group::Curve;
use halo2_proofs::transcript::{EncodedChallenge, TranscriptWrite};
use halo2curves::bn256::{Fr, G1Affine};
use rayon::prelude::*;
use std::fmt;

/// A polynomial and the points at which it is opened, in any order.
#[derive(Clone)]
pub struct Opening<'a> {
    /// Coefficients, constant first.
    pub polynomial: &'a [Fr],
    /// Different points.
    pub points: Vec<Fr>,
}

/// Polynomials of the witness do not show.
impl fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("coefficients", &self.polynomial.len())
            .field("points", &self.points)
            .finish_non_exhaustive()
    }
}

/// Polynomials of one set of points.
struct Group<'a> {
    points: Vec<Fr>,
    polynomials: Vec<&'a [Fr]>,
}

/// A combined polynomial, divided by its points' vanishing polynomial.
struct Divided {
    points: Vec<Fr>,
    combined: Secret<Fr>,
    quotient: Secret<Fr>,
    /// In Newton's form: of 1, (X - a), (X - a)(X - b), ...
    remainder: Vec<Fr>,
}

/// Writes the two commitments. The order of the openings is part of the proof.
pub fn open<E: EncodedChallenge<G1Affine>, T: TranscriptWrite<G1Affine, E>>(
    powers: &[G1Affine],
    openings: &[Opening<'_>],
    transcript: &mut T,
) -> Result<(), EngineError> {
    let y = *transcript.squeeze_challenge_scalar::<()>();
    let v = *transcript.squeeze_challenge_scalar::<()>();
    let divided: Vec<Divided> = group(openings)
        .into_par_iter()
        .map(|group| group.divide(y))
        .collect();
    let quotient = combine(
        divided
            .iter()
            .map(|set| &set.quotient[..])
            .zip(geometric(v)),
    );
    transcript.write_point(msm(&quotient, powers).to_affine())?;

    let u = *transcript.squeeze_challenge_scalar::<()>();
    let mut all = Vec::new();
    for point in divided.iter().flat_map(|set| &set.points) {
        if !all.contains(point) {
            all.push(*point);
        }
    }
    let vanishing = |points: &[Fr]| -> Fr { points.iter().map(|point| u - point).product() };
    let scale = |set: &Divided| -> Fr {
        all.iter()
            .filter(|point| !set.points.contains(point))
            .map(|point| u - point)
            .product()
    };
    // The verifier divides by the first set's factor.
    let first = divided.first().map_or(Fr::ONE, scale);
    let normalise = Option::<Fr>::from(first.invert()).ok_or(EngineError::Challenge)?;
    let scales: Vec<Fr> = divided
        .iter()
        .zip(geometric(v))
        .map(|(set, power)| power * scale(set) * normalise)
        .collect();
    let terms = divided.iter().map(|set| &set.combined[..]);
    let last = (&quotient[..], -vanishing(&all) * normalise);
    let mut linear = combine(terms.zip(scales.iter().copied()).chain([last]));
    let constant: Fr = divided
        .iter()
        .zip(&scales)
        .map(|(set, scale)| set.remainder_at(u) * scale)
        .sum();
    if let Some(coefficient) = linear.first_mut() {
        *coefficient -= constant;
    }
    let rest = divide(&mut linear, u);
    debug_assert!(bool::from(rest.is_zero()), "the combination vanishes at u");
    transcript.write_point(msm(&linear, powers).to_affine())?;
    Ok(())
}

/// In order of first appearance, as the verifier does it.
fn group<'a>(openings: &[Opening<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for Opening { polynomial, points } in openings {
        let same = |group: &&mut Group<'a>| {
            group.points.len() == points.len()
                && points.iter().all(|point| group.points.contains(point))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.polynomials.push(polynomial),
            None => groups.push(Group {
                points: points.clone(),
                polynomials: vec![polynomial],
            }),
        }
    }
    groups
}

impl Group<'_> {
    fn divide(self, y: Fr) -> Divided {
        let combined = combine(self.polynomials.iter().copied().zip(geometric(y)));
        let mut quotient = combined.clone();
        let remainder = self
            .points
            .iter()
            .map(|point| divide(&mut quotient, *point))
            .collect();
        Divided {
            points: self.points,
            combined,
            quotient,
            remainder,
        }
    }
}

impl Divided {
    fn remainder_at(&self, u: Fr) -> Fr {
        let terms = self.remainder.iter().zip(&self.points).rev();
        terms.fold(Fr::ZERO, |sum, (term, point)| sum * (u - point) + term)
    }
}

/// 1, ratio, its square, ...
fn geometric(ratio: Fr) -> impl Iterator<Item = Fr> + Clone {
    std::iter::successors(Some(Fr::ONE), move |power| Some(*power * ratio))
}

/// The sum of the polynomials times their factors.
fn combine<'a>(terms: impl Iterator<Item = (&'a [Fr], Fr)>) -> Secret<Fr> {
    const CHUNK: usize = 1 << 10;
    let terms: Vec<_> = terms.collect();
    let size = terms.iter().map(|(term, _)| term.len()).max().unwrap_or(0);
    let mut sum = Secret::zeros(size);
    sum.par_chunks_mut(CHUNK).enumerate().for_each(|(i, sum)| {
        for (polynomial, factor) in &terms {
            let start = (i * CHUNK).min(polynomial.len());
            let coefficients = &polynomial[start..];
            if *factor == Fr::ONE {
                for (sum, coefficient) in sum.iter_mut().zip(coefficients) {
                    *sum += coefficient;
                }
            } else {
                for (sum, coefficient) in sum.iter_mut().zip(coefficients) {
                    *sum += *coefficient * factor;
                }
            }
        }
    });
    sum
}

/// Divides by X - point in place; returns the remainder. The top coefficient becomes zero.
fn divide(polynomial: &mut [Fr], point: Fr) -> Fr {
    let mut carry = Fr::ZERO;
    for coefficient in polynomial.iter_mut().rev() {
        let next = *coefficient + carry * point;
        *coefficient = carry;
        carry = next;
    }
    carry
}

#[cfg(test)]
mod tests {
    use super::{Opening, divide, group};
    use ff::Field;
    use halo2_proofs::arithmetic::eval_polynomial;
    use halo2curves::bn256::Fr;

    fn polynomial() -> Vec<Fr> {
        (1..9).map(|i| Fr::from(i * i + 3)).collect()
    }

    #[test]
    fn division_leaves_the_evaluation() {
        let mut quotient = polynomial();
        let point = Fr::from(5);
        let remainder = divide(&mut quotient, point);
        assert_eq!(remainder, eval_polynomial(&polynomial(), point));
        let x = Fr::from(77);
        let product = eval_polynomial(&quotient, x) * (x - point) + remainder;
        assert_eq!(product, eval_polynomial(&polynomial(), x));
    }

    #[test]
    fn the_remainder_interpolates_the_evaluations() {
        let coefficients = polynomial();
        let points = vec![Fr::from(2), Fr::from(11), Fr::from(30)];
        let groups = group(&[Opening {
            polynomial: &coefficients,
            points: points.clone(),
        }]);
        let divided = groups.into_iter().next().unwrap().divide(Fr::from(9));
        for point in points {
            let expected = eval_polynomial(&coefficients, point);
            assert_eq!(divided.remainder_at(point), expected);
        }
        assert!(
            divided.quotient[5..]
                .iter()
                .all(|c| bool::from(c.is_zero()))
        );
    }

    #[test]
    fn an_opening_does_not_show_its_polynomial() {
        let opening = Opening {
            polynomial: &[Fr::from(0xabcdef)],
            points: vec![Fr::from(3)],
        };
        let shown = format!("{opening:?}");
        assert!(!shown.contains("abcdef") && shown.contains("coefficients: 1"));
    }

    #[test]
    fn sets_of_points_have_no_order() {
        let (a, b) = (Fr::from(1), Fr::from(2));
        let coefficients = polynomial();
        let opening = |points: &[Fr]| Opening {
            polynomial: &coefficients,
            points: points.to_vec(),
        };
        let groups = group(&[opening(&[a, b]), opening(&[a]), opening(&[b, a])]);
        let sizes: Vec<_> = groups.iter().map(|group| group.polynomials.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }
}
