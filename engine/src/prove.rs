//! The prover's part of the protocol, in halo2's order.

use crate::error::EngineError;
use crate::evaluate::Weights;
use crate::key::{EngineKey, first_powers};
use crate::msm::msm;
use crate::opening::{Opening, open};
use crate::permutation::{self, Set};
use crate::quotient::Scalars;
use crate::secret::Secret;
use crate::stage::Stage;
use crate::witness;
use ff::Field;
use group::Curve;
use halo2_proofs::arithmetic::eval_polynomial;
use halo2_proofs::plonk::{Any, Circuit, ProvingKey};
use halo2_proofs::poly::commitment::{Params, ParamsProver};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2_proofs::transcript::{EncodedChallenge, TranscriptWrite};
use halo2curves::bn256::{Bn256, Fr, G1, G1Affine};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};
use rayon::prelude::*;

/// Makes a proof of the circuit that the key was made for and writes it into the transcript.
///
/// `prepared` must have been made of this very key and parameters. The proof is determined by the
/// circuit, the public values and the generator's output. A circuit whose constraints do not hold
/// gives a proof that no verifier accepts, as with the stock prover.
pub fn prove<C, E, T>(
    prepared: &EngineKey,
    params: &ParamsKZG<Bn256>,
    key: &ProvingKey<G1Affine>,
    circuit: &C,
    instance: &[Fr],
    mut rng: impl RngCore + CryptoRng,
    transcript: &mut T,
) -> Result<(), EngineError>
where
    C: Circuit<Fr>,
    E: EncodedChallenge<G1Affine>,
    T: TranscriptWrite<G1Affine, E>,
{
    if prepared.digest != key.get_vk().transcript_repr() {
        return Err(EngineError::Key);
    }
    if params.k() != key.get_vk().get_domain().k() {
        return Err(EngineError::Size {
            expected: key.get_vk().get_domain().k(),
            got: params.k(),
        });
    }
    if prepared.powers != first_powers(params) {
        return Err(EngineError::Parameters);
    }
    let cs = key.get_vk().cs();
    let fft = &prepared.fft;
    let (size, usable) = (fft.size(), prepared.usable());
    if instance.len() > usable {
        let got = instance.len();
        return Err(EngineError::Instance { got, usable });
    }
    key.get_vk().hash_into(transcript)?;
    for value in instance {
        transcript.common_scalar(*value)?;
    }

    Stage::Cells.begins();
    let mut advice = witness::collect(circuit, cs, instance, size, usable)?;
    for cell in advice.iter_mut().flat_map(|column| &mut column[usable..]) {
        *cell = Fr::random(&mut rng);
    }
    skip_blinds(&mut rng, advice.len());
    Stage::Commitments.begins();
    write_points(transcript, &commit(&advice, &prepared.lagrange))?;

    // Lookups would follow this challenge, and take it.
    transcript.squeeze_challenge_scalar::<()>();
    let beta = *transcript.squeeze_challenge_scalar::<()>();
    let gamma = *transcript.squeeze_challenge_scalar::<()>();
    let mut instance_values = Secret::zeros(size);
    instance_values[..instance.len()].copy_from_slice(instance);
    let columns = Columns {
        advice: &advice,
        fixed: key
            .fixed_values()
            .iter()
            .map(|values| values.values())
            .collect(),
        instance: &instance_values,
    };
    Stage::Permutation.begins();
    let challenges = permutation::Challenges { beta, gamma };
    let products = products(prepared, key, &columns, challenges, &mut rng, transcript)?;

    Stage::Random.begins();
    let random = random_polynomial(size, &mut rng);
    skip_blinds(&mut rng, 1);
    write_points(transcript, &[msm(&random, params.get_g())])?;

    let y = *transcript.squeeze_challenge_scalar::<()>();
    Stage::Transforms.begins();
    let mut polynomials = advice.clone();
    polynomials.push(instance_values);
    polynomials.extend(products.iter().cloned());
    polynomials
        .par_iter_mut()
        .for_each(|polynomial| fft.coefficients(polynomial));
    let pieces = quotient(prepared, &polynomials, &Scalars { beta, gamma, y });
    skip_blinds(&mut rng, pieces.len());
    write_points(transcript, &commit(&pieces, params.get_g()))?;

    Stage::Evaluations.begins();
    let x = *transcript.squeeze_challenge_scalar::<()>();
    let last = -(prepared.blinding as i32 + 1);
    let queries = Queries::new(key, &advice, &products, last);
    let weights = Weights::new(fft, x)?;
    let evaluate = |queries: &[(&[Fr], i32)]| -> Vec<Fr> {
        let values = queries.par_iter();
        values
            .map(|(values, rotation)| weights.evaluate(values, *rotation))
            .collect()
    };
    write_scalars(transcript, &evaluate(&queries.columns))?;
    write_scalars(transcript, &[eval_polynomial(&random, x)])?;
    write_scalars(transcript, &evaluate(&queries.permutation))?;

    Stage::Opening.begins();
    let folded = fold(&pieces, x.pow_vartime([size as u64]));
    let (advice, rest) = polynomials.split_at(advice.len());
    let products = &rest[1..];
    let openings = openings(
        key,
        advice,
        products,
        &folded,
        &random,
        |rotation| x * fft.rotation(rotation),
        last,
    );
    open(params.get_g(), &openings, transcript)
}

