//! A circuit that is none of Vigil's: several permutation products, rotations back and far, a column that nothing
//! looks at, a fixed column of zeros (whose commitment is infinity), more wired columns than one product takes.

use crate::chain::{Chain, Outcome};
use crate::solc::compile_text;
use crate::stored::be_bytes;
use ff::Field;
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{
    Advice, Circuit, Column, ConstraintSystem, Error, Fixed, Instance, create_proof, keygen_pk,
    keygen_vk, verify_proof,
};
use halo2_proofs::poly::Rotation;
use halo2_proofs::poly::kzg::commitment::KZGCommitmentScheme;
use halo2_proofs::poly::kzg::multiopen::{ProverSHPLONK, VerifierSHPLONK};
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{TranscriptReadBuffer, TranscriptWriterBuffer};
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rand_core::OsRng;
use revm::primitives::Address;
use vigil_contracts::inputs::{Input, Limit};
use vigil_contracts::key::KeyError;
use vigil_contracts::model::{Circuit as Model, Unsupported};
use vigil_contracts::verifier::Plan;
use vigil_params::embedded;
use vigil_params::transcript::{EvmChallenge, EvmRead, EvmWrite};

const K: u32 = 6;
const WIDTH: usize = 8;
const ROWS: usize = 20;

/// A walk: every column starts at a public input and is squared, less the row before, from row to row.
#[derive(Clone, Default)]
struct Walk {
    start: [Fr; 2],
    lookup: bool,
}

#[derive(Clone, Debug)]
struct Columns {
    walk: [Column<Advice>; WIDTH],
    unseen: Column<Advice>,
    on: Column<Fixed>,
    zero: Column<Fixed>,
    first: Column<Fixed>,
    inputs: Column<Instance>,
}

impl Circuit<Fr> for Walk {
    type Config = Columns;
    type FloorPlanner = SimpleFloorPlanner;
    type Params = bool;

    fn without_witnesses(&self) -> Self {
        self.clone()
    }

    fn params(&self) -> bool {
        self.lookup
    }

    fn configure_with_params(meta: &mut ConstraintSystem<Fr>, lookup: bool) -> Columns {
        let columns = Columns {
            walk: std::array::from_fn(|_| meta.advice_column()),
            unseen: meta.advice_column(),
            on: meta.fixed_column(),
            zero: meta.fixed_column(),
            first: meta.fixed_column(),
            inputs: meta.instance_column(),
        };
        for column in columns.walk {
            meta.enable_equality(column);
        }
        // Lanes that differ by one query each: they become a loop.
        for column in columns.walk {
            meta.create_gate("walk", |meta| {
                let on = meta.query_fixed(columns.on, Rotation::cur());
                let zero = meta.query_fixed(columns.zero, Rotation::prev());
                let [before, cell, next] =
                    [-1, 0, 1].map(|at| meta.query_advice(column, Rotation(at)));
                let squared = cell.clone() * cell - before.clone();
                vec![
                    on.clone() * (next.clone() - squared) + zero.clone() * before,
                    zero * next,
                ]
            });
        }
        meta.create_gate("start", |meta| {
            let first = meta.query_fixed(columns.first, Rotation::cur());
            let input = meta.query_instance(columns.inputs, Rotation::cur());
            let cell = meta.query_advice(columns.walk[0], Rotation::cur());
            let far = meta.query_advice(columns.walk[WIDTH - 1], Rotation(-3));
            vec![
                first.clone() * (cell - input),
                first.clone() * (far.clone() - far),
            ]
        });
        if lookup {
            meta.lookup_any("none is supported", |meta| {
                let a = meta.query_advice(columns.walk[0], Rotation::cur());
                let b = meta.query_fixed(columns.on, Rotation::cur());
                vec![(a, b)]
            });
        }
        columns
    }

    fn configure(meta: &mut ConstraintSystem<Fr>) -> Columns {
        Self::configure_with_params(meta, false)
    }

    fn synthesize(&self, columns: Columns, mut layouter: impl Layouter<Fr>) -> Result<(), Error> {
        layouter.assign_region(
            || "walk",
            |mut region| {
                let mut cells = Vec::new();
                for column in columns.walk {
                    let [mut before, mut cell] = self.start;
                    for row in 0..ROWS {
                        let assigned = region.assign_advice(column, row, Value::known(before));
                        if row < 2 {
                            cells.push(assigned.cell());
                        }
                        (before, cell) = (cell, cell * cell - before);
                    }
                }
                // All columns start alike.
                for pair in 1..WIDTH {
                    region.constrain_equal(cells[0], cells[2 * pair]);
                    region.constrain_equal(cells[1], cells[2 * pair + 1]);
                }
                region.assign_advice(columns.unseen, 0, Value::known(self.start[0]));
                for row in 1..ROWS - 1 {
                    region.assign_fixed(columns.on, row, Fr::ONE);
                }
                for row in 0..2 {
                    region.assign_fixed(columns.first, row, Fr::ONE);
                }
                Ok(())
            },
        )
    }
}

struct Other {
    chain: Chain,
    verifier: Address,
    inputs: [Fr; 2],
    proof: Vec<u8>,
    key: halo2_proofs::plonk::VerifyingKey<G1Affine>,
}

