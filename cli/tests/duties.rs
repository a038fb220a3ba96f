//! `vigil duties`: what it shows is what the chain's own records say, and its verdict is the prover's.

mod picture;
mod refused;
mod store;
mod verdict;

use crate::chain;
use crate::run::Home;
use std::collections::BTreeMap;
use std::fs;

/// Epochs of the devnet's ledger, among them outages, an inactivity leak and slashings.
const START: u64 = 4;
const EPOCHS: u64 = 90;

/// The devnet's ledger `period.ledger` and the four operators of its draft registry.
fn devnet() -> Home {
    let home = Home::new();
    chain::unpack_devnet(&home);
    run(
        &home,
        "registry draft --indices 0..63 --operators 4 --out trial",
        0,
    );
    let build = format!(
        "ledger build --states chain/states --blocks chain/blocks --spec chain/spec.json \
         --genesis chain/genesis.json --registry trial/registry.json --start-epoch {START} \
         --epochs {EPOCHS} --out period.ledger"
    );
    run(&home, &build, 0);
    home
}

fn words(line: &str) -> Vec<&str> {
    line.split_ascii_whitespace().collect()
}

fn run(home: &Home, line: &str, code: i32) -> assert_cmd::assert::Assert {
    home.vigil(&words(line)).code(code)
}

/// Lines of a file of the chain, each a list of numbers, without the heading.
fn csv(home: &Home, name: &str) -> Vec<Vec<u64>> {
    let text = fs::read_to_string(home.path("chain/csv").join(name)).unwrap();
    let lines = text.lines().skip(1);
    lines
        .map(|line| line.split(',').map(|word| word.parse().unwrap()).collect())
        .collect()
}

/// By validator and epoch: active, source, target, head.
fn flags(home: &Home) -> BTreeMap<(u64, u64), [u64; 4]> {
    let lines = csv(home, "flags.csv").into_iter();
    lines
        .map(|line| ((line[1], line[0]), [line[2], line[3], line[4], line[5]]))
        .collect()
}
