//! What is refused before or beside the proof: encodings, ranges, keys, starved calls.

use crate::chain::{Chain, Deployed, Outcome, constructor_call, selector, word};
use crate::solc::generated;
use crate::stored::{SHAPES, Stored, be_bytes, call};
use ff::PrimeField;
use halo2curves::bn256::Fr;
use revm::primitives::Address;
use sha3::{Digest, Keccak256};

fn deployed(name: &str) -> (Stored, Deployed) {
    let stored = Stored::load(name);
    let deployed = Deployed::of(&stored);
    (stored, deployed)
}

/// `word + r`, if that fits.
pub(crate) fn plus_order(word: [u8; 32]) -> Option<[u8; 32]> {
    let mut order = be_bytes(&-Fr::one());
    order[31] += 1;
    plus(word, order)
}

/// The sum of two words, if that fits.
pub(crate) fn plus(a: [u8; 32], b: [u8; 32]) -> Option<[u8; 32]> {
    let mut sum = [0; 32];
    let mut carry = 0;
    for i in (0..32).rev() {
        let digit = u16::from(a[i]) + u16::from(b[i]) + carry;
        sum[i] = digit as u8;
        carry = digit >> 8;
    }
    (carry == 0).then_some(sum)
}

#[test]
fn an_input_has_one_encoding() {
    for name in SHAPES {
        let (stored, deployed) = deployed(name);
        for row in 0..stored.inputs.len() {
            let mut inputs = stored.inputs.clone();
            inputs[row] = plus_order(inputs[row]).unwrap();
            let outcome = deployed.verify(&inputs, &stored.proof);
            assert!(
                outcome.is_error("InputOutOfRange()"),
                "{name} {row}: {outcome:?}"
            );
        }
    }
}

#[test]
fn claims_out_of_their_ranges_are_refused_as_natively() {
    let (stored, deployed) = deployed("duty-w1-k11-l1");
    let places = u64::from(stored.shape.capacity());
    let ranges = [
        (2, places),
        (3, 10_000),
        (4, 10_000),
        (5, (1 << 13) - 1),
        (6, 10_000),
        (7, places),
        (8, 10_000),
        (9, (1 << 48) - 1),
    ];
    for (row, most) in ranges {
        for (value, error) in [(most, "InvalidProof()"), (most + 1, "InputOutOfRange()")] {
            let mut inputs = stored.inputs.clone();
            if inputs[row] == word(value) {
                continue;
            }
            inputs[row] = word(value);
            let outcome = deployed.verify(&inputs, &stored.proof);
            assert!(outcome.is_error(error), "row {row}, {value}: {outcome:?}");
            assert!(!stored.native(&inputs, &stored.proof));
        }
    }
}

#[test]
fn a_scalar_of_the_proof_has_one_encoding() {
    for name in SHAPES {
        let (stored, deployed) = deployed(name);
        let mut tried = 0;
        for at in (0..stored.proof.len()).step_by(32) {
            let mut proof = stored.proof.clone();
            let Some(sum) = plus_order(proof[at..at + 32].try_into().unwrap()) else {
                continue;
            };
            proof[at..at + 32].copy_from_slice(&sum);
            let outcome = deployed.verify(&stored.inputs, &proof);
            assert!(
                matches!(outcome, Outcome::Reverted(_)),
                "{name} {at}: {outcome:?}"
            );
            tried += usize::from(outcome.is_error("ScalarOutOfRange()"));
        }
        let points = 64 * (stored.proof.len() / 64);
        assert!(tried > 0 && tried * 32 < points);
    }
}

#[test]
fn a_call_has_one_encoding() {
    let (stored, deployed) = deployed("duty-w1-k11-l1");
    let call = call(&stored.inputs, &stored.proof);
    let refused = |call: Vec<u8>| {
        let outcome = deployed.chain.call(deployed.verifier, call);
        assert!(matches!(outcome, Outcome::Reverted(_)), "{outcome:?}");
    };
    for cut in [1, 31, 32, stored.proof.len(), call.len() - 4] {
        refused(call[..call.len() - cut].to_vec());
    }
    for more in [1, 32] {
        let mut longer = call.clone();
        longer.extend(vec![0; more]);
        refused(longer);
    }
    // Another length, another offset with the same proof behind it.
    let head = 4 + 32 * stored.inputs.len();
    let mut length = call.clone();
    length[head + 32..head + 64].copy_from_slice(&word(stored.proof.len() as u64 - 32));
    refused(length);
    let mut offset = call.clone();
    offset[head..head + 32].copy_from_slice(&word(32 * stored.inputs.len() as u64 + 64));
    offset.splice(head + 32..head + 32, [0; 32]);
    refused(offset);
    // The selector of a verifier with another number of inputs.
    let mut other = call;
    other[..4].copy_from_slice(&selector("verify(uint256[12],bytes)"));
    refused(other);
}

#[test]
fn a_starved_call_never_accepts() {
    let (stored, deployed) = deployed("duty-w1-k11-l1");
    let call = call(&stored.inputs, &stored.proof);
    let accepted = |gas| {
        deployed
            .chain
            .call_with(deployed.verifier, call.clone(), gas)
            .accepted()
    };
    // A call keeps a 64th of its gas, so more is needed than used.
    let used = deployed.chain.call(deployed.verifier, call.clone()).gas();
    let (mut short, mut enough) = (used - 1, used + used / 32);
    assert!(!accepted(short) && accepted(enough));
    while enough - short > 1 {
        let middle = (short + enough) / 2;
        if accepted(middle) {
            enough = middle;
        } else {
            short = middle;
        }
    }
    for missing in (1..200).chain((200..enough - 100_000).step_by(997)) {
        assert!(!accepted(enough - missing), "{missing} less");
    }
}

#[test]
fn only_its_own_circuits_keys_fit_a_verifier() {
    let duty = Stored::load("duty-w1-k11-l1");
    let other = Stored::load("membership-k8-l1");
    let mut chain = Chain::default();
    let mut deploy = |name: &str| chain.deploy(generated(name).creation.clone()).unwrap();
    let key = deploy(&duty.artifacts.key.name);
    let foreign = deploy(&other.artifacts.key.name);
    let nobody = Address::repeat_byte(7);
    let right = duty.artifacts.key_code_hash();
    for (at, hash) in [
        (foreign, right),
        (foreign, other.artifacts.key_code_hash()),
        (key, other.artifacts.key_code_hash()),
        (nobody, right),
        (nobody, Keccak256::digest([]).into()),
        (nobody, [0; 32]),
    ] {
        let outcome = chain.deploy(constructor_call(&duty, at, hash)).unwrap_err();
        assert!(outcome.is_error("WrongKey()"), "{outcome:?}");
    }
    assert!(chain.deploy(constructor_call(&duty, key, right)).is_ok());
}

#[test]
fn a_key_cannot_be_run() {
    let (_, deployed) = deployed("membership-k8-l1");
    let outcome = deployed.chain.call(deployed.key, vec![1, 2, 3]);
    assert!(matches!(outcome, Outcome::Returned { ref output, .. } if output.is_empty()));
}

#[test]
fn the_order_of_the_field_is_known() {
    assert!(
        plus_order(be_bytes(&Fr::zero()))
            .is_some_and(|order| { hex::encode(order) == Fr::MODULUS.trim_start_matches("0x") })
    );
}
