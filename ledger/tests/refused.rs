//! Damaged, incomplete and foreign data are refused, each by its own error.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/capture.rs"]
mod capture;

use capture::{Capture, MAINNET_PRESET, SIM};
use vigil_ledger::beacon::{Fork, PresetName};
use vigil_ledger::chain::{Chain, ChainError};
use vigil_ledger::rows::{Preceding, RowError};

/// Epoch 20 of the simulated chain: Electra, well below the finalised slot.
const STATE: &str = "states/e0020_s00175.ssz";

fn replace_in_spec(capture: &mut Capture, from: &str, to: &str) {
    let spec = String::from_utf8(capture.files["spec.json"].clone()).unwrap();
    assert!(spec.contains(from), "spec.json has {from}");
    capture
        .files
        .insert("spec.json".to_owned(), spec.replace(from, to).into_bytes());
}

fn damaged(path: &str, damage: impl FnOnce(&mut Vec<u8>)) -> ChainError {
    let mut capture = Capture::open(SIM);
    damage(capture.files.get_mut(path).unwrap());
    capture.chain().unwrap_err()
}

#[test]
fn the_preset_of_another_chain_decodes_nothing() {
    let mut capture = Capture::open(SIM);
    capture.files.insert(
        "spec.json".to_owned(),
        Capture::open(MAINNET_PRESET).files["spec.json"].clone(),
    );
    assert!(matches!(
        capture.chain().unwrap_err(),
        ChainError::Undecodable {
            preset: PresetName::Mainnet,
            ..
        }
    ));
}

#[test]
fn changed_sizes_and_unknown_presets_are_refused() {
    let mut capture = Capture::open(SIM);
    replace_in_spec(
        &mut capture,
        r#""SYNC_COMMITTEE_SIZE":"32""#,
        r#""SYNC_COMMITTEE_SIZE":"16""#,
    );
    assert!(matches!(
        capture.builder().unwrap_err(),
        ChainError::PresetSize {
            name: "SYNC_COMMITTEE_SIZE",
            expected: 32,
            got: 16,
            ..
        }
    ));
    replace_in_spec(
        &mut capture,
        r#""PRESET_BASE":"minimal""#,
        r#""PRESET_BASE":"gnosis""#,
    );
    assert!(
        matches!(capture.builder().unwrap_err(), ChainError::UnknownPreset { got } if got == "gnosis")
    );
}

#[test]
fn a_fork_that_is_not_known_is_named() {
    let mut capture = Capture::open(SIM);
    replace_in_spec(
        &mut capture,
        r#""GLOAS_FORK_EPOCH":"18446744073709551615""#,
        r#""GLOAS_FORK_EPOCH":"40""#,
    );
    assert!(matches!(
        capture.chain().unwrap_err(),
        ChainError::UnknownFork { fork, slot } if fork == "gloas" && slot >= 320
    ));
}

#[test]
fn a_fork_version_that_is_not_the_schedules_is_refused() {
    let mut capture = Capture::open(SIM);
    replace_in_spec(&mut capture, "0x05000001", "0x05000002");
    assert!(matches!(
        capture.chain().unwrap_err(),
        ChainError::ForkVersion { fork: Fork::Electra, expected, got, .. }
            if expected == "05000002" && got == "05000001"
    ));
}

#[test]
fn a_truncated_state_is_refused() {
    let error = damaged(STATE, |state| state.truncate(10));
    assert!(matches!(
        error,
        ChainError::Truncated {
            at_least: 48,
            got: 10,
            ..
        }
    ));
    for keep in [49, 2_000, 10_000, 18_000] {
        let error = damaged(STATE, |state| state.truncate(keep));
        assert!(matches!(error, ChainError::Undecodable { file, .. } if file == STATE));
    }
}

#[test]
fn no_flipped_bit_of_a_state_goes_unseen() {
    let length = Capture::open(SIM).files[STATE].len();
    for place in [0, 64, 120, 200, length / 3, length / 2, length - 1] {
        let error = damaged(STATE, |state| state[place] ^= 1);
        assert!(
            matches!(&error, ChainError::Unauthenticated { file, slot: 175, .. } if file == STATE)
                || matches!(&error, ChainError::Undecodable { file, .. } if file == STATE),
            "byte {place}: {error}"
        );
    }
}

#[test]
fn states_at_empty_slots_are_authenticated_by_later_ones() {
    let capture = Capture::open(SIM);
    let chain = capture.chain().unwrap();
    let slots_per_epoch = chain.spec().slots_per_epoch();
    let empty: Vec<u64> = chain
        .states()
        .iter()
        .filter(|(_, state)| !state.is_post_state)
        .map(|(&slot, _)| slot)
        .collect();
    assert_eq!(empty, [23, 55, 279, 335, 359, 367, 455]);
    for slot in empty {
        let path = format!(
            "states/e{:04}_s{slot:05}.ssz",
            (slot + 1) / slots_per_epoch - 2
        );
        let error = damaged(&path, |state| *state.last_mut().unwrap() ^= 1);
        assert!(
            matches!(&error, ChainError::Unauthenticated { slot: got, .. } if *got == slot),
            "{path}: {error}"
        );
    }
}

#[test]
fn a_gap_above_the_finalised_block_is_named() {
    let mut capture = Capture::open(SIM);
    let gap = capture.files.remove("blocks/00470.ssz").unwrap();
    let mut builder = capture.filled_builder().unwrap();
    let error = capture.chain().unwrap_err();
    assert!(
        matches!(&error, ChainError::MissingBlock { file, .. } if file == "states/e0058_s00479.ssz"),
        "{error}"
    );
    builder.add_block("the gap", &gap).unwrap();
    builder.finish().unwrap();
}

