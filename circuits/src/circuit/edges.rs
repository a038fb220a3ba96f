//! Rows, policies and claims at their edges: the gates and the plain statement say the same of each.

use super::columns::LANE_WIDTH;
use super::layout::{duty, evaluate, rng};
use super::*;
use crate::ledger::{LedgerRow, MissedVotes, WORD_EPOCHS, Words};
use crate::statement::{Thresholds, is_compliant};
use crate::synthetic::SyntheticPool;
use rand_chacha::{ChaCha20Rng, rand_core::RngCore};

/// All that is broken: polynomials by row, and copies. `only`: names that are looked at.
fn broken(
    circuit: &VigilCircuit,
    instance: &[Fr],
    only: impl Fn(&str) -> bool,
) -> Vec<(usize, String)> {
    let mut cs = ConstraintSystem::<Fr>::default();
    VigilCircuit::configure_with_params(&mut cs, circuit.shape);
    let rows = 1usize << circuit.shape.k;
    let sheet = circuit.sheet();
    let at = |row: usize, rotation: i32| {
        (row as i64 + i64::from(rotation)).rem_euclid(rows as i64) as usize
    };
    let mut broken = Vec::new();
    for (lane, gate) in cs.gates().iter().enumerate() {
        for (i, polynomial) in gate.polynomials().iter().enumerate() {
            if !only(gate.constraint_name(i)) {
                continue;
            }
            for row in 0..rows {
                if sheet.fixed[fixed::EXTERNAL..]
                    .iter()
                    .all(|c| c[row] == Fr::ZERO)
                {
                    continue;
                }
                let value = evaluate(
                    polynomial,
                    &|column, rotation| sheet.fixed[column][at(row, rotation)],
                    &|column, rotation| sheet.advice[column][at(row, rotation)],
                    &|rotation| instance.get(at(row, rotation)).copied().unwrap_or(Fr::ZERO),
                );
                if value != Fr::ZERO {
                    broken.push((row, format!("lane {lane} {}", gate.constraint_name(i))));
                }
            }
        }
    }
    for (a, b) in &sheet.copies {
        let value =
            |c: &crate::sheet::DeskCell| sheet.advice[c.lane * LANE_WIDTH + LANE_WIDTH - 1][c.row];
        if value(a) != value(b) {
            broken.push((b.row, format!("copy {a:?} {b:?}")));
        }
    }
    broken
}

fn is_sane(row: &LedgerRow) -> bool {
    row.misses()
        .iter()
        .all(|&missed| missed <= u32::from(row.active_epochs))
        && row.proposals_missed <= row.proposals_due
        && row.sync_missed <= row.sync_due
}

/// A row at the edges of everything.
fn wild_row(rng: &mut ChaCha20Rng, words: Words, index: u64, max_outage: u16) -> LedgerRow {
    let pick = |rng: &mut ChaCha20Rng, from: &[u64]| from[rng.next_u64() as usize % from.len()];
    let total = words.count() * WORD_EPOCHS;
    let mut bits = vec![MissedVotes::default(); words.count()];
    let set = |bits: &mut Vec<MissedVotes>, which: usize, epoch: usize| {
        let word = &mut bits[epoch / WORD_EPOCHS];
        let e = epoch % WORD_EPOCHS;
        match which {
            0 => word.source.set(e),
            1 => word.target.set(e),
            _ => word.head.set(e),
        }
    };
    // Runs of target misses of about the allowed length around the boundaries of words.
    let length = match rng.next_u64() % 4 {
        0 => usize::from(max_outage),
        1 => usize::from(max_outage) + 1,
        2 => usize::from(max_outage).saturating_sub(1),
        _ => rng.next_u64() as usize % 30,
    };
    let boundary = WORD_EPOCHS * (rng.next_u64() as usize % (words.count() + 1));
    let start = (boundary + 3).saturating_sub(rng.next_u64() as usize % (length.min(1000) + 6));
    for epoch in start..(start + length).min(total) {
        set(&mut bits, 1, epoch);
    }
    for which in 0..3 {
        for _ in 0..rng.next_u64() % 5 {
            set(&mut bits, which, rng.next_u64() as usize % total);
        }
        if rng.next_u64().is_multiple_of(3) {
            set(&mut bits, which, total - 1);
        }
        if rng.next_u64().is_multiple_of(3) {
            set(&mut bits, which, 0);
        }
        if rng.next_u64().is_multiple_of(12) {
            (0..total).for_each(|epoch| set(&mut bits, which, epoch));
        }
    }
    let mut row = LedgerRow {
        index,
        active_epochs: 0,
        effective_balance: pick(rng, &[0, 1, 32, 2048, 4095]) as u16,
        slashed: rng.next_u64().is_multiple_of(6),
        run_in: match rng.next_u64() % 4 {
            0 => pick(rng, &[1, 8191, 4096]) as u16,
            1 => (max_outage + 1).min(8191),
            2 => max_outage,
            _ => 0,
        },
        proposals_due: pick(rng, &[0, 1, 3, 65535]) as u16,
        proposals_missed: 0,
        sync_due: pick(rng, &[0, 1, 7000, (1 << 24) - 1]) as u32,
        sync_missed: 0,
        words: bits,
    };
    let most = row.misses().into_iter().max().unwrap() as u64;
    row.active_epochs = pick(
        rng,
        &[
            total as u64,
            total as u64,
            most,
            most.saturating_sub(1),
            8191,
            total as u64,
        ],
    ) as u16;
    row.proposals_missed = match rng.next_u64() % 6 {
        0 => row.proposals_due,
        1 => row.proposals_due.saturating_add(1),
        _ => row.proposals_due / 2,
    };
    row.sync_missed = match rng.next_u64() % 6 {
        0 => row.sync_due,
        1 => (row.sync_due + 1).min((1 << 24) - 1),
        _ => row.sync_due / 2,
    };
    row
}

