//! Every way in which a node can be of no use has its own error, which shows no secrets.

use crate::capture::{DEVNET, SIM};
use crate::http::{Response, Server};
use crate::replay::{Fault, Keeps, Replay};
use crate::setup::{nodes, patience};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use vigil_follower::client::{ClientOptions, NodeAddress, NodeError, Nodes, Refusal};
use vigil_ledger::beacon::Spec;

const STATE_SLOT: u64 = 31;

struct Case {
    replay: Arc<Replay>,
    nodes: Nodes,
    spec: Spec,
    _server: Server,
}

fn case() -> Case {
    let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
    replay.set_head(100);
    let server = replay.serve();
    let mut nodes = nodes(&[&server]);
    let spec = Spec::from_json(&nodes.config().unwrap().1).unwrap();
    Case {
        replay,
        nodes,
        spec,
        _server: server,
    }
}

/// The answer on a route goes wrong for good; what does the client make of it?
fn refusal(route: &str, fault: Fault) -> NodeError {
    let mut case = case();
    case.replay.fail(route, fault, u64::MAX);
    let error = match route {
        "states/31" => case.nodes.state(&case.spec, STATE_SLOT).unwrap_err(),
        "blocks/" => {
            let root = case.replay.root_at(20);
            case.nodes.block(&case.spec, root).unwrap_err()
        }
        "finality" => case.nodes.finalized().unwrap_err(),
        "headers/" => case.nodes.header("head").unwrap_err(),
        "committees" => case.nodes.committees(STATE_SLOT, 3).unwrap_err(),
        "duties/proposer" => case.nodes.proposers(&case.spec, 3).unwrap_err(),
        other => panic!("{other}"),
    };
    for secret in ["STACKTRACE", "secret.ts"] {
        assert!(!format!("{error} {error:?}").contains(secret));
    }
    error
}

#[test]
fn every_fault_has_its_own_refusal() {
    let of = |route, fault| refusal(route, fault).refusal().clone();
    let states = "states/31";
    assert!(matches!(
        of(states, Fault::Status(503)),
        Refusal::Syncing { distance: None }
    ));
    assert!(matches!(of(states, Fault::Status(404)), Refusal::NotFound));
    assert!(matches!(
        of(states, Fault::Status(500)),
        Refusal::Status { status: 500 }
    ));
    assert!(matches!(
        of(states, Fault::Status(302)),
        Refusal::Status { status: 302 }
    ));
    assert!(matches!(
        of(states, Fault::Truncated),
        Refusal::BrokenOff { .. }
    ));
    assert!(matches!(
        of(states, Fault::TruncatedSilently),
        Refusal::Malformed { .. }
    ));
    assert!(
        matches!(of(states, Fault::Version("gloas")), Refusal::UnknownFork { fork } if fork == "gloas")
    );
    assert!(matches!(of(states, Fault::Version("fulu")),
        Refusal::WrongFork { expected, got } if expected == "deneb" && got == "fulu"));
    assert!(matches!(of(states, Fault::Optimistic), Refusal::Optimistic));
    assert!(matches!(
        of(states, Fault::ContentType("application/json")),
        Refusal::Malformed { .. }
    ));
    assert!(matches!(
        of(states, Fault::Slow(Duration::from_secs(2))),
        Refusal::Timeout
    ));
    assert!(matches!(
        of(states, Fault::Drop),
        Refusal::Unreachable { .. }
    ));
    assert!(matches!(
        of(states, Fault::Body(Vec::new())),
        Refusal::Malformed { .. }
    ));
    for announced in [true, false] {
        for route in ["blocks/", "finality", "duties/proposer"] {
            let refusal = of(route, Fault::Oversized { announced });
            assert!(
                matches!(refusal, Refusal::TooLarge { .. }),
                "{route} {refusal:?}"
            );
        }
    }
    // Another block than was asked for, by one bit.
    assert!(matches!(
        of("blocks/", Fault::BitFlip),
        Refusal::Malformed { .. }
    ));
    for route in ["finality", "headers/", "committees", "duties/proposer"] {
        assert!(
            matches!(of(route, Fault::Optimistic), Refusal::Optimistic),
            "{route}"
        );
        for body in ["", "{", "[]", "{\"data\":7}", "\u{feff}"] {
            let refusal = of(route, Fault::Body(body.into()));
            assert!(
                matches!(refusal, Refusal::Malformed { .. }),
                "{route} {body} {refusal:?}"
            );
        }
    }
}

