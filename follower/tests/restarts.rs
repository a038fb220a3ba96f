//! The store: stopped and opened again at any time, by one follower at a time, for one purpose.

use crate::capture::{Capture, DEVNET, SIM};
use crate::replay::{Keeps, Replay};
use crate::setup::{draft, expected, follow_along, follow_along_from, follower, nodes, options};
use std::sync::Arc;
use vigil_follower::{FollowError, Follower, Source, StoreError};
use vigil_ledger::file::Ledger;

/// Node and follower go on together; the follower starts anew at every third slot.
#[test]
fn a_follower_that_starts_anew_all_the_time_loses_nothing() {
    for source in [Source::States, Source::Blocks] {
        let replay = Arc::new(Replay::new(SIM, Keeps::Unfinalized));
        let server = replay.serve();
        let folder = tempfile::tempdir().unwrap();
        let mut last = None;
        for slot in (1..=140).step_by(3) {
            replay.set_head(slot);
            let options = options(folder.path(), source, 2, 10);
            let mut follower = follower(nodes(&[&server]), 64, options).unwrap();
            last = Some(follower.step(&mut |_| {}).unwrap());
        }
        let last = last.unwrap();
        assert!(last.is_done, "{last:?}");
        assert_eq!(last.ledgers[0].root, expected(SIM, 64, 2, 10).root());
        assert_eq!(last.missing, []);
    }
}

#[test]
fn a_complete_period_is_written_once() {
    let replay = Arc::new(Replay::new(SIM, Keeps::Unfinalized));
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        follower(
            nodes(&[&server]),
            64,
            options(folder.path(), Source::States, 2, 4),
        )
        .unwrap()
    };
    let progress = follow_along(&mut open(), &replay);
    assert!(progress.is_done, "{progress:?}");
    let written = &progress.ledgers[0];
    let time = || {
        std::fs::metadata(&written.path)
            .unwrap()
            .modified()
            .unwrap()
    };
    let (bytes, first) = (std::fs::read(&written.path).unwrap(), time());
    let again = open().step(&mut |_| {}).unwrap();
    assert!(again.is_done);
    assert_eq!(again.ledgers, std::slice::from_ref(written));
    assert_eq!(time(), first, "it is not written again");
    assert_eq!(std::fs::read(&written.path).unwrap(), bytes);
}

/// What is in a ledger is neither kept nor asked for again, even of a node that has it.
#[test]
fn epochs_of_complete_periods_are_not_asked_for_again() {
    for source in [Source::States, Source::Blocks] {
        let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
        let server = replay.serve();
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            let mut options = options(folder.path(), source, 2, 4);
            options.periods = Some(9);
            follower(nodes(&[&server]), 64, options).unwrap()
        };
        let mut first = open();
        let mut progress = None;
        for slot in 1..=120 {
            replay.set_head(slot);
            progress = Some(first.step(&mut |_| {}).unwrap());
        }
        let before = progress.unwrap();
        assert_eq!(before.ledgers.len(), 2, "{before:?}");
        assert_eq!(before.period_start, 10);
        drop(first);
        replay.log.lock().unwrap().clear();
        let mut second = open();
        let after = second.step(&mut |_| {}).unwrap();
        assert_eq!(
            (after.ledgers, after.recorded),
            (before.ledgers, before.recorded)
        );
        let asked: Vec<u64> = {
            let log = replay.log.lock().unwrap();
            let slots = log.iter().filter_map(|(path, _)| {
                let (_, rest) = path.split_once("/states/")?;
                rest.split('/').next()?.parse().ok()
            });
            slots.collect()
        };
        assert!(asked.iter().all(|&slot| slot > 10 * 8), "{asked:?}");
        let last = follow_along_from(&mut second, &replay, 121);
        assert!(last.is_done, "{last:?}");
        let chain = Capture::open(SIM).chain().unwrap();
        let mut previous = None;
        for written in &last.ledgers {
            let start = written.start_epoch;
            let built = Ledger::build(&chain, &draft(64), start, 4, previous.as_ref()).unwrap();
            assert_eq!(std::fs::read(&written.path).unwrap(), built.to_bytes());
            previous = Some(built);
        }
    }
}

#[test]
fn a_store_has_one_follower_and_one_purpose() {
    let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let open = |validators, source, start, epochs| {
        let options = options(folder.path(), source, start, epochs);
        Follower::open(nodes(&[&server]), draft(validators), options)
    };
    let first = open(64, Source::States, 2, 4).unwrap();
    assert!(matches!(
        open(64, Source::States, 2, 4),
        Err(FollowError::Store(StoreError::InUse { .. }))
    ));
    drop(first);
    let differs = |result: Result<Follower, FollowError>| match result {
        Err(FollowError::Store(StoreError::Other { what, .. })) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(differs(open(63, Source::States, 2, 4)), "registry");
    assert_eq!(differs(open(64, Source::Blocks, 2, 4)), "source");
    assert_eq!(differs(open(64, Source::States, 3, 4)), "first epoch");
    assert_eq!(differs(open(64, Source::States, 2, 5)), "period length");
    let other = Arc::new(Replay::new(DEVNET, Keeps::Everything));
    let other = other.serve();
    let options = options(folder.path(), Source::States, 2, 4);
    assert_eq!(differs(follower(nodes(&[&other]), 64, options)), "chain");
    open(64, Source::States, 2, 4).unwrap();
}

#[test]
fn a_damaged_store_is_an_error() {
    let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
    let server = replay.serve();
    for damage in [
        (|bytes| bytes.truncate(100)) as fn(&mut Vec<u8>),
        |bytes| bytes[..4096].fill(7),
        |bytes| *bytes = b"not a database".repeat(1000),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            follower(
                nodes(&[&server]),
                64,
                options(folder.path(), Source::States, 2, 4),
            )
        };
        drop(open().unwrap());
        let path = folder.path().join("follow.redb");
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();
        let error = open().unwrap_err();
        assert!(
            matches!(error, FollowError::Store(StoreError::Failed { .. })),
            "{error}"
        );
        assert!(error.to_string().contains("follow.redb"));
    }
}
