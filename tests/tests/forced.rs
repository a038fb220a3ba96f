//! False statements of every clause, proven by force: the prover's check is left out, all cells are what the false
//! statement wants them to be, and the engine makes a proof of whatever there is. The verifier refuses each.
//!
//! That gates and wires refuse them is tested with the circuits. Here it is seen of keys and proofs as they are: with
//! wires between columns of two permutation products, with folded lanes, and with several words.
#![allow(missing_docs, clippy::unwrap_used)]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::Fr;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::identity::OperatorSecret;
use vigil_circuits::ledger::{LedgerRow, MissedVotes, Words};
use vigil_circuits::shape::{Family, Shape};
use vigil_circuits::statement::{
    DutyStatement, DutyWitness, EnrolmentStatement, EnrolmentWitness, MembershipStatement,
    MembershipWitness, Thresholds, Violation,
};
use vigil_circuits::synthetic::SyntheticPool;
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsPolicy, Srs, dev, embedded};
use vigil_prover::{ProveError, prove_unchecked};
use vigil_verifier::{VerifyError, verify_duty, verify_enrolment, verify_membership};

const POLICY: ParamsPolicy = ParamsPolicy {
    other_ceremony: None,
    allow_unsafe: true,
};
const THRESHOLDS: Thresholds = Thresholds {
    min_performance_bps: 9_000,
    min_uptime_bps: 9_000,
    max_outage_epochs: 3,
};

struct Forger {
    srs: Srs,
    key: ProvingKey,
}

impl Forger {
    fn new(shape: Shape) -> Self {
        let srs = embedded::srs(shape.k).unwrap_or_else(|| dev::unsafe_srs(shape.k, 1).unwrap());
        let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
        Self { srs, key }
    }

    fn shape(&self) -> Shape {
        self.key.shape()
    }

    fn force(&self, circuit: VigilCircuit, instance: &[Fr]) -> Result<Vec<u8>, ProveError> {
        prove_unchecked(&self.key, &self.srs, circuit, instance)
    }

    fn duty(&self, statement: &DutyStatement, witness: &DutyWitness) -> bool {
        let shape = self.shape();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        let circuit = VigilCircuit::duty(shape, statement, witness).unwrap();
        let proof = self.force(circuit, &instance).unwrap();
        let verdict = verify_duty(&self.key.verifying_key(), &POLICY, statement, &proof);
        is_accepted(verdict)
    }

    fn enrolment(&self, statement: &EnrolmentStatement, witness: &EnrolmentWitness) -> bool {
        let shape = self.shape();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        let circuit = VigilCircuit::enrolment(shape, statement, witness).unwrap();
        let proof = self.force(circuit, &instance).unwrap();
        let verdict = verify_enrolment(&self.key.verifying_key(), &POLICY, statement, &proof);
        is_accepted(verdict)
    }

    fn membership(&self, statement: &MembershipStatement, witness: &MembershipWitness) -> bool {
        let instance = statement.to_instance().unwrap();
        let circuit = VigilCircuit::membership(self.shape(), statement, witness).unwrap();
        let proof = self.force(circuit, &instance).unwrap();
        let verdict = verify_membership(&self.key.verifying_key(), &POLICY, statement, &proof);
        is_accepted(verdict)
    }
}

