//! A period that goes on: a follower's store, and a node asked on the spot.

use super::{csv, run, words};
use crate::chain::{BUILD, unpack};
use crate::replay::{Fault, Keeps, Replay};
use crate::run::{Home, stderr};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

const SIM: &str = "sim-deneb-electra-fulu";
const SLOTS_PER_EPOCH: u64 = 8;
const DUTIES: &str = "duties --store follow --registry trial/registry.json --indices 0..63 \
    --min-performance-bps 9000 --min-uptime-bps 9000 --max-outage-epochs 3";

/// A home with a draft registry, and a node in the midst of the period from epoch 8 on.
fn node() -> (Home, Arc<Replay>) {
    let home = Home::new();
    unpack(&home);
    run(
        &home,
        "registry draft --indices 0..63 --operators 4 --out trial",
        0,
    );
    let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
    replay.set_head(300);
    (home, replay)
}

fn follow(url: &str) -> String {
    format!(
        "ledger follow --registry trial/registry.json --start-epoch 8 --epochs 40 --periods 1 --once \
         --store follow --beacon {url}"
    )
}

/// Without what only a store knows, and what differs of a period that goes on.
fn comparable(mut shown: Value) -> Value {
    shown.as_object_mut().unwrap().remove("epochs");
    for validator in shown["validators"].as_array_mut().unwrap() {
        validator.as_object_mut().unwrap().remove("events");
    }
    shown
}

#[test]
fn a_period_that_goes_on_is_judged_as_if_it_ended_now() {
    let (home, replay) = node();
    let server = replay.serve();
    run(&home, &follow(&server.url()), 0);
    let before = fs::read(home.path("follow/follow.redb")).unwrap();
    let shown = home.json(&words(&format!("{DUTIES} --svg duties.svg")), 0);
    assert_eq!(
        fs::read(home.path("follow/follow.redb")).unwrap(),
        before,
        "looked at only"
    );
    let recorded = shown["recorded"].as_u64().unwrap();
    assert_eq!(recorded, replay.finalized().epoch - 2 - 8 + 1);
    assert!(recorded < 40);

    // The ledger of a period that really ends there says the same.
    let length = recorded.to_string();
    let mut build = BUILD;
    build[15] = &length;
    home.vigil(&build).code(0);
    let ended = DUTIES.replace("--store follow", "--ledger 8.ledger");
    assert_eq!(
        comparable(shown.clone()),
        comparable(home.json(&words(&ended), 0))
    );

    // Proposals and sync duty are where the chain's records have them.
    let mut expected = BTreeMap::<(u64, u64), [u64; 4]>::new();
    let epochs = 8..8 + recorded;
    for line in csv(&home, "proposals.csv") {
        let sum = expected
            .entry((line[1], line[0] / SLOTS_PER_EPOCH))
            .or_default();
        sum[0] += 1;
        sum[1] += line[2];
    }
    for line in csv(&home, "sync.csv") {
        let sum = expected
            .entry((line[1], line[0] / SLOTS_PER_EPOCH))
            .or_default();
        sum[2] += line[2];
        sum[3] += line[3];
    }
    expected.retain(|(_, epoch), _| epochs.contains(epoch));
    let mut found = BTreeMap::new();
    for validator in shown["validators"].as_array().unwrap() {
        for events in validator["events"].as_array().unwrap() {
            let number = |name: &str| events[name].as_u64().unwrap();
            let key = (validator["index"].as_u64().unwrap(), number("epoch"));
            let counts = [
                "proposals_due",
                "proposals_missed",
                "sync_due",
                "sync_missed",
            ];
            found.insert(key, counts.map(number));
        }
    }
    assert_eq!(found, expected);
    assert!(found.values().any(|[_, lost, _, desync]| lost + desync > 0));

    // And they are marked in the picture, whose epochs to come are empty.
    let svg = fs::read_to_string(home.path("duties.svg")).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let count = |class: &str| {
        let all = document.descendants();
        all.filter(|node| node.attribute("class") == Some(class))
            .count()
    };
    let lost = found.values().filter(|events| events[1] > 0).count();
    assert_eq!(count("lost"), lost + 1, "and one in the legend");
    let desync = found.values().filter(|events| events[3] > 0).count();
    assert_eq!(count("desync"), desync + 1);
    assert_eq!(count("c u") as u64, 64 * (40 - recorded));
}

#[test]
fn a_store_whose_follower_runs_is_refused_and_one_whose_follower_was_killed_is_not() {
    let (home, replay) = node();
    let server = replay.serve();
    let args = follow(&server.url());
    run(&home, &args, 0);
    replay.set_head(380);
    replay.fail("", Fault::Slow(Duration::from_millis(20)), u64::MAX);
    let asked = replay.log.lock().unwrap().len();
    let mut first = home
        .command(&words(&args))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It has the store once it asks for more than which chain this is.
    while replay.log.lock().unwrap().len() < asked + 8 {
        std::thread::sleep(Duration::from_millis(5));
        assert!(first.try_wait().unwrap().is_none());
    }
    let said = stderr(&run(&home, DUTIES, 2));
    assert!(
        said.contains("in use by a follower: stop that first"),
        "{said}"
    );
    first.kill().unwrap();
    first.wait().unwrap();
    let shown = home.json(&words(DUTIES), 0);
    assert!(shown["recorded"].as_u64().unwrap() > 0);
}

