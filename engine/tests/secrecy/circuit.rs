//! The smallest circuit with everything that a proof of Vigil has: two advice columns, one of them
//! opened twice, copies between three columns, and a product for each of the three.
//!
//! | row | a | b |
//! |---|---|---|
//! | 0 | factor | cofactor |
//! | 1 | product, which is public | factor again |

use crate::generator::Generator;
use ff::Field;
use group::Curve;
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{
    Advice, Circuit, Column, ConstraintSystem, Error, Fixed, Instance, ProvingKey, keygen_pk,
    keygen_vk, verify_proof,
};
use halo2_proofs::poly::Rotation;
use halo2_proofs::poly::commitment::ParamsProver;
use halo2_proofs::poly::kzg::commitment::{KZGCommitmentScheme, ParamsKZG};
use halo2_proofs::poly::kzg::multiopen::VerifierSHPLONK;
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{TranscriptReadBuffer, TranscriptWriterBuffer};
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_engine::{EngineKey, prove};
use vigil_params::transcript::{EvmChallenge, EvmRead, EvmWrite};

/// Eight rows, of which two can be used: halo2 takes no fewer.
pub(crate) const K: u32 = 3;
pub(crate) const ROWS: usize = 1 << K;
pub(crate) const USABLE: usize = 2;
/// Random rows of a product; an advice column has one more.
pub(crate) const BLINDING: usize = ROWS - USABLE - 1;
pub(crate) const ADVICE: usize = 2;
/// Columns with copies, and products, as the degree leaves room for one column in each.
pub(crate) const PERMUTED: usize = 3;
/// Pieces of the quotient.
pub(crate) const PIECES: usize = 2;
/// Points at which each column is opened.
pub(crate) const ADVICE_ROTATIONS: [&[i32]; ADVICE] = [&[0, 1], &[0]];
const LAST: i32 = -(BLINDING as i32 + 1);
pub(crate) const PRODUCT_ROTATIONS: [&[i32]; PERMUTED] = [&[0, 1, LAST], &[0, 1, LAST], &[0, 1]];

/// A secret factorisation of a public number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Factors(u64, u64);

/// Two secrets of one statement.
pub(crate) const SECRETS: [Factors; 2] = [Factors(2, 6), Factors(3, 4)];

impl Factors {
    pub(crate) fn product(self) -> Fr {
        Fr::from(self.0 * self.1)
    }

    /// The usable rows of the advice columns.
    pub(crate) fn columns(self) -> [[Fr; USABLE]; ADVICE] {
        let [factor, cofactor] = [self.0, self.1].map(Fr::from);
        [[factor, self.product()], [cofactor, factor]]
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Columns {
    advice: [Column<Advice>; ADVICE],
    on: Column<Fixed>,
    instance: Column<Instance>,
}

impl Circuit<Fr> for Factors {
    type Config = Columns;
    type FloorPlanner = SimpleFloorPlanner;
    type Params = ();

    fn without_witnesses(&self) -> Self {
        Self::default()
    }

    fn params(&self) {}

    fn configure(meta: &mut ConstraintSystem<Fr>) -> Columns {
        let columns = Columns {
            advice: [(); ADVICE].map(|()| meta.advice_column()),
            on: meta.fixed_column(),
            instance: meta.instance_column(),
        };
        // The public column is in the middle, so that all three products depend on the secret.
        meta.enable_equality(columns.advice[0]);
        meta.enable_equality(columns.instance);
        meta.enable_equality(columns.advice[1]);
        meta.create_gate("product = factor * cofactor", |meta| {
            let on = meta.query_fixed(columns.on, Rotation::cur());
            let [factor, cofactor] = columns
                .advice
                .map(|column| meta.query_advice(column, Rotation::cur()));
            let product = meta.query_advice(columns.advice[0], Rotation::next());
            [on * (factor * cofactor - product)]
        });
        columns
    }

    fn synthesize(&self, config: Columns, mut layouter: impl Layouter<Fr>) -> Result<(), Error> {
        let product = layouter.assign_region(
            || "factors",
            |mut region| {
                region.assign_fixed(config.on, 0, Fr::one());
                let cells = [0, 1].map(|column| {
                    [0, 1].map(|row| {
                        let value = Value::known(self.columns()[column][row]);
                        region
                            .assign_advice(config.advice[column], row, value)
                            .cell()
                    })
                });
                region.constrain_equal(cells[0][0], cells[1][1]);
                Ok(cells[0][1])
            },
        )?;
        layouter.constrain_instance(product, config.instance, 0);
        Ok(())
    }
}

const TAU_SEED: u64 = 1;

/// What nobody knows of real parameters.
pub(crate) fn tau() -> Fr {
    Fr::random(ChaCha20Rng::seed_from_u64(TAU_SEED))
}

/// Keys, and what the engine makes of them.
pub(crate) struct Setting {
    pub(crate) params: ParamsKZG<Bn256>,
    pub(crate) key: ProvingKey<G1Affine>,
    prepared: EngineKey,
}

impl Setting {
    pub(crate) fn new() -> Self {
        let params = ParamsKZG::<Bn256>::setup(K, ChaCha20Rng::seed_from_u64(TAU_SEED));
        let circuit = Factors::default();
        let vk = keygen_vk(&params, &circuit).unwrap();
        let key = keygen_pk(&params, vk, &circuit).unwrap();
        let prepared = EngineKey::new(&params, &key).unwrap();
        Self {
            params,
            key,
            prepared,
        }
    }

    /// With the power of tau that blinds the quotient's pieces.
    pub(crate) fn with_border() -> Self {
        let Self {
            params,
            key,
            prepared,
        } = Self::new();
        let last = params.get_g()[ROWS - 1];
        let next = (last * tau()).to_affine();
        let prepared = prepared.with_next_power(&params, next).unwrap();
        Self {
            params,
            key,
            prepared,
        }
    }

    pub(crate) fn prove(&self, secret: Factors, generator: Generator) -> Vec<u8> {
        let mut transcript =
            <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
        prove(
            &self.prepared,
            &self.params,
            &self.key,
            &secret,
            &[secret.product()],
            generator,
            &mut transcript,
        )
        .unwrap();
        transcript.finalize()
    }
}

#[test]
fn both_secrets_prove_one_statement_and_the_numbers_above_are_right() {
    let setting = Setting::new();
    let cs = setting.key.get_vk().cs();
    assert_eq!(cs.blinding_factors(), BLINDING);
    assert_eq!(cs.num_advice_columns(), ADVICE);
    assert_eq!(cs.permutation().get_columns().len(), PERMUTED);
    assert_eq!(cs.degree() - 1, PIECES);
    for (column, rotations) in ADVICE_ROTATIONS.iter().enumerate() {
        let queries = cs.advice_queries().iter();
        let queried: Vec<i32> = queries
            .filter(|(queried, _)| queried.index() == column)
            .map(|(_, rotation)| rotation.0)
            .collect();
        assert_eq!(queried, *rotations);
    }
    for secret in SECRETS {
        let proof = setting.prove(secret, Generator::new(7, 0..0));
        let mut transcript =
            <EvmRead<&[u8]> as TranscriptReadBuffer<_, G1Affine, EvmChallenge>>::init(&proof);
        verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, _, _, _>(
            &setting.params,
            setting.key.get_vk(),
            SingleStrategy::new(&setting.params),
            &[&[&[SECRETS[0].product()]]],
            &mut transcript,
        )
        .unwrap();
    }
}