/// A refusal must be the proof's, not one of its form.
fn is_accepted<T>(verdict: Result<T, VerifyError>) -> bool {
    match verdict {
        Ok(_) => true,
        Err(VerifyError::Proof(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

fn row(words: Words, index: u64) -> LedgerRow {
    LedgerRow {
        index,
        active_epochs: words.max_epochs() as u16,
        effective_balance: 32,
        slashed: false,
        run_in: 0,
        proposals_due: 2,
        proposals_missed: 1,
        sync_due: 100,
        sync_missed: 10,
        words: vec![MissedVotes::default(); words.count()],
    }
}

/// Two operators; the first has a row that a forger may change, and another.
fn pool(words: Words, edit: impl FnOnce(&mut LedgerRow)) -> SyntheticPool {
    let seed = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(4), words, 2, 1).unwrap();
    let mut changed = row(words, 70);
    edit(&mut changed);
    let rows = [(0, row(words, 5)), (0, changed), (1, row(words, 900))];
    SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows.to_vec(), words).unwrap()
}

type DutyEdit = fn(&mut DutyStatement, &mut DutyWitness);
type RowEdit = fn(&mut LedgerRow);

/// Of a pool where all is well.
const LIES: [(Violation, DutyEdit); 13] = [
    (Violation::S1OperatorId, |s, _| s.operator_id += Fr::from(1)),
    (Violation::S2LedgerRoot, |_, w| w.header.registered += 1),
    (Violation::S2LedgerRoot, |s, _| s.ledger_root += Fr::from(1)),
    (Violation::S3Membership, |_, w| {
        w.places[1].row.proposals_missed = 0
    }),
    (Violation::S3Membership, |_, w| {
        w.places[0].path.levels[9][0] += Fr::from(1)
    }),
    // Another's secret opens other tags.
    (Violation::S3Membership, |s, w| {
        w.secret = OperatorSecret::random(&mut ChaCha20Rng::seed_from_u64(5));
        s.operator_id = w.secret.operator_id(w.pool);
    }),
    (Violation::S5Order, |_, w| w.places[1] = w.places[0].clone()),
    (Violation::S5Order, |_, w| w.places.swap(0, 1)),
    (Violation::S8Counts, |s, _| s.claims.validators = 1),
    (Violation::S8Counts, |s, _| s.claims.slashed = 1),
    (Violation::S9Claims, |s, _| s.claims.good_stake += 1),
    (Violation::S9Claims, |s, _| s.claims.performance_bps += 1),
    // A validator left out, and V as it should be.
    (Violation::S8Counts, |_, w| w.places.truncate(1)),
];

/// Rows that a ledger should not have, or that do not meet the policy though they are marked so.
fn bad_rows() -> [(Violation, RowEdit); 9] {
    [
        (Violation::S6Fields, |r| r.proposals_missed = 3),
        (Violation::S6Fields, |r| r.sync_missed = 101),
        (Violation::S6Fields, |r| {
            r.active_epochs = 0;
            r.words[0].head.set(7);
        }),
        (Violation::S6Fields, |r| r.effective_balance = 4_096),
        (Violation::S7Compliant, |r| {
            (0..20).for_each(|k| r.words[0].head.set(10 * k));
            r.active_epochs = 20;
        }),
        (Violation::S7Compliant, |r| {
            (0..9).for_each(|k| r.words[0].target.set(10 * k));
            r.active_epochs = 60;
        }),
        (Violation::S7Compliant, |r| {
            let word = r.words.len() - 1;
            (221..225).for_each(|k| r.words[word].target.set(k));
        }),
        (Violation::S7Compliant, |r| r.run_in = 4),
        (Violation::S7Compliant, |r| r.slashed = true),
    ]
}

fn no_false_duty_is_proven(shape: Shape) {
    let Family::Duty(words) = shape.family else {
        panic!("{shape} is none");
    };
    let forger = Forger::new(shape);
    let (statement, witness) = pool(words, |_| ()).duty(0, THRESHOLDS);
    assert_eq!(statement.check(&witness), Ok(()));
    assert!(forger.duty(&statement, &witness), "{shape}: the truth");
    for (number, (violation, lie)) in LIES.into_iter().enumerate() {
        let (mut statement, mut witness) = (statement, witness.clone());
        lie(&mut statement, &mut witness);
        assert_eq!(statement.check(&witness), Err(violation), "lie {number}");
        assert!(!forger.duty(&statement, &witness), "{shape}: lie {number}");
    }
    for (number, (violation, edit)) in bad_rows().into_iter().enumerate() {
        let (mut statement, mut witness) = pool(words, edit).duty(0, THRESHOLDS);
        witness.places[1].compliant = violation == Violation::S7Compliant;
        statement.claims.good_stake = 0;
        statement.claims.good_bps = 0;
        assert_eq!(statement.check(&witness), Err(violation), "row {number}");
        assert!(!forger.duty(&statement, &witness), "{shape}: row {number}");
    }
    // S10: the proof is of another context.
    let mut other = statement;
    other.context += Fr::from(1);
    let instance = other.to_instance(shape.capacity()).unwrap();
    let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
    let proof = forger.force(circuit, &instance).unwrap();
    let verdict = verify_duty(&forger.key.verifying_key(), &POLICY, &other, &proof);
    assert!(!is_accepted(verdict), "{shape}: the context");
}

#[test]
fn no_false_duty_of_one_wide_lane_is_proven() {
    no_false_duty_is_proven(Shape::wide(Family::Duty(Words::W1), 10, 1));
}

/// Six wired columns: two permutation products.
#[test]
fn no_false_duty_of_six_lanes_is_proven() {
    no_false_duty_is_proven(Shape::wide(Family::Duty(Words::W1), 10, 6));
}

#[test]
fn no_false_duty_of_narrow_lanes_is_proven() {
    no_false_duty_is_proven(Shape::narrow(Family::Duty(Words::W1), 12, 1));
    no_false_duty_is_proven(Shape::narrow(Family::Duty(Words::W1), 12, 2));
}

#[test]
fn no_false_duty_of_several_words_is_proven() {
    no_false_duty_is_proven(Shape::wide(Family::Duty(Words::W7), 11, 3));
}

#[test]
fn no_false_enrolment_is_proven() {
    type Edit = fn(&mut EnrolmentStatement, &mut EnrolmentWitness);
    const LIES: [(Violation, Edit); 7] = [
        (Violation::E1OperatorId, |s, _| s.operator_id += Fr::from(1)),
        (Violation::E2RegistryRoot, |_, w| w.registered += 1),
        (Violation::E3Membership, |_, w| w.places[0].index += 1),
        (Violation::E3Membership, |_, w| {
            w.places[1].path.levels[0] = [Fr::from(9); 4]
        }),
        (Violation::E5Order, |_, w| w.places[1] = w.places[0].clone()),
        (Violation::E6Count, |s, _| s.validators = 3),
        (Violation::E6Count, |s, _| s.validators = 0),
    ];
    let shapes = [
        Shape::wide(Family::Enrolment, 10, 1),
        Shape::wide(Family::Enrolment, 9, 5),
        Shape::narrow(Family::Enrolment, 12, 1),
    ];
    for shape in shapes {
        let forger = Forger::new(shape);
        let (statement, witness) = pool(Words::W1, |_| ()).enrolment(0);
        assert_eq!(statement.check(&witness), Ok(()));
        assert!(forger.enrolment(&statement, &witness), "{shape}: the truth");
        for (number, (violation, lie)) in LIES.into_iter().enumerate() {
            let (mut statement, mut witness) = (statement, witness.clone());
            lie(&mut statement, &mut witness);
            assert_eq!(statement.check(&witness), Err(violation), "lie {number}");
            assert!(!forger.enrolment(&statement, &witness), "{shape} {number}");
        }
    }
}

#[test]
fn no_false_membership_is_proven() {
    type Edit = fn(&mut MembershipStatement, &mut MembershipWitness);
    const LIES: [(Violation, Edit); 5] = [
        (Violation::M2Membership, |s, w| {
            w.secret = OperatorSecret::random(&mut ChaCha20Rng::seed_from_u64(5));
            s.tag = w.secret.tag(s.index, s.pool);
        }),
        (Violation::M2Membership, |s, _| {
            s.operators_root += Fr::from(1)
        }),
        (Violation::M2Membership, |s, w| {
            s.pool.0 += Fr::from(1);
            s.tag = w.secret.tag(s.index, s.pool);
        }),
        (Violation::M3Tag, |s, _| s.index += 1),
        (Violation::M3Tag, |s, _| s.tag += Fr::from(1)),
    ];
    for shape in [Shape::default(), Shape::narrow(Family::Membership, 10, 1)] {
        let forger = Forger::new(shape);
        let (statement, witness) = pool(Words::W1, |_| ()).membership(1, 44);
        assert_eq!(statement.check(&witness), Ok(()));
        assert!(forger.membership(&statement, &witness), "{shape}");
        for (number, (violation, lie)) in LIES.into_iter().enumerate() {
            let (mut statement, mut witness) = (statement, witness.clone());
            lie(&mut statement, &mut witness);
            assert_eq!(statement.check(&witness), Err(violation), "lie {number}");
            assert!(!forger.membership(&statement, &witness), "{shape} {number}");
        }
    }
}
