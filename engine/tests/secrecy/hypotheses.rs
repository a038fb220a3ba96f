//! An adversary who guesses the secret and checks the guess, column by column.
//!
//! Under a guess all usable rows are known, those of the products too, as they depend on the challenges beside. If
//! only t random rows are unknown and a column is opened at t points or more, the openings give
//! these rows, and the commitment decides on the guess. With the engine's rows there is nothing to decide:
//! whoever knows tau finds rows with which the other secret gives the same commitment and the same openings.

use crate::circuit::{
    ADVICE, ADVICE_ROTATIONS, BLINDING, Factors, K, PERMUTED, PIECES, PRODUCT_ROTATIONS, ROWS,
    SECRETS, Setting, USABLE, tau,
};
use crate::generator::Generator;
use ff::{Field, PrimeField};
use group::Curve;
use halo2_proofs::poly::EvaluationDomain;
use halo2_proofs::poly::commitment::{Blind, Params, ParamsProver};
use halo2_proofs::transcript::{Transcript, TranscriptRead, TranscriptReadBuffer};
use halo2curves::bn256::{Fr, G1Affine};
use std::ops::Range;
use vigil_params::transcript::{EvmChallenge, EvmRead};

const COLUMNS: usize = ADVICE + PERMUTED;

/// What everybody sees of an advice column or a product.
struct Sight {
    commitment: G1Affine,
    /// Points and values.
    openings: Vec<(Fr, Fr)>,
}

/// What everybody sees of a proof.
struct View {
    beta: Fr,
    gamma: Fr,
    columns: Vec<Sight>,
}

fn domain() -> EvaluationDomain<Fr> {
    EvaluationDomain::new(3, K)
}

fn omega(exponent: i32) -> Fr {
    let exponent = exponent.rem_euclid(ROWS as i32) as u64;
    domain().get_omega().pow_vartime([exponent])
}

/// The first random row of a column.
fn first_random(column: usize) -> usize {
    USABLE + usize::from(column >= ADVICE)
}

/// Where the generator is when it draws a column's random rows: a commitment's blind, which KZG
/// drops, follows all of the advice and each of the products.
fn draws(column: usize) -> Range<usize> {
    const IN_ADVICE: usize = BLINDING + 1;
    let (start, rows) = match column.checked_sub(ADVICE) {
        None => (column * IN_ADVICE, IN_ADVICE),
        Some(product) => (
            ADVICE * (IN_ADVICE + 1) + product * (BLINDING + 1),
            BLINDING,
        ),
    };
    start..start + rows
}

impl View {
    fn new(setting: &Setting, statement: Fr, proof: &[u8]) -> Self {
        let mut transcript =
            <EvmRead<&[u8]> as TranscriptReadBuffer<_, G1Affine, EvmChallenge>>::init(proof);
        setting.key.get_vk().hash_into(&mut transcript).unwrap();
        transcript.common_scalar(statement).unwrap();
        let mut points = Vec::new();
        for _ in 0..ADVICE {
            points.push(transcript.read_point().unwrap());
        }
        let [_theta, beta, gamma] = [(); 3].map(|()| *transcript.squeeze_challenge_scalar::<()>());
        for _ in 0..PERMUTED {
            points.push(transcript.read_point().unwrap());
        }
        transcript.read_point().unwrap();
        transcript.squeeze_challenge_scalar::<()>();
        for _ in 0..PIECES {
            transcript.read_point().unwrap();
        }
        let x = *transcript.squeeze_challenge_scalar::<()>();
        let mut columns: Vec<Sight> = points
            .into_iter()
            .map(|commitment| Sight {
                commitment,
                openings: Vec::new(),
            })
            .collect();
        let mut open = |column: usize, rotation: i32, transcript: &mut EvmRead<&[u8]>| {
            let value = transcript.read_scalar().unwrap();
            columns[column].openings.push((x * omega(rotation), value));
        };
        // In the order of the queries: equality comes first.
        for (column, rotation) in [(0, 0), (1, 0), (0, 1)] {
            open(column, rotation, &mut transcript);
        }
        // The fixed column, the random polynomial, sigma.
        for _ in 0..2 + PERMUTED {
            transcript.read_scalar().unwrap();
        }
        for (i, rotations) in PRODUCT_ROTATIONS.iter().enumerate() {
            for rotation in *rotations {
                open(ADVICE + i, *rotation, &mut transcript);
            }
        }
        Self {
            beta,
            gamma,
            columns,
        }
    }

    /// All columns under a guess of the secret, up to their random rows.
    fn guess(&self, setting: &Setting, secret: Factors) -> [Vec<Fr>; COLUMNS] {
        let mut columns = [(); COLUMNS].map(|()| Vec::new());
        let [a, b] = secret.columns();
        columns[0].extend(a);
        columns[1].extend(b);
        let mut z = Fr::ONE;
        for (i, values) in [a, [secret.product(), Fr::ZERO], b].iter().enumerate() {
            let sigma = &setting.key.permutation().permutations()[i];
            let delta = Fr::DELTA.pow_vartime([i as u64]);
            columns[ADVICE + i].push(z);
            for (row, value) in values.iter().enumerate() {
                let value = self.gamma + value;
                let identity = value + self.beta * delta * omega(row as i32);
                z *= identity * (value + self.beta * sigma[row]).invert().unwrap();
                columns[ADVICE + i].push(z);
            }
        }
        columns
    }
}

