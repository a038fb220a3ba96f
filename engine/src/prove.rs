//! The prover's part of the protocol, in halo2's order.

use crate::backend::{Backend, Basis, Challenges, Form, Permuted, Source};
use crate::border::Excess;
use crate::cpu::Cpu;
use crate::error::EngineError;
use crate::key::EngineKey;
use crate::opening::{Opening, geometric, open};
use crate::plan::Plan;
use crate::quotient::Scalars;
use crate::secret::Secret;
use crate::stage::Stage;
use crate::stored::StoredKey;
use crate::witness;
use ff::Field;
use halo2_proofs::plonk::{Any, Circuit, ProvingKey, VerifyingKey};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2_proofs::transcript::{EncodedChallenge, TranscriptWrite};
use halo2curves::bn256::{Bn256, Fr, G1Affine};
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
    rng: impl RngCore + CryptoRng,
    transcript: &mut T,
) -> Result<(), EngineError>
where
    C: Circuit<Fr>,
    E: EncodedChallenge<G1Affine>,
    T: TranscriptWrite<G1Affine, E>,
{
    let backend = Cpu::new(prepared, params, key);
    let vk = key.get_vk();
    prove_on(&backend, params, vk, circuit, instance, rng, transcript)
}

/// [`prove`] with a key that is kept elsewhere; `vk` is that key's.
pub fn prove_stored<C, E, T>(
    stored: &StoredKey,
    params: &ParamsKZG<Bn256>,
    vk: &VerifyingKey<G1Affine>,
    circuit: &C,
    instance: &[Fr],
    rng: impl RngCore + CryptoRng,
    transcript: &mut T,
) -> Result<(), EngineError>
where
    C: Circuit<Fr>,
    E: EncodedChallenge<G1Affine>,
    T: TranscriptWrite<G1Affine, E>,
{
    let backend = Cpu::stored(stored, params);
    prove_on(&backend, params, vk, circuit, instance, rng, transcript)
}

/// [`prove`] on any machine, which must have been prepared with this very key and parameters.
pub fn prove_on<B, C, E, T>(
    backend: &B,
    params: &ParamsKZG<Bn256>,
    vk: &VerifyingKey<G1Affine>,
    circuit: &C,
    instance: &[Fr],
    mut rng: impl RngCore + CryptoRng,
    transcript: &mut T,
) -> Result<(), EngineError>
where
    B: Backend,
    C: Circuit<Fr>,
    E: EncodedChallenge<G1Affine>,
    T: TranscriptWrite<G1Affine, E>,
{
    let plan = backend.plan();
    plan.require(params, vk)?;
    let cs = vk.cs();
    let (size, usable) = (plan.fft.size(), plan.usable());
    if instance.len() > usable {
        let got = instance.len();
        return Err(EngineError::Instance { got, usable });
    }
    vk.hash_into(transcript)?;
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
    let advice = backend.upload(advice)?;
    write_points(transcript, &backend.commit(Basis::Lagrange, &advice)?)?;

    // Lookups would follow this challenge, and take it.
    transcript.squeeze_challenge_scalar::<()>();
    let beta = *transcript.squeeze_challenge_scalar::<()>();
    let gamma = *transcript.squeeze_challenge_scalar::<()>();
    let mut public = Secret::zeros(size);
    public[..instance.len()].copy_from_slice(instance);
    let columns = Columns {
        advice,
        public: backend.upload(vec![public])?,
    };
    Stage::Permutation.begins();
    let products = products(
        backend,
        vk,
        &columns,
        Challenges { beta, gamma },
        &mut rng,
        transcript,
    )?;

    Stage::Random.begins();
    let random = backend.upload(vec![random_polynomial(size, &mut rng)])?;
    skip_blinds(&mut rng, 1);
    write_points(transcript, &backend.commit(Basis::Monomial, &random)?)?;

    let y = *transcript.squeeze_challenge_scalar::<()>();
    Stage::Transforms.begins();
    let values: Vec<_> = columns.all().chain(&products).collect();
    let polynomials = backend.coefficients(&values)?;
    let pieces = backend.quotient(
        &polynomials.iter().collect::<Vec<_>>(),
        &plan.compiled.table(&Scalars { beta, gamma, y }),
    )?;
    let mut blinds = Secret::zeros(pieces.len());
    blinds.fill_with(|| Fr::random(&mut rng));
    let mut commitments = backend.commit(Basis::Monomial, &pieces)?;
    if let Some(border) = &plan.border {
        commitments = border.blind(&commitments, &blinds);
    }
    write_points(transcript, &commitments)?;

    Stage::Evaluations.begins();
    let x = *transcript.squeeze_challenge_scalar::<()>();
    let last = -(plan.blinding as i32 + 1);
    let mut queries = column_queries(vk, &columns.advice);
    let of_columns = queries.len();
    queries.extend(permutation_queries(vk, &products, last));
    let evaluations = backend.evaluate(Form::Values, x, &queries)?;
    let query = (Source::Proof(&random[0]), 0);
    let at_random = backend.evaluate(Form::Coefficients, x, &[query])?;
    write_scalars(transcript, &evaluations[..of_columns])?;
    write_scalars(transcript, &at_random)?;
    write_scalars(transcript, &evaluations[of_columns..])?;

    Stage::Opening.begins();
    let pieces = pieces.iter().map(Source::Proof);
    let powers = geometric(x.pow_vartime([size as u64]));
    let folded = backend.combine(&pieces.zip(powers).collect::<Vec<_>>())?;
    let (advice, rest) = polynomials.split_at(columns.advice.len());
    let openings = openings(
        opened(vk, advice, &rest[columns.public.len()..], last),
        [&folded, &random[0]],
        |rotation| x * plan.fft.rotation(rotation),
    );
    let excess = plan
        .border
        .map(|_| (&folded, Excess::new(&blinds, x, size)));
    open(backend, &openings, excess, transcript)
}

