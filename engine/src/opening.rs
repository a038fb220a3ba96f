//! SHPLONK: one proof for all evaluations.
//!
//! Polynomials opened at the same set of points S are combined by powers of y to one polynomial
//! `N`. Dividing `N` by the vanishing polynomial of S leaves a quotient and the remainder R that
//! interpolates the evaluations: one division gives both, and no evaluation is needed. The quotients are
//! combined by powers of v to the first commitment; at the point u, the second one shows that
//! `sum v^i Z_(T \ S_i)(u) (N_i - R_i(u)) - Z_T(u) Q` vanishes.

use crate::backend::{Backend, Basis, Source};
use crate::border::Excess;
use crate::error::EngineError;
use ff::Field;
use halo2_proofs::transcript::{EncodedChallenge, TranscriptWrite};
use halo2curves::bn256::{Fr, G1Affine};

/// A polynomial and the points at which it is opened, in any order.
pub(crate) struct Opening<'a, P> {
    /// As coefficients.
    pub(crate) polynomial: Source<'a, P>,
    /// Different points.
    pub(crate) points: Vec<Fr>,
}

/// Polynomials of one set of points.
struct Group<'a, P> {
    points: Vec<Fr>,
    polynomials: Vec<Source<'a, P>>,
}

/// A combined polynomial, divided by its points' vanishing polynomial.
struct Divided<P> {
    points: Vec<Fr>,
    combined: P,
    quotient: P,
    /// In Newton's form: of 1, (X - a), (X - a)(X - b), ...
    remainder: Vec<Fr>,
}

/// Writes the two commitments. The order of the openings is part of the proof.
///
/// `excess` is what the polynomial of an opening is larger by than it says: see [`crate::border`].
pub(crate) fn open<B, E, T>(
    backend: &B,
    openings: &[Opening<'_, B::Polynomial>],
    excess: Option<(&B::Polynomial, Excess)>,
    transcript: &mut T,
) -> Result<(), EngineError>
where
    B: Backend,
    E: EncodedChallenge<G1Affine>,
    T: TranscriptWrite<G1Affine, E>,
{
    let y = *transcript.squeeze_challenge_scalar::<()>();
    let v = *transcript.squeeze_challenge_scalar::<()>();
    let groups = group(openings);
    let excess = excess.and_then(|(polynomial, excess)| {
        let (set, place) = find(&groups, &Source::Proof(polynomial))?;
        Some((set, excess.times(y.pow_vartime([place as u64]))))
    });
    let series = |point: Fr| match excess {
        Some((_, excess)) => backend.upload(vec![excess.quotient(point)]),
        None => Ok(Vec::new()),
    };
    let divided = divide(backend, groups, y)?;
    let mut terms: Vec<_> = divided
        .iter()
        .map(|set| Source::Proof(&set.quotient))
        .zip(geometric(v))
        .collect();
    let of_excess = series(excess.map_or(Fr::ZERO, |(_, excess)| excess.x))?;
    if let (Some((set, excess)), Some(series)) = (excess, of_excess.first()) {
        let factor = excess.factor * v.pow_vartime([set as u64]);
        terms.push((Source::Proof(series), factor));
    }
    let quotient = [backend.combine(&terms)?];
    write_commitment(backend, &quotient, transcript)?;

    let u = *transcript.squeeze_challenge_scalar::<()>();
    let mut all = Vec::new();
    for point in divided.iter().flat_map(|set| &set.points) {
        if !all.contains(point) {
            all.push(*point);
        }
    }
    let vanishing = |points: &[Fr]| -> Fr { points.iter().map(|point| u - point).product() };
    let scale = |set: &Divided<_>| -> Fr {
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
    let mut terms: Vec<_> = divided
        .iter()
        .map(|set| Source::Proof(&set.combined))
        .zip(scales.iter().copied())
        .collect();
    terms.push((Source::Proof(&quotient[0]), -vanishing(&all) * normalise));
    let linear = backend.combine(&terms)?;
    // What the verifier subtracts is a constant, which a quotient does not show.
    let constant: Fr = divided
        .iter()
        .zip(&scales)
        .map(|(set, scale)| set.remainder_at(u) * scale)
        .sum();
    let of_excess = series(u)?;
    let mut last = Vec::new();
    for (quotient, remainder) in backend.divide(&[(&linear, &[u])])? {
        let Some((set, excess)) = excess else {
            debug_assert_eq!(remainder, [constant], "the combination vanishes at u");
            last.push(quotient);
            continue;
        };
        let factor = excess.factor * scales[set];
        let at_u = factor * excess.at(u);
        debug_assert_eq!(
            remainder,
            [constant - at_u],
            "the combination vanishes at u"
        );
        let terms = of_excess
            .iter()
            .map(|series| (Source::Proof(series), factor));
        let terms: Vec<_> = terms.chain([(Source::Proof(&quotient), Fr::ONE)]).collect();
        last.push(backend.combine(&terms)?);
    }
    write_commitment(backend, &last, transcript)
}

/// In which group a polynomial is, and at which place of it.
fn find<P>(groups: &[Group<'_, P>], polynomial: &Source<'_, P>) -> Option<(usize, usize)> {
    groups.iter().enumerate().find_map(|(set, group)| {
        let mut polynomials = group.polynomials.iter();
        let place = polynomials.position(|other| other.is(polynomial))?;
        Some((set, place))
    })
}

fn write_commitment<B, E, T>(
    backend: &B,
    polynomials: &[B::Polynomial],
    transcript: &mut T,
) -> Result<(), EngineError>
where
    B: Backend,
    E: EncodedChallenge<G1Affine>,
    T: TranscriptWrite<G1Affine, E>,
{
    for point in backend.commit(Basis::Monomial, polynomials)? {
        transcript.write_point(point)?;
    }
    Ok(())
}

/// In order of first appearance, as the verifier does it.
fn group<'a, P>(openings: &[Opening<'a, P>]) -> Vec<Group<'a, P>> {
    let mut groups: Vec<Group<'a, P>> = Vec::new();
    for Opening { polynomial, points } in openings {
        let same = |group: &&mut Group<'a, P>| {
            group.points.len() == points.len()
                && points.iter().all(|point| group.points.contains(point))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.polynomials.push(*polynomial),
            None => groups.push(Group {
                points: points.clone(),
                polynomials: vec![*polynomial],
            }),
        }
    }
    groups
}

