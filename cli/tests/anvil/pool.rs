//! The pool: its deployment, what the command says of it, its periods.

use crate::actors::{Actor, ETHER, PASSWORD, PURSE};
use crate::chain;
use crate::network::{CHAIN_ID, GENESIS, Network, contracts};
use crate::registration::{DOWN, GOOD, GUILTY, OPERATORS};
use crate::run::{Home, stderr};
use alloy_primitives::{Address, B256};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};
use vigil_chain::deployment::Deployment;
use vigil_chain::interface::{DutyPool, LedgerOracle, StakingVault};
use vigil_circuits::shape::{Family, MIN_K, Shape};

pub(crate) const SECONDS_PER_EPOCH: u64 = 384;
pub(crate) const WINDOW: u64 = 600;
pub(crate) const PROOFS: u64 = 3_600;
pub(crate) const VOTE: u64 = 3_600;
/// Deposit contract of the main net; here only code that does nothing.
const DEPOSITS: &str = "0x00000000219ab540356cBB839Cbe05303d7705Fa";
const MEMBERS: usize = 5;

pub(crate) struct Pool {
    pub(crate) home: Home,
    pub(crate) network: Network,
    pub(crate) at: Deployment,
    pub(crate) members: Vec<Actor>,
    pub(crate) owners: Vec<Actor>,
    pub(crate) staker: Actor,
    pub(crate) outsider: Actor,
    begun: Instant,
}

/// What a submission moved, in wei.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) reward: u128,
    pub(crate) charged: u128,
}