/// The polynomial that is 1 in this row and 0 in the others.
fn lagrange(row: usize, point: Fr) -> Fr {
    let root = omega(row as i32);
    let vanishing = point.pow_vartime([ROWS as u64]) - Fr::ONE;
    root * vanishing * (Fr::from(ROWS as u64) * (point - root)).invert().unwrap()
}

fn evaluate(column: &[Fr], point: Fr) -> Fr {
    let rows = column.iter().enumerate();
    rows.map(|(row, value)| *value * lagrange(row, point)).sum()
}

/// Chooses as many rows, from `first` on, as there are values that the column shall have at given points.
fn complete(column: &mut [Fr], first: usize, values: &[(Fr, Fr)]) {
    let unknown = first..first + values.len();
    column[unknown.clone()].fill(Fr::ZERO);
    let mut equations: Vec<Vec<Fr>> = values
        .iter()
        .map(|(point, value)| {
            let coefficients = unknown.clone().map(|row| lagrange(row, *point));
            coefficients
                .chain([*value - evaluate(column, *point)])
                .collect()
        })
        .collect();
    // Gauss and Jordan.
    for i in 0..equations.len() {
        let pivot = (i..equations.len()).find(|j| equations[*j][i] != Fr::ZERO);
        equations.swap(i, pivot.expect("a Cauchy matrix is invertible"));
        let inverse = equations[i][i].invert().unwrap();
        equations[i].iter_mut().for_each(|cell| *cell *= inverse);
        let row = equations[i].clone();
        for (_, other) in equations.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = other[i];
            other
                .iter_mut()
                .zip(&row)
                .for_each(|(a, b)| *a -= factor * b);
        }
    }
    for (row, equation) in unknown.zip(&equations) {
        column[row] = equation[values.len()];
    }
}

fn commit(setting: &Setting, column: &[Fr]) -> G1Affine {
    let column = domain().lagrange_from_vec(column.to_vec());
    setting
        .params
        .commit_lagrange(&column, Blind::default())
        .to_affine()
}

/// Whether the guess and the theory that all random rows but the first `random` hold `filler` agree with what
/// is seen. There must be at least as many openings as random rows.
fn explains(setting: &Setting, sight: &Sight, guess: &[Fr], random: usize, filler: Fr) -> bool {
    let mut column = guess.to_vec();
    column.resize(ROWS, filler);
    complete(&mut column, guess.len(), &sight.openings[..random]);
    let opened = |(point, value): &(Fr, Fr)| evaluate(&column, *point) == *value;
    sight.openings.iter().all(opened) && commit(setting, &column) == sight.commitment
}

fn view(setting: &Setting, secret: Factors, generator: Generator) -> View {
    View::new(setting, secret.product(), &setting.prove(secret, generator))
}

#[test]
fn no_guess_is_confirmed() {
    let setting = Setting::new();
    for (seed, secret) in SECRETS.into_iter().enumerate() {
        let view = view(&setting, secret, Generator::new(seed as u64, 0..0));
        for guess in SECRETS {
            for (sight, guess) in view.columns.iter().zip(view.guess(&setting, guess)) {
                for random in 0..=sight.openings.len() {
                    assert!(!explains(&setting, sight, &guess, random, Fr::ZERO));
                }
            }
        }
    }
}

/// Whichever column has no more random rows than openings, gives the secret away.
#[test]
fn too_few_random_rows_are_caught() {
    let setting = Setting::new();
    for column in 0..COLUMNS {
        let rotations = ADVICE_ROTATIONS.iter().chain(&PRODUCT_ROTATIONS);
        let openings = rotations
            .map(|rotations| rotations.len())
            .nth(column)
            .unwrap();
        for random in 0..=openings {
            let Range { start, end } = draws(column);
            assert!(end - start >= openings + 2, "what the engine draws is more");
            for secret in SECRETS {
                let generator = Generator::new(9, start + random..end);
                let view = view(&setting, secret, generator);
                let believed = SECRETS.map(|guess| {
                    let guess = &view.guess(&setting, guess)[column];
                    let sight = &view.columns[column];
                    explains(&setting, sight, guess, random, Generator::stuck())
                });
                assert_eq!(believed, SECRETS.map(|guess| guess == secret), "{column}");
            }
        }
    }
}

/// With tau there are random rows for either secret, so a column says nothing about it.
#[test]
fn every_column_could_be_of_the_other_secret() {
    const SEED: u64 = 4;
    let setting = Setting::new();
    let tau = tau();
    let powers = setting.params.get_g();
    assert_eq!((powers[0] * tau).to_affine(), powers[1], "this is tau");

    let [secret, other] = SECRETS;
    let view = view(&setting, secret, Generator::new(SEED, 0..0));
    let (columns, others) = (view.guess(&setting, secret), view.guess(&setting, other));
    for (i, (mut column, mut other)) in columns.into_iter().zip(others).enumerate() {
        let sight = &view.columns[i];
        assert_eq!(column.len(), first_random(i));
        let mut generator = Generator::new(SEED, 0..0);
        let drawn = [(); 64].map(|()| Fr::random(&mut generator));
        column.extend(&drawn[draws(i)]);
        assert_eq!(
            commit(&setting, &column),
            sight.commitment,
            "the rows are as drawn"
        );

        let first = other.len();
        other.resize(ROWS, Fr::from(5));
        let mut values = sight.openings.clone();
        values.push((tau, evaluate(&column, tau)));
        complete(&mut other, first, &values);
        assert_eq!(commit(&setting, &other), sight.commitment, "column {i}");
        for (point, value) in &sight.openings {
            assert_eq!(evaluate(&other, *point), *value, "column {i}");
        }
        assert_ne!(column[..first], other[..first]);
    }
}
