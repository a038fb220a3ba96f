//! A pool on a real EVM node: `vigil` makes the contracts, the proofs and the transactions, anvil runs them. The
//! duties are those of a captured beacon chain. `tests/anvil/run.sh` calls this; it needs what npm and forge have made.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "anvil/actors.rs"]
mod actors;
#[path = "chain.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod chain;
#[path = "anvil/hostile.rs"]
mod hostile;
#[path = "anvil/network.rs"]
mod network;
#[path = "anvil/pool.rs"]
mod pool;
#[path = "anvil/registration.rs"]
mod registration;
#[path = "run.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod run;
#[path = "anvil/votes.rs"]
mod votes;

use actors::ETHER;
use pool::Pool;
use registration::{DOWN, GOOD, GUILTY};

/// The one story, in order: each part stands on what the one before has left on the chain.
#[test]
fn a_pool_lives_on_a_real_node() {
    let pool = Pool::deployed();
    pool.members_and_stakers_come();
    pool.operators_register();
    pool.validators_register();
    pool.quorum_fixes_the_root();
    pool.operators_enrol();

    pool.say("period 0: everybody proves");
    pool.ledger(0, 8, 40, None);
    pool.quorum_posts_the_header(0);
    for operator in [GOOD, GUILTY, DOWN] {
        pool.prove(operator, 0);
    }
    pool.hostile_submissions_are_refused(GOOD, 0);
    let good = pool.submit(GOOD, 0);
    assert!(good.reward > 0, "{good:?}");
    assert_eq!(good.charged, 0);
    pool.a_second_submission_is_refused(GOOD, 0);
    pool.payout_fetches(GOOD, good.reward);
    let guilty = pool.submit(GUILTY, 0);
    assert_eq!(guilty.charged, ETHER, "one slashed validator");
    assert_eq!(pool.reserve(), ETHER);
    let bond = pool.operator(GUILTY)["bond_wei"].clone();
    assert_eq!(bond, (9 * ETHER).to_string());
    let down = pool.submit(DOWN, 0);
    assert_eq!((down.reward, down.charged), (0, 0));
    pool.close(0);
    assert_eq!(pool.operator(DOWN)["strikes"], 1, "bad performance");
    assert_eq!(pool.operator(GOOD)["strikes"], 0);

    pool.a_vote_doubles_the_penalty();

    pool.say("period 1: one is silent");
    pool.ledger(1, 48, 8, Some(0));
    pool.quorum_posts_the_header(1);
    for operator in [GOOD, GUILTY] {
        pool.prove(operator, 1);
        pool.submit(operator, 1);
    }
    let status = pool.status();
    assert_eq!(status["policy"]["penalty_wei"], (2 * ETHER).to_string());
    let policy = &status["period"]["policy"];
    assert_eq!(policy["penalty_wei"], ETHER.to_string(), "it had begun");
    assert_eq!(pool.reserve(), ETHER, "nothing is charged twice");
    pool.close(1);
    let down = pool.operator(DOWN);
    assert_eq!(down["standing"], "silent");
    assert_eq!(
        (&down["strikes"], &down["barred"]),
        (&2.into(), &true.into())
    );
    assert_eq!(down["unproven_periods"], 1);
    pool.everything_adds_up();
}

/// The demonstration on a node, as anybody starts it.
#[test]
fn the_demonstration_pays_and_refuses() {
    let home = run::Home::new();
    let (program, artifacts) = (network::program(), network::contracts().join("out"));
    let [program, artifacts] = [&program, &artifacts].map(|path| path.to_str().unwrap());
    let demo = [
        "demo",
        "--chain",
        "--anvil",
        program,
        "--artifacts",
        artifacts,
    ];
    let shown = home.json(&demo, 0);
    let events = shown["events"].as_array().unwrap();
    let told = |what: &str| {
        let told = |event: &&serde_json::Value| event["what"].as_str().unwrap().contains(what);
        events.iter().filter(told).count()
    };
    assert_eq!(told("REFUSED"), 4, "{events:?}");
    assert_eq!(told("is settled"), 3);
    let operators = shown["operators"].as_array().unwrap();
    assert_ne!(operators[0]["paid_wei"], "0");
    assert_eq!(operators[2]["charged"], 1);
    assert_eq!(operators[3]["period"], "silent");
    assert_eq!(shown["reserve_wei"], ETHER.to_string());
    let missing = home
        .vigil(&["demo", "--chain", "--anvil", "/nowhere/anvil"])
        .code(2);
    assert!(run::stderr(&missing).contains("there is no /nowhere/anvil"));
}