/// The stock prover draws a blind for each commitment, which KZG does not use. Drawing them too keeps
/// both in step.
fn skip_blinds(rng: &mut impl RngCore, count: usize) {
    for _ in 0..count {
        Fr::random(&mut *rng);
    }
}

fn commit(polynomials: &[Secret<Fr>], bases: &[G1Affine]) -> Vec<G1> {
    polynomials
        .par_iter()
        .map(|polynomial| msm(polynomial, bases))
        .collect()
}

fn write_points<E: EncodedChallenge<G1Affine>, T: TranscriptWrite<G1Affine, E>>(
    transcript: &mut T,
    points: &[G1],
) -> Result<(), EngineError> {
    for point in points {
        transcript.write_point(point.to_affine())?;
    }
    Ok(())
}

fn write_scalars<E: EncodedChallenge<G1Affine>, T: TranscriptWrite<G1Affine, E>>(
    transcript: &mut T,
    scalars: &[Fr],
) -> Result<(), EngineError> {
    for scalar in scalars {
        transcript.write_scalar(*scalar)?;
    }
    Ok(())
}

/// Values by row.
struct Columns<'a> {
    advice: &'a [Secret<Fr>],
    fixed: Vec<&'a [Fr]>,
    instance: &'a [Fr],
}

/// Commits to the permutation argument's products; returns their values.
fn products<E: EncodedChallenge<G1Affine>, T: TranscriptWrite<G1Affine, E>>(
    prepared: &EngineKey,
    key: &ProvingKey<G1Affine>,
    columns: &Columns<'_>,
    challenges: permutation::Challenges,
    rng: &mut impl RngCore,
    transcript: &mut T,
) -> Result<Vec<Secret<Fr>>, EngineError> {
    let permuted = key.get_vk().cs().permutation().get_columns();
    let sigma = key.permutation().permutations();
    let chunk = prepared.chunk;
    let mut products = Vec::new();
    let mut start = Fr::ONE;
    for (i, (members, sigma)) in permuted.chunks(chunk).zip(sigma.chunks(chunk)).enumerate() {
        let set = Set {
            columns: members
                .iter()
                .map(|column| match column.column_type() {
                    Any::Advice(_) => &columns.advice[column.index()][..],
                    Any::Fixed => columns.fixed[column.index()],
                    Any::Instance => columns.instance,
                })
                .collect(),
            sigma: sigma.iter().map(|sigma| sigma.values()).collect(),
            first: i * chunk,
        };
        let (z, end) = set.product(
            &prepared.fft,
            challenges,
            start,
            prepared.blinding,
            &mut *rng,
        );
        start = end;
        skip_blinds(rng, 1);
        write_points(transcript, &[msm(&z, &prepared.lagrange)])?;
        products.push(z);
    }
    Ok(products)
}

/// The vanishing argument's random polynomial. Its seed comes from `rng`, its coefficients from a
/// generator of their own for each piece, so that they can be drawn in parallel.
fn random_polynomial(size: usize, rng: &mut impl RngCore) -> Secret<Fr> {
    const CHUNK: usize = 1 << 10;
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    let mut coefficients = Secret::zeros(size);
    let chunks = coefficients.par_chunks_mut(CHUNK).enumerate();
    chunks.for_each(|(stream, chunk)| {
        let mut rng = ChaCha20Rng::from_seed(seed);
        rng.set_stream(stream as u64);
        chunk.fill_with(|| Fr::random(&mut rng));
    });
    coefficients
}

