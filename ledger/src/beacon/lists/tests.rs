//! The reduced lists against the plain ones: `VariableList`s decoded whole, hashed by `tree_hash`.

mod forks;

use super::super::facts::decode_state;
use super::super::preset::{Mainnet, Minimal, Preset};
use super::super::state::{BeaconStateDeneb, BeaconStateElectra, BeaconStateFulu};
use super::super::{Fork, PresetName, Spec};
use super::*;
use crate::chain::ChainError;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use ruzstd::decoding::StreamingDecoder;
use ssz_types::VariableList;
use std::io::Read as _;
use typenum::consts::U1099511627776;

type Plain<T> = VariableList<T, U1099511627776>;

/// All of them as they are, nothing reduced.
enum Whole {}

impl Lists for Whole {
    type Validators = Plain<Validator>;
    type Balances = Plain<u64>;
    type PreviousParticipation = Plain<u8>;
    type CurrentParticipation = Plain<u8>;
    type InactivityScores = Plain<u64>;
}

fn plain_root<T: Decode + TreeHash>(bytes: &[u8]) -> Root {
    T::from_ssz_bytes(bytes).unwrap().tree_hash_root().0
}

/// Lengths around chunks, pairs and powers of two.
const LENGTHS: [usize; 17] = [
    0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 63, 64, 65, 1024, 1025,
];
const BYTES_PER_VALIDATOR: usize = 121;
/// Where `slashed` is in a record.
const SLASHED: usize = 48 + 32 + 8;

fn random_validators(rng: &mut ChaCha20Rng, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count * BYTES_PER_VALIDATOR];
    rng.fill_bytes(&mut bytes);
    for record in bytes.chunks_exact_mut(BYTES_PER_VALIDATOR) {
        record[SLASHED] &= 1;
    }
    bytes
}

#[test]
fn lists_of_awkward_lengths_have_the_roots_of_plain_ones() {
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    for count in LENGTHS {
        let mut bytes = vec![0; count];
        rng.fill_bytes(&mut bytes);
        let root = plain_root::<Plain<u8>>(&bytes);
        assert_eq!(plain_root::<Hashed<1>>(&bytes), root, "{count} bytes");
        let flags = Flags::from_ssz_bytes(&bytes).unwrap();
        assert_eq!(flags.bytes, bytes);
        assert_eq!(flags.tree_hash_root().0, root);

        let mut bytes = vec![0; 8 * count];
        rng.fill_bytes(&mut bytes);
        assert_eq!(
            plain_root::<Hashed<8>>(&bytes),
            plain_root::<Plain<u64>>(&bytes),
            "{count} numbers"
        );
    }
}

#[test]
fn validators_have_the_root_and_the_records_of_plain_ones() {
    let rng = &mut ChaCha20Rng::seed_from_u64(2);
    for count in LENGTHS {
        let bytes = random_validators(rng, count);
        let plain = Plain::<Validator>::from_ssz_bytes(&bytes).unwrap();
        let reduced = Validators::from_ssz_bytes(&bytes).unwrap();
        assert_eq!(reduced.tree_hash_root(), plain.tree_hash_root(), "{count}");
        assert_eq!(reduced.facts.len(), count);
        for (place, record) in plain.iter().enumerate() {
            assert_eq!(reduced.pubkeys[place], record.pubkey);
            assert_eq!(
                reduced.withdrawal_credentials[place],
                record.withdrawal_credentials
            );
            let expected = ValidatorFacts {
                effective_balance: record.effective_balance,
                slashed: record.slashed,
                activation_epoch: record.activation_epoch,
                exit_epoch: record.exit_epoch,
            };
            assert_eq!(reduced.facts[place], expected);
        }
    }
}

/// Whatever bit changes, also one of a field that is not kept.
#[test]
fn every_bit_of_a_record_is_hashed() {
    let rng = &mut ChaCha20Rng::seed_from_u64(3);
    let bytes = random_validators(rng, 3);
    let root = plain_root::<Validators>(&bytes);
    for bit in 0..8 * BYTES_PER_VALIDATOR {
        let mut changed = bytes.clone();
        changed[BYTES_PER_VALIDATOR + bit / 8] ^= 1 << (bit % 8);
        match Validators::from_ssz_bytes(&changed) {
            Ok(validators) => assert_ne!(validators.tree_hash_root().0, root, "bit {bit}"),
            Err(_) => assert!(bit / 8 == SLASHED && bit % 8 > 0, "bit {bit}"),
        }
    }
}

#[test]
fn broken_entries_are_refused_as_plain_ones_are() {
    let rng = &mut ChaCha20Rng::seed_from_u64(4);
    let mut bytes = random_validators(rng, 5);
    for length in 0..bytes.len() {
        let is_whole = length % BYTES_PER_VALIDATOR == 0;
        let reduced = Validators::from_ssz_bytes(&bytes[..length]);
        assert_eq!(reduced.is_ok(), is_whole, "{length}");
        let plain = Plain::<Validator>::from_ssz_bytes(&bytes[..length]);
        assert_eq!(plain.is_ok(), is_whole, "{length}");
    }
    for length in 0..40 {
        assert_eq!(
            Hashed::<8>::from_ssz_bytes(&bytes[..length]).is_ok(),
            length % 8 == 0
        );
    }
    bytes[4 * BYTES_PER_VALIDATOR + SLASHED] = 2;
    assert!(Validators::from_ssz_bytes(&bytes).is_err());
    assert!(Plain::<Validator>::from_ssz_bytes(&bytes).is_err());
}