/// What the gates say of a block is what the plain statement says of the row: over rows and
/// policies at the edges, with the compliant bit set whether it is true or not.
fn differential(words: Words, k: u32, lanes: u32, rounds: u64) {
    let shape = duty(words, k, lanes);
    let places = shape.capacity() as usize;
    let (prelude, block, _) = crate::assemble::duty::rows(words);
    let mut counts = [0usize; 4];
    for round in 0..rounds {
        let mut rng = rng(1000 * words.count() as u64 + round);
        let pick = |rng: &mut ChaCha20Rng, from: &[u16]| from[rng.next_u64() as usize % from.len()];
        let thresholds = Thresholds {
            min_performance_bps: pick(&mut rng, &[0, 0, 0, 9_000, 10_000]),
            min_uptime_bps: pick(&mut rng, &[0, 0, 0, 9_500, 10_000]),
            max_outage_epochs: pick(&mut rng, &[0, 1, 2, 3, 12, 13, 224, 225, 226, 8191]),
        };
        let rows: Vec<_> = (0..places)
            .map(|i| {
                (
                    0,
                    wild_row(
                        &mut rng,
                        words,
                        5 + 3 * i as u64,
                        thresholds.max_outage_epochs,
                    ),
                )
            })
            .collect();
        let seed = SyntheticPool::new(&mut rng, Words::W1, 1, 1).unwrap();
        let pool = SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows, words).unwrap();
        let (statement, mut witness) = pool.duty(0, thresholds);
        for place in &mut witness.places {
            place.compliant = !rng.next_u64().is_multiple_of(3);
        }
        let instance = statement.to_instance(shape.capacity()).unwrap();
        let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
        let is_row_gate = |name: &str| !name.contains("first layer");
        let broken = broken(&circuit, &instance, is_row_gate);
        for (position, place) in witness.places.iter().enumerate() {
            let lane = position % lanes as usize;
            let base = prelude + position / lanes as usize * block;
            let mine: Vec<_> = broken
                .iter()
                .filter(|(row, name)| {
                    (base..base + block).contains(row) && name.starts_with(&format!("lane {lane} "))
                })
                .collect();
            let sane = is_sane(&place.row);
            let policy = !place.compliant || is_compliant(&place.row, &thresholds);
            counts[usize::from(sane) * 2 + usize::from(policy)] += 1;
            assert_eq!(
                mine.is_empty(),
                sane && policy,
                "round {round} place {position} {thresholds:?} {:?} compliant {}: {mine:?}",
                place.row,
                place.compliant
            );
        }
    }
    assert!(counts[2] > 0 && counts[3] > 0 && counts[1] + counts[0] > 0);
}

#[test]
fn w1_rows_are_judged_as_the_statement_says() {
    differential(Words::W1, 11, 4, 12);
}

#[test]
fn w7_rows_are_judged_as_the_statement_says() {
    differential(Words::W7, 12, 3, 16);
}

#[test]
fn w28_rows_are_judged_as_the_statement_says() {
    differential(Words::W28, 13, 4, 6);
}