fn divide<B: Backend>(
    backend: &B,
    groups: Vec<Group<'_, B::Polynomial>>,
    y: Fr,
) -> Result<Vec<Divided<B::Polynomial>>, EngineError> {
    let combined = groups
        .iter()
        .map(|group| {
            let polynomials = group.polynomials.iter().copied();
            backend.combine(&polynomials.zip(geometric(y)).collect::<Vec<_>>())
        })
        .collect::<Result<Vec<_>, _>>()?;
    let dividends: Vec<_> = combined
        .iter()
        .zip(&groups)
        .map(|(combined, group)| (combined, &group.points[..]))
        .collect();
    let divided = backend.divide(&dividends)?;
    let sets = groups.into_iter().zip(combined).zip(divided);
    Ok(sets
        .map(|((group, combined), (quotient, remainder))| Divided {
            points: group.points,
            combined,
            quotient,
            remainder,
        })
        .collect())
}

impl<P> Divided<P> {
    fn remainder_at(&self, u: Fr) -> Fr {
        let terms = self.remainder.iter().zip(&self.points).rev();
        terms.fold(Fr::ZERO, |sum, (term, point)| sum * (u - point) + term)
    }
}

/// 1, ratio, its square, ...
pub(crate) fn geometric(ratio: Fr) -> impl Iterator<Item = Fr> + Clone {
    std::iter::successors(Some(Fr::ONE), move |power| Some(*power * ratio))
}

#[cfg(test)]
mod tests {
    use super::{Divided, Opening, group};
    use crate::backend::Source;
    use ff::Field;
    use halo2_proofs::arithmetic::eval_polynomial;
    use halo2curves::bn256::Fr;

    #[test]
    fn the_remainder_interpolates_the_evaluations() {
        let polynomial: Vec<Fr> = (1..9).map(|i| Fr::from(i * i + 3)).collect();
        let points = vec![Fr::from(2), Fr::from(11), Fr::from(30)];
        let mut quotient = polynomial.clone();
        let remainder = points.iter().map(|point| {
            // Horner's rule, whose intermediate results are the quotient.
            quotient.iter_mut().rev().fold(Fr::ZERO, |carry, term| {
                let next = *term + carry * point;
                *term = carry;
                next
            })
        });
        let divided = Divided {
            remainder: remainder.collect(),
            points: points.clone(),
            combined: (),
            quotient: (),
        };
        for point in points {
            let expected = eval_polynomial(&polynomial, point);
            assert_eq!(divided.remainder_at(point), expected);
        }
    }

    #[test]
    fn sets_of_points_have_no_order() {
        let (a, b) = (Fr::from(1), Fr::from(2));
        let opening = |points: &[Fr]| Opening {
            polynomial: Source::Proof(&()),
            points: points.to_vec(),
        };
        let groups = group(&[opening(&[a, b]), opening(&[a]), opening(&[b, a])]);
        let sizes: Vec<_> = groups.iter().map(|group| group.polynomials.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }
}