#[test]
fn a_flipped_block_leaves_the_chain() {
    // It has another root, so its child's parent is missing.
    let mut capture = Capture::open(SIM);
    // A byte of the graffiti.
    capture.files.get_mut("blocks/00170.ssz").unwrap()[360] ^= 1;
    let chain = capture.chain().unwrap();
    assert_eq!(chain.canonical().first_known_slot(), 171);
    assert!(matches!(
        chain.rows(&[0], 21, 1, None).unwrap_err(),
        RowError::MissingBlocks {
            first_slot: 168,
            known_from: 171
        }
    ));
    chain.rows(&[0], 22, 1, None).unwrap();
}

#[test]
fn damaged_bytes_never_panic() {
    let capture = Capture::open(SIM);
    for path in [
        STATE,
        "states/e0003_s00039.ssz",
        "states/e0050_s00415.ssz",
        "blocks/00170.ssz",
        "blocks/00060.ssz",
    ] {
        let whole = &capture.files[path];
        // Offsets lie at the front, so every bit there; then samples.
        let places = (0..300)
            .chain((300..whole.len()).step_by(97))
            .filter(|&place| place < whole.len());
        for place in places {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            let mut builder = capture.builder().unwrap();
            let _ = if path.starts_with("states") {
                builder.add_state(path, &bytes)
            } else {
                builder.add_block(path, &bytes)
            };
            bytes.truncate(place);
            let refused = if path.starts_with("states") {
                builder.add_state(path, &bytes)
            } else {
                builder.add_block(path, &bytes)
            };
            assert!(refused.is_err(), "{path} cut at {place}");
        }
    }
}

#[test]
fn a_missing_state_is_named_with_its_slot() {
    let mut capture = Capture::open(SIM);
    capture.files.remove(STATE);
    let chain = capture.chain().unwrap();
    assert!(matches!(
        chain.rows(&[0], 19, 3, None).unwrap_err(),
        RowError::MissingFinalState {
            epoch: 20,
            slot: 175
        }
    ));
    // Epoch 21 has its own participation, but nothing says who had its duties.
    assert!(matches!(
        chain.rows(&[0], 21, 1, None).unwrap_err(),
        RowError::MissingDutyState {
            epoch: 21,
            first_slot: 168,
            last_slot: 175
        }
    ));
    chain.rows(&[0], 22, 1, None).unwrap();
}

#[test]
fn a_period_that_may_change_is_refused() {
    let chain = Capture::open(SIM).chain().unwrap();
    let finalized = chain.finalized().epoch;
    chain.rows(&[0], finalized - 2, 1, None).unwrap();
    for (start, epochs) in [(finalized - 1, 1), (finalized - 2, 2)] {
        assert!(matches!(
            chain.rows(&[0], start, epochs, None).unwrap_err(),
            RowError::NotFinal { needed, finalized: got } if needed == finalized + 1 && got == finalized
        ));
    }
}

#[test]
fn nothing_is_final_without_late_states() {
    let mut capture = Capture::open(SIM);
    capture
        .files
        .retain(|path, _| !path.starts_with("states/e00") || path.starts_with("states/e0000"));
    assert!(matches!(
        capture.chain().unwrap_err(),
        ChainError::NothingFinalized
    ));
}

#[test]
fn impossible_periods_and_validators_are_refused() {
    let chain = Capture::open(SIM).chain().unwrap();
    assert!(matches!(
        chain.rows(&[0], 0, 0, None),
        Err(RowError::PeriodLength { epochs: 0 })
    ));
    assert!(matches!(
        chain.rows(&[0], 0, 6301, None),
        Err(RowError::PeriodLength { epochs: 6301 })
    ));
    for start_epoch in [u64::MAX, u64::MAX - 1, u64::MAX / 8] {
        assert!(matches!(
            chain.rows(&[0], start_epoch, 1, None),
            Err(RowError::EpochOverflow { .. })
        ));
    }
    assert!(matches!(
        chain.rows(&[3, 64], 0, 5, None),
        Err(RowError::UnknownValidator {
            index: 64,
            epoch: 4
        })
    ));
    let rows = chain.rows(&[3], 0, 5, None).unwrap();
    assert!(matches!(
        chain.rows(
            &[3],
            5,
            5,
            Some(Preceding {
                rows: &rows,
                epochs: 226
            })
        ),
        Err(RowError::PrecedingWords {
            index: 3,
            expected: 7,
            got: 1,
            ..
        })
    ));
}

#[test]
fn states_of_another_chain_are_refused() {
    let mut capture = Capture::open(SIM);
    let other = Capture::open(capture::DEVNET);
    capture.files.insert(
        "genesis.json".to_owned(),
        other.files["genesis.json"].clone(),
    );
    assert!(matches!(
        capture.chain().unwrap_err(),
        ChainError::OtherChain { .. }
    ));
}

#[test]
fn damaged_archives_are_refused() {
    let whole = capture::archive(SIM);
    for keep in [0, 3, 1_000, whole.len() / 2] {
        assert!(
            matches!(
                Chain::from_archive(&whole[..keep]),
                Err(ChainError::Archive { .. })
            ),
            "cut at {keep}"
        );
    }
    // Also where only files lie that a chain does not need.
    for place in (0..whole.len()).step_by(whole.len() / 40) {
        let mut flipped = whole.clone();
        flipped[place] ^= 4;
        assert!(Chain::from_archive(&flipped).is_err(), "byte {place}");
    }
    let mut longer = whole;
    longer.push(0);
    assert!(matches!(
        Chain::from_archive(&longer),
        Err(ChainError::Archive { .. })
    ));
}