/// The states of a captured chain, and its configuration.
fn captured(name: &str) -> (Spec, Vec<Vec<u8>>) {
    let path = format!(
        "{}/../data/chains/{name}.tar.zst",
        env!("CARGO_MANIFEST_DIR")
    );
    let packed = std::fs::read(path).unwrap();
    let mut archive = tar::Archive::new(StreamingDecoder::new(&packed[..]).unwrap());
    let (mut spec, mut states) = (None, Vec::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        if path.ends_with("/spec.json") {
            entry.read_to_end(&mut bytes).unwrap();
            spec = Some(Spec::from_json(&bytes).unwrap());
        } else if path.contains("/states/") && path.ends_with(".ssz") {
            entry.read_to_end(&mut bytes).unwrap();
            states.push(bytes);
        }
    }
    (spec.unwrap(), states)
}

fn whole_root<P: Preset>(fork: Fork, bytes: &[u8]) -> Root {
    match fork {
        Fork::Deneb => plain_root::<BeaconStateDeneb<P, Whole>>(bytes),
        Fork::Electra => plain_root::<BeaconStateElectra<P, Whole>>(bytes),
        Fork::Fulu => plain_root::<BeaconStateFulu<P, Whole>>(bytes),
        fork => panic!("no captured chain has {fork}"),
    }
}

#[test]
fn captured_states_have_the_roots_of_plain_ones() {
    let mut forks = std::collections::HashSet::new();
    for name in [
        "devnet-electra-fulu",
        "sim-deneb-electra-fulu",
        "sim-mainnet-preset",
    ] {
        let (spec, states) = captured(name);
        assert!(!states.is_empty());
        for bytes in states {
            let state = decode_state(&spec, name, &bytes).unwrap();
            let expected = match spec.preset() {
                PresetName::Mainnet => whole_root::<Mainnet>(state.fork, &bytes),
                PresetName::Minimal => whole_root::<Minimal>(state.fork, &bytes),
            };
            assert_eq!(state.root, expected, "{name}, slot {}", state.slot);
            forks.insert((spec.preset() == PresetName::Mainnet, state.fork));
        }
    }
    assert_eq!(forks.len(), 6, "three forks in either preset: {forks:?}");
}

/// An offset that points before, behind or across the others, and every cut: an error that says what and
/// where, and no more memory than the bytes have.
#[test]
fn truncated_states_and_hostile_offsets_are_refused() {
    let (spec, states) = captured("sim-deneb-electra-fulu");
    let is_fulu = |bytes: &&Vec<u8>| decode_state(&spec, "it", bytes).unwrap().fork == Fork::Fulu;
    let bytes = states.iter().find(is_fulu).unwrap();
    let refused = |bytes: &[u8]| match decode_state(&spec, "it", bytes) {
        Err(ChainError::Undecodable { file, detail, .. }) => {
            assert_eq!(file, "it");
            assert!(!detail.is_empty());
        }
        other => panic!("{other:?}"),
    };
    let offsets = offsets_of(bytes);
    let fixed = word(bytes, offsets[0]);
    // Fewer bytes than the fixed part has: whatever the cut, a field is broken.
    for length in (48..fixed).step_by(37) {
        refused(&bytes[..length]);
    }
    for &place in &offsets {
        for hostile in [0, 1, fixed as u32 - 1, bytes.len() as u32 + 1, u32::MAX] {
            let mut changed = bytes.clone();
            changed[place..place + 4].copy_from_slice(&hostile.to_le_bytes());
            refused(&changed);
        }
    }
}

/// Where the offsets of Fulu's state are in the minimal preset: how many bytes of other fields come before
/// each of them.
fn offsets_of(fulu: &[u8]) -> Vec<usize> {
    const ROOTS: usize = 64 * 32;
    const SYNC_COMMITTEES: usize = 2 * (32 + 1) * 48;
    let between = [
        8 + 32 + 8 + 16 + 112 + 2 * ROOTS, // historical_roots
        72,                                // eth1_data_votes
        8,                                 // validators
        0,                                 // balances
        ROOTS + 64 * 8,                    // previous_epoch_participation
        0,                                 // current_epoch_participation
        1 + 3 * 40,                        // inactivity_scores
        SYNC_COMMITTEES,                   // latest_execution_payload_header
        8 + 8,                             // historical_summaries
        6 * 8,                             // pending_deposits
        0,                                 // pending_partial_withdrawals
        0,                                 // pending_consolidations
    ];
    let places = between.iter().scan(0, |end, bytes| {
        let place = *end + bytes;
        *end = place + 4;
        Some(place)
    });
    let places: Vec<usize> = places.collect();
    let lookahead = 16 * 8;
    assert_eq!(word(fulu, places[0]), places[11] + 4 + lookahead);
    assert!(places.is_sorted_by_key(|&place| word(fulu, place)));
    places
}

fn word(bytes: &[u8], place: usize) -> usize {
    u32::from_le_bytes(*bytes[place..].first_chunk().unwrap()) as usize
}
