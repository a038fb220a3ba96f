//! The pool's contracts: a plan, and the command that carries it out, whatever comes between.

use crate::actors::{Actor, ETHER, PURSE};
use crate::network::{CHAIN_ID, GENESIS, Network, contracts};
use crate::pool::{PROOFS, SECONDS_PER_EPOCH, VOTE, WINDOW};
use crate::run::{Home, stderr};
use alloy_primitives::Address;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};
use vigil_circuits::shape::{Family, MIN_K, Shape};

/// Deposit contract of the main net; here only code that does nothing.
const DEPOSITS: &str = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

pub(crate) fn policy() -> Value {
    json!({
        "min_performance": { "absolute": 8000 }, "min_uptime": { "absolute": 9000 }, "max_outage_epochs": 6,
        "leak_below_bps": 2000,
        "grid": { "tiers": [0, 2500, 5000, 7500, 9000, 9500, 9800, 10000], "stake_step": 32 },
        "min_good_bps": 7500, "strike_limit": 2, "strike_window": 10, "reward_rate": 365_000_000_000u64,
        "penalty": ETHER.to_string(), "bond_per_validator": (ETHER / 4).to_string(),
    })
}

/// Whatever the generator has made the contracts' keys of.
fn shapes() -> Vec<String> {
    let mut shapes = Vec::new();
    for entry in fs::read_dir(contracts().join("src/generated")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        if let Some((_, rest)) = text.split_once("The verifying key of ") {
            shapes.push(rest.split(' ').next().unwrap().to_owned());
        }
    }
    // Larger ones need parameters that are not embedded.
    let is_small = |shape: &Shape| shape.family != Family::Membership && shape.k <= MIN_K;
    shapes.retain(|name| is_small(&name.parse().unwrap()));
    shapes.sort();
    shapes
}

pub(crate) fn plan(members: &[Actor]) -> Value {
    let members: Vec<Address> = members.iter().map(Actor::address).collect();
    json!({
        "chain_id": CHAIN_ID, "guardian": members[0], "genesis_time": GENESIS, "seconds_per_epoch": SECONDS_PER_EPOCH,
        "genesis_validators_root": "0x2f513e78c878859531a60cb1772f401bef9d71e3a10bc999cc47b4802a3be636",
        "deposit_contract": DEPOSITS, "first_epoch": 8, "max_epochs": 225,
        "members": members, "member_bond": (10 * ETHER).to_string(), "unbonding": 86_400, "challenge_window": WINDOW,
        "registration_window": WINDOW, "root_window": WINDOW, "enrolment_window": WINDOW,
        "registration_deposit": (ETHER / 10).to_string(), "min_growing_operators": 2, "max_validators": 20,
        "proof_window": PROOFS, "grace_window": PROOFS, "entry_bond": ETHER.to_string(),
        "share_name": "Vigil stake", "share_symbol": "VIGIL",
        "timelock_delay": VOTE, "voting_delay": WINDOW, "voting_period": VOTE,
        "proposal_threshold": ETHER.to_string(), "quorum_percent": 20,
        "shapes": shapes(), "policy": policy(),
    })
}

/// First without effect, then killed on its way, then to the end, then again.
pub(crate) fn deploy(home: &Home, network: &Network, actor: &Actor, stranger: &Actor) {
    let deployer = actor.address();
    let artifacts = contracts().join("out");
    let by = |account: &str, file: &str, node: &str, more: &[&str]| -> Vec<String> {
        let account = format!("{account}.account");
        let args = [
            "contract",
            "deploy",
            "--plan",
            "plan.json",
            "--deployment",
            file,
            "--artifacts",
            artifacts.to_str().unwrap(),
            "--keystore",
            &account,
            "--keystore-password-file",
            "password",
            "--node",
            node,
        ];
        args.iter().chain(more).map(|&arg| arg.to_owned()).collect()
    };
    let deploy = |node: &str, more: &[&str]| by("deployer", "pool.json", node, more);
    let away = home.vigil(&deploy("http://127.0.0.1:9", &[])).code(2);
    assert!(
        stderr(&away).contains("does not answer"),
        "{}",
        stderr(&away)
    );
    let nobody = home.vigil(&deploy(&network.url, &[])).code(2);
    assert!(stderr(&nobody).contains("no contract at deposit_contract"));
    network.dev("anvil_setCode", json!([DEPOSITS, "0x00"]));

    let dry = home.vigil(&deploy(&network.url, &["--json"])).code(0);
    let dry: Value = serde_json::from_slice(&dry.get_output().stdout).unwrap();
    let steps = dry["steps"].as_array().unwrap().len() as u64;
    assert_eq!(dry["sent"], false);
    assert_eq!(network.node.nonce(deployer).unwrap(), 0);
    assert!(!home.path("pool.json").exists());

    network.give(deployer, 1);
    let poor = home.vigil(&deploy(&network.url, &["--send"])).code(2);
    assert!(
        stderr(&poor).contains("send it ether first"),
        "{}",
        stderr(&poor)
    );
    network.give(deployer, PURSE);

    let mut killed = home
        .command(&deploy(&network.url, &["--send"]))
        .spawn()
        .unwrap();
    let start = Instant::now();
    while network.node.nonce(deployer).unwrap() < 4 {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it does not begin"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let sent = network.node.nonce(deployer).unwrap();
    assert!(sent < steps, "it was too fast to be killed");
    let status = [
        "contract",
        "status",
        "--deployment",
        "pool.json",
        "--node",
        &network.url,
    ];
    assert!(stderr(&home.vigil(&status).code(2)).contains("is not finished"));

    home.vigil(&deploy(&network.url, &["--send"])).code(0);
    assert_eq!(network.node.nonce(deployer).unwrap(), steps);
    home.vigil(&deploy(&network.url, &["--send"])).code(0);
    assert_eq!(
        network.node.nonce(deployer).unwrap(),
        steps,
        "once is enough"
    );
    let changed = fs::read_to_string(home.path("plan.json")).unwrap();
    fs::write(
        home.path("plan.json"),
        changed.replace("\"max_validators\":20", "\"max_validators\":21"),
    )
    .unwrap();
    let other = home.vigil(&deploy(&network.url, &["--send"])).code(2);
    assert!(
        stderr(&other).contains("have changed since"),
        "{}",
        stderr(&other)
    );

    let plan = fs::read_to_string(home.path("plan.json")).unwrap();
    let elsewhere = plan.replace(&format!("\"chain_id\":{CHAIN_ID}"), "\"chain_id\":1");
    fs::write(home.path("plan.json"), elsewhere).unwrap();
    let other_chain = home
        .vigil(&by("outsider", "other.json", &network.url, &[]))
        .code(2);
    assert!(stderr(&other_chain).contains("is on chain 31337, not on 1"));
    fs::write(home.path("plan.json"), plan).unwrap();

    // Somebody who goes on with a nonce that was used for something else.
    network.give(stranger.address(), 1);
    home.vigil(&by("outsider", "other.json", &network.url, &["--send"]))
        .code(2);
    network.give(stranger.address(), PURSE);
    let begun = home
        .vigil(&by("deployer", "other.json", &network.url, &["--send"]))
        .code(2);
    assert!(
        stderr(&begun).contains("was begun by"),
        "{}",
        stderr(&begun)
    );
    stranger
        .try_send(network, stranger.address(), 1, Vec::new())
        .unwrap();
    let used = home
        .vigil(&by("outsider", "other.json", &network.url, &["--send"]))
        .code(2);
    assert!(
        stderr(&used).contains("sent something else as its transaction 0"),
        "{}",
        stderr(&used)
    );
}
