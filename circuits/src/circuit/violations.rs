//! One false statement a clause: valid plus one edit, with a complete and coherent witness. The
//! plain statement names the clause, and the circuit is not satisfied.

use super::*;
use crate::ledger::{EpochBits, LedgerRow, MissedVotes, Words};
use crate::statement::{Thresholds, Violation};
use crate::synthetic::{SyntheticPool, THRESHOLDS};
use crate::tree::{LEDGER_DEPTH, Tree};
use halo2_proofs::dev::MockProver;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const SHAPE: Shape = Shape::wide(Family::Duty(Words::W1), 11, 2);

/// A validator that met everything all day.
fn row(index: u64) -> LedgerRow {
    LedgerRow {
        index,
        active_epochs: 225,
        effective_balance: 32,
        slashed: false,
        run_in: 0,
        proposals_due: 2,
        proposals_missed: 1,
        sync_due: 100,
        sync_missed: 10,
        words: vec![MissedVotes::default()],
    }
}

/// A pool of two operators over these rows: the first three are operator 0's.
fn pool_of(rows: [LedgerRow; 3]) -> SyntheticPool {
    let seed = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(9), Words::W1, 2, 1).unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (0, row)).collect();
    rows.push((1, row(900)));
    SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows, Words::W1).unwrap()
}

fn pool() -> SyntheticPool {
    pool_of([row(5), row(6), row(70)])
}

fn is_satisfied(circuit: &VigilCircuit, instance: &[Fr]) -> bool {
    let k = circuit.shape.k;
    MockProver::run(k, circuit, vec![instance.to_vec()])
        .unwrap()
        .verify()
        .is_ok()
}

fn assert_violates(statement: &DutyStatement, witness: &DutyWitness, violation: Violation) {
    assert_eq!(statement.check(witness), Err(violation));
    let instance = statement.to_instance(SHAPE.capacity()).unwrap();
    let circuit = VigilCircuit::duty(SHAPE, statement, witness).unwrap();
    assert!(
        !is_satisfied(&circuit, &instance),
        "{violation:?} is satisfiable"
    );
}

fn assert_holds(statement: &DutyStatement, witness: &DutyWitness) {
    assert_eq!(statement.check(witness), Ok(()));
    let instance = statement.to_instance(SHAPE.capacity()).unwrap();
    let circuit = VigilCircuit::duty(SHAPE, statement, witness).unwrap();
    assert!(is_satisfied(&circuit, &instance));
}

#[test]
fn the_unedited_statement_holds() {
    let (statement, witness) = pool().duty(0, THRESHOLDS);
    assert_holds(&statement, &witness);
}

#[test]
fn s1_another_operators_id() {
    let (mut statement, witness) = pool().duty(0, THRESHOLDS);
    statement.operator_id = pool().duty(1, THRESHOLDS).0.operator_id;
    assert_violates(&statement, &witness, Violation::S1OperatorId);
}

#[test]
fn s2_another_header() {
    let (statement, mut witness) = pool().duty(0, THRESHOLDS);
    witness.header.start_epoch += 1;
    assert_violates(&statement, &witness, Violation::S2LedgerRoot);
}

#[test]
fn s3_a_row_that_is_not_in_the_ledger() {
    let (statement, mut witness) = pool().duty(0, THRESHOLDS);
    witness.places[1].row.sync_missed -= 1;
    assert_violates(&statement, &witness, Violation::S3Membership);
}

#[test]
fn s3_a_tree_of_ones_own() {
    let (statement, mut witness) = pool().duty(0, THRESHOLDS);
    let row = row(8);
    let leaf = row.leaf(witness.secret.tag(8, witness.pool));
    let tree = Tree::new(vec![leaf], LEDGER_DEPTH).unwrap();
    witness.places[2].row = row;
    witness.places[2].path = tree.path(0);
    assert_violates(&statement, &witness, Violation::S3Membership);
}

#[test]
fn s4_somebody_elses_validator() {
    let (mut statement, mut witness) = pool().duty(0, THRESHOLDS);
    witness.places.extend(pool().duty(1, THRESHOLDS).1.places);
    statement.claims.validators += 1;
    assert_violates(&statement, &witness, Violation::S3Membership);
}

