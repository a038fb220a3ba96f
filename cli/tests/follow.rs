//! `vigil ledger follow` against a node on the loopback that serves a captured chain.

use crate::chain::{BUILD, unpack};
use crate::http::Server;
use crate::replay::{Fault, Keeps, Replay};
use crate::run::{Home, stderr};
use crate::settle::policy;
use serde_json::{Value, json};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

const SIM: &str = "sim-deneb-electra-fulu";
const DEVNET: &str = "devnet-electra-fulu";

struct Node {
    replay: Arc<Replay>,
    server: Server,
    home: Home,
}

impl Node {
    /// A draft registry and a node whose head is at `slot`.
    fn new(keeps: Keeps, slot: Option<u64>) -> Self {
        Self::of(SIM, keeps, slot)
    }

    fn of(chain: &str, keeps: Keeps, slot: Option<u64>) -> Self {
        let home = Home::new();
        let draft = "registry draft --indices 0..63 --operators 4 --out trial";
        home.vigil(&draft.split(' ').collect::<Vec<_>>()).code(0);
        let replay = Arc::new(Replay::new(chain, keeps));
        replay.set_head(slot.unwrap_or(replay.last_slot()));
        let server = replay.serve();
        Self {
            replay,
            server,
            home,
        }
    }

    /// Epochs 8 to 47, as `ledger build` in `chain` has them, once.
    fn follow<'a>(&self, url: &'a str, source: &'a str) -> Vec<&'a str> {
        let fixed = "ledger follow --registry trial/registry.json --start-epoch 8 --epochs 40 \
            --periods 1 --once --store";
        let mut args: Vec<&str> = fixed.split_ascii_whitespace().collect();
        args.extend([source, "--source", source, "--beacon", url]);
        args
    }

    /// What an error says, and nothing else.
    fn error(&self, args: &[&str]) -> String {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let assert = self.home.vigil(&args).code(2);
        let stderr = stderr(&assert);
        let last: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        last["error"].as_str().unwrap().to_owned()
    }
}

#[test]
fn killed_at_any_moment_the_follower_ends_with_the_ledger_of_the_files() {
    let node = Node::new(Keeps::Everything, None);
    unpack(&node.home);
    let built = node.home.json(&BUILD, 0);
    // A few seconds for everything, so that it is killed in the midst of it.
    node.replay
        .fail("", Fault::Slow(Duration::from_millis(10)), u64::MAX);
    let url = node.server.url();
    for source in ["states", "blocks"] {
        let mut args = node.follow(&url, source);
        args.push("--json");
        let mut kills = 0;
        let followed = loop {
            let mut child = node
                .home
                .command(&args)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // Anything between hardly started and some epochs later.
            std::thread::sleep(Duration::from_millis(50 + kills * 137 % 700));
            if kills < 12 && child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
                continue;
            }
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{said}");
            break serde_json::from_slice::<Value>(&output.stdout).unwrap();
        };
        assert!(kills >= 5, "{source}: killed {kills} times only");
        assert_eq!(followed["done"], true);
        let ledger = &followed["ledgers"][0];
        assert_eq!(ledger["ledger_root"], built["ledger_root"], "{source}");
        assert_eq!(ledger["unsigned_registry"], true);
        let file = ledger["file"].as_str().unwrap();
        let shown = node.home.json(&["ledger", "show", file], 0);
        assert_eq!(shown["file_sha256"], built["file_sha256"], "{source}");
    }
}

#[test]
fn what_is_missing_is_named_and_the_rest_is_kept() {
    // A node that has forgotten all states up to its finalised epoch.
    let node = Node::new(Keeps::Unfinalized, Some(300));
    let url = node.server.url();
    let args = node.follow(&url, "states");
    let error = node.error(&args);
    let finalized = node.replay.finalized().epoch;
    let expected = format!("epochs are missing, the first ones 8 to {}", finalized - 2);
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.contains("name a node that has them"), "{error}");
    // Another node has them.
    let all = Arc::new(Replay::new(SIM, Keeps::Everything));
    all.set_head(300);
    let server = all.serve();
    let second = server.url();
    let mut args = args;
    args.push(&second);
    // What was asked for in vain in the run before is asked for again.
    let followed = node.home.json(&args, 0);
    assert_eq!(followed["done"], false);
    assert_eq!(followed["recorded"], finalized - 2 - 8 + 1);
    assert_eq!(followed["missing"], serde_json::json!([]));
}

