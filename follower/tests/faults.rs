//! Nodes that fail now and then, or for good with another one beside them: the ledger is the same.

use crate::capture::SIM;
use crate::replay::{Fault, Keeps, Replay};
use crate::setup::{expected, follow_along, follower, nodes, options};
use std::sync::Arc;
use std::time::Duration;
use vigil_follower::{Follower, Progress, Source};

const EPOCHS: u32 = 12;

/// Every kind of fault on every route, one after the other.
fn plan(replay: &Replay, slot: u64) {
    let routes = [
        "node/syncing",
        "beacon/genesis",
        "headers/",
        "finality_checkpoints",
        "v2/beacon/blocks",
        "debug/beacon/states",
        "committees",
        "validators",
        "duties/proposer",
    ];
    let faults = [
        Fault::Status(503),
        Fault::Status(404),
        Fault::Status(500),
        Fault::Status(429),
        Fault::Drop,
        Fault::Truncated,
        Fault::TruncatedSilently,
        Fault::Version("gloas"),
        Fault::Version("altair"),
        Fault::Optimistic,
        Fault::BitFlip,
        Fault::ContentType("text/html"),
        Fault::Body(b"<html>bad gateway</html>".to_vec()),
        Fault::Slow(Duration::from_millis(700)),
    ];
    let route = routes[slot as usize % routes.len()];
    let fault = &faults[slot as usize % faults.len()];
    // 404 is how a node says that a slot is empty or a chain has no such thing: it must not lie.
    let lies = matches!(fault, Fault::Status(404)) && !route.contains("states");
    let version_of_json = matches!(fault, Fault::Version(_)) && !route.contains("v2");
    // A list of numbers stays one with another digit.
    let undetectable = matches!(fault, Fault::BitFlip)
        && !["v2/beacon/blocks", "debug/beacon/states"].contains(&route);
    if !lies && !version_of_json && !undetectable {
        replay.fail(route, fault.clone(), 1 + slot % 4);
    }
}

fn step(follower: &mut Follower) -> Option<Progress> {
    match follower.step(&mut |_| {}) {
        Ok(progress) => Some(progress),
        Err(error) if error.is_passing() => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn passing_faults_change_nothing() {
    let expected = expected(SIM, 64, 2, EPOCHS);
    for source in [Source::States, Source::Blocks] {
        let replay = Arc::new(Replay::new(SIM, Keeps::Unfinalized));
        let server = replay.serve();
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path(), source, 2, EPOCHS);
        let mut follower = follower(nodes(&[&server]), 64, options).unwrap();
        let (mut troubles, mut done) = (0, None);
        for slot in 1..replay.last_slot() {
            replay.set_head(slot);
            plan(&replay, slot);
            let progress = step(&mut follower);
            troubles += u64::from(progress.is_none());
            if progress.as_ref().is_some_and(|progress| progress.is_done) {
                done = progress;
                break;
            }
        }
        assert!(troubles > 5, "faults are felt: {troubles}");
        assert_eq!(done.unwrap().ledgers[0].root, expected.root(), "{source:?}");
    }
}

#[test]
fn a_second_node_takes_over() {
    let expected = expected(SIM, 64, 2, EPOCHS);
    let replays = [(); 2].map(|()| Arc::new(Replay::new(SIM, Keeps::Unfinalized)));
    let (first, second) = (replays[0].serve(), replays[1].serve());
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), Source::States, 2, EPOCHS);
    let mut follower = follower(nodes(&[&first, &second]), 64, options).unwrap();
    let mut first = Some(first);
    let mut progress = None;
    for slot in 1..=150 {
        replays.iter().for_each(|replay| replay.set_head(slot));
        match slot {
            // Away for a while, then for good.
            30 => replays[0].fail("", Fault::Status(503), 40),
            60 => replays[0].fail("debug/beacon/states", Fault::Truncated, u64::MAX),
            90 => first = None,
            _ => {}
        }
        progress = Some(follower.step(&mut |_| {}).unwrap());
    }
    assert!(first.is_none());
    let progress = progress.unwrap();
    assert!(progress.is_done, "{progress:?}");
    assert_eq!(progress.ledgers[0].root, expected.root());
    assert!(replays[1].log.lock().unwrap().len() > 100);
}

/// An older node has no POST for validators.
#[test]
fn validators_are_asked_for_in_the_old_form_too() {
    let replay = Arc::new(Replay::new(SIM, Keeps::Unfinalized));
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), Source::Blocks, 1, 3);
    let mut follower = follower(nodes(&[&server]), 64, options).unwrap();
    // POST and GET alternate, since each POST fails and falls back.
    replay.refuse_post();
    let progress = follow_along(&mut follower, &replay);
    assert_eq!(progress.ledgers[0].root, expected(SIM, 64, 1, 3).root());
}
