//! Sources are compared: the answers that a real node gave agree, and one wrong number among them is found.

use crate::capture::DEVNET;
use crate::replay::{Fault, Keeps, Replay};
use crate::setup::{expected, follow_along, follower, nodes, options};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use vigil_follower::{
    Comparison, CrossCheck, Event, FollowError, Follower, Part, Progress, Source,
};
use vigil_ledger::cross_check::{Difference, Subject, Value as Said};

/// Epochs of which the captured node never told the attestation rewards: the first was over when the
/// capture began, of the others the slot at the end of the next epoch is empty.
const UNTOLD: [u64; 8] = [0, 15, 43, 49, 50, 51, 70, 87];
/// Epochs in which it paid nobody, by its list of ideal rewards.
const LEAK: [u64; 10] = [47, 48, 52, 53, 54, 55, 56, 62, 77, 78];

/// What came of each epoch, by part.
fn by_epoch(progress: &Progress) -> BTreeMap<(Part, u64), Comparison> {
    let mut all = BTreeMap::new();
    for compared in &progress.compared {
        for epoch in compared.epochs.clone() {
            let twice = all.insert((compared.part, epoch), compared.comparison.clone());
            assert_eq!(twice, None);
        }
    }
    all
}

struct Run {
    replay: Arc<Replay>,
    follower: Follower,
    _server: crate::http::Server,
    folder: tempfile::TempDir,
}

fn run(source: Source, with: &[CrossCheck], (start, epochs): (u64, u32)) -> Run {
    let replay = Arc::new(Replay::new(DEVNET, Keeps::Unfinalized));
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), source, start, epochs);
    options.cross_check = with.to_vec();
    Run {
        follower: follower(nodes(&[&server]), 64, options).unwrap(),
        _server: server,
        replay,
        folder,
    }
}