/// Rigidity where derivatives are special: nobody, everybody, an outage of 0 or without a limit, and
/// bits at the ends of words.
fn rigid_at(
    words: Words,
    k: u32,
    lanes: u32,
    validators: usize,
    max_outage_epochs: u16,
    seed: u64,
) {
    let shape = duty(words, k, lanes);
    let mut rng = rng(seed);
    let thresholds = Thresholds {
        min_performance_bps: 0,
        min_uptime_bps: 0,
        max_outage_epochs,
    };
    let mut rows = Vec::new();
    while rows.len() < validators {
        let index = 5 + 3 * rows.len() as u64;
        let mut row = wild_row(&mut rng, words, index, max_outage_epochs);
        row.proposals_missed = row.proposals_missed.min(row.proposals_due);
        row.active_epochs = row
            .active_epochs
            .max(row.misses().into_iter().max().unwrap() as u16)
            .min((words.count() * WORD_EPOCHS) as u16);
        if is_sane(&row) {
            rows.push((0, row));
        }
    }
    let seed = SyntheticPool::new(&mut rng, Words::W1, 1, 1).unwrap();
    let pool = SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows, words).unwrap();
    let (statement, witness) = pool.duty(0, thresholds);
    assert_eq!(statement.check(&witness), Ok(()));
    rigid::assert_witness_is_rigid(shape, &statement, &witness);
}

#[test]
fn special_circuits_of_one_word_are_rigid() {
    rigid_at(Words::W1, 10, 1, 0, 12, 1);
    rigid_at(Words::W1, 10, 1, 2, 8191, 2);
    rigid_at(Words::W1, 10, 3, 6, 0, 3);
    rigid_at(Words::W1, 10, 4, 8, 2, 4);
    rigid_at(Words::W1, 10, 4, 7, 300, 5);
    rigid_at(Words::W1, 11, 1, 5, 12, 6);
}

#[test]
fn special_circuits_of_seven_words_are_rigid() {
    rigid_at(Words::W7, 11, 3, 3, 12, 1);
    rigid_at(Words::W7, 11, 4, 3, 8191, 2);
    rigid_at(Words::W7, 12, 2, 4, 226, 3);
}

#[test]
fn special_circuits_of_28_words_are_rigid() {
    rigid_at(Words::W28, 13, 2, 2, 8191, 1);
    rigid_at(Words::W28, 13, 3, 2, 226, 2);
}

/// Best claims hold, and one more of any does not: over rows at the edges.
#[test]
fn claims_are_exact() {
    let shape = duty(Words::W1, 11, 4);
    let mut refused = 0;
    for round in 0..25 {
        let mut rng = rng(round);
        let thresholds = Thresholds {
            min_performance_bps: 0,
            min_uptime_bps: 0,
            max_outage_epochs: 225,
        };
        let kind = rng.next_u64() % 4;
        let validators = [0, 1, 7, 20][round as usize % 4];
        let mut rows = Vec::new();
        while rows.len() < validators {
            let index = 5 + 3 * rows.len() as u64;
            let mut row = wild_row(&mut rng, Words::W1, index, 225);
            row.proposals_missed = row.proposals_missed.min(row.proposals_due);
            row.active_epochs = row.active_epochs.min(225);
            if kind == 1 {
                (row.proposals_due, row.proposals_missed) = (0, 0);
            }
            if kind == 2 {
                (row.sync_due, row.sync_missed) = (0, 0);
            }
            if kind == 3 {
                row.active_epochs = 0;
                row.words = vec![MissedVotes::default()];
            }
            if is_sane(&row) {
                rows.push((0, row));
            }
        }
        let seed = SyntheticPool::new(&mut rng, Words::W1, 1, 1).unwrap();
        let pool =
            SyntheticPool::from_rows(seed.pool, seed.secrets.clone(), rows, Words::W1).unwrap();
        let (best, witness) = pool.duty(0, thresholds);
        let gates = |name: &str| !name.contains("first layer");
        let is_broken = |statement: &DutyStatement| {
            let instance = statement.to_instance(shape.capacity()).unwrap();
            let circuit = VigilCircuit::duty(shape, statement, &witness).unwrap();
            !broken(&circuit, &instance, gates).is_empty()
        };
        let edits: [fn(&mut DutyStatement); 8] = [
            |_| (),
            |s| s.claims.validators += 1,
            |s| s.claims.validators = s.claims.validators.wrapping_sub(1),
            |s| s.claims.slashed += 1,
            |s| s.claims.slashed = s.claims.slashed.wrapping_sub(1),
            |s| s.claims.good_bps += 1,
            |s| s.claims.performance_bps += 1,
            |s| s.claims.good_stake += 1,
        ];
        for (number, edit) in edits.into_iter().enumerate() {
            let mut statement = best;
            edit(&mut statement);
            if statement.to_instance(shape.capacity()).is_err() {
                continue;
            }
            let truth = statement.check(&witness);
            assert_eq!(
                is_broken(&statement),
                truth.is_err(),
                "{round} {number} {truth:?}"
            );
            refused += usize::from(truth.is_err());
        }
    }
    assert!(refused > 50);
}
