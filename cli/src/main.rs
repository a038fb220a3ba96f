//! The command `vigil`.
//!
//! Exit codes: 0 all is well, 1 a proof or a claim is refused, or sources contradict each other, 2 the command
//! could not do its work.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod address;
mod args;
mod book;
mod bounded;
mod commands;
#[cfg(test)]
mod documented;
mod engine;
mod folders;
mod json_file;
mod judge;
mod keys;
mod keystore;
mod membership;
mod memory;
mod nodes;
mod output;
mod passphrase;
mod progress;
mod proving;
mod report;
mod secret_file;
mod threads;
mod usage;
mod vectors;
mod word;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let format = args.format();
    match args.command.run(format) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            report::print_error(&error, format);
            ExitCode::from(report::EXIT_ERROR)
        }
    }
}