/// Each of the two sources of ledgers, compared with the other and with the rewards, over a chain with
/// outages, slashings, exits and an inactivity leak.
#[test]
fn what_a_real_node_answered_agrees() {
    for (source, other, part) in [
        (Source::States, CrossCheck::Blocks, Part::Blocks),
        (Source::Blocks, CrossCheck::States, Part::States),
    ] {
        let mut run = run(source, &[other, CrossCheck::Rewards], (0, 90));
        let progress = follow_along(&mut run.follower, &run.replay);
        assert!(progress.is_done, "{progress:?}");
        assert_eq!(progress.ledgers[0].root, expected(DEVNET, 64, 0, 90).root());
        let compared = by_epoch(&progress);
        for epoch in 0..90 {
            assert_eq!(compared[&(part, epoch)], Comparison::Agrees);
            assert_eq!(compared[&(Part::BlockRewards, epoch)], Comparison::Agrees);
            assert_eq!(compared[&(Part::SyncRewards, epoch)], Comparison::Agrees);
            match &compared[&(Part::AttestationRewards, epoch)] {
                Comparison::Agrees => assert!(!UNTOLD.contains(&epoch) && !LEAK.contains(&epoch)),
                Comparison::AgreesInALeak => assert!(LEAK.contains(&epoch)),
                Comparison::NotCompared { reason } => {
                    assert!(UNTOLD.contains(&epoch), "{epoch}: {reason}");
                    assert!(reason.contains("status 500"), "{reason}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Follows until the sources contradict each other.
fn difference(run: &mut Run) -> (Part, Part, Difference) {
    let mut last = None;
    for slot in 1..=run.replay.last_slot() {
        run.replay.set_head(slot);
        match run.follower.step(&mut |_| {}) {
            Ok(progress) => last = Some(progress.compared),
            Err(error) => {
                assert!(!error.is_passing());
                let ledgers = std::fs::read_dir(run.folder.path()).unwrap();
                assert_eq!(ledgers.count(), 1, "there is the store alone");
                let FollowError::SourcesDiffer {
                    main,
                    other,
                    difference,
                } = error
                else {
                    panic!("{error}");
                };
                return (main, other, difference);
            }
        }
    }
    panic!("no difference was found: {last:?}");
}

fn entry(rewards: &mut Value, index: u64) -> &mut Value {
    let rewards = rewards.as_array_mut().unwrap().iter_mut();
    let index = json!(index.to_string());
    rewards
        .filter(|reward| reward["validator_index"] == index)
        .next()
        .unwrap()
}

/// The attestation rewards of an epoch, with one field of one validator's changed.
fn with_attestation_reward(epoch: u64, index: u64, field: &str, reward: &str) -> Run {
    let run = run(Source::States, &[CrossCheck::Rewards], (2, 90));
    let mut answer = run
        .replay
        .captured(&format!("duties/rewards_att_{epoch:04}.json"));
    let entry = entry(&mut answer["data"]["total_rewards"], index);
    assert_ne!(entry[field], reward);
    entry[field] = json!(reward);
    let body = Fault::Body(answer.to_string().into_bytes());
    let route = format!("rewards/attestations/{epoch}");
    run.replay.fail(&route, body, u64::MAX);
    run
}

#[test]
fn a_wrong_attestation_reward_is_found_by_name() {
    // Validator 56 was down in epoch 22, 0 was not.
    for (index, field, reward, subject, is_timely) in [
        (0, "source", "-313047", Subject::TimelySource, 1),
        (0, "target", "0", Subject::TimelyTarget, 1),
        (56, "source", "313047", Subject::TimelySource, 0),
        (56, "target", "0", Subject::TimelyTarget, 0),
        (56, "head", "1", Subject::TimelyHead, 0),
    ] {
        let mut run = with_attestation_reward(22, index, field, reward);
        let (main, other, difference) = difference(&mut run);
        assert_eq!((main, other), (Part::States, Part::AttestationRewards));
        let expected = Difference {
            index,
            epoch: 22,
            slot: None,
            subject,
            main: Said::Number(is_timely),
            other: Said::Reward(reward.parse().unwrap()),
        };
        assert_eq!(difference, expected);
    }
}

/// In an inactivity leak a timely vote earns nothing: only a reward without a flag contradicts.
#[test]
fn in_a_leak_only_a_reward_without_a_flag_is_found() {
    // Of epoch 48 validator 0 missed all, being down, and 24 nothing.
    let mut run = with_attestation_reward(48, 0, "target", "7");
    let (_, other, difference) = difference(&mut run);
    assert_eq!(other, Part::AttestationRewards);
    assert_eq!((difference.index, difference.epoch), (0, 48));
    assert_eq!(difference.subject, Subject::TimelyTarget);
    assert_eq!(difference.other, Said::Reward(7));
    let mut run = with_attestation_reward(48, 24, "target", "-1");
    let progress = follow_along(&mut run.follower, &run.replay);
    let compared = by_epoch(&progress);
    assert_eq!(
        compared[&(Part::AttestationRewards, 48)],
        Comparison::AgreesInALeak
    );
}

#[test]
fn a_wrong_block_or_sync_reward_is_found_by_name() {
    let slot = 100;
    let mut block = run(Source::States, &[CrossCheck::Rewards], (2, 20));
    let mut answer = block.replay.captured("rewards/block_00100.json");
    let proposer: u64 = answer["data"]["proposer_index"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let other_proposer = (proposer + 1) % 64;
    answer["data"]["proposer_index"] = json!(other_proposer.to_string());
    let body = Fault::Body(answer.to_string().into_bytes());
    block.replay.fail("rewards/blocks/100", body, u64::MAX);
    let (_, part, found) = difference(&mut block);
    assert_eq!(part, Part::BlockRewards);
    assert_eq!(
        found,
        Difference {
            index: proposer,
            epoch: 12,
            slot: Some(slot),
            subject: Subject::Proposal,
            main: Said::Number(proposer),
            other: Said::Number(other_proposer),
        }
    );

    for lie in [Some("-11180"), Some("22360"), None] {
        let mut sync = run(Source::Blocks, &[CrossCheck::Rewards], (2, 20));
        let mut answer = sync.replay.captured("rewards/sync_00100.json");
        match lie {
            Some(lie) => entry(&mut answer["data"], 50)["reward"] = json!(lie),
            None => answer["data"]
                .as_array_mut()
                .unwrap()
                .retain(|reward| reward["validator_index"] != "50"),
        }
        let body = Fault::Body(answer.to_string().into_bytes());
        let route = "rewards/sync_committee/100";
        sync.replay.fail(route, body, u64::MAX);
        let (main, part, found) = difference(&mut sync);
        assert_eq!((main, part), (Part::Blocks, Part::SyncRewards));
        assert_eq!((found.index, found.slot), (50, Some(slot)));
        assert_eq!(found.main, Said::Number(0));
        let lie = lie.map_or(Said::Nothing, |lie| Said::Reward(lie.parse().unwrap()));
        assert_eq!(found.other, lie);
    }
}

/// A node whose committees are not those of its states.
#[test]
fn wrong_committees_are_found_by_name() {
    for source in [Source::States, Source::Blocks] {
        let other = match source {
            Source::States => CrossCheck::Blocks,
            Source::Blocks => CrossCheck::States,
        };
        let mut run = run(source, &[other], (2, 30));
        // Validator 56 was down in epoch 22, 0 was not: each is said to have the other's seat.
        let mut answer = run.replay.captured("duties/committees_0022.json");
        for committee in answer["data"].as_array_mut().unwrap() {
            for member in committee["validators"].as_array_mut().unwrap() {
                match member.as_str().unwrap() {
                    "0" => *member = json!("56"),
                    "56" => *member = json!("0"),
                    _ => {}
                }
            }
        }
        let body = Fault::Body(answer.to_string().into_bytes());
        run.replay.fail("/committees?epoch=22", body, u64::MAX);
        let (main, other, difference) = difference(&mut run);
        assert_eq!(
            (main, other),
            match source {
                Source::States => (Part::States, Part::Blocks),
                Source::Blocks => (Part::Blocks, Part::States),
            }
        );
        assert_eq!((difference.index, difference.epoch), (0, 22));
        assert_eq!(difference.subject, Subject::TimelySource);
        let by_states = Said::Number(1);
        assert_eq!(
            by_states,
            match source {
                Source::States => difference.main,
                Source::Blocks => difference.other,
            }
        );
    }
}

/// Nothing to compare with is said, once, and is no agreement; the ledger is there all the same.
#[test]
fn what_is_not_compared_is_said_once() {
    for (status, reason) in [
        (404, "does not have this"),
        (501, "status 501"),
        (500, "status 500"),
    ] {
        let mut run = run(Source::States, &[CrossCheck::Rewards], (2, 5));
        run.replay
            .fail("/rewards/", Fault::Status(status), u64::MAX);
        let mut said = Vec::new();
        let mut last = None;
        for slot in 1..=100 {
            run.replay.set_head(slot);
            let mut tell = |event| {
                if let Event::NotCompared { part, epoch, .. } = event {
                    said.push((part, epoch));
                }
            };
            last = Some(run.follower.step(&mut tell).unwrap());
        }
        let last = last.unwrap();
        assert!(last.is_done);
        let parts = CrossCheck::Rewards.parts();
        let once: Vec<_> = parts.iter().map(|&part| (part, 2)).collect();
        assert_eq!(said, once);
        let compared = by_epoch(&last);
        assert_eq!(compared.len(), 3 * 5);
        for comparison in compared.values() {
            let Comparison::NotCompared { reason: said } = comparison else {
                panic!("{comparison:?}");
            };
            assert!(said.contains(reason), "{said}");
        }
    }
}

#[test]
fn a_comparison_that_was_not_asked_for_is_not_claimed() {
    let mut first = run(Source::States, &[], (2, 5));
    first.replay.set_head(100);
    // Of a node that keeps everything there is a ledger at once; of this one what it still has.
    let progress = follow_along(&mut first.follower, &first.replay);
    assert!(progress.is_done && progress.compared.is_empty());
    let mut options = options(first.folder.path(), Source::States, 2, 5);
    options.cross_check = vec![CrossCheck::Blocks];
    let server = first.replay.serve();
    drop(first.follower);
    let mut second = follower(nodes(&[&server]), 64, options).unwrap();
    let progress = second.step(&mut |_| {}).unwrap();
    let compared = by_epoch(&progress);
    assert_eq!(compared.len(), 5);
    for comparison in compared.values() {
        assert!(
            matches!(comparison, Comparison::NotCompared { reason } if reason.contains("not asked for"))
        );
    }
}

#[test]
fn a_source_is_not_compared_with_itself() {
    let replay = Arc::new(Replay::new(DEVNET, Keeps::Everything));
    let server = replay.serve();
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), Source::Blocks, 2, 5);
    options.cross_check = vec![CrossCheck::Rewards, CrossCheck::Blocks];
    let error = follower(nodes(&[&server]), 64, options).unwrap_err();
    assert!(matches!(error, FollowError::OwnSource { .. }), "{error}");
}
