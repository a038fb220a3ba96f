//! snark-verifier's Solidity for the same keys: an implementation that shares no code with ours.

use crate::chain::{Chain, Deployed, Outcome};
use crate::refused::plus_order;
use crate::solc::compile_plain;
use crate::stored::Stored;
use halo2curves::bn256::{Bn256, Fq, Fr, G1Affine};
use revm::primitives::Address;
use snark_verifier::loader::evm::EvmLoader;
use snark_verifier::pcs::kzg::{Bdfg21, KzgAs};
use snark_verifier::system::halo2::transcript::evm::EvmTranscript;
use snark_verifier::system::halo2::{Config, compile};
use snark_verifier::verifier::SnarkVerifier;
use snark_verifier::verifier::plonk::PlonkVerifier;
use std::rc::Rc;

/// Its contract for a stored proof's key.
struct Oracle {
    chain: Chain,
    contract: Address,
}

impl Oracle {
    fn of(stored: &Stored) -> Self {
        let srs = stored.key.verifier_srs();
        let config = Config::kzg().with_num_instance(vec![stored.inputs.len()]);
        let protocol = compile(srs.kzg(), stored.key.halo2(), config);
        let deciding_key = (
            G1Affine::generator(),
            srs.kzg().g2(),
            srs.provenance().tau_g2(),
        )
            .into();
        let loader = EvmLoader::new::<Fq, Fr>();
        let protocol = protocol.loaded(&loader);
        let mut transcript = EvmTranscript::<_, Rc<EvmLoader>, _, _>::new(&loader);
        let instances = transcript.load_instances(vec![stored.inputs.len()]);
        type Verifier = PlonkVerifier<KzgAs<Bn256, Bdfg21>>;
        let proof =
            Verifier::read_proof(&deciding_key, &protocol, &instances, &mut transcript).unwrap();
        Verifier::verify(&deciding_key, &protocol, &instances, &proof).unwrap();
        // It names a compiler of its time, and is too deep for an optimiser.
        let source = loader
            .solidity_code()
            .replace("pragma solidity 0.8.19;", "pragma solidity ^0.8.35;");
        let mut chain = Chain::default();
        let contract = chain.place(&compile_plain("Halo2Verifier", &source).runtime);
        Self { chain, contract }
    }

    /// It takes inputs and proof without any encoding, and returns nothing.
    fn accepts(&self, inputs: &[[u8; 32]], proof: &[u8]) -> bool {
        let call = [inputs.as_flattened(), proof].concat();
        matches!(
            self.chain.call(self.contract, call),
            Outcome::Returned { .. }
        )
    }
}

#[test]
fn snark_verifier_agrees_on_proofs_and_mutants() {
    for name in ["duty-w1-k13-n1", "duty-w1-k11-l1", "membership-k8-l1"] {
        let stored = Stored::load(name);
        let (oracle, ours) = (Oracle::of(&stored), Deployed::of(&stored));
        assert!(oracle.accepts(&stored.inputs, &stored.proof), "{name}");
        assert!(ours.verify(&stored.inputs, &stored.proof).accepted());
        for row in 0..stored.inputs.len() {
            let mut inputs = stored.inputs.clone();
            inputs[row][31] ^= 1;
            assert!(
                !oracle.accepts(&inputs, &stored.proof),
                "{name}, input {row}"
            );
            assert!(!ours.verify(&inputs, &stored.proof).accepted());
            // Here it is the one that errs: an input has two encodings to it.
            inputs[row] = plus_order(stored.inputs[row]).unwrap();
            assert!(oracle.accepts(&inputs, &stored.proof));
            assert!(!ours.verify(&inputs, &stored.proof).accepted());
        }
        for at in (31..stored.proof.len()).step_by(32) {
            let mut proof = stored.proof.clone();
            proof[at] ^= 1;
            assert!(!oracle.accepts(&stored.inputs, &proof), "{name}, byte {at}");
            assert!(!ours.verify(&stored.inputs, &proof).accepted());
        }
    }
}
