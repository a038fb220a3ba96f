//! The command as a user runs it.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod bench;
mod chain;
mod contract;
mod hostile;
mod killed;
mod operator;
mod params;
mod progress;
mod prove;
mod register;
mod registry;
mod run;
mod selftest;
mod settle;
mod shell;
mod verify;
