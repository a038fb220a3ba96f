//! Ledgers of the captured chains: their exports, line by line, and periods out of place.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/capture.rs"]
mod capture;

use capture::{Capture, DEVNET, MAINNET_PRESET, SIM};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use vigil_ledger::assembly::BuildError;
use vigil_ledger::beacon::{Spec, ValidatorRecords, decode_state};
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::{BeaconChain, Registry, RegistryError};
use vigil_ledger::rows::RowError;

fn draft(validators: u64) -> Registry {
    let validators: Vec<_> = (0..validators).map(|index| (index, [0; 48])).collect();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    Registry::draft(1, [7; 20], &validators, 4, rng).unwrap().0
}

/// The first `epochs` epochs of flags.csv, character by character.
fn exports_the_capture(name: &str, validators: u64, epochs: u32) {
    let capture = Capture::open(name);
    let chain = capture.chain().unwrap();
    let ledger = Ledger::build(&chain, &draft(validators), 0, epochs, None).unwrap();
    let table = std::str::from_utf8(&capture.files["csv/flags.csv"]).unwrap();
    let count = 1 + epochs as usize * validators as usize;
    let expected: Vec<_> = table.lines().take(count).collect();
    assert_eq!(expected.len(), count);
    let export = ledger.flags_csv();
    for (line, expected) in export.lines().zip(&expected) {
        assert_eq!(line, *expected);
    }
    assert_eq!(export.lines().count(), count);
    assert!(ledger.unsigned_registry());
    let read = Ledger::from_bytes(&ledger.to_bytes()).unwrap();
    assert_eq!(read.root(), ledger.root());
}

#[test]
fn the_devnets_ledger_exports_the_capture() {
    exports_the_capture(DEVNET, 64, 90);
}

#[test]
fn the_simulated_chains_ledger_exports_the_capture() {
    exports_the_capture(SIM, 64, 50);
}

#[test]
fn the_mainnet_presets_ledger_exports_the_capture() {
    exports_the_capture(MAINNET_PRESET, 256, 4);
}

#[test]
fn periods_carry_outages_and_are_refused_out_of_place() {
    let chain = Capture::open(DEVNET).chain().unwrap();
    let registry = draft(64);
    let first = Ledger::build(&chain, &registry, 0, 24, None).unwrap();
    let second = Ledger::build(&chain, &registry, 24, 20, Some(&first)).unwrap();
    for (before, after) in first.entries().iter().zip(second.entries()) {
        assert_eq!(after.row.run_in, before.row.run_out(24));
    }
    // Validators 56 to 63 were down from epoch 20 to 31.
    assert!(second.entries()[56].row.run_in >= 3);
    assert!(matches!(
        Ledger::build(&chain, &registry, 25, 10, Some(&first)),
        Err(BuildError::NotPreceding {
            expected: 25,
            got: 24
        })
    ));
    assert!(matches!(
        Ledger::build(&chain, &registry, 0, 225, None),
        Err(BuildError::Rows(RowError::NotFinal { needed: 226, .. }))
    ));
    let sim = Capture::open(SIM).chain().unwrap();
    assert!(matches!(
        Ledger::build(&sim, &registry, 24, 10, Some(&first)),
        Err(BuildError::OtherChain)
    ));
}

#[test]
fn records_are_those_that_the_ledger_sees_in_every_fork() {
    for name in [SIM, DEVNET, MAINNET_PRESET] {
        let capture = Capture::open(name);
        let spec = Spec::from_json(&capture.files["spec.json"]).unwrap();
        let states = capture
            .files
            .iter()
            .filter(|(path, _)| path.starts_with("states/"));
        for (path, ssz) in states.step_by(7) {
            let facts = decode_state(&spec, path, ssz).unwrap();
            let records = ValidatorRecords::from_state(&spec, path, ssz).unwrap();
            assert_eq!(records.state_root, facts.root);
            assert_eq!(records.slot, facts.slot);
            assert_eq!(
                records.genesis_validators_root,
                facts.genesis_validators_root
            );
            assert_eq!(records.validators.len(), facts.validators.len());
            for (record, fact) in records.validators.iter().zip(&facts.validators) {
                assert_eq!(record.slashed, fact.slashed);
                assert_eq!(record.exit_epoch, fact.exit_epoch);
                assert_ne!(record.pubkey, [0; 48]);
            }
            assert!(ValidatorRecords::from_state(&spec, path, &ssz[..ssz.len() - 1]).is_err());
        }
    }
}

#[test]
fn a_registry_with_a_key_or_a_chain_that_is_not_the_chains_gives_no_ledger() {
    let capture = Capture::open(DEVNET);
    let chain = capture.chain().unwrap();
    let genesis = BeaconChain::from_genesis_json(&capture.files["genesis.json"]).unwrap();
    let build = |registry: &Registry| Ledger::build(&chain, registry, 0, 4, None);
    let mut registry = draft(8);
    registry.beacon = Some(genesis);
    for entry in &mut registry.entries {
        entry.pubkey = chain.pubkey(entry.index).unwrap();
    }
    build(&registry).unwrap();
    let own = registry.entries[5].pubkey;
    registry.entries[5].pubkey = chain.pubkey(50).unwrap();
    assert!(matches!(
        build(&registry),
        Err(BuildError::Registry(RegistryError::WrongKey { index: 5 }))
    ));
    registry.entries[5].pubkey = own;
    registry.beacon = Some(BeaconChain {
        genesis_validators_root: [7; 32],
        ..genesis
    });
    assert!(matches!(
        build(&registry),
        Err(BuildError::Registry(RegistryError::OtherBeaconChain { .. }))
    ));
}

#[test]
fn every_state_knows_its_keys_in_whatever_order_states_come() {
    let capture = Capture::open(DEVNET);
    let spec = Spec::from_json(&capture.files["spec.json"]).unwrap();
    let chain = capture.chain().unwrap();
    for state in chain.states().values() {
        assert!(state.pubkeys.len() >= state.validators.len());
    }
    let (path, newest) = capture
        .files
        .iter()
        .rfind(|(path, _)| path.starts_with("states/") && path.ends_with(".ssz"))
        .unwrap();
    let records = ValidatorRecords::from_state(&spec, path, newest).unwrap();
    for (index, record) in (0..).zip(&records.validators) {
        assert_eq!(chain.pubkey(index), Some(record.pubkey));
    }
    assert_eq!(chain.pubkey(records.validators.len() as u64), None);
    assert_eq!(chain.pubkey(u64::MAX), None);
}
