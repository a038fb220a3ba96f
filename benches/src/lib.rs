//! Synthetic chains of mainnet's size behind the Beacon API, for measuring what following one costs; the same
//! statement in other proof systems, to be measured beside; and a simulation of what the settlement rules make
//! worthwhile.
//!
//! `cargo run --release -p vigil-benches --bin follow -- --help` measures a follower;
//! `--bin report` measures Vigil beside other proof systems, `--bin trials` proves many random statements;
//! `cargo run -p vigil-benches --example incentives` prints what behaviours pay;
//! `cargo bench -p vigil-benches` measures kernels. The containers, the votes and the flags are written
//! down here a second time, from the consensus specs, and not taken from the crates that are measured.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod chain;
pub mod containers;
pub mod follow;
mod http;
pub mod incentives;
pub mod ledger;
pub mod node;
pub mod plan;
pub mod report;
pub mod trials;
