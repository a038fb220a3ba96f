//! Several proofs with one pairing.

use crate::chain::{Deployed, Outcome, word};
use crate::stored::Stored;
use ff::PrimeField;
use group::Curve;
use halo2curves::CurveAffine;
use halo2curves::bn256::{Fq, G1Affine};

type Proof<'a> = (&'a [[u8; 32]], &'a [u8]);

fn run(deployed: &Deployed, stored: &Stored, proofs: &[Proof<'_>]) -> Outcome {
    let call = stored.batch_call(proofs);
    deployed.chain.call(deployed.verifier, call)
}

#[test]
fn a_batch_of_true_proofs_holds() {
    for name in ["duty-w1-k13-n1", "duty-w1-k11-l1", "membership-k8-l1"] {
        let stored = Stored::load(name);
        let deployed = Deployed::of(&stored);
        let one: Proof<'_> = (&stored.inputs, &stored.proof);
        for count in [1, 2, 3, 7] {
            let outcome = run(&deployed, &stored, &vec![one; count]);
            assert!(outcome.accepted(), "{name}, {count}: {outcome:?}");
        }
    }
}

#[test]
fn one_false_proof_spoils_a_batch() {
    let stored = Stored::load("duty-w1-k11-l1");
    let deployed = Deployed::of(&stored);
    let mut inputs = stored.inputs.clone();
    inputs[10][31] ^= 1;
    let mut proof = stored.proof.clone();
    let evaluations = proof.len() - 192;
    proof[evaluations + 31] ^= 1;
    let honest: Proof<'_> = (&stored.inputs, &stored.proof);
    for wrong in [
        (inputs.as_slice(), stored.proof.as_slice()),
        (stored.inputs.as_slice(), proof.as_slice()),
    ] {
        for place in 0..3 {
            let mut proofs = [honest; 3];
            proofs[place] = wrong;
            let outcome = run(&deployed, &stored, &proofs);
            assert!(outcome.is_error("InvalidProof()"), "{place}: {outcome:?}");
        }
    }
}

/// The last point of a proof enters no challenge: with equal weights, what is added to one proof's and taken from
/// another's would vanish in the sum.
#[test]
fn errors_of_two_proofs_do_not_cancel() {
    let stored = Stored::load("duty-w1-k11-l1");
    let deployed = Deployed::of(&stored);
    let last = point(&stored.proof[stored.proof.len() - 64..]);
    let moved = |by: G1Affine| {
        let mut proof = stored.proof.clone();
        let at = proof.len() - 64;
        proof[at..].copy_from_slice(&bytes((last + by).to_affine()));
        proof
    };
    let (more, less) = (moved(G1Affine::generator()), moved(-G1Affine::generator()));
    let proofs: [Proof<'_>; 2] = [(&stored.inputs, &more), (&stored.inputs, &less)];
    let outcome = run(&deployed, &stored, &proofs);
    assert!(outcome.is_error("InvalidProof()"), "{outcome:?}");
}

#[test]
fn a_batch_has_one_encoding() {
    let stored = Stored::load("membership-k8-l1");
    let deployed = Deployed::of(&stored);
    let one: Proof<'_> = (&stored.inputs, &stored.proof);
    let refused = |call: Vec<u8>| {
        let outcome = deployed.chain.call(deployed.verifier, call);
        assert!(matches!(outcome, Outcome::Reverted(_)), "{outcome:?}");
    };
    refused(stored.batch_call(&[]));
    let call = stored.batch_call(&[one, one]);
    for cut in [1, 32, stored.proof.len() + 32] {
        refused(call[..call.len() - cut].to_vec());
    }
    refused([call.as_slice(), &[0]].concat());
    refused([call.as_slice(), &[0; 32]].concat());
    // Both proofs at one place.
    let mut shared = call.clone();
    let table = 4 + 32 * (3 + 2 * stored.inputs.len() + 1);
    assert_eq!(shared[table..table + 32], word(64));
    shared[table + 32..table + 64].copy_from_slice(&word(64));
    refused(shared);
    // Fewer proofs than inputs.
    let mut fewer = call;
    fewer[table - 32..table].copy_from_slice(&word(1));
    refused(fewer);
}

fn point(bytes: &[u8]) -> G1Affine {
    let coordinate = |bytes: &[u8]| {
        let mut repr: [u8; 32] = bytes.try_into().unwrap();
        repr.reverse();
        Fq::from_repr(repr).unwrap()
    };
    G1Affine::from_xy(coordinate(&bytes[..32]), coordinate(&bytes[32..])).unwrap()
}

fn bytes(point: G1Affine) -> Vec<u8> {
    [point.x, point.y]
        .iter()
        .flat_map(|coordinate| coordinate.to_repr().into_iter().rev())
        .collect()
}