/// Killed in the midst of short periods, of their ledgers, of forgetting their epochs: all ledgers and
/// headers are those of the files, each continuing the one before.
#[test]
fn killed_at_any_moment_many_periods_and_their_headers_come_out() {
    let node = Node::new(Keeps::Everything, None);
    unpack(&node.home);
    let policy = serde_json::to_vec(&policy()).unwrap();
    std::fs::write(node.home.path("policy.json"), policy).unwrap();
    node.replay
        .fail("", Fault::Slow(Duration::from_millis(5)), u64::MAX);
    let url = node.server.url();
    let fixed = "ledger follow --registry trial/registry.json --start-epoch 8 --epochs 6 --periods 5 \
        --once --store many --policy policy.json --beacon";
    let mut args: Vec<&str> = fixed.split_ascii_whitespace().collect();
    args.push(&url);
    let mut kills = 0;
    let followed = loop {
        let mut child = node.home.command(&args);
        child.arg("--json");
        child.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(60 + kills * 97 % 500));
        if kills < 12 && child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            continue;
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        break serde_json::from_slice::<Value>(&output.stdout).unwrap();
    };
    assert!(kills >= 5, "killed {kills} times only");
    assert_eq!(followed["done"], true);
    let mut previous = Vec::<String>::new();
    for (period, ledger) in followed["ledgers"].as_array().unwrap().iter().enumerate() {
        let start = (8 + 6 * period).to_string();
        let (out, header) = (format!("{start}.built"), format!("{start}.header"));
        let mut build = BUILD[..12].to_vec();
        build.extend(["--start-epoch", &start, "--epochs", "6", "--out", &out]);
        build.extend(["--policy", "policy.json", "--header", &header]);
        build.extend(previous.iter().map(String::as_str));
        let built = node.home.json(&build, 0);
        assert_eq!(ledger["ledger_root"], built["ledger_root"]);
        let read = |name: &str| std::fs::read(node.home.path(name)).unwrap();
        assert_eq!(read(ledger["file"].as_str().unwrap()), read(&out));
        assert_eq!(read(ledger["header"].as_str().unwrap()), read(&header));
        previous = vec!["--previous".to_owned(), out];
    }
    assert_eq!(previous, ["--previous", "32.built"]);
    // A header that is lost is made again, though the epochs are no longer kept.
    let header = node.home.path("many/8.header.json");
    let bytes = std::fs::read(&header).unwrap();
    std::fs::remove_file(&header).unwrap();
    node.home.json(&args, 0);
    assert_eq!(std::fs::read(&header).unwrap(), bytes);
    // Other sources do not know all validators.
    args.extend(["--source", "blocks"]);
    let error = node.error(&args);
    assert!(error.contains("follow with --source states"), "{error}");
}

