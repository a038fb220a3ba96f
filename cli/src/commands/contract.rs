//! `vigil contract`: contracts that check proofs on chain, and what is said to them.

mod calldata;
pub(in crate::commands) mod deploy;
mod proven;
mod sender;
pub(in crate::commands) mod shown;
mod status;
mod submit;
mod typed_data;
mod verifier;

use crate::report::{Format, Outcome};
use clap::Subcommand;

/// What to do with contracts.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a shape's verifier and verifying key as Solidity
    Verifier(verifier::Args),
    /// Deploy a pool
    Deploy(deploy::Args),
    /// Send a duty proof to the pool
    Submit(submit::Args),
    /// Show where a pool stands
    Status(status::Args),
    /// Encode a transaction's data: a proof, an enrolment, a header
    #[command(subcommand)]
    Calldata(calldata::Command),
    /// Show what a quorum member signs about a period (EIP-712)
    TypedData(typed_data::Args),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Verifier(args) => args.run(format),
            Self::Deploy(args) => args.run(format),
            Self::Submit(args) => args.run(format),
            Self::Status(args) => args.run(format),
            Self::Calldata(command) => command.run(format),
            Self::TypedData(args) => args.run(format),
        }
    }
}
