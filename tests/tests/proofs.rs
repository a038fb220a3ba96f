//! Real proofs under the genuine ceremony's parameters: what holds is accepted, the rest is not.
#![allow(missing_docs, clippy::unwrap_used)]

use halo2curves::CurveAffine;
use halo2curves::bn256::{Fq, G1Affine};
use halo2curves::ff::PrimeField;
use halo2curves::group::{Curve, prime::PrimeCurveAffine};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::Fr;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, NATIVE_LANES, Shape};
use vigil_circuits::statement::Violation;
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_params::keys::ProvingKey;
use vigil_params::transcript::POINT_BYTES;
use vigil_params::{ParamsPolicy, Srs, dev, embedded};
use vigil_prover::{ProveError, prove_duty, prove_enrolment, prove_membership, prove_unchecked};
use vigil_verifier::{
    VerifyError, proof_length, verify_duty, verify_duty_batch, verify_enrolment, verify_membership,
};

fn pool(words: Words, operators: usize, validators: usize) -> SyntheticPool {
    SyntheticPool::new(
        &mut ChaCha20Rng::seed_from_u64(7),
        words,
        operators,
        validators,
    )
    .unwrap()
}

fn keys(shape: Shape) -> (Srs, ProvingKey) {
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    (srs, key)
}

fn duty_shape(lanes: u32) -> Shape {
    Shape::wide(Family::Duty(Words::W1), 11, lanes)
}

#[test]
fn duty_proofs_verify_alone_and_in_a_batch() {
    let (srs, key) = keys(duty_shape(NATIVE_LANES));
    let pool = pool(Words::W1, 2, 30);
    let policy = ParamsPolicy::default();
    let verifying = key.verifying_key();
    let proofs: Vec<_> = (0..2)
        .map(|operator| {
            let (statement, witness) = pool.duty(operator, THRESHOLDS);
            let proof = prove_duty(&key, &srs, &statement, &witness).unwrap();
            let claims = verify_duty(&verifying, &policy, &statement, &proof).unwrap();
            assert_eq!(claims, statement.claims);
            (statement, proof)
        })
        .collect();
    let batch: Vec<_> = proofs
        .iter()
        .map(|(statement, proof)| (&verifying, statement, &proof[..]))
        .collect();
    verify_duty_batch(&policy, &batch).unwrap();
    let swapped = [(batch[0].0, batch[1].1, batch[0].2), batch[1]];
    assert!(matches!(
        verify_duty_batch(&policy, &swapped),
        Err(VerifyError::Batch)
    ));
}

/// The last point of a proof enters no challenge: with equal weights, what is added to one proof's and taken from
/// another's would vanish in the sum.
#[test]
fn errors_of_two_proofs_of_a_batch_do_not_cancel() {
    let (srs, key) = keys(duty_shape(1));
    let policy = ParamsPolicy::default();
    let verifying = key.verifying_key();
    let (statement, witness) = pool(Words::W1, 1, 5).duty(0, THRESHOLDS);
    let proof = prove_duty(&key, &srs, &statement, &witness).unwrap();
    let moved = |by: G1Affine| {
        let (head, last) = proof.split_at(proof.len() - POINT_BYTES);
        let point = point(last) + by;
        [head, &bytes(point.to_affine())].concat()
    };
    let g = G1Affine::generator();
    let [same, more, less] = [G1Affine::identity(), g, -g].map(moved);
    assert_eq!(same, proof);
    let batch = |first, second| {
        let batch = [
            (&verifying, &statement, first),
            (&verifying, &statement, second),
        ];
        verify_duty_batch(&policy, &batch)
    };
    batch(&same[..], &proof[..]).unwrap();
    assert!(matches!(batch(&more, &less), Err(VerifyError::Batch)));
    assert!(matches!(batch(&less, &more), Err(VerifyError::Batch)));
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
    let coordinates = [point.x, point.y];
    let words = coordinates.iter().map(PrimeField::to_repr);
    words.flat_map(|word| word.into_iter().rev()).collect()
}

#[test]
fn one_lane_fits_the_contracts_budget() {
    let (srs, key) = keys(duty_shape(1));
    let (statement, witness) = pool(Words::W1, 1, 5).duty(0, THRESHOLDS);
    let proof = prove_duty(&key, &srs, &statement, &witness).unwrap();
    let verifying = key.verifying_key();
    verify_duty(&verifying, &ParamsPolicy::default(), &statement, &proof).unwrap();
    assert_eq!(proof.len(), proof_length(&verifying));
    assert!(proof.len() <= 2560, "{} bytes", proof.len());
    assert!(verifying.halo2().cs().num_advice_columns() <= 8);
}

