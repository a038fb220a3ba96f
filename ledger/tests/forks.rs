//! Altair, Bellatrix and Capella, of which there is no captured chain: states and blocks made and
//! hashed by Lodestar (see `vectors/README.md`).
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/capture.rs"]
#[allow(dead_code, reason = "shared with tests of whole chains")]
mod capture;

use capture::Capture;
use serde_json::{Value, json};
use vigil_ledger::beacon::{Fork, Spec, decode_block, decode_state};
use vigil_ledger::chain::ChainError;

const FORKS: [Fork; 3] = [Fork::Altair, Fork::Bellatrix, Fork::Capella];

/// Each fork lasts ten epochs.
fn spec(preset: &str) -> Spec {
    let sizes: [u64; 8] = match preset {
        "minimal" => [8, 10, 4, 64, 64, 64, 32, 4],
        _ => [32, 90, 128, 8192, 65_536, 8192, 512, 64],
    };
    let names = [
        "SLOTS_PER_EPOCH",
        "SHUFFLE_ROUND_COUNT",
        "TARGET_COMMITTEE_SIZE",
        "SLOTS_PER_HISTORICAL_ROOT",
        "EPOCHS_PER_HISTORICAL_VECTOR",
        "EPOCHS_PER_SLASHINGS_VECTOR",
        "SYNC_COMMITTEE_SIZE",
        "MAX_COMMITTEES_PER_SLOT",
    ];
    let mut spec = json!({
        "PRESET_BASE": preset,
        "ALTAIR_FORK_EPOCH": "0", "ALTAIR_FORK_VERSION": "0x01000001",
        "BELLATRIX_FORK_EPOCH": "10", "BELLATRIX_FORK_VERSION": "0x02000001",
        "CAPELLA_FORK_EPOCH": "20", "CAPELLA_FORK_VERSION": "0x03000001",
    });
    for (name, size) in names.into_iter().zip(sizes) {
        spec[name] = Value::from(size.to_string());
    }
    Spec::from_json(spec.to_string().as_bytes()).unwrap()
}

fn vectors() -> Capture {
    Capture::unpack(include_bytes!("vectors/forks.tar.zst"))
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[test]
fn states_and_blocks_have_the_roots_that_lodestar_computes() {
    let vectors = vectors();
    for preset in ["minimal", "mainnet"] {
        let spec = spec(preset);
        let roots: Value =
            serde_json::from_slice(&vectors.files[&format!("{preset}/roots.json")]).unwrap();
        for fork in FORKS {
            let file = |kind: &str| &vectors.files[&format!("{preset}/{fork}-{kind}.ssz")];
            let expected = &roots[fork.to_string()];

            let state = decode_state(&spec, "state", file("state")).unwrap();
            assert_eq!(state.fork, fork, "{preset}");
            assert_eq!(hex(&state.root), expected["state"], "{preset} {fork}");
            assert_eq!(hex(&state.last_block_root), expected["latest_block"]);
            assert_eq!(state.finalized.epoch, expected["finalized_epoch"]);
            assert_eq!(
                hex(&state.previous_epoch_participation),
                expected["participation"]
            );
            assert_eq!(state.sync_committee[..3], [0, 7, 14]);

            let block = decode_block(&spec, "block", file("block")).unwrap();
            assert_eq!(hex(&block.root), expected["block"], "{preset} {fork}");
            assert_eq!(block.proposer_index, expected["proposer_index"]);
            assert_eq!(block.attestations.len(), expected["attestations"]);
        }
    }
}

#[test]
fn every_byte_of_a_state_or_block_is_in_its_root() {
    let vectors = vectors();
    let spec = spec("minimal");
    for fork in FORKS {
        let bytes = &vectors.files[&format!("minimal/{fork}-state.ssz")];
        let root = decode_state(&spec, "state", bytes).unwrap().root;
        for place in (0..bytes.len()).step_by(131) {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            let changed = decode_state(&spec, "state", &flipped);
            assert!(
                changed.is_err() || changed.is_ok_and(|state| state.root != root),
                "{fork} state, byte {place}"
            );
        }
        // After the offset and the signature, which is not part of the block's root.
        let bytes = &vectors.files[&format!("minimal/{fork}-block.ssz")];
        let root = decode_block(&spec, "block", bytes).unwrap().root;
        for place in (100..bytes.len()).step_by(53) {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            let changed = decode_block(&spec, "block", &flipped);
            assert!(
                changed.is_err() || changed.is_ok_and(|block| block.root != root),
                "{fork} block, byte {place}"
            );
        }
    }
}

#[test]
fn the_container_of_another_fork_is_refused() {
    let vectors = vectors();
    let spec = spec("minimal");
    for fork in FORKS {
        for other in FORKS.into_iter().filter(|&other| other != fork) {
            // The same bytes at a slot of the other fork.
            let slot = match other {
                Fork::Altair => 43u64,
                Fork::Bellatrix => 123,
                _ => 203,
            }
            .to_le_bytes();
            let mut state = vectors.files[&format!("minimal/{fork}-state.ssz")].clone();
            state[40..48].copy_from_slice(&slot);
            let refused = decode_state(&spec, "state", &state).unwrap_err();
            assert!(
                matches!(&refused, ChainError::Undecodable { fork, .. } if *fork == other),
                "{fork} state at {other}: {refused}"
            );
            let mut block = vectors.files[&format!("minimal/{fork}-block.ssz")].clone();
            block[100..108].copy_from_slice(&slot);
            let refused = decode_block(&spec, "block", &block).unwrap_err();
            assert!(
                matches!(&refused, ChainError::Undecodable { fork, .. } if *fork == other),
                "{fork} block at {other}: {refused}"
            );
        }
    }
}
