//! One module for each noun of the command line.

mod bench;
mod contract;
mod demo;
mod duties;
mod enrol;
mod ledger;
mod operator;
mod params;
mod prove;
mod registry;
mod selftest;
mod settle;
mod shell;
mod verify;

use crate::report::{Format, Outcome};
use clap::Subcommand;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Proof parameters: which there are, and how to get larger ones
    #[command(subcommand)]
    Params(params::Command),
    /// An operator's secret and its public ID
    #[command(subcommand)]
    Operator(operator::Command),
    /// The validators that a pool counts
    #[command(subcommand)]
    Registry(registry::Command),
    /// A period's ledger: every registered validator's duties
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// A private calendar of your validators, and whether the policy would hold
    Duties(Box<duties::Args>),
    /// Prove how many validators of a registry an operator has
    Enrol(enrol::Args),
    /// Prove an operator's duties of a period
    Prove(Box<prove::Args>),
    /// Check a proof
    Verify(verify::Args),
    /// What follows from a proof, or from silence: reward, charge, strike
    #[command(subcommand)]
    Settle(Box<settle::Command>),
    /// Contracts that check proofs on chain
    #[command(subcommand)]
    Contract(contract::Command),
    /// The whole way on a captured chain, from beacon states to refused lies
    Demo(demo::Args),
    /// Compare this program with the protocol's known answers
    Selftest(selftest::Args),
    /// Measure this machine
    #[command(subcommand)]
    Bench(bench::Command),
    /// Print a completion script for a shell
    Completions(shell::CompletionsArgs),
    /// Print the manual page
    Man(shell::ManArgs),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        match self {
            Self::Params(command) => command.run(format),
            Self::Operator(command) => command.run(format),
            Self::Registry(command) => command.run(format),
            Self::Ledger(command) => command.run(format),
            Self::Duties(args) => args.run(format),
            Self::Enrol(args) => args.run(format),
            Self::Prove(args) => args.run(format),
            Self::Verify(args) => args.run(format),
            Self::Settle(command) => command.run(format),
            Self::Contract(command) => command.run(format),
            Self::Demo(args) => args.run(format),
            Self::Selftest(args) => args.run(format),
            Self::Bench(command) => command.run(format),
            Self::Completions(args) => args.run(format),
            Self::Man(args) => args.run(format),
        }
    }
}
