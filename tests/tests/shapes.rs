//! Every shape up to k = 13 proves and verifies: each statement, each k at which it has a place, in
//! one lane, wide or narrow, and in several. Ceremony parameters up to k = 11, unsafe ones beyond.
#![allow(missing_docs, clippy::unwrap_used)]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use vigil_circuits::Fr;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, MEMBERSHIP_K, MIN_K, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsPolicy, Srs, dev, embedded};
use vigil_prover::{prove_duty, prove_enrolment, prove_membership};
use vigil_verifier::{verify_duty, verify_enrolment, verify_membership};

const LARGEST_K: u32 = 13;
const POLICY: ParamsPolicy = ParamsPolicy {
    other_ceremony: None,
    allow_unsafe: true,
};

fn srs(k: u32) -> Srs {
    if k <= MIN_K {
        embedded::srs(k).unwrap()
    } else {
        dev::unsafe_srs(k, 1).unwrap()
    }
}

/// Calls `prove` with every supported shape of a family, a key for it and a seeded generator, and
/// says how many there were.
fn each_shape(family: Family, prove: impl Fn(&Srs, &ProvingKey, &mut ChaCha20Rng)) -> usize {
    let mut proven = 0;
    for k in MEMBERSHIP_K..=LARGEST_K {
        let srs = srs(k);
        // Lanes of the same gates differ in number only: at the large sizes one and four will do.
        let lanes: &[u32] = if k <= MIN_K { &[1, 2, 3, 4] } else { &[1, 4] };
        let wide = lanes.iter().map(|&lanes| Shape::wide(family, k, lanes));
        let shapes = wide.chain([Shape::narrow(family, k, 1)]);
        for shape in shapes.filter(Shape::is_supported) {
            let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
            let mut rng = ChaCha20Rng::seed_from_u64(u64::from(100 * k + shape.lanes));
            prove(&srs, &key, &mut rng);
            proven += 1;
        }
    }
    proven
}

/// Full in one lane, with places left over in several.
fn validators(shape: Shape, rng: &mut ChaCha20Rng) -> usize {
    let capacity = shape.capacity();
    let free = match shape.lanes {
        1 => 0,
        _ => rng.next_u32() % capacity,
    };
    (capacity - free) as usize
}

fn duties(words: Words) -> usize {
    each_shape(Family::Duty(words), |srs, key, rng| {
        let shape = key.shape();
        let own = validators(shape, rng);
        // A second operator has as many in the same ledger, or one less.
        let pool = SyntheticPool::new(rng, words, 2, 2 * own).unwrap();
        let (statement, witness) = pool.duty(0, THRESHOLDS);
        assert_eq!(witness.places.len(), own);
        let proof = prove_duty(key, srs, &statement, &witness).unwrap();
        let verifying = key.verifying_key();
        let claims = verify_duty(&verifying, &POLICY, &statement, &proof)
            .unwrap_or_else(|error| panic!("{shape}: {error}"));
        assert_eq!(claims, statement.claims, "{shape}");
        let (other, _) = pool.duty(1, THRESHOLDS);
        assert!(
            verify_duty(&verifying, &POLICY, &other, &proof).is_err(),
            "{shape} binds nothing"
        );
    })
}

#[test]
fn duties_of_a_day() {
    assert_eq!(duties(Words::W1), 4 + 4 + (2 + 1) + (2 + 1), "k = 10 to 13");
}

#[test]
fn duties_of_a_week() {
    assert_eq!(duties(Words::W7), 4 + 2 + (2 + 1), "k = 11 to 13");
}

#[test]
fn duties_of_a_frame() {
    assert_eq!(duties(Words::W28), 2, "k = 13");
}

#[test]
fn enrolments() {
    let proven = each_shape(Family::Enrolment, |srs, key, rng| {
        let shape = key.shape();
        let own = validators(shape, rng);
        let pool = SyntheticPool::new(rng, Words::W1, 2, 2 * own).unwrap();
        let (mut statement, witness) = pool.enrolment(0);
        assert_eq!(witness.places.len(), own);
        let proof = prove_enrolment(key, srs, &statement, &witness).unwrap();
        let verifying = key.verifying_key();
        let enrolled = verify_enrolment(&verifying, &POLICY, &statement, &proof)
            .unwrap_or_else(|error| panic!("{shape}: {error}"));
        assert_eq!(enrolled as usize, own, "{shape}");
        statement.validators -= 1;
        assert!(
            verify_enrolment(&verifying, &POLICY, &statement, &proof).is_err(),
            "{shape} binds nothing"
        );
    });
    assert_eq!(proven, 4 + 4 + (4 + 1) + (2 + 1) + (2 + 1), "k = 9 to 13");
}

#[test]
fn memberships() {
    let proven = each_shape(Family::Membership, |srs, key, rng| {
        let shape = key.shape();
        let pool = SyntheticPool::new(rng, Words::W1, 5, 5).unwrap();
        let (mut statement, witness) = pool.membership(3, rng.next_u64() >> 24);
        let proof = prove_membership(key, srs, &statement, &witness).unwrap();
        let verifying = key.verifying_key();
        verify_membership(&verifying, &POLICY, &statement, &proof)
            .unwrap_or_else(|error| panic!("{shape}: {error}"));
        statement.tag += Fr::from(1);
        assert!(
            verify_membership(&verifying, &POLICY, &statement, &proof).is_err(),
            "{shape} binds nothing"
        );
    });
    assert_eq!(proven, 6 + 4, "k = 8 to 13, and narrow from 10, one lane");
}
