//! The command as a user runs it.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod bench;
mod calldata;
#[path = "../../ledger/tests/common/capture.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod capture;
mod chain;
mod contract;
mod duties;
mod follow;
mod hostile;
#[path = "../../follower/tests/http.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod http;
mod killed;
mod operator;
mod params;
mod progress;
mod prove;
mod register;
mod registry;
#[path = "../../follower/tests/replay.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod replay;
mod run;
mod selftest;
mod settle;
mod shell;
mod typed_data;
mod units;
mod verify;