#[test]
fn s5_a_validator_counted_twice() {
    let (mut statement, mut witness) = pool().duty(0, THRESHOLDS);
    let twice = witness.places[2].clone();
    witness.places.push(twice);
    statement.claims.validators += 1;
    assert_violates(&statement, &witness, Violation::S5Order);
}

#[test]
fn s5_validators_out_of_order() {
    let (statement, mut witness) = pool().duty(0, THRESHOLDS);
    witness.places.swap(0, 1);
    assert_violates(&statement, &witness, Violation::S5Order);
}

#[test]
fn s6_more_missed_than_due() {
    let edits: [fn(&mut LedgerRow); 6] = [
        |row| row.proposals_missed = row.proposals_due + 1,
        |row| row.sync_missed = row.sync_due + 1,
        |row| row.words[0].source = EpochBits::from_limbs([1, 0, 0, 0]).unwrap(),
        |row| row.words[0].target = EpochBits::from_limbs([0, 1, 0, 0]).unwrap(),
        |row| row.words[0].head = EpochBits::from_limbs([0, 0, 0, 1 << 32]).unwrap(),
        |row| row.effective_balance = 4096,
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut bad = row(6);
        if (2..5).contains(&number) {
            bad.active_epochs = 0;
        }
        edit(&mut bad);
        let (statement, witness) = pool_of([row(5), bad, row(70)]).duty(0, THRESHOLDS);
        assert_violates(&statement, &witness, Violation::S6Fields);
    }
}

