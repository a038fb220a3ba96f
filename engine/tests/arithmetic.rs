//! One proof with either arithmetic. The choice is the process's, so this is the only test of its binary.
#![allow(missing_docs, clippy::unwrap_used)]

use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::G1Affine;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Form, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::{Arithmetic, EngineKey, prove};
use vigil_params::embedded;
use vigil_params::keys::ProvingKey;
use vigil_params::transcript::{EvmChallenge, EvmWrite};

#[test]
fn both_arithmetics_give_the_same_bytes() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 2, 8).unwrap();
    let shape = Shape::for_validators(Family::Duty(Words::W1), 4, 1, Form::Wide).unwrap();
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let proof = |arithmetic: Arithmetic| {
        arithmetic.select();
        assert_eq!(Arithmetic::current(), arithmetic);
        // Preparing the key transforms as well.
        let prepared = EngineKey::new(srs.kzg(), key.halo2()).unwrap();
        let mut transcript =
            <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
        let rng = ChaCha20Rng::seed_from_u64(1);
        prove(
            &prepared,
            srs.kzg(),
            key.halo2(),
            &circuit,
            &instance,
            rng,
            &mut transcript,
        )
        .unwrap();
        transcript.finalize()
    };
    assert_eq!(proof(Arithmetic::Portable), proof(Arithmetic::fastest()));
}