#[test]
fn a_node_that_is_not_fit_is_not_asked() {
    for (body, expected) in [
        (
            json!({"is_syncing": true, "is_optimistic": false, "sync_distance": "9"}),
            "it is syncing, 9 slots behind",
        ),
        (
            json!({"is_syncing": false, "is_optimistic": true, "sync_distance": "0"}),
            "its head is optimistic",
        ),
    ] {
        let server = Server::start(move |request| {
            assert!(request.path.ends_with("node/syncing"), "{}", request.path);
            Some(Response::json(&json!({ "data": body })))
        });
        let error = nodes(&[&server]).config().unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_node_of_another_chain_is_refused() {
    let replays = [SIM, DEVNET].map(|name| Arc::new(Replay::new(name, Keeps::Everything)));
    let servers = replays.each_ref().map(Replay::serve);
    let (sim, _) = nodes(&[&servers[0]]).config().unwrap();
    let mut other = nodes(&[&servers[1]]);
    other.expect_chain(sim);
    let error = other.config().unwrap_err();
    assert!(
        matches!(error.refusal(), Refusal::WrongChain { expected, .. } if *expected == hex::encode(sim))
    );
    // The other one answers.
    let mut both = nodes(&[&servers[1], &servers[0]]);
    both.expect_chain(sim);
    assert_eq!(both.config().unwrap().0, sim);
}

#[test]
fn patience_ends_and_a_passing_fault_passes() {
    let mut case = case();
    case.replay.fail("finality", Fault::Status(429), 2);
    case.nodes.finalized().unwrap();
    case.replay.fail("finality", Fault::Status(429), 3);
    let error = case.nodes.finalized().unwrap_err();
    assert!(matches!(error.refusal(), Refusal::Status { status: 429 }));
    assert_eq!(case.replay.faults_left(), 0);
}

#[test]
fn credentials_reach_the_node_and_nothing_else() {
    let replay = Arc::new(Replay::new(SIM, Keeps::Everything));
    let server = replay.serve();
    let url = format!("http://user:hunter2@{}/", server.address);
    let options = ClientOptions {
        retries: 0,
        ..patience()
    };
    let asked_with = |address: NodeAddress| {
        replay.log.lock().unwrap().clear();
        let mut nodes = Nodes::new(vec![address], options).unwrap();
        nodes.config().unwrap();
        replay.fail("finality", Fault::Status(500), 1);
        let error = nodes.finalized().unwrap_err();
        let shown = format!("{error} {error:?} {nodes:?}");
        assert!(shown.contains("127.0.0.1"));
        assert!(
            !shown.contains("hunter2") && !shown.contains("t0ken"),
            "{shown}"
        );
        let log = replay.log.lock().unwrap();
        assert!(
            log.iter()
                .all(|(_, authorization)| authorization == &log[0].1)
        );
        log[0].1.clone().unwrap()
    };
    // base64 of user:hunter2
    assert_eq!(
        asked_with(NodeAddress::parse(&url).unwrap()),
        "Basic dXNlcjpodW50ZXIy"
    );
    let with_token = NodeAddress::parse(&server.url())
        .unwrap()
        .with_token("t0ken")
        .unwrap();
    assert_eq!(asked_with(with_token), "Bearer t0ken");
    // A node that nobody listens at.
    drop(server);
    let mut nodes = Nodes::new(vec![NodeAddress::parse(&url).unwrap()], options).unwrap();
    let error = nodes.config().unwrap_err();
    assert!(matches!(error.refusal(), Refusal::Unreachable { .. }));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
