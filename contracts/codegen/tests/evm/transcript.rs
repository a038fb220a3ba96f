//! Every challenge that the contract squeezes is the native verifier's.

use crate::chain::Deployed;
use crate::stored::{SHAPES, Stored, be_bytes, call, from_be_bytes};
use halo2_proofs::plonk::verify_proof;
use halo2_proofs::poly::kzg::commitment::KZGCommitmentScheme;
use halo2_proofs::poly::kzg::multiopen::VerifierSHPLONK;
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{
    EncodedChallenge, Transcript, TranscriptRead, TranscriptReadBuffer,
};
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use revm::bytecode::opcode::KECCAK256;
use revm::inspector::Inspector;
use revm::interpreter::interpreter_types::{Jumps, StackTr};
use revm::interpreter::{Interpreter, InterpreterTypes};
use std::io;
use vigil_circuits::identity::fr_from_be_bytes_mod;
use vigil_params::transcript::{EvmChallenge, EvmRead};

/// The native transcript, with its challenges written down.
struct Recording<'a> {
    inner: EvmRead<&'a [u8]>,
    challenges: Vec<Fr>,
}

impl Transcript<G1Affine, EvmChallenge> for Recording<'_> {
    fn squeeze_challenge(&mut self) -> EvmChallenge {
        let challenge = self.inner.squeeze_challenge();
        self.challenges.push(challenge.get_scalar());
        challenge
    }

    fn common_point(&mut self, point: G1Affine) -> io::Result<()> {
        self.inner.common_point(point)
    }

    fn common_scalar(&mut self, scalar: Fr) -> io::Result<()> {
        self.inner.common_scalar(scalar)
    }
}

impl TranscriptRead<G1Affine, EvmChallenge> for Recording<'_> {
    fn read_point(&mut self) -> io::Result<G1Affine> {
        self.inner.read_point()
    }

    fn read_scalar(&mut self) -> io::Result<Fr> {
        self.inner.read_scalar()
    }
}

/// Results of all KECCAK256.
#[derive(Default)]
struct Hashes {
    hashing: bool,
    hashes: Vec<[u8; 32]>,
}

impl<C, I: InterpreterTypes> Inspector<C, I> for Hashes
where
    I::Bytecode: Jumps,
    I::Stack: StackTr,
{
    fn step(&mut self, interpreter: &mut Interpreter<I>, _: &mut C) {
        self.hashing = interpreter.bytecode.opcode() == KECCAK256;
    }

    fn step_end(&mut self, interpreter: &mut Interpreter<I>, _: &mut C) {
        if self.hashing {
            let hash = interpreter.stack.data().last().unwrap();
            self.hashes.push(hash.to_be_bytes());
        }
    }
}

#[test]
fn challenges_are_the_native_ones() {
    for name in SHAPES {
        let stored = Stored::load(name);
        let deployed = Deployed::of(&stored);
        let call = call(&stored.inputs, &stored.proof);
        let (outcome, seen) = deployed
            .chain
            .inspect(deployed.verifier, call, Hashes::default());
        assert!(outcome.accepted());
        let on_chain: Vec<_> = seen
            .hashes
            .iter()
            .map(|hash| be_bytes(&fr_from_be_bytes_mod(hash)))
            .collect();
        let native: Vec<_> = native_challenges(&stored).iter().map(be_bytes).collect();
        // theta, beta, gamma, y, x; y, v, u of SHPLONK.
        assert_eq!(native.len(), 8);
        assert_eq!(on_chain, native, "{name}");
    }
}

fn native_challenges(stored: &Stored) -> Vec<Fr> {
    let mut transcript = Recording {
        inner: <EvmRead<&[u8]> as TranscriptReadBuffer<&[u8], G1Affine, EvmChallenge>>::init(
            &stored.proof,
        ),
        challenges: Vec::new(),
    };
    let instance: Vec<Fr> = stored
        .inputs
        .iter()
        .map(|&word| from_be_bytes(word).unwrap())
        .collect();
    let srs = stored.key.verifier_srs();
    verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, _, _, _>(
        srs.kzg(),
        stored.key.halo2(),
        SingleStrategy::new(srs.kzg()),
        &[&[&instance]],
        &mut transcript,
    )
    .unwrap();
    transcript.challenges
}