impl Other {
    fn new() -> Self {
        let inputs = [Fr::from(3), Fr::from(5)];
        let circuit = Walk {
            start: inputs,
            lookup: false,
        };
        let srs = embedded::srs(K).unwrap();
        let key = keygen_vk(srs.kzg(), &circuit).unwrap();
        let proving = keygen_pk(srs.kzg(), key.clone(), &circuit).unwrap();
        let mut transcript =
            <EvmWrite<Vec<u8>> as TranscriptWriterBuffer<Vec<u8>, G1Affine, EvmChallenge>>::init(
                Vec::new(),
            );
        create_proof::<KZGCommitmentScheme<Bn256>, ProverSHPLONK<'_, Bn256>, _, _, _, _>(
            srs.kzg(),
            &proving,
            &[circuit],
            &[&[&inputs]],
            OsRng,
            &mut transcript,
        )
        .unwrap();
        let proof = TranscriptWriterBuffer::<Vec<u8>, G1Affine, EvmChallenge>::finalize(transcript);
        let model = Model::read(key.cs()).unwrap();
        assert!(model.products() > 1);
        let field = |label| Input {
            label,
            limit: Limit::Field,
        };
        let plan = Plan::new(model, vec![field("first"), field("second")]).unwrap();
        assert_eq!(plan.proof_bytes(), proof.len());
        let data = plan.key().data(&key, K, embedded::tau_g2(), 0).unwrap();
        assert!(has_infinity(&data));
        let source = plan.source("OtherVerifier", "walk").unwrap();
        assert!(source.contains("for { let o0"), "lanes are a loop");
        let mut chain = Chain::default();
        let at = chain.place(&[&[0], data.as_slice()].concat());
        let creation = compile_text("OtherVerifier", &source).creation;
        let verifier = chain.deploy_verifier(creation, at).unwrap();
        Self {
            chain,
            verifier,
            inputs,
            proof,
            key,
        }
    }

    fn on_chain(&self, inputs: [Fr; 2], proof: &[u8]) -> Outcome {
        let call = crate::stored::call(&inputs.map(|input| be_bytes(&input)), proof);
        self.chain.call(self.verifier, call)
    }

    fn native(&self, inputs: [Fr; 2], proof: &[u8]) -> bool {
        let srs = embedded::srs(K).unwrap().verifier();
        let mut transcript =
            <EvmRead<&[u8]> as TranscriptReadBuffer<&[u8], G1Affine, EvmChallenge>>::init(proof);
        verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, _, _, _>(
            srs.kzg(),
            &self.key,
            SingleStrategy::new(srs.kzg()),
            &[&[&inputs]],
            &mut transcript,
        )
        .is_ok()
    }
}

/// Whether a point of the key is infinity; its points are the last words.
fn has_infinity(data: &[u8]) -> bool {
    data.rchunks_exact(64)
        .any(|point| point.iter().all(|&byte| byte == 0))
}

#[test]
fn another_circuits_proofs_hold_and_its_mutants_do_not() {
    let other = Other::new();
    assert!(other.native(other.inputs, &other.proof));
    let outcome = other.on_chain(other.inputs, &other.proof);
    assert!(outcome.accepted(), "{outcome:?}");
    for row in 0..2 {
        let mut inputs = other.inputs;
        inputs[row] += Fr::ONE;
        assert!(!other.native(inputs, &other.proof));
        assert!(
            other
                .on_chain(inputs, &other.proof)
                .is_error("InvalidProof()")
        );
    }
    for at in (31..other.proof.len()).step_by(32) {
        let mut proof = other.proof.clone();
        proof[at] ^= 1;
        assert!(!other.native(other.inputs, &proof));
        let outcome = other.on_chain(other.inputs, &proof);
        assert!(outcome.is_error("InvalidProof()"), "{at}: {outcome:?}");
    }
}

/// A commitment that no gate looks at is a point on the curve all the same, and not infinity.
#[test]
fn an_unseen_commitment_must_be_a_point() {
    let other = Other::new();
    let at = 64 * WIDTH;
    for point in [[0u8; 64], [0xff; 64], [1; 64]] {
        let mut proof = other.proof.clone();
        proof[at..at + 64].copy_from_slice(&point);
        assert!(!other.native(other.inputs, &proof));
        assert!(
            other
                .on_chain(other.inputs, &proof)
                .is_error("InvalidProof()")
        );
    }
}

#[test]
fn what_the_generator_does_not_know_it_refuses() {
    let circuit = Walk {
        lookup: true,
        ..Walk::default()
    };
    let srs = embedded::srs(K).unwrap();
    let key = keygen_vk(srs.kzg(), &circuit).unwrap();
    assert_eq!(Model::read(key.cs()).unwrap_err(), Unsupported::Lookups(1));
}

/// Openings at one point under two names would be a hole. Of four rows, the last (-7) is the one that the gates call -3.
#[test]
fn rotations_that_meet_are_refused() {
    let circuit = Walk::default();
    let srs = embedded::srs(K).unwrap();
    let key = keygen_vk(srs.kzg(), &circuit).unwrap();
    let plan = Plan::new(Model::read(key.cs()).unwrap(), Vec::new()).unwrap();
    let data = |k| plan.key().data(&key, k, embedded::tau_g2(), 0);
    assert!(data(K).is_ok());
    assert_eq!(data(2).unwrap_err(), KeyError::Rotations(-7, -3, 2));
}
