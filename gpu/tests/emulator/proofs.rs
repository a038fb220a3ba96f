//! Whole proofs: the emulator's bytes are the processor's, and the stock verifier accepts them.

use crate::build::emulator;
use crate::chain::Chain;
use halo2_proofs::plonk::{Circuit, ProvingKey, keygen_pk, keygen_vk, verify_proof};
use halo2_proofs::poly::kzg::commitment::{KZGCommitmentScheme, ParamsKZG};
use halo2_proofs::poly::kzg::multiopen::VerifierSHPLONK;
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{TranscriptReadBuffer, TranscriptWriterBuffer};
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, MEMBERSHIP_K, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::{Backend, Cpu, EngineError, EngineKey, prove_on};
use vigil_gpu::GpuKey;
use vigil_params::transcript::{EvmChallenge, EvmRead, EvmWrite};
use vigil_params::{dev, embedded, keys};

struct Setting<'a, C> {
    params: &'a ParamsKZG<Bn256>,
    key: &'a ProvingKey<G1Affine>,
    circuit: C,
    instance: Vec<Fr>,
}

impl<C: Circuit<Fr>> Setting<'_, C> {
    fn prove(&self, backend: &impl Backend, seed: u64) -> Result<Vec<u8>, EngineError> {
        let mut transcript =
            <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
        prove_on(
            backend,
            self.params,
            self.key.get_vk(),
            &self.circuit,
            &self.instance,
            ChaCha20Rng::seed_from_u64(seed),
            &mut transcript,
        )?;
        Ok(transcript.finalize())
    }

    fn accepts(&self, proof: &[u8]) -> bool {
        let mut transcript =
            <EvmRead<&[u8]> as TranscriptReadBuffer<_, G1Affine, EvmChallenge>>::init(proof);
        verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, _, _, _>(
            self.params,
            self.key.get_vk(),
            SingleStrategy::new(self.params),
            &[&[&self.instance]],
            &mut transcript,
        )
        .is_ok()
    }

    fn on_device(&self) -> GpuKey {
        GpuKey::new(emulator(), self.params, self.key).unwrap()
    }

    /// Two proofs with one prepared key, as one must leave nothing behind for the next.
    fn compare(&self, name: &str) {
        let prepared = EngineKey::new(self.params, self.key).unwrap();
        let cpu = Cpu::new(&prepared, self.params, self.key);
        let device = self.on_device();
        for seed in [1, 2] {
            let proof = self.prove(&device, seed).unwrap();
            assert_eq!(proof, self.prove(&cpu, seed).unwrap(), "{name}");
            assert!(self.accepts(&proof), "{name}");
        }
    }
}

#[test]
fn circuits_of_every_small_size() {
    // 11 takes two passes of the transforms.
    for k in [4, 5, 6, 7, 9, 10, 11] {
        let params = ParamsKZG::<Bn256>::setup(k, ChaCha20Rng::seed_from_u64(1));
        let circuit = Chain {
            secret: Fr::from(0x5ec2e7),
            steps: (1 << k) - 10,
        };
        let vk = keygen_vk(&params, &circuit).unwrap();
        let key = keygen_pk(&params, vk, &circuit).unwrap();
        let setting = Setting {
            params: &params,
            key: &key,
            instance: circuit.instance(),
            circuit,
        };
        setting.compare(&format!("chain, k = {k}"));
    }
}

fn compare(shape: Shape, fill: impl FnOnce(&SyntheticPool) -> (VigilCircuit, Vec<Fr>)) {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 2, 8).unwrap();
    let srs = embedded::srs(shape.k)
        .or_else(|| dev::unsafe_srs(shape.k, 1))
        .unwrap();
    let key = keys::ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let (circuit, instance) = fill(&pool);
    let setting = Setting {
        params: srs.kzg(),
        key: key.halo2(),
        circuit,
        instance,
    };
    setting.compare(&shape.to_string());
}

/// The smallest that holds the four validators of one operator.
fn smallest(shape: impl Fn(u32) -> Shape) -> Shape {
    let shapes = (8..=13).map(shape);
    shapes
        .into_iter()
        .find(|shape| shape.is_supported() && shape.capacity() >= 4)
        .unwrap()
}

#[test]
fn membership() {
    let shape = Shape::wide(Family::Membership, MEMBERSHIP_K, 1);
    compare(shape, |pool| {
        let (statement, witness) = pool.membership(1, 77);
        let circuit = VigilCircuit::membership(shape, &statement, &witness).unwrap();
        (circuit, statement.to_instance().unwrap().to_vec())
    });
}

#[test]
fn enrolment() {
    let shape = smallest(|k| Shape::wide(Family::Enrolment, k, 1));
    compare(shape, |pool| {
        let (statement, witness) = pool.enrolment(0);
        let circuit = VigilCircuit::enrolment(shape, &statement, &witness).unwrap();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        (circuit, instance.to_vec())
    });
}

#[test]
fn duty() {
    let shape = smallest(|k| Shape::narrow(Family::Duty(Words::W1), k, 1));
    compare(shape, |pool| {
        let (statement, witness) = pool.duty(0, THRESHOLDS);
        let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        (circuit, instance.to_vec())
    });
}

/// A proof gives back what it took; the key keeps its own.
#[test]
fn a_proof_leaves_nothing_on_the_device() {
    let params = ParamsKZG::<Bn256>::setup(5, ChaCha20Rng::seed_from_u64(1));
    let circuit = Chain {
        secret: Fr::from(4),
        steps: 9,
    };
    let vk = keygen_vk(&params, &circuit).unwrap();
    let key = keygen_pk(&params, vk, &circuit).unwrap();
    let mut setting = Setting {
        params: &params,
        key: &key,
        instance: circuit.instance(),
        circuit,
    };
    let device = setting.on_device();
    let before = device.live();
    setting.prove(&device, 1).unwrap();
    assert_eq!(device.live(), before);

    // Neither does one that is refused.
    setting.instance = vec![Fr::one(); 1 << 5];
    assert!(matches!(
        setting.prove(&device, 1),
        Err(EngineError::Instance { .. })
    ));
    assert_eq!(device.live(), before);
    let other = ParamsKZG::<Bn256>::setup(5, ChaCha20Rng::seed_from_u64(2));
    setting.params = &other;
    assert!(matches!(
        setting.prove(&device, 1),
        Err(EngineError::Parameters)
    ));
}