pub(crate) fn wei(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

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

fn plan(members: &[Actor]) -> Value {
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

impl Pool {
    /// Deployed by the command, which is killed on its way.
    pub(crate) fn deployed() -> Self {
        let begun = Instant::now();
        let (home, network) = (Home::new(), Network::start());
        let actor = |name: &str| Actor::new(&network, name);
        let members: Vec<Actor> = (0..MEMBERS)
            .map(|i| actor(&format!("member {i}")))
            .collect();
        let owners: Vec<Actor> = OPERATORS.iter().map(|(name, _)| actor(name)).collect();
        let (deployer, staker, outsider) = (actor("deployer"), actor("staker"), actor("outsider"));
        let write = |name: &str, text: String| fs::write(home.path(name), text).unwrap();
        write("password", PASSWORD.to_owned());
        write("plan.json", plan(&members).to_string());
        let version = json!({ "version": 1, "policy": policy() });
        write("policy.json", version.to_string());
        for (name, actor) in [("deployer", &deployer), ("outsider", &outsider)] {
            write(&format!("{name}.account"), actor.keystore().to_string());
        }
        for ((name, _), owner) in OPERATORS.iter().zip(&owners) {
            write(&format!("{name}.account"), owner.keystore().to_string());
        }
        chain::unpack(&home);
        deploy(&home, &network, deployer.address());
        let text = fs::read(home.path("pool.json")).unwrap();
        let pool = Self {
            at: serde_json::from_slice(&text).unwrap(),
            home,
            network,
            members,
            owners,
            staker,
            outsider,
            begun,
        };
        pool.say("the contracts are deployed, after a crash on the way");
        pool
    }

    /// What has happened, and when.
    pub(crate) fn say(&self, what: &str) {
        eprintln!("{:5.1} s  {what}", self.begun.elapsed().as_secs_f64());
    }

    /// `vigil contract ... --json` with node and deployment.
    pub(crate) fn contract(&self, command: &str, args: &[&str], code: i32) -> Value {
        let all = [
            &[
                "contract",
                command,
                "--deployment",
                "pool.json",
                "--node",
                &self.network.url,
            ],
            args,
        ];
        self.home.json(&all.concat(), code)
    }

    pub(crate) fn status(&self) -> Value {
        self.contract("status", &[], 0)
    }

    /// An operator's line of the status.
    pub(crate) fn operator(&self, operator: usize) -> Value {
        self.status()["operators"][operator].clone()
    }

    pub(crate) fn reserve(&self) -> u128 {
        wei(&self.status()["reserve_wei"])
    }

    pub(crate) fn members_and_stakers_come(&self) {
        for member in &self.members {
            let join = LedgerOracle::joinCall {};
            member.send(&self.network, self.at.contracts.oracle, 10 * ETHER, &join);
        }
        let receiver = self.staker.address();
        let vault = self.at.contracts.vault;
        let deposit = StakingVault::depositCall { receiver };
        self.staker
            .send(&self.network, vault, 100 * ETHER, &deposit);
        let delegate = StakingVault::delegateCall {
            delegatee: receiver,
        };
        self.staker.send(&self.network, vault, 0, &delegate);
        let fund = DutyPool::fundCall {};
        self.outsider
            .send(&self.network, self.at.contracts.pool, 10 * ETHER, &fund);
        let status = self.status();
        assert_eq!(status["members"], MEMBERS);
        assert_eq!(wei(&status["vault_idle_wei"]), 100 * ETHER);
        assert_eq!(wei(&status["budget_wei"]), 10 * ETHER);
        self.say("members have brought their bonds, a staker 100 ether");
    }

    /// Signatures of the first `count` members over a digest, in the order of their accounts.
    pub(crate) fn signatures(&self, digest: B256, count: usize) -> Vec<[u8; 65]> {
        let mut members: Vec<&Actor> = self.members.iter().take(count).collect();
        members.sort_by_key(|member| member.address());
        let sign = |member: &&Actor| member.wallet.sign(digest).unwrap();
        members.iter().map(sign).collect()
    }

    /// Computes a period's ledger and header, once the beacon chain is over it.
    pub(crate) fn ledger(&self, period: u64, start: u64, epochs: u64, previous: Option<u64>) {
        let over = GENESIS + (start + epochs + 3) * SECONDS_PER_EPOCH;
        if self.network.node.newest().unwrap().1 < over {
            self.network.pass_to(over);
        }
        let (out, header) = (format!("{period}.ledger"), format!("{period}.header"));
        let (start, epochs) = (start.to_string(), epochs.to_string());
        let mut args = vec![
            "ledger",
            "build",
            "--states",
            "chain/states",
            "--blocks",
            "chain/blocks",
            "--spec",
            "chain/spec.json",
            "--genesis",
            "chain/genesis.json",
            "--registry",
            "registry.json",
            "--policy",
            "policy.json",
            "--start-epoch",
            &start,
            "--epochs",
            &epochs,
            "--header",
            &header,
            "--out",
            &out,
        ];
        let before = previous.map(|period| format!("{period}.ledger"));
        if let Some(before) = &before {
            args.extend(["--previous", before]);
        }
        self.home.json(&args, 0);
    }

    pub(crate) fn quorum_posts_the_header(&self, period: u64) {
        let header = format!("{period}.header");
        let oracle = self.at.contracts.oracle;
        let (chain, at) = (CHAIN_ID.to_string(), oracle.to_string());
        let typed = [
            "contract",
            "typed-data",
            "--header",
            &header,
            "--chain-id",
            &chain,
            "--oracle",
            &at,
        ];
        let digest: B256 = self.home.json(&typed, 0)["digest"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let propose = |count| {
            let signatures = self.signatures(digest, count);
            let hex: Vec<String> = signatures
                .iter()
                .map(hex::encode)
                .map(|s| format!("0x{s}"))
                .collect();
            let args = [
                "contract",
                "calldata",
                "propose",
                "--header",
                &header,
                "--signatures",
            ];
            let hex: Vec<&str> = hex.iter().map(String::as_str).collect();
            data(&self.home.json(&[&args[..], &hex].concat(), 0))
        };
        let outsider = &self.outsider;
        // Three of five are not more than two thirds.
        assert_eq!(
            outsider.is_refused(&self.network, oracle, propose(3)),
            "NoQuorum"
        );
        outsider
            .try_send(&self.network, oracle, 0, propose(4))
            .unwrap();
        let finalize = LedgerOracle::finalizeCall {};
        let early = alloy_sol_types::SolCall::abi_encode(&finalize);
        assert_eq!(
            outsider.is_refused(&self.network, oracle, early),
            "StillChallengeable"
        );
        self.network.pass(WINDOW);
        outsider.send(&self.network, oracle, 0, &finalize);
        assert_eq!(self.status()["final_periods"], period + 1);
        self.say(&format!("the header of period {period} is final"));
    }

    /// Makes the statement and proof OPERATOR-PERIOD.
    pub(crate) fn prove(&self, operator: usize, period: u64) {
        let (name, _) = OPERATORS[operator];
        let (pool, account) = (
            self.at.contracts.pool.to_string(),
            self.payout(operator).to_string(),
        );
        let (ledger, header) = (format!("{period}.ledger"), format!("{period}.header"));
        let (key, files) = (format!("{name}.key"), format!("{name}-{period}"));
        let (statement, proof) = (format!("{files}.json"), format!("{files}.proof"));
        let chain = CHAIN_ID.to_string();
        self.home.json(
            &[
                "prove",
                "--ledger",
                &ledger,
                "--key",
                &key,
                "--chain-id",
                &chain,
                "--pool",
                &pool,
                "--account",
                &account,
                "--policy",
                "policy.json",
                "--header",
                &header,
                "--statement",
                &statement,
                "--proof",
                &proof,
            ],
            0,
        );
    }

    /// Submits the proof OPERATOR-PERIOD by OPERATOR's owner: first without effect, then with.
    pub(crate) fn submit(&self, operator: usize, period: u64) -> Settled {
        let (name, _) = OPERATORS[operator];
        let owner = &self.owners[operator];
        let nonce = self.network.node.nonce(owner.address()).unwrap();
        let dry = self.try_submit(operator, period, name, &[], 0);
        assert_eq!(
            (&dry["sent"], &dry["receipt"]),
            (&json!(false), &Value::Null)
        );
        let transaction = &dry["transaction"];
        assert_eq!(transaction["nonce"], nonce);
        assert_eq!(
            transaction["arguments"][1],
            json!({ "name": "period", "value": period.to_string() })
        );
        assert_eq!(
            self.network.node.nonce(owner.address()).unwrap(),
            nonce,
            "a dry run sends nothing"
        );
        let sent = self.try_submit(operator, period, name, &["--send"], 0);
        assert_eq!(sent["sent"], true);
        let gas = sent["receipt"]["gas_used"].as_u64().unwrap();
        assert!(gas <= transaction["gas_limit"].as_u64().unwrap());
        self.say(&format!(
            "{name} is settled for period {period} with {gas} gas"
        ));
        let payment = &sent["payment"];
        Settled {
            reward: wei(&payment["reward_wei"]),
            charged: wei(&payment["bond_to_reserve_wei"]),
        }
    }

    pub(crate) fn try_submit(
        &self,
        operator: usize,
        period: u64,
        account: &str,
        more: &[&str],
        code: i32,
    ) -> Value {
        let files = format!("{}-{period}", OPERATORS[operator].0);
        let (statement, proof) = (format!("{files}.json"), format!("{files}.proof"));
        let (account, period) = (format!("{account}.account"), period.to_string());
        let args = [
            "--statement",
            &statement,
            "--proof",
            &proof,
            "--period",
            &period,
            "--keystore",
            &account,
            "--keystore-password-file",
            "password",
        ];
        self.contract("submit", &[&args[..], more].concat(), code)
    }

    /// Fetches what an operator's payout account is owed: it has nothing else.
    pub(crate) fn payout_fetches(&self, operator: usize, reward: u128) {
        let account = self.payout(operator);
        assert_eq!(wei(&self.operator(operator)["owed_wei"]), reward);
        let pay = DutyPool::payCall { account };
        self.outsider
            .send(&self.network, self.at.contracts.pool, 0, &pay);
        let has = self.network.node.balance(account).unwrap();
        assert_eq!(has, alloy_primitives::U256::from(reward));
        assert_eq!(wei(&self.operator(operator)["owed_wei"]), 0);
        self.say("a payout account has fetched its reward");
    }

    /// Passes the grace window, closes the period and concludes it for everybody.
    pub(crate) fn close(&self, period: u64) {
        let (network, at) = (&self.network, self.at.contracts.pool);
        let close = alloy_sol_types::SolCall::abi_encode(&DutyPool::closePeriodCall {});
        assert_eq!(self.outsider.is_refused(network, at, close), "GraceNotOver");
        network.pass(2 * PROOFS);
        self.outsider
            .send(network, at, 0, &DutyPool::closePeriodCall {});
        for operator in [GOOD, GUILTY, DOWN] {
            let id = self.id(operator);
            self.outsider
                .send(network, at, 0, &DutyPool::concludeCall { id, period });
        }
        assert_eq!(self.status()["period"]["stands"], "closed");
        self.say(&format!("period {period} is closed"));
    }

    /// What the contracts hold covers what they owe, and nothing is left unexplained.
    pub(crate) fn everything_adds_up(&self) {
        let status = self.status();
        let sum = |field: &str| -> u128 {
            let operators = status["operators"].as_array().unwrap();
            operators.iter().map(|one| wei(&one[field])).sum()
        };
        // Nothing withheld from a pot went elsewhere than to the stakers.
        let owes = sum("bond_wei")
            + sum("owed_wei")
            + wei(&status["budget_wei"])
            + wei(&status["held_wei"]);
        let has = self.network.node.balance(self.at.contracts.pool).unwrap();
        assert_eq!(has, alloy_primitives::U256::from(owes));
        let vault = self.network.node.balance(self.at.contracts.vault).unwrap();
        assert_eq!(
            vault.to_string(),
            status["vault_idle_wei"].as_str().unwrap()
        );
        assert!(
            wei(&status["vault_idle_wei"]) > 100 * ETHER,
            "withheld rewards are the stakers'"
        );
        self.say("the books and the balances are the same");
    }
}

/// The data of a shown call.
pub(crate) fn data(shown: &Value) -> Vec<u8> {
    hex::decode(&shown["data"].as_str().unwrap()[2..]).unwrap()
}

/// First without effect, then killed on its way, then to the end, then again.
fn deploy(home: &Home, network: &Network, deployer: Address) {
    let artifacts = contracts().join("out");
    let deploy = |node: &str, more: &[&str]| -> Vec<String> {
        let args = [
            "contract",
            "deploy",
            "--plan",
            "plan.json",
            "--deployment",
            "pool.json",
            "--artifacts",
            artifacts.to_str().unwrap(),
            "--keystore",
            "deployer.account",
            "--keystore-password-file",
            "password",
            "--node",
            node,
        ];
        args.iter().chain(more).map(|&arg| arg.to_owned()).collect()
    };
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
}
