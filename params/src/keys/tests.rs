use super::*;
use crate::provenance::ParamsKind;
use crate::store::{ParamsChoice, ParamsStore};
use crate::transcript::{EvmChallenge, EvmRead, EvmWrite};
use crate::{dev, embedded};
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::plonk::{Advice, Circuit, Column, ConstraintSystem, Fixed, Instance};
use halo2_proofs::poly::Rotation;
use halo2_proofs::poly::kzg::commitment::KZGCommitmentScheme;
use halo2_proofs::poly::kzg::multiopen::{ProverSHPLONK, VerifierSHPLONK};
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{TranscriptReadBuffer, TranscriptWriterBuffer};
use halo2curves::bn256::Bn256;
use rand_core::OsRng;
use vigil_circuits::shape::Family;

mod cached;
mod prepared;

/// `y = FACTOR x`, for a public y: as small as a circuit gets, and one that can change.
struct Multiple<const FACTOR: u64>(Value<Fr>);

impl<const FACTOR: u64> Circuit<Fr> for Multiple<FACTOR> {
    type Config = (Column<Advice>, Column<Fixed>, Column<Instance>);
    type FloorPlanner = SimpleFloorPlanner;
    type Params = ();

    fn without_witnesses(&self) -> Self {
        Self(Value::unknown())
    }

    fn configure(meta: &mut ConstraintSystem<Fr>) -> Self::Config {
        let columns = (
            meta.advice_column(),
            meta.fixed_column(),
            meta.instance_column(),
        );
        meta.create_gate("y = factor x", |cells| {
            let x = cells.query_advice(columns.0, Rotation::cur());
            let factor = cells.query_fixed(columns.1, Rotation::cur());
            let y = cells.query_instance(columns.2, Rotation::cur());
            vec![factor.clone() * (factor * x - y)]
        });
        columns
    }

    fn synthesize(
        &self,
        config: Self::Config,
        mut layouter: impl Layouter<Fr>,
    ) -> Result<(), plonk::Error> {
        layouter.assign_region(
            || "row 0",
            |mut region| {
                region.assign_advice(config.0, 0, self.0);
                region.assign_fixed(config.1, 0, Fr::from(FACTOR));
                Ok(())
            },
        )
    }
}

impl<const FACTOR: u64> ShapedCircuit for Multiple<FACTOR> {
    fn blank(_: Shape) -> Self {
        Self(Value::unknown())
    }

    fn params_of(_: Shape) {}
}

type Triple = Multiple<3>;
type Quintuple = Multiple<5>;

const SHAPE: Shape = Shape::wide(Family::Membership, 5, 1);

fn ceremony() -> Srs {
    embedded::srs(SHAPE.k).unwrap()
}

fn prove(srs: &Srs, key: &ProvingKey, x: u64, y: u64) -> Vec<u8> {
    let instance = [Fr::from(y)];
    let mut transcript = EvmWrite::init(Vec::new());
    let circuit = Multiple::<3>(Value::known(Fr::from(x)));
    plonk::create_proof::<
        KZGCommitmentScheme<Bn256>,
        ProverSHPLONK<'_, Bn256>,
        EvmChallenge,
        _,
        _,
        _,
    >(
        srs.kzg(),
        key.halo2(),
        &[circuit],
        &[&[&instance]],
        OsRng,
        &mut transcript,
    )
    .unwrap();
    transcript.finalize()
}

fn verify(key: &VerifyingKey, proof: &[u8], y: u64) -> bool {
    let srs = key.verifier_srs();
    let instance = [Fr::from(y)];
    let mut transcript = EvmRead::init(proof);
    plonk::verify_proof::<
        KZGCommitmentScheme<Bn256>,
        VerifierSHPLONK<'_, Bn256>,
        EvmChallenge,
        _,
        SingleStrategy<'_, Bn256>,
    >(
        srs.kzg(),
        key.halo2(),
        SingleStrategy::new(srs.kzg()),
        &[&[&instance]],
        &mut transcript,
    )
    .is_ok()
        && transcript.into_inner().is_empty()
}

#[test]
fn a_proof_verifies_with_three_points_of_the_parameters() {
    let srs = ceremony();
    let key = ProvingKey::generate::<Triple>(&srs, SHAPE).unwrap();
    let proof = prove(&srs, &key, 7, 21);
    let verifying = key.verifying_key();
    assert!(verify(&verifying, &proof, 21));
    assert!(!verify(&verifying, &proof, 22));
    for place in 0..proof.len() {
        let mut changed = proof.clone();
        changed[place] ^= 1;
        assert!(!verify(&verifying, &changed, 21), "byte {place}");
    }
    for len in 0..proof.len() {
        assert!(!verify(&verifying, &proof[..len], 21), "{len} bytes");
    }
    // Another tau, another key.
    let other = dev::unsafe_srs(SHAPE.k, 1).unwrap();
    let other = VerifyingKey::generate::<Triple>(&other, SHAPE).unwrap();
    assert!(!verify(&other, &proof, 21));
}

#[test]
fn an_id_names_circuit_shape_parameters_and_mark() {
    let id = |srs: &Srs, shape| VerifyingKey::generate::<Triple>(srs, shape).unwrap().id();
    let base = id(&ceremony(), SHAPE);
    assert_eq!(base, id(&ceremony(), SHAPE));
    assert_eq!(
        base,
        ProvingKey::generate::<Triple>(&ceremony(), SHAPE)
            .unwrap()
            .id()
    );
    let other_circuit = VerifyingKey::generate::<Quintuple>(&ceremony(), SHAPE).unwrap();
    assert_ne!(base, other_circuit.id());
    assert_ne!(base, id(&dev::unsafe_srs(SHAPE.k, 1).unwrap(), SHAPE));
    assert_ne!(base, id(&ceremony(), Shape { lanes: 2, ..SHAPE }));
}

#[test]
fn the_mark_is_in_the_key_and_its_debug_output() {
    let srs = dev::unsafe_srs(SHAPE.k, 1).unwrap();
    let key = ProvingKey::generate::<Triple>(&srs, SHAPE).unwrap();
    assert_eq!(key.provenance().kind(), ParamsKind::UnsafeDev);
    assert_eq!(
        key.verifying_key().provenance().kind(),
        ParamsKind::UnsafeDev
    );
    assert!(format!("{key:?}").contains("UnsafeDev"));
}

#[test]
fn circuits_differ_by_a_single_fixed_cell() {
    assert_eq!(
        circuit_digest::<Triple>(SHAPE).unwrap(),
        circuit_digest::<Triple>(SHAPE).unwrap()
    );
    assert_ne!(
        circuit_digest::<Triple>(SHAPE).unwrap(),
        circuit_digest::<Quintuple>(SHAPE).unwrap()
    );
}

#[test]
fn parameters_of_another_size_are_refused() {
    let srs = embedded::srs(SHAPE.k + 1).unwrap();
    let error = ProvingKey::generate::<Triple>(&srs, SHAPE).unwrap_err();
    assert!(matches!(
        error,
        KeyError::Size {
            expected: 5,
            got: 6,
            ..
        }
    ));
}
