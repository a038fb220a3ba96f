//! The follower against captured chains, served as a node would have served them.
use crate::capture::{Capture, DEVNET, MAINNET_PRESET, SIM};
use crate::replay::{Keeps, Replay};
use crate::setup::{draft, expected, follow_along, follower, nodes, options};
use std::sync::Arc;
use std::time::Duration;
use vigil_follower::{Event, Source};
use vigil_ledger::file::Ledger;

/// The whole chain, slot by slot, from a node that forgets states as soon as they are final.
fn same_ledger(name: &str, source: Source, validators: u64, start: u64, epochs: u32) {
    let replay = Arc::new(Replay::new(name, Keeps::Unfinalized));
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let expected = expected(name, validators, start, epochs);
    let mut follower = follower(
        nodes(&[&server]),
        validators,
        options(folder.path(), source, start, epochs),
    )
    .unwrap();
    let progress = follow_along(&mut follower, &replay);
    assert_eq!(progress.missing, []);
    assert!(progress.is_done, "{progress:?}");
    assert_eq!(progress.ledgers[0].root, expected.root());
    let written = Ledger::read(&progress.ledgers[0].path).unwrap();
    assert_eq!(written.to_bytes(), expected.to_bytes());
}

#[test]
fn states_of_the_devnet_give_the_ledger_of_its_files() {
    same_ledger(DEVNET, Source::States, 64, 0, 90);
}

#[test]
fn blocks_of_the_devnet_give_the_ledger_of_its_files() {
    same_ledger(DEVNET, Source::Blocks, 64, 0, 90);
}

#[test]
fn states_across_three_forks_give_the_ledger_of_the_files() {
    same_ledger(SIM, Source::States, 64, 3, 50);
}

#[test]
fn blocks_across_three_forks_give_the_ledger_of_the_files() {
    same_ledger(SIM, Source::Blocks, 64, 3, 50);
}

#[test]
fn states_of_the_mainnet_preset_give_the_ledger_of_the_files() {
    same_ledger(MAINNET_PRESET, Source::States, 256, 0, 4);
}

#[test]
fn blocks_of_the_mainnet_preset_give_the_ledger_of_the_files() {
    same_ledger(MAINNET_PRESET, Source::Blocks, 256, 1, 3);
}

/// Periods follow one another, and an outage that crosses their border is carried on.
#[test]
fn outages_cross_from_one_period_into_the_next() {
    let replay = Arc::new(Replay::new(DEVNET, Keeps::Unfinalized));
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), Source::States, 0, 24);
    options.periods = Some(3);
    let mut follower = follower(nodes(&[&server]), 64, options).unwrap();
    let progress = follow_along(&mut follower, &replay);
    assert_eq!(progress.ledgers.len(), 3);
    let chain = Capture::open(DEVNET).chain().unwrap();
    let mut previous = None;
    for written in &progress.ledgers {
        let built = Ledger::build(
            &chain,
            &draft(64),
            written.start_epoch,
            24,
            previous.as_ref(),
        );
        let built = built.unwrap();
        assert_eq!(std::fs::read(&written.path).unwrap(), built.to_bytes());
        assert_eq!(written.file_hash, built.file_hash());
        let network = chain.network_bps(written.start_epoch, 24).unwrap();
        assert_eq!(written.network_bps, Some(network));
        previous = Some(built);
    }
    let ledgers: Vec<Ledger> = progress
        .ledgers
        .iter()
        .map(|written| Ledger::read(&written.path).unwrap())
        .collect();
    // Validators 56 to 63 were down from epoch 20 to 31.
    assert!(ledgers[1].entries()[56].row.run_in >= 3);
    for pair in ledgers.windows(2) {
        for (before, after) in pair[0].entries().iter().zip(pair[1].entries()) {
            assert_eq!(after.row.run_in, before.row.run_out(24));
        }
    }
}

/// A node that keeps everything lets a late follower catch up; one that does not leaves gaps, which are
/// named.
#[test]
fn a_late_follower_catches_up_or_says_what_is_missing() {
    let expected = expected(SIM, 64, 2, 30);
    for (keeps, source, is_done) in [
        (Keeps::Everything, Source::States, true),
        (Keeps::Everything, Source::Blocks, true),
        (Keeps::Unfinalized, Source::States, false),
        (Keeps::Unfinalized, Source::Blocks, false),
    ] {
        let replay = Arc::new(Replay::new(SIM, keeps));
        let server = replay.serve();
        let folder = tempfile::tempdir().unwrap();
        replay.set_head(replay.last_slot());
        let mut options = options(folder.path(), source, 2, 30);
        options.retry_lacking = Duration::from_secs(3600);
        let mut follower = follower(nodes(&[&server]), 64, options).unwrap();
        let mut lacking = 0;
        let mut tell = |event| lacking += u64::from(matches!(event, Event::Lacking { .. }));
        let mut progress = follower.step(&mut tell).unwrap();
        while progress.is_catching_up {
            progress = follower.step(&mut tell).unwrap();
        }
        assert_eq!(
            progress.is_done, is_done,
            "{keeps:?} {source:?} {progress:?}"
        );
        if is_done {
            assert_eq!(progress.ledgers[0].root, expected.root());
            assert_eq!((lacking, progress.missing.len()), (0, 0));
        } else {
            assert!(progress.ledgers.is_empty() && lacking > 0);
            assert_eq!(progress.missing.len(), 1);
            assert_eq!(progress.missing[0].epochs, 2..32);
            assert!(progress.missing[0].reason.contains("127.0.0.1"));
        }
    }
}
