//! What the engine does not do is refused by name, before any work; what little it needs, it does.
#![allow(missing_docs, clippy::unwrap_used)]

use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{
    Advice, Assigned, Circuit, Column, ConstraintSystem, Error, FirstPhase, Fixed, Instance,
    SecondPhase, keygen_pk, keygen_vk, verify_proof,
};
use halo2_proofs::poly::Rotation;
use halo2_proofs::poly::kzg::commitment::{KZGCommitmentScheme, ParamsKZG};
use halo2_proofs::poly::kzg::multiopen::VerifierSHPLONK;
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{
    Blake2bRead, Blake2bWrite, Challenge255, TranscriptReadBuffer, TranscriptWriterBuffer,
};
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_engine::{EngineError, EngineKey, Feature, prove};

const K: u32 = 5;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Extra {
    #[default]
    Nothing,
    Lookup,
    Phase,
    Challenge,
    Instance,
    Rotations,
}

/// Squares: the second row is the square of the first, which the public input is.
#[derive(Clone, Copy, Debug, Default)]
struct Squares {
    extra: Extra,
    root: Fr,
    outside: bool,
    /// The square is written as a fraction first, then as it is.
    again: bool,
}

#[derive(Clone, Debug)]
struct Columns {
    value: Column<Advice>,
    on: Column<Fixed>,
    instance: Column<Instance>,
}

impl Circuit<Fr> for Squares {
    type Config = Columns;
    type FloorPlanner = SimpleFloorPlanner;
    type Params = Extra;

    fn without_witnesses(&self) -> Self {
        *self
    }

    fn params(&self) -> Extra {
        self.extra
    }

    fn configure_with_params(meta: &mut ConstraintSystem<Fr>, extra: Extra) -> Columns {
        let columns = Columns {
            value: meta.advice_column(),
            on: meta.fixed_column(),
            instance: meta.instance_column(),
        };
        meta.enable_equality(columns.value);
        meta.enable_equality(columns.instance);
        meta.create_gate("square", |meta| {
            let on = meta.query_fixed(columns.on, Rotation::cur());
            let root = meta.query_advice(columns.value, Rotation::cur());
            let square = meta.query_advice(columns.value, Rotation::next());
            [on * (root.square() - square)]
        });
        match extra {
            Extra::Nothing => {}
            Extra::Lookup => {
                let table = meta.lookup_table_column();
                meta.lookup("any", |meta| {
                    vec![(meta.query_advice(columns.value, Rotation::cur()), table)]
                });
            }
            Extra::Phase => {
                meta.advice_column_in(SecondPhase);
            }
            Extra::Challenge => {
                meta.challenge_usable_after(FirstPhase);
            }
            Extra::Instance => {
                meta.instance_column();
            }
            Extra::Rotations => {
                meta.create_gate("the next row twice", |meta| {
                    let [near, far] = [1, 1 + (1 << K)]
                        .map(|rotation| meta.query_advice(columns.value, Rotation(rotation)));
                    [near - far]
                });
            }
        }
        columns
    }

    fn configure(meta: &mut ConstraintSystem<Fr>) -> Columns {
        Self::configure_with_params(meta, Extra::Nothing)
    }

    fn synthesize(&self, config: Columns, mut layouter: impl Layouter<Fr>) -> Result<(), Error> {
        layouter
            .assign_region(
                || "squares",
                |mut region| {
                    region.assign_fixed(config.on, 0, Fr::one());
                    let root = region.assign_advice(config.value, 0, Value::known(self.root));
                    if self.again {
                        let fraction = Assigned::Rational(self.root, Fr::from(3));
                        region.assign_advice(config.value, 1, Value::known(fraction));
                    }
                    region.assign_advice(config.value, 1, Value::known(self.root.square()));
                    if self.outside {
                        region.assign_advice(config.value, (1 << K) - 1, Value::known(self.root));
                    }
                    Ok(root.cell())
                },
            )
            .map(|root| layouter.constrain_instance(root, config.instance, 0))
    }
}

fn prepare(circuit: &Squares) -> (ParamsKZG<Bn256>, halo2_proofs::plonk::ProvingKey<G1Affine>) {
    let params = ParamsKZG::<Bn256>::setup(K, ChaCha20Rng::seed_from_u64(1));
    let vk = keygen_vk(&params, circuit).unwrap();
    let pk = keygen_pk(&params, vk, circuit).unwrap();
    (params, pk)
}

fn attempt(circuit: &Squares, instance: &[Fr]) -> Result<bool, EngineError> {
    let blank = Squares {
        outside: false,
        ..*circuit
    };
    let (params, pk) = prepare(&blank);
    let key = EngineKey::new(&params, &pk)?;
    let mut transcript = Blake2bWrite::<_, _, Challenge255<_>>::init(Vec::new());
    let rng = ChaCha20Rng::seed_from_u64(2);
    prove(&key, &params, &pk, circuit, instance, rng, &mut transcript)?;
    let proof = transcript.finalize();
    let mut transcript = Blake2bRead::<_, G1Affine, Challenge255<_>>::init(&proof[..]);
    Ok(
        verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, _, _, _>(
            &params,
            pk.get_vk(),
            SingleStrategy::new(&params),
            &[&[instance]],
            &mut transcript,
        )
        .is_ok(),
    )
}

/// Another transcript, an instance column among those with copies, a low degree.
#[test]
fn another_circuit_and_transcript() {
    let circuit = Squares {
        root: Fr::from(12),
        ..Squares::default()
    };
    assert!(attempt(&circuit, &[Fr::from(12)]).unwrap());
    assert!(!attempt(&circuit, &[Fr::from(13)]).unwrap());
}

/// As with the stock prover, whose cells hold what was written last, fraction or not.
#[test]
fn the_last_assignment_counts() {
    let circuit = Squares {
        root: Fr::from(12),
        again: true,
        ..Squares::default()
    };
    assert!(attempt(&circuit, &[Fr::from(12)]).unwrap());
}

#[test]
fn what_is_not_supported_is_named() {
    let cases = [
        (Extra::Lookup, Feature::Lookups),
        (Extra::Phase, Feature::Phases),
        (Extra::Challenge, Feature::Challenges),
        (Extra::Instance, Feature::InstanceColumns),
        (Extra::Rotations, Feature::Rotations),
    ];
    for (extra, expected) in cases {
        let circuit = Squares {
            extra,
            ..Squares::default()
        };
        match attempt(&circuit, &[Fr::zero()]) {
            Err(EngineError::Unsupported(feature)) => assert_eq!(feature, expected),
            other => panic!("{extra:?}: {other:?}"),
        }
    }
}

#[test]
fn a_cell_among_the_blinding_rows_is_refused() {
    let circuit = Squares {
        outside: true,
        ..Squares::default()
    };
    let refused = attempt(&circuit, &[Fr::zero()]);
    assert!(
        matches!(
            refused,
            Err(EngineError::Cell {
                column: 0,
                row: 31,
                ..
            })
        ),
        "{refused:?}"
    );
}
