//! Reorganisations before finality change nothing; another finalised chain stops everything.

use crate::capture::SIM;
use crate::replay::{Keeps, Replay};
use crate::setup::{draft, expected, follow_along, follower, nodes, options};
use std::sync::Arc;
use vigil_follower::{FollowError, Follower, Progress, Source};
use vigil_ledger::beacon::Checkpoint;
use vigil_ledger::registry::RegistryError;

#[test]
fn what_is_reorganised_away_is_not_recorded() {
    let expected = expected(SIM, 64, 2, 8);
    for source in [Source::States, Source::Blocks] {
        // For a slot after the snapshot, and for so long that it is final when it goes.
        for until_head in [57, 80] {
            let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
            let server = replay.serve();
            let folder = tempfile::tempdir().unwrap();
            let options = options(folder.path(), source, 2, 8);
            let mut follower = follower(nodes(&[&server]), 64, options).unwrap();
            replay.reorganise(55, until_head);
            let progress = follow_along(&mut follower, &replay);
            assert!(progress.is_done, "{source:?} {progress:?}");
            assert_eq!(progress.ledgers[0].root, expected.root());
        }
    }
}

/// Follows up to a head, then lets `change` the node's mind, and looks once more.
fn after(change: impl FnOnce(&mut Replay) -> Checkpoint) -> (Progress, FollowError) {
    let mut replay = Replay::new(SIM, Keeps::Everything);
    let checkpoint = change(&mut replay);
    let replay = Arc::new(replay);
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let mut follower = follower(
        nodes(&[&server]),
        64,
        options(folder.path(), Source::States, 2, 30),
    )
    .unwrap();
    let mut progress = None;
    for slot in 1..=120 {
        replay.set_head(slot);
        progress = Some(follower.step(&mut |_| {}).unwrap());
    }
    let before = progress.unwrap();
    assert!(before.recorded > 5, "{before:?}");
    replay.finalize(checkpoint);
    let error = follower.step(&mut |_| {}).unwrap_err();
    // Once it is over, what was recorded is still there.
    replay.finalize(Checkpoint {
        epoch: before.finalized_epoch,
        root: replay.root_at(before.finalized_epoch * 8),
    });
    let later = follower.step(&mut |_| {}).unwrap();
    assert_eq!(later.recorded, before.recorded);
    (before, error)
}

#[test]
fn another_root_of_the_finalised_epoch_stops() {
    // At head 120, epoch 15, the chain is final up to epoch 13 or before.
    let (before, error) = after(|replay| {
        replay.set_head(120);
        let epoch = replay.finalized().epoch;
        Checkpoint {
            epoch,
            root: replay.root_at(epoch * 8 - 8),
        }
    });
    assert!(!error.is_passing());
    assert!(
        matches!(error, FollowError::FinalizedConflict { epoch, .. } if epoch == before.finalized_epoch),
        "{error}"
    );
}

#[test]
fn a_finalised_chain_beside_what_was_final_stops() {
    let (_, error) = after(|replay| {
        replay.set_head(120);
        let epoch = replay.finalized().epoch + 2;
        // A block after the checkpoint whose parent is long before it.
        let mut block = replay.block_bytes(epoch * 8);
        // offset and signature; slot and proposer_index
        let parent_root = 100 + 16;
        block[parent_root..parent_root + 32].copy_from_slice(&replay.root_at(40));
        Checkpoint {
            epoch,
            root: replay.add_block(block),
        }
    });
    assert!(
        matches!(error, FollowError::FinalizedConflict { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("nothing was changed"));
}

#[test]
fn a_node_that_is_behind_is_waited_for() {
    let (before, error) = after(|replay| Checkpoint {
        epoch: 6,
        root: replay.root_at(48),
    });
    assert!(error.is_passing());
    assert!(
        matches!(error, FollowError::Behind { got: 6, recorded } if recorded == before.finalized_epoch)
    );
}

#[test]
fn a_registry_with_a_key_that_is_not_the_chains_is_refused() {
    let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
    let server = replay.serve();
    replay.set_head(120);
    for source in [Source::States, Source::Blocks] {
        let folder = tempfile::tempdir().unwrap();
        let mut registry = draft(64);
        registry.entries[9].pubkey = [9; 48];
        let options = options(folder.path(), source, 2, 4);
        let mut follower = Follower::open(nodes(&[&server]), registry, options).unwrap();
        let error = loop {
            match follower.step(&mut |_| {}) {
                Ok(progress) => assert!(progress.is_catching_up),
                Err(error) => break error,
            }
        };
        assert!(
            matches!(
                error,
                FollowError::Registry(RegistryError::WrongKey { index: 9 })
            ),
            "{error}"
        );
    }
}