#[test]
fn every_flipped_byte_and_every_other_claim_is_refused() {
    let (srs, key) = keys(duty_shape(1));
    let (statement, witness) = pool(Words::W1, 1, 5).duty(0, THRESHOLDS);
    let proof = prove_duty(&key, &srs, &statement, &witness).unwrap();
    let verifying = key.verifying_key();
    let policy = ParamsPolicy::default();
    for byte in 0..proof.len() {
        let mut forged = proof.clone();
        forged[byte] ^= 1 << (byte % 8);
        assert!(
            verify_duty(&verifying, &policy, &statement, &forged).is_err(),
            "byte {byte}"
        );
    }
    for (forged, length) in [(&proof[..proof.len() - 1], "short"), (&proof[..0], "empty")] {
        let refused = verify_duty(&verifying, &policy, &statement, forged);
        assert!(
            matches!(refused, Err(VerifyError::Length { .. })),
            "{length}"
        );
    }
    let mut long = proof.clone();
    long.push(0);
    let refused = verify_duty(&verifying, &policy, &statement, &long);
    assert!(matches!(refused, Err(VerifyError::Length { .. })));

    let edits: [fn(&mut vigil_circuits::statement::DutyStatement); 8] = [
        |s| s.ledger_root += Fr::from(1),
        |s| s.operator_id += Fr::from(1),
        |s| s.claims.validators -= 1,
        |s| s.thresholds.min_uptime_bps -= 1,
        |s| s.claims.slashed += 1,
        |s| s.claims.performance_bps -= 1,
        |s| s.claims.good_stake += 1,
        |s| s.context += Fr::from(1),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut other = statement;
        edit(&mut other);
        let refused = verify_duty(&verifying, &policy, &other, &proof);
        assert!(
            matches!(refused, Err(VerifyError::Proof(_))),
            "edit {number}"
        );
    }
}

#[test]
fn a_false_claim_is_named_and_a_forced_proof_of_it_is_refused() {
    let (srs, key) = keys(duty_shape(1));
    let (mut statement, witness) = pool(Words::W1, 1, 5).duty(0, THRESHOLDS);
    statement.claims.good_stake += 1;
    let refused = prove_duty(&key, &srs, &statement, &witness);
    assert!(matches!(
        refused,
        Err(ProveError::Untrue(Violation::S9Claims))
    ));

    let shape = key.shape();
    let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let proof = prove_unchecked(&key, &srs, circuit, &instance).unwrap();
    let refused = verify_duty(
        &key.verifying_key(),
        &ParamsPolicy::default(),
        &statement,
        &proof,
    );
    assert!(matches!(refused, Err(VerifyError::Proof(_))));
}

#[test]
fn unsafe_parameters_need_to_be_asked_for() {
    let shape = duty_shape(1);
    let srs = dev::unsafe_srs(shape.k, 1).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let (statement, witness) = pool(Words::W1, 1, 3).duty(0, THRESHOLDS);
    let proof = prove_duty(&key, &srs, &statement, &witness).unwrap();
    let verifying = key.verifying_key();
    let refused = verify_duty(&verifying, &ParamsPolicy::default(), &statement, &proof);
    assert!(matches!(refused, Err(VerifyError::Params(_))));
    let policy = ParamsPolicy {
        allow_unsafe: true,
        ..ParamsPolicy::default()
    };
    verify_duty(&verifying, &policy, &statement, &proof).unwrap();

    // The same proof under the ceremony's key proves nothing.
    let (_, genuine) = keys(shape);
    let refused = verify_duty(&genuine.verifying_key(), &policy, &statement, &proof);
    assert!(matches!(refused, Err(VerifyError::Proof(_))));
}

#[test]
fn enrolment_and_membership_proofs_verify_and_bind_their_statements() {
    let pool = pool(Words::W1, 3, 9);
    let policy = ParamsPolicy::default();

    let (srs, key) = keys(Shape::wide(Family::Enrolment, 11, 1));
    let (statement, witness) = pool.enrolment(1);
    let proof = prove_enrolment(&key, &srs, &statement, &witness).unwrap();
    let verifying = key.verifying_key();
    assert_eq!(
        verify_enrolment(&verifying, &policy, &statement, &proof).unwrap(),
        3
    );
    let mut other = statement;
    other.validators = 2;
    assert!(verify_enrolment(&verifying, &policy, &other, &proof).is_err());

    let (srs, key) = keys(Shape::default());
    let (statement, witness) = pool.membership(2, 77);
    let proof = prove_membership(&key, &srs, &statement, &witness).unwrap();
    let verifying = key.verifying_key();
    verify_membership(&verifying, &policy, &statement, &proof).unwrap();
    let mut other = statement;
    other.tag += Fr::from(1);
    assert!(verify_membership(&verifying, &policy, &other, &proof).is_err());
}
