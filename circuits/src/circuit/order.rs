//! Order, range and number of the places: clauses E5, E6, and S5, S8 at their edges. Whole registries are
//! made for it, so that the leaves are there and only the clause in question is not met.

use super::*;
use crate::identity::{OperatorSecret, Pool, registry_leaf, registry_root};
use crate::ledger::{LedgerRow, MissedVotes, Words};
use crate::statement::{EnrolmentPlace, Thresholds, Violation};
use crate::synthetic::{CHAIN_ID, POOL_ADDRESS, SyntheticPool};
use crate::tree::{LEDGER_DEPTH, Tree};
use halo2_proofs::dev::MockProver;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const INDEX_LIMIT: u64 = 1 << 40;

fn shape(family: Family) -> Shape {
    Shape::wide(family, 11, 1)
}

fn secret() -> OperatorSecret {
    OperatorSecret::random(&mut ChaCha20Rng::seed_from_u64(3))
}

/// An operator's enrolment in a registry whose leaves are these indices, in this order.
fn enrolment(indices: &[u64]) -> (EnrolmentStatement, EnrolmentWitness) {
    let (secret, pool) = (secret(), Pool::new(CHAIN_ID, &POOL_ADDRESS));
    let leaves = indices
        .iter()
        .map(|&index| registry_leaf(index, secret.tag(index, pool)))
        .collect();
    let tree = Tree::new(leaves, LEDGER_DEPTH).unwrap();
    let registered = indices.len() as u32;
    let places = indices.iter().enumerate();
    let witness = EnrolmentWitness {
        pool,
        tree_root: tree.root(),
        registered,
        places: places
            .map(|(position, &index)| EnrolmentPlace {
                index,
                path: tree.path(position),
            })
            .collect(),
        secret,
    };
    let statement = EnrolmentStatement {
        registry_root: registry_root(tree.root(), registered),
        operator_id: witness.secret.operator_id(pool),
        validators: registered,
        context: Fr::from(77),
    };
    (statement, witness)
}

fn is_satisfied(circuit: &VigilCircuit, instance: &[Fr]) -> bool {
    MockProver::run(circuit.shape.k, circuit, vec![instance.to_vec()])
        .unwrap()
        .verify()
        .is_ok()
}

/// The plain statement says `expected`, and the circuit says the same.
fn assert_enrols(
    (statement, witness): &(EnrolmentStatement, EnrolmentWitness),
    expected: Result<(), Violation>,
) {
    assert_eq!(statement.check(witness), expected);
    let shape = shape(Family::Enrolment);
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let circuit = VigilCircuit::enrolment(shape, statement, witness).unwrap();
    let satisfied = is_satisfied(&circuit, &instance);
    assert_eq!(satisfied, expected.is_ok(), "the circuit, not {expected:?}");
}

#[test]
fn e5_indices_end_at_2_to_the_40() {
    assert_enrols(&enrolment(&[0, 5, INDEX_LIMIT - 1]), Ok(()));
    for index in [INDEX_LIMIT, INDEX_LIMIT + 5, u64::MAX] {
        assert_enrols(&enrolment(&[0, 5, index]), Err(Violation::E5Order));
        assert_enrols(&enrolment(&[index]), Err(Violation::E5Order));
    }
}

#[test]
fn e5_indices_strictly_increase() {
    for indices in [
        [6, 5, 70].as_slice(),
        &[5, 70, 6],
        &[5, 5, 70],
        &[5, 70, 70],
        &[0, 0],
        &[INDEX_LIMIT - 1, 0],
    ] {
        assert_enrols(&enrolment(indices), Err(Violation::E5Order));
    }
}

#[test]
fn e6_nobody_enrolled_is_a_statement_too_and_hides_nobody() {
    assert_enrols(&enrolment(&[]), Ok(()));
    let (mut statement, mut witness) = enrolment(&[5]);
    statement.validators = 0;
    assert_enrols(&(statement, witness.clone()), Err(Violation::E6Count));
    // Nobody of a registry that has somebody.
    witness.places.clear();
    assert_enrols(&(statement, witness.clone()), Ok(()));
    statement.validators = 1;
    assert_enrols(&(statement, witness), Err(Violation::E6Count));
}

/// A duty statement over full-time validators of these indices.
fn duty(indices: &[u64]) -> (DutyStatement, DutyWitness) {
    let row = |&index: &u64| LedgerRow {
        index,
        active_epochs: 225,
        effective_balance: 32,
        slashed: false,
        run_in: 0,
        proposals_due: 0,
        proposals_missed: 0,
        sync_due: 0,
        sync_missed: 0,
        words: vec![MissedVotes::default()],
    };
    let rows = indices.iter().map(|index| (0, row(index))).collect();
    let pool = Pool::new(CHAIN_ID, &POOL_ADDRESS);
    let thresholds = Thresholds {
        min_performance_bps: 9_500,
        min_uptime_bps: 9_700,
        max_outage_epochs: 12,
    };
    SyntheticPool::from_rows(pool, vec![secret()], rows, Words::W1)
        .unwrap()
        .duty(0, thresholds)
}

fn assert_proves(
    (statement, witness): &(DutyStatement, DutyWitness),
    expected: Result<(), Violation>,
) {
    assert_eq!(statement.check(witness), expected);
    let shape = shape(Family::Duty(Words::W1));
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let circuit = VigilCircuit::duty(shape, statement, witness).unwrap();
    let satisfied = is_satisfied(&circuit, &instance);
    assert_eq!(satisfied, expected.is_ok(), "the circuit, not {expected:?}");
}

#[test]
fn s5_indices_strictly_increase_up_to_2_to_the_40() {
    assert_proves(&duty(&[0, 5, INDEX_LIMIT - 1]), Ok(()));
    for indices in [[6, 5, 70], [5, 5, 70], [5, 70, 70], [INDEX_LIMIT - 1, 0, 1]] {
        assert_proves(&duty(&indices), Err(Violation::S5Order));
    }
    // The field of the index ends there.
    for index in [INDEX_LIMIT, INDEX_LIMIT + 5] {
        assert_proves(&duty(&[0, 5, index]), Err(Violation::S6Fields));
    }
}

#[test]
fn s8_nobody_is_not_said_of_somebody() {
    let (mut statement, witness) = duty(&[5]);
    statement.claims.validators = 0;
    assert_proves(&(statement, witness), Err(Violation::S8Counts));
}
