//! The follower against nodes on the loopback that serve captured chains, well or badly.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "../../ledger/tests/common/capture.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod capture;
mod conflicts;
mod cross_check;
mod faults;
mod follow;
mod http;
mod refusals;
#[allow(dead_code, reason = "the command's tests use the clock")]
mod replay;
mod restarts;
mod setup;
