//! Chains that no bytes decode to, or that no honest state transition makes: facts of the captured
//! chain, changed one at a time. Every error of a period has its cause here or in `tests/refused.rs`.

use super::*;
use crate::assembly::BuildError;
use crate::file::Ledger;
use crate::registry::Registry;
use crate::rows::RowError;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::fs;

/// Of the captured chain.
const SLOTS_PER_EPOCH: u64 = 8;
const VALIDATORS: usize = 64;
/// An epoch of Electra, all of whose slots have blocks, and the slot of its final state.
const EPOCH: u64 = 20;
const FINAL_SLOT: u64 = SLOTS_PER_EPOCH * (EPOCH + 2) - 1;

fn captured() -> Chain {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../data/chains/sim-deneb-electra-fulu.tar.zst"
    );
    Chain::from_archive(&fs::read(path).unwrap()).unwrap()
}

fn final_state(chain: &mut Chain) -> &mut StateFacts {
    chain.states.get_mut(&FINAL_SLOT).unwrap()
}

fn refused(chain: &Chain) -> RowError {
    chain.rows(&[0], EPOCH, 1, None).unwrap_err()
}

#[test]
fn sync_bits_without_a_seat_and_seats_without_a_bit_are_refused() {
    let mut chain = captured();
    let slot = EPOCH * SLOTS_PER_EPOCH;
    let bits = &mut chain.canonical.get_mut(slot).unwrap().sync_bits;
    let seats = bits.len();
    bits.push(true);
    let extra = refused(&chain);
    chain
        .canonical
        .get_mut(slot)
        .unwrap()
        .sync_bits
        .truncate(seats - 1);
    for (error, count) in [(extra, seats + 1), (refused(&chain), seats - 1)] {
        assert!(
            matches!(error, RowError::SyncSize { slot: at, expected, got }
                if at == slot && expected == seats && got == count),
            "{error}"
        );
    }
}

#[test]
fn an_active_validator_without_flags_is_refused() {
    let mut chain = captured();
    final_state(&mut chain)
        .previous_epoch_participation
        .truncate(9);
    chain.rows(&[8], EPOCH, 1, None).unwrap();
    let error = chain.rows(&[9], EPOCH, 1, None).unwrap_err();
    assert!(
        matches!(
            error,
            RowError::MissingFlags {
                index: 9,
                epoch: EPOCH
            }
        ),
        "{error}"
    );
}

#[test]
fn a_balance_beyond_its_field_is_refused_and_the_largest_is_not() {
    let mut chain = captured();
    let balance = |chain: &mut Chain, increments: u64| {
        final_state(chain).validators[0].effective_balance = increments * 1_000_000_000;
    };
    balance(&mut chain, 4095);
    let rows = chain.rows(&[0], EPOCH, 1, None).unwrap();
    assert_eq!(rows[0].effective_balance, 4095);
    balance(&mut chain, 4096);
    let error = refused(&chain);
    assert!(
        matches!(
            error,
            RowError::TooLarge {
                index: 0,
                what: "effective balance",
                limit: 4096,
                got: 4096
            }
        ),
        "{error}"
    );
}

#[test]
fn an_epoch_without_stake_has_neither_proposers_nor_a_performance() {
    let mut chain = captured();
    for state in chain.states.values_mut() {
        for validator in &mut state.validators {
            validator.exit_epoch = 0;
        }
    }
    assert!(matches!(
        refused(&chain),
        RowError::NoProposer { epoch: EPOCH }
    ));
    let error = chain.network_bps(EPOCH, 1).unwrap_err();
    assert!(matches!(error, RowError::NobodyActive), "{error}");
}

#[test]
fn an_attestation_that_does_not_fit_its_committees_is_refused() {
    let mut chain = captured();
    let slot = EPOCH * SLOTS_PER_EPOCH + 3;
    let block = chain.canonical.get_mut(slot).unwrap();
    let attestation = &mut block.attestations[0];
    assert_eq!(attestation.target.epoch, EPOCH);
    let members = attestation.members;
    attestation.members += 1;
    let error = chain.participation_from_blocks(EPOCH).unwrap_err();
    assert!(
        matches!(error, RowError::AttestationSize { slot: at, expected, got }
            if at == slot && expected == members && got == members + 1),
        "{error}"
    );
    let block = chain.canonical.get_mut(slot).unwrap();
    block.attestations[0].committees = vec![64];
    let error = chain.participation_from_blocks(EPOCH).unwrap_err();
    assert!(matches!(
        error,
        RowError::AttestationSize { expected: 0, .. }
    ));
}

#[test]
fn a_flag_that_the_blocks_do_not_give_stops_the_ledger() {
    let mut chain = captured();
    let validators: Vec<_> = (0..VALIDATORS as u64).map(|i| (i, [0; 48])).collect();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let (registry, _) = Registry::draft(1, [7; 20], &validators, 4, rng).unwrap();
    Ledger::build(&chain, &registry, EPOCH, 1, None).unwrap();
    final_state(&mut chain).previous_epoch_participation[31] ^= 0b100;
    let error = Ledger::build(&chain, &registry, EPOCH, 1, None).unwrap_err();
    assert!(
        matches!(
            error,
            BuildError::PathsDiffer {
                index: 31,
                epoch: EPOCH,
                from_states,
                from_blocks
            } if from_states ^ from_blocks == 0b100
        ),
        "{error}"
    );
}

#[test]
fn a_period_before_altair_is_refused() {
    let mut chain = captured();
    // A schedule without flags before epoch 21.
    let json = r#"{"PRESET_BASE":"minimal","SLOTS_PER_EPOCH":"8","SHUFFLE_ROUND_COUNT":"10",
        "TARGET_COMMITTEE_SIZE":"4","SLOTS_PER_HISTORICAL_ROOT":"64",
        "EPOCHS_PER_HISTORICAL_VECTOR":"64","EPOCHS_PER_SLASHINGS_VECTOR":"64",
        "SYNC_COMMITTEE_SIZE":"32","MAX_COMMITTEES_PER_SLOT":"4",
        "ALTAIR_FORK_EPOCH":"21","ALTAIR_FORK_VERSION":"0x01000001"}"#;
    chain.spec = Spec::from_json(json.as_bytes()).unwrap();
    chain.rows(&[0], EPOCH + 1, 1, None).unwrap();
    let error = chain.rows(&[0], EPOCH, 2, None).unwrap_err();
    assert!(
        matches!(
            error,
            RowError::BeforeAltair {
                start_epoch: EPOCH,
                altair_epoch: 21
            }
        ),
        "{error}"
    );
}