#[test]
fn a_node_is_asked_on_the_spot_and_again_later() {
    let (home, replay) = node();
    let server = replay.serve();
    let url = server.url();
    let look = format!(
        "{} --beacon {url}",
        DUTIES.replace("--store follow", "--store look")
    );
    let said = stderr(&run(&home, &look, 2));
    assert!(
        said.contains("a new store needs --start-epoch and --epochs"),
        "{said}"
    );
    for source in ["states", "blocks"] {
        replay.set_head(300);
        let look = look.replace(
            "--store look",
            &format!("--store {source} --source {source}"),
        );
        let first = home.json(&words(&format!("{look} --start-epoch 8 --epochs 40")), 0);
        if source == "blocks" {
            // Committees of the time between the looks are gone by the second one.
            assert!(first["recorded"].as_u64() > Some(0));
            continue;
        }
        replay.set_head(replay.last_slot());
        // The next period has begun by then, and would be shown.
        assert_eq!(home.json(&words(&look), 0)["start_epoch"], 48);
        let later = home.json(&words(&format!("{look} --start-epoch 8")), 0);
        assert!(first["recorded"].as_u64() < later["recorded"].as_u64());
        assert_eq!(later["epochs"], 40);
        // The period is over: its ledger is there too, and the store says the same.
        let ledger = DUTIES.replace("--store follow", &format!("--ledger {source}/8.ledger"));
        let older = look
            .split(" --beacon")
            .next()
            .unwrap()
            .replace(&format!(" --source {source}"), "");
        let stored = home.json(&words(&format!("{older} --start-epoch 8")), 0);
        assert_eq!(
            comparable(stored),
            comparable(home.json(&words(&ledger), 0))
        );
    }
    let wrong = DUTIES.replace("--store follow", "--store states");
    let said = stderr(&run(&home, &format!("{wrong} --start-epoch 9"), 2));
    assert!(
        said.contains("no period of the store starts at epoch 9"),
        "{said}"
    );
    run(
        &home,
        "registry draft --indices 0..63 --operators 2 --out other",
        0,
    );
    let said = stderr(&run(&home, &wrong.replace("trial/", "other/"), 2));
    assert!(said.contains("of another registry version"), "{said}");
}

#[test]
fn epochs_that_no_node_has_are_named_and_what_comes_after_them_is_left_out() {
    let (home, replay) = node();
    // The first look is at a node with everything, the later ones at one that forgets what is final.
    replay.set_head(200);
    let server = replay.serve();
    run(&home, &follow(&server.url()), 0);
    let forgetful = Arc::new(Replay::new(SIM, Keeps::Unfinalized));
    let server = forgetful.serve();
    let mut slot = 300;
    while slot <= 360 {
        forgetful.set_head(slot);
        run(&home, &follow(&server.url()), 2);
        slot += 8;
    }
    let assert = run(&home, &format!("{DUTIES} --json"), 0);
    let shown: Value = serde_json::from_slice(&assert.get_output().stdout).unwrap();
    // What was final at the first look, and what it kept of the epochs that became final later.
    let gap = 8 + shown["recorded"].as_u64().unwrap();
    assert!(
        (replay.finalized().epoch - 1..=200 / SLOTS_PER_EPOCH).contains(&gap),
        "{gap}"
    );
    let said = stderr(&assert);
    let expected = format!("epoch {gap} is not recorded: the later ones are");
    assert!(said.contains(&expected), "{said}");

    let look = DUTIES.replace("--store follow", "--store look");
    let look = format!(
        "{look} --start-epoch 8 --epochs 40 --beacon {}",
        server.url()
    );
    let said = stderr(&run(&home, &look, 2));
    assert!(said.contains("warning: epochs 8 to "), "{said}");
    assert!(said.contains("epoch 8 is not recorded"), "{said}");
}

#[test]
fn a_period_that_is_over_is_shown_from_its_ledger_where_its_epochs_are_gone() {
    let (home, replay) = node();
    replay.set_head(replay.last_slot());
    let server = replay.serve();
    run(&home, &follow(&server.url()), 0);
    let shown = home.json(&words(DUTIES), 0);
    // A store of the same follower that has recorded nothing of this period.
    replay.set_head(40);
    let other = follow(&server.url()).replace("--store follow", "--store other");
    run(&home, &other, 0);
    let other = DUTIES.replace("--store follow", "--store other");
    let said = stderr(&run(&home, &other, 2));
    assert!(said.contains("has recorded no epoch yet"), "{said}");
    fs::copy(home.path("follow/8.ledger"), home.path("other/8.ledger")).unwrap();
    assert_eq!(comparable(home.json(&words(&other), 0)), comparable(shown));
}