/// A real node's rewards agree where it has them; one wrong reward is the answer, with exit code 1.
#[test]
fn sources_are_compared_and_a_difference_refuses() {
    let node = Node::of(DEVNET, Keeps::Everything, None);
    let url = node.server.url();
    let mut args = node.follow(&url, "states");
    args.extend(["--cross-check", "blocks,rewards"]);
    let followed = node.home.json(&args, 0);
    assert_eq!(followed["done"], true);
    let compared = followed["compared"].as_array().unwrap();
    let of = |with: &str| -> Vec<&Value> {
        let ranges = compared.iter().filter(|range| range["with"] == with);
        ranges.collect()
    };
    for with in ["blocks", "block rewards", "sync rewards"] {
        let ranges = of(with);
        assert_eq!(ranges.len(), 1, "{ranges:?}");
        assert_eq!(
            (&ranges[0]["first_epoch"], &ranges[0]["last_epoch"]),
            (&json!(8), &json!(47))
        );
        assert_eq!(ranges[0]["compared"], true);
    }
    let rewards: Vec<_> = of("attestation rewards")
        .into_iter()
        .map(|range| {
            let epochs = [&range["first_epoch"], &range["last_epoch"]];
            let epochs = epochs.map(|epoch| epoch.as_u64().unwrap());
            let reason = range["reason"].as_str().unwrap_or_default();
            assert_eq!(reason.contains("status 500"), range["compared"] == false);
            (
                epochs,
                range["compared"] == true,
                range["inactivity_leak"] == true,
            )
        })
        .collect();
    assert_eq!(
        rewards,
        [
            ([8, 14], true, false),
            ([15, 15], false, false),
            ([16, 42], true, false),
            ([43, 43], false, false),
            ([44, 46], true, false),
            ([47, 47], true, true),
        ]
    );

    let mut answer = node.replay.captured("duties/rewards_att_0030.json");
    // Validator 56 was down.
    let entry = &mut answer["data"]["total_rewards"][56];
    assert_eq!(entry["validator_index"], "56");
    entry["head"] = json!("5");
    let body = Fault::Body(answer.to_string().into_bytes());
    node.replay.fail("rewards/attestations/30", body, u64::MAX);
    let store = args.iter().position(|&arg| arg == "--store").unwrap() + 1;
    args[store] = "other";
    let refused = node.home.json(&args, 1);
    assert_eq!(
        refused["difference"],
        json!({"validator": 56, "epoch": 30, "slot": null, "what": "timely head", "values": [
            {"source": "states", "value": 0}, {"source": "attestation rewards", "reward_gwei": 5}]})
    );
    assert!(!node.home.path("other/8.ledger").exists());
}

#[test]
fn a_node_of_no_use_is_an_error_without_its_password() {
    let node = Node::new(Keeps::Everything, None);
    let url = format!("http://user:hunter2@{}/s3cret", node.server.address);
    let assert = node.home.vigil(&node.follow(&url, "states")).code(2);
    let text = stderr(&assert);
    assert!(text.contains("127.0.0.1"), "{text}");
    assert!(
        !text.contains("hunter2") && !text.contains("s3cret"),
        "{text}"
    );
    node.replay.fail("", Fault::Status(503), u64::MAX);
    let plain = node.server.url();
    let error = node.error(&node.follow(&plain, "states"));
    assert!(
        error.ends_with("/eth/v1/node/syncing: it is syncing"),
        "{error}"
    );
    for bad in ["ftp://user:hunter2@host", "hunter2"] {
        let assert = node.home.vigil(&node.follow(bad, "states")).code(2);
        let text = stderr(&assert);
        assert!(text.contains("a beacon node's address"), "{text}");
    }
}

#[test]
fn a_second_follower_on_a_store_is_refused() {
    let node = Node::new(Keeps::Everything, None);
    let url = node.server.url();
    node.replay.fail(
        "beacon/blocks",
        Fault::Slow(Duration::from_secs(10)),
        u64::MAX,
    );
    let args = node.follow(&url, "states");
    let mut first = node
        .home
        .command(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It has the store once it asks for blocks.
    let asks = || {
        let log = node.replay.log.lock().unwrap();
        log.iter().any(|(path, _)| path.contains("beacon/blocks"))
    };
    while !asks() {
        std::thread::sleep(Duration::from_millis(20));
        assert!(first.try_wait().unwrap().is_none());
    }
    let error = node.error(&args);
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(error.contains("in use by another follower"), "{error}");
}

#[test]
fn a_state_may_be_vouched_for_by_one_that_is_fetched_in_a_later_step() {
    // So far behind that catching up takes several steps, and an epoch between them ends with an empty slot.
    let node = Node::new(Keeps::Everything, Some(300));
    let url = node.server.url();
    let mut args = node.follow(&url, "states");
    let periods = args.iter().position(|&arg| arg == "--periods").unwrap();
    args[periods + 1] = "2";
    assert_eq!(node.home.json(&args, 0)["missing"], serde_json::json!([]));
    node.replay.set_head(node.replay.last_slot());
    let followed = node.home.json(&args, 0);
    assert_eq!(followed["missing"], serde_json::json!([]));
    assert_eq!(followed["ledgers"][0]["start_epoch"], 8);
}
