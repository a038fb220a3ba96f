//! Validators of a captured chain: from their registrations to a duty proof that needs no allowance.

use super::pool::{BATCH, OWNERS, POOL, Pool};
use crate::chain::{BUILD, unpack};

/// Operator and validator; 7 exits at epoch 27.
const VALIDATORS: [(usize, u64); 4] = [(0, 7), (1, 3), (0, 12), (1, 40)];
/// Their withdrawal credentials at genesis.
const CREDENTIALS: &str = "0x001414bfc6dacca55f974ec910893c8617f9c99da897534c637b50e9fc695323,\
0x005a7de495bcec04d3b5e74ae09ffe493a9dd06d7dcbf18c78455571e87d901a,\
0x004a581b2ef2b79652a19d3332f6574b0213ddbd179480edbf7ff490823fd5c7,\
0x00de5f5be25f9920cc021ab1147f4441ef7a6e381e51940513c7d844d0a516f8";
const GENESIS: &str = "chain/states/genesis.ssz";
const LAST: &str = "chain/states/e0058_s00479.ssz";

fn state<'a>(file: &'a str, credentials: &'a str) -> [&'a str; 6] {
    let spec = "chain/spec.json";
    [
        "--state",
        file,
        "--spec",
        spec,
        "--credentials",
        credentials,
    ]
}

#[test]
fn validators_of_a_chain_join_and_their_duties_are_proven() {
    let pool = Pool::with_registrations();
    unpack(&pool.home);
    pool.register(1, 40, BATCH, 0);

    let refuses = |validators: &[(usize, u64)], state: [&str; 6], cause: &str| {
        let refused = pool.build_with(BATCH, validators, &state, 1);
        let refused = refused["refused"].as_str().unwrap();
        assert!(refused.contains(cause), "{cause}: {refused}");
    };
    refuses(
        &VALIDATORS,
        state(LAST, CREDENTIALS),
        "7.json: validator 7 exits at epoch 27",
    );
    let (_, others) = CREDENTIALS.split_once(',').unwrap();
    refuses(
        &VALIDATORS,
        state(GENESIS, others),
        "7.json: the withdrawal credentials of validator 7 are 0x001414bf",
    );
    refuses(
        &[(1, 100_000)],
        state(GENESIS, CREDENTIALS),
        "100000.json: the chain has no validator 100000 yet, only 64",
    );
    pool.register(1, 5, BATCH, 0);
    refuses(
        &[(1, 5)],
        state(GENESIS, CREDENTIALS),
        "5.json: the public key of validator 5 is not the chain's",
    );
    let built = pool.build_with(BATCH, &VALIDATORS, &state(GENESIS, CREDENTIALS), 0);
    assert_eq!(built["validators"], 4);
    assert_eq!(built["state"]["slot"], 0);

    // Who has exited since keeps its place.
    let verify = ["registry", "verify", "registry.json"];
    let verified = [&verify[..], &state(LAST, CREDENTIALS)].concat();
    let verified = pool.home.json(&verified, 0);
    assert_eq!(verified["valid"], true);
    assert_eq!(verified["state"]["slot"], 479);
    let refused = [&verify[..], &state(LAST, others)].concat();
    assert_eq!(pool.home.json(&refused, 1)["valid"], false);

    let build = BUILD.map(|arg| arg.replace("trial/", ""));
    let build: Vec<&str> = build.iter().map(String::as_str).collect();
    let ledger = pool.home.json(&build, 0);
    assert_eq!(ledger["unsigned_registry"], false);
    assert_eq!(ledger["registry_root"], built["registry_root"]);
    let prove = [
        "prove",
        "--ledger",
        "8.ledger",
        "--key",
        "0.key",
        "--chain-id",
        "1",
        "--pool",
        POOL,
        "--account",
        OWNERS[0],
        "--min-performance-bps",
        "0",
        "--min-uptime-bps",
        "0",
        "--max-outage-epochs",
        "8191",
        "--statement",
        "duty.json",
        "--proof",
        "duty.proof",
    ];
    assert_eq!(pool.home.json(&prove, 0)["validators"], 2);
    let root = ledger["ledger_root"].as_str().unwrap();
    let verify = [
        "verify",
        "--statement",
        "duty.json",
        "--proof",
        "duty.proof",
        "--root",
        root,
    ];
    let verified = pool.home.json(&verify, 0);
    assert_eq!(verified["unsigned_registry"], false);
    assert_eq!(verified["claims"]["validators"], 2);

    // A key that is not the chain's has no place in a ledger, whoever signed for it.
    pool.build(BATCH, &[(1, 5)], 0);
    let error = crate::run::stderr(&pool.home.vigil(&build).code(2));
    assert!(
        error.contains("the public key of validator 5 is not the chain's"),
        "{error}"
    );
}
