//! False statements, proven by force with all cells as the lie wants them: the contracts refuse them, and accept the truth
//! proven the same way.

use crate::chain::Deployed;
use crate::stored::{Stored, be_bytes, srs};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::Fr;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::statement::{DutyStatement, EnrolmentStatement, MembershipStatement};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_params::Srs;
use vigil_params::keys::ProvingKey;
use vigil_prover::prove_unchecked;

/// A shape's contracts, with what makes proofs for them.
struct Forger {
    stored: Stored,
    deployed: Deployed,
    srs: Srs,
    key: ProvingKey,
}

impl Forger {
    fn new(name: &str) -> Self {
        let stored = Stored::load(name);
        let srs = srs(stored.shape.k);
        let key = ProvingKey::generate::<VigilCircuit>(&srs, stored.shape).unwrap();
        assert_eq!(key.id(), stored.key.id(), "the contract's key");
        Self {
            deployed: Deployed::of(&stored),
            stored,
            srs,
            key,
        }
    }

    /// Whether the contract accepts the proof of whatever the circuit holds.
    fn is_accepted(&self, circuit: VigilCircuit, instance: &[Fr]) -> bool {
        let proof = prove_unchecked(&self.key, &self.srs, circuit, instance).unwrap();
        let inputs: Vec<_> = instance.iter().map(be_bytes).collect();
        let outcome = self.deployed.verify(&inputs, &proof);
        let accepted = outcome.accepted();
        assert!(
            accepted || outcome.is_error("InvalidProof()"),
            "{outcome:?}"
        );
        assert_eq!(self.stored.native(&inputs, &proof), accepted);
        accepted
    }
}

fn pool() -> SyntheticPool {
    SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(12), Words::W1, 2, 6).unwrap()
}

#[test]
fn no_false_duty_is_accepted_on_chain() {
    for name in ["duty-w1-k13-n1", "duty-w1-k11-l1"] {
        let forger = Forger::new(name);
        let shape = forger.stored.shape;
        let (truth, witness) = pool().duty(0, THRESHOLDS);
        let accepts = |statement: &DutyStatement, witness: &_| {
            let instance = statement.to_instance(shape.capacity()).unwrap();
            let circuit = VigilCircuit::duty(shape, statement, witness).unwrap();
            forger.is_accepted(circuit, &instance)
        };
        assert!(accepts(&truth, &witness), "{name}");
        let mut lie = truth;
        lie.claims.good_stake += 1;
        assert!(!accepts(&lie, &witness), "{name}: more stake");
        lie = truth;
        lie.claims.validators -= 1;
        assert!(!accepts(&lie, &witness), "{name}: fewer validators");
        let mut twice = witness.clone();
        twice.places[1] = twice.places[0].clone();
        assert!(!accepts(&truth, &twice), "{name}: one for two");
        let mut other = witness.clone();
        other.places[0].row.sync_due += 1;
        assert!(!accepts(&truth, &other), "{name}: another row");
    }
}

#[test]
fn no_false_enrolment_or_membership_is_accepted_on_chain() {
    let forger = Forger::new("enrolment-k11-n1");
    let shape = forger.stored.shape;
    // As many of its validators as there are places for.
    let (mut truth, mut witness) = pool().enrolment(1);
    witness.places.truncate(shape.capacity() as usize);
    truth.validators = witness.places.len() as u32;
    let accepts = |statement: &EnrolmentStatement, witness: &_| {
        let instance = statement.to_instance(shape.capacity()).unwrap();
        let circuit = VigilCircuit::enrolment(shape, statement, witness).unwrap();
        forger.is_accepted(circuit, &instance)
    };
    assert_eq!(truth.check(&witness), Ok(()));
    assert!(accepts(&truth, &witness));
    let mut lie = truth;
    lie.validators -= 1;
    assert!(!accepts(&lie, &witness), "fewer");
    lie = truth;
    lie.registry_root += Fr::from(1);
    assert!(!accepts(&lie, &witness), "another registry");

    let forger = Forger::new("membership-k8-l1");
    let shape = forger.stored.shape;
    let (truth, witness) = pool().membership(1, 77);
    let accepts = |statement: &MembershipStatement| {
        let instance = statement.to_instance().unwrap();
        let circuit = VigilCircuit::membership(shape, statement, &witness).unwrap();
        forger.is_accepted(circuit, &instance)
    };
    assert!(accepts(&truth));
    let mut lie = truth;
    lie.tag += Fr::from(1);
    assert!(!accepts(&lie), "another tag");
}