/// The stock prover draws a blind for each commitment, which KZG does not use. Drawing them too keeps
/// both in step.
fn skip_blinds(rng: &mut impl RngCore, count: usize) {
    for _ in 0..count {
        Fr::random(&mut *rng);
    }
}

fn write_points<E: EncodedChallenge<G1Affine>, T: TranscriptWrite<G1Affine, E>>(
    transcript: &mut T,
    points: &[G1Affine],
) -> Result<(), EngineError> {
    for point in points {
        transcript.write_point(*point)?;
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

/// The proof's columns, as values.
struct Columns<P> {
    advice: Vec<P>,
    /// The one instance column.
    public: Vec<P>,
}

impl<P> Columns<P> {
    fn all(&self) -> impl Iterator<Item = &P> {
        self.advice.iter().chain(&self.public)
    }
}

/// Commits to the permutation argument's products; returns their values.
fn products<B: Backend, E: EncodedChallenge<G1Affine>, T: TranscriptWrite<G1Affine, E>>(
    backend: &B,
    vk: &VerifyingKey<G1Affine>,
    columns: &Columns<B::Polynomial>,
    challenges: Challenges,
    rng: &mut impl RngCore,
    transcript: &mut T,
) -> Result<Vec<B::Polynomial>, EngineError> {
    let Plan {
        chunk, blinding, ..
    } = *backend.plan();
    let mut products = Vec::new();
    let mut start = Fr::ONE;
    let permuted = vk.cs().permutation().get_columns();
    for (i, members) in permuted.chunks(chunk).enumerate() {
        let members = members.iter().map(|column| match column.column_type() {
            Any::Advice(_) => Source::Proof(&columns.advice[column.index()]),
            Any::Fixed => Source::Fixed(column.index()),
            Any::Instance => Source::Proof(&columns.public[column.index()]),
        });
        let permuted = Permuted {
            columns: members.collect(),
            first: i * chunk,
        };
        let mut tail = Secret::zeros(blinding);
        tail.fill_with(|| Fr::random(&mut *rng));
        let (z, end) = backend.product(&permuted, challenges, start, &tail)?;
        start = end;
        skip_blinds(rng, 1);
        products.push(z);
        let z = &products[i..];
        write_points(transcript, &backend.commit(Basis::Lagrange, z)?)?;
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

/// A polynomial, and how many rows further down it is looked at.
type Query<'a, P> = (Source<'a, P>, i32);

fn advice_queries<'a, P>(vk: &VerifyingKey<G1Affine>, advice: &'a [P]) -> Vec<Query<'a, P>> {
    let queries = vk.cs().advice_queries().iter();
    queries
        .map(|(column, rotation)| (Source::Proof(&advice[column.index()]), rotation.0))
        .collect()
}

fn fixed_queries<'a, P>(vk: &VerifyingKey<G1Affine>) -> Vec<Query<'a, P>> {
    let queries = vk.cs().fixed_queries().iter();
    queries
        .map(|(column, rotation)| (Source::Fixed(column.index()), rotation.0))
        .collect()
}

fn sigma_queries<'a, P: 'a>(vk: &VerifyingKey<G1Affine>) -> impl Iterator<Item = Query<'a, P>> {
    let columns = vk.cs().permutation().get_columns().len();
    (0..columns).map(|column| (Source::Sigma(column), 0))
}

/// What is evaluated before the random polynomial, in the order of the proof: advice, then fixed columns.
fn column_queries<'a, P>(vk: &VerifyingKey<G1Affine>, advice: &'a [P]) -> Vec<Query<'a, P>> {
    let mut queries = advice_queries(vk, advice);
    queries.extend(fixed_queries(vk));
    queries
}

/// What is evaluated after it: sigma, then the products.
fn permutation_queries<'a, P>(
    vk: &VerifyingKey<G1Affine>,
    products: &'a [P],
    last: i32,
) -> Vec<Query<'a, P>> {
    let mut queries: Vec<_> = sigma_queries(vk).collect();
    for (i, product) in products.iter().enumerate() {
        let product = Source::Proof(product);
        queries.extend([(product, 0), (product, 1)]);
        if i + 1 < products.len() {
            queries.push((product, last));
        }
    }
    queries
}

/// All polynomials that are opened but the vanishing argument's, in the order in which the verifier meets them first.
fn opened<'a, P>(
    vk: &VerifyingKey<G1Affine>,
    advice: &'a [P],
    products: &'a [P],
    last: i32,
) -> Vec<Query<'a, P>> {
    let mut queries = advice_queries(vk, advice);
    let products = products.iter().map(Source::Proof);
    queries.extend(products.clone().flat_map(|z| [(z, 0), (z, 1)]));
    queries.extend(products.rev().skip(1).map(|z| (z, last)));
    queries.extend(fixed_queries(vk));
    queries.extend(sigma_queries(vk));
    queries
}

/// The points of each polynomial; the `vanishing` argument's follow the others.
fn openings<'a, P>(
    mut queries: Vec<Query<'a, P>>,
    vanishing: [&'a P; 2],
    point: impl Fn(i32) -> Fr,
) -> Vec<Opening<'a, P>> {
    queries.extend(vanishing.map(|polynomial| (Source::Proof(polynomial), 0)));
    let mut openings: Vec<Opening<'a, P>> = Vec::new();
    for (polynomial, rotation) in queries {
        let point = point(rotation);
        let same = |opening: &&mut Opening<'a, P>| opening.polynomial.is(&polynomial);
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

#[cfg(test)]
mod pieces;