/// Rows that break the policy in exactly one way.
fn incompliant() -> [(&'static str, LedgerRow, Thresholds); 6] {
    let lenient = Thresholds {
        min_performance_bps: 0,
        min_uptime_bps: 0,
        max_outage_epochs: 8191,
    };
    let missing = |epochs: std::ops::Range<usize>| {
        let mut row = row(6);
        epochs.for_each(|epoch| row.words[0].target.set(epoch));
        row
    };
    let mut carried = row(6);
    carried.run_in = 13;
    let mut carried_on = missing(0..2);
    carried_on.run_in = 11;
    [
        (
            "performance",
            missing(0..20),
            Thresholds {
                min_performance_bps: 9_573,
                ..lenient
            },
        ),
        (
            "uptime",
            missing(0..20),
            Thresholds {
                min_uptime_bps: 9_112,
                ..lenient
            },
        ),
        (
            "outage",
            missing(100..113),
            Thresholds {
                max_outage_epochs: 12,
                ..lenient
            },
        ),
        (
            "outage to the end",
            missing(212..225),
            Thresholds {
                max_outage_epochs: 12,
                ..lenient
            },
        ),
        (
            "run-in",
            carried,
            Thresholds {
                max_outage_epochs: 12,
                ..lenient
            },
        ),
        (
            "run-in carried on",
            carried_on,
            Thresholds {
                max_outage_epochs: 12,
                ..lenient
            },
        ),
    ]
}

#[test]
fn s7_compliant_without_meeting_the_policy() {
    for (what, bad, thresholds) in incompliant() {
        let pool = pool_of([row(5), bad, row(70)]);
        let (mut statement, mut witness) = pool.duty(0, thresholds);
        assert!(!witness.places[1].compliant, "{what}");
        assert_holds(&statement, &witness);
        witness.places[1].compliant = true;
        statement.claims.good_stake += 32 * 225;
        statement.claims.good_bps = 10_000;
        assert_violates(&statement, &witness, Violation::S7Compliant);
    }
}

#[test]
fn s7_at_the_edge_of_the_policy() {
    for (what, good, thresholds) in incompliant() {
        let eased = match what {
            "performance" => Thresholds {
                min_performance_bps: 9_572,
                ..thresholds
            },
            "uptime" => Thresholds {
                min_uptime_bps: 9_111,
                ..thresholds
            },
            _ => Thresholds {
                max_outage_epochs: 13,
                ..thresholds
            },
        };
        let (statement, witness) = pool_of([row(5), good, row(70)]).duty(0, eased);
        assert!(witness.places[1].compliant, "{what}");
        assert_holds(&statement, &witness);
    }
}

#[test]
fn s7_slashed_and_compliant() {
    let mut slashed = row(6);
    slashed.slashed = true;
    let (mut statement, mut witness) = pool_of([row(5), slashed, row(70)]).duty(0, THRESHOLDS);
    assert_holds(&statement, &witness);
    witness.places[1].compliant = true;
    statement.claims.good_stake += 32 * 225;
    assert_violates(&statement, &witness, Violation::S7Compliant);
}

#[test]
fn s8_a_validator_or_a_slashing_hidden_or_invented() {
    let mut slashed = row(6);
    slashed.slashed = true;
    let pool = pool_of([row(5), slashed, row(70)]);
    let (honest, witness) = pool.duty(0, THRESHOLDS);
    let edits: [fn(&mut DutyStatement); 4] = [
        |s| s.claims.validators -= 1,
        |s| s.claims.validators += 1,
        |s| s.claims.slashed -= 1,
        |s| s.claims.slashed += 1,
    ];
    for edit in edits {
        let mut statement = honest;
        edit(&mut statement);
        assert_violates(&statement, &witness, Violation::S8Counts);
    }
    // A place left out is a smaller V, never the same.
    let mut fewer = witness.clone();
    fewer.places.remove(1);
    assert_violates(&honest, &fewer, Violation::S8Counts);
}

#[test]
fn s9_claims_above_the_rows() {
    let mut absent = row(6);
    (0..100).for_each(|epoch| absent.words[0].target.set(epoch));
    let (honest, witness) = pool_of([row(5), absent, row(70)]).duty(0, THRESHOLDS);
    assert_holds(&honest, &witness);
    let edits: [fn(&mut DutyStatement); 3] = [
        |s| s.claims.good_stake += 1,
        |s| s.claims.good_bps += 1,
        |s| s.claims.performance_bps += 1,
    ];
    for edit in edits {
        let mut statement = honest;
        edit(&mut statement);
        assert_violates(&statement, &witness, Violation::S9Claims);
    }
}

#[test]
fn s9_pairs_without_duty_drop_out() {
    let idle = |index| LedgerRow {
        proposals_due: 0,
        proposals_missed: 0,
        sync_due: 0,
        sync_missed: 0,
        ..row(index)
    };
    let mut late = idle(6);
    (0..30).for_each(|epoch| late.words[0].head.set(epoch));
    let (mut statement, witness) = pool_of([idle(5), late, idle(70)]).duty(0, THRESHOLDS);
    assert!(statement.claims.performance_bps < 10_000);
    assert_holds(&statement, &witness);
    statement.claims.performance_bps += 1;
    assert_violates(&statement, &witness, Violation::S9Claims);

    let never = |index| LedgerRow {
        active_epochs: 0,
        effective_balance: 0,
        ..idle(index)
    };
    let (statement, witness) = pool_of([never(5), never(6), never(70)]).duty(0, THRESHOLDS);
    assert_eq!(statement.claims.performance_bps, 10_000);
    assert_holds(&statement, &witness);
}

#[test]
fn no_validator_at_all_holds_with_nothing_claimed() {
    let (mut statement, mut witness) = pool().duty(0, THRESHOLDS);
    witness.places.clear();
    statement.claims = crate::statement::Totals::default().best_claims();
    assert_holds(&statement, &witness);
    statement.claims.good_stake = 1;
    assert_violates(&statement, &witness, Violation::S9Claims);
}

#[test]
fn wrapped_claims_are_refused_by_the_circuit_itself() {
    let (statement, witness) = pool().duty(0, THRESHOLDS);
    let honest = statement.to_instance(SHAPE.capacity()).unwrap();
    for input in [6, 8, 9, 3, 4, 5] {
        let mut instance = honest;
        instance[input] = -Fr::ONE;
        let sheet = crate::assemble::duty::assemble(SHAPE, &instance, &witness);
        let circuit = VigilCircuit::from_sheet(SHAPE, sheet);
        assert!(!is_satisfied(&circuit, &instance), "input {input}");
    }
}

#[test]
fn s10_the_context_is_bound() {
    let (statement, witness) = pool().duty(0, THRESHOLDS);
    let mut instance = statement.to_instance(SHAPE.capacity()).unwrap();
    let circuit = VigilCircuit::duty(SHAPE, &statement, &witness).unwrap();
    instance[10] += Fr::ONE;
    assert!(!is_satisfied(&circuit, &instance));
}

#[test]
fn enrolment_clauses() {
    let shape = Shape::wide(Family::Enrolment, 11, 2);
    let pool = pool();
    let (statement, witness) = pool.enrolment(0);
    let violates = |statement: &EnrolmentStatement, witness: &EnrolmentWitness, violation| {
        assert_eq!(statement.check(witness), Err(violation));
        let instance = statement.to_instance(shape.capacity()).unwrap();
        let circuit = VigilCircuit::enrolment(shape, statement, witness).unwrap();
        assert!(
            !is_satisfied(&circuit, &instance),
            "{violation:?} is satisfiable"
        );
    };
    let (mut s, mut w) = (statement, witness.clone());
    s.operator_id += Fr::ONE;
    violates(&s, &w, Violation::E1OperatorId);
    (s, w) = (statement, witness.clone());
    w.registered += 1;
    violates(&s, &w, Violation::E2RegistryRoot);
    (s, w) = (statement, witness.clone());
    w.places[1].path = w.places[0].path.clone();
    w.places[1].path.levels[3][0] += Fr::ONE;
    violates(&s, &w, Violation::E3Membership);
    (s, w) = (statement, witness.clone());
    w.places.extend(pool.enrolment(1).1.places);
    s.validators += 1;
    violates(&s, &w, Violation::E3Membership);
    (s, w) = (statement, witness.clone());
    w.places.push(witness.places[2].clone());
    s.validators += 1;
    violates(&s, &w, Violation::E5Order);
    (s, w) = (statement, witness.clone());
    s.validators -= 1;
    violates(&s, &w, Violation::E6Count);

    let mut instance = statement.to_instance(shape.capacity()).unwrap();
    let circuit = VigilCircuit::enrolment(shape, &statement, &witness).unwrap();
    assert!(is_satisfied(&circuit, &instance));
    instance[3] += Fr::ONE;
    assert!(!is_satisfied(&circuit, &instance), "E7");
}

#[test]
fn membership_clauses() {
    let pool = pool();
    let (statement, witness) = pool.membership(1, 44);
    let violates = |statement: &MembershipStatement, witness: &MembershipWitness, violation| {
        assert_eq!(statement.check(witness), Err(violation));
        let instance = statement.to_instance().unwrap();
        let circuit = VigilCircuit::membership(Shape::default(), statement, witness).unwrap();
        assert!(
            !is_satisfied(&circuit, &instance),
            "{violation:?} is satisfiable"
        );
    };
    // M1: a stranger's secret.
    let mut stranger = witness.clone();
    stranger.secret = crate::identity::OperatorSecret::random(&mut ChaCha20Rng::seed_from_u64(99));
    let mut s = statement;
    s.tag = stranger.secret.tag(44, s.pool);
    violates(&s, &stranger, Violation::M2Membership);
    // M2: another tree.
    let mut w = witness.clone();
    w.path.levels[5][3] += Fr::ONE;
    violates(&statement, &w, Violation::M2Membership);
    // M3: another tag.
    s = statement;
    s.tag += Fr::ONE;
    violates(&s, &witness, Violation::M3Tag);
    s = statement;
    s.index += 1;
    violates(&s, &witness, Violation::M3Tag);
    // M4: another context.
    let mut instance = statement.to_instance().unwrap();
    let circuit = VigilCircuit::membership(Shape::default(), &statement, &witness).unwrap();
    assert!(is_satisfied(&circuit, &instance));
    instance[4] += Fr::ONE;
    assert!(!is_satisfied(&circuit, &instance));
}