/// The pieces of the quotient, from the coefficients of advice, instance and products.
fn quotient(
    prepared: &EngineKey,
    polynomials: &[Secret<Fr>],
    scalars: &Scalars,
) -> Vec<Secret<Fr>> {
    let EngineKey {
        fft,
        cosets,
        compiled,
        columns,
        ..
    } = prepared;
    debug_assert_eq!(polynomials.len(), compiled.sources.of_proof());
    let table = compiled.table(scalars);
    let mut moved = vec![Secret::zeros(fft.size()); polynomials.len()];
    let values = (0..cosets.count())
        .map(|coset| {
            Stage::Transforms.begins();
            moved
                .par_iter_mut()
                .zip(polynomials)
                .for_each(|(values, polynomial)| {
                    fft.coset_values(polynomial, cosets.powers(coset), values);
                });
            let columns: Vec<&[Fr]> = columns[coset]
                .iter()
                .map(|values| &values[..])
                .chain(moved.iter().map(|values| &values[..]))
                .collect();
            Stage::Constraints.begins();
            let mut values = Secret::zeros(fft.size());
            compiled.program.run(&columns, &table, &mut values);
            values
        })
        .collect();
    Stage::Pieces.begins();
    cosets.pieces(fft, values)
}

/// What is evaluated, in the order of the proof.
struct Queries<'a> {
    /// Advice, then fixed columns.
    columns: Vec<(&'a [Fr], i32)>,
    /// Sigma, then the products.
    permutation: Vec<(&'a [Fr], i32)>,
}

impl<'a> Queries<'a> {
    fn new(
        key: &'a ProvingKey<G1Affine>,
        advice: &'a [Secret<Fr>],
        products: &'a [Secret<Fr>],
        last: i32,
    ) -> Self {
        let cs = key.get_vk().cs();
        let advice = cs
            .advice_queries()
            .iter()
            .map(|(column, rotation)| (&advice[column.index()][..], rotation.0));
        let fixed = cs
            .fixed_queries()
            .iter()
            .map(|(column, rotation)| (key.fixed_values()[column.index()].values(), rotation.0));
        let sigma = key.permutation().permutations().iter();
        let mut permutation: Vec<_> = sigma.map(|sigma| (sigma.values(), 0)).collect();
        for (i, product) in products.iter().enumerate() {
            permutation.extend([(&product[..], 0), (&product[..], 1)]);
            if i + 1 < products.len() {
                permutation.push((&product[..], last));
            }
        }
        Self {
            columns: advice.chain(fixed).collect(),
            permutation,
        }
    }
}

/// All polynomials that are opened, in the order in which the verifier meets them first.
fn openings<'a>(
    key: &'a ProvingKey<G1Affine>,
    advice: &'a [Secret<Fr>],
    products: &'a [Secret<Fr>],
    quotient: &'a [Fr],
    random: &'a [Fr],
    point: impl Fn(i32) -> Fr,
    last: i32,
) -> Vec<Opening<'a>> {
    let cs = key.get_vk().cs();
    let mut queries: Vec<(&[Fr], i32)> = Vec::new();
    for (column, rotation) in cs.advice_queries() {
        queries.push((&advice[column.index()], rotation.0));
    }
    for product in products {
        queries.extend([(&product[..], 0), (product, 1)]);
    }
    for product in products.iter().rev().skip(1) {
        queries.push((product, last));
    }
    for (column, rotation) in cs.fixed_queries() {
        queries.push((key.fixed_polys()[column.index()].values(), rotation.0));
    }
    for sigma in key.permutation().polys() {
        queries.push((sigma.values(), 0));
    }
    queries.extend([(quotient, 0), (random, 0)]);

    let mut openings: Vec<Opening<'a>> = Vec::new();
    for (polynomial, rotation) in queries {
        let point = point(rotation);
        let same = |opening: &&mut Opening<'a>| std::ptr::eq(opening.polynomial, polynomial);
        match openings.iter_mut().find(same) {
            Some(opening) => opening.points.push(point),
            None => openings.push(Opening {
                polynomial,
                points: vec![point],
            }),
        }
    }
    openings
}

/// The sum of the pieces times powers of x^n.
fn fold(pieces: &[Secret<Fr>], xn: Fr) -> Secret<Fr> {
    let mut pieces = pieces.iter().rev();
    let mut folded = pieces.next().cloned().unwrap_or_default();
    for piece in pieces {
        folded
            .par_iter_mut()
            .zip(&piece[..])
            .for_each(|(folded, coefficient)| *folded = *folded * xn + coefficient);
    }
    folded
}

#[cfg(test)]
mod pieces;
