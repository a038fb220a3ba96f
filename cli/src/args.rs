//! The command line.

use crate::commands::Command;
use crate::report::Format;
use clap::Parser;

const EXAMPLES: &str = "\
Examples:
  vigil params show                       which parameters proofs rest on
  vigil operator new --out operator.key   a new operator secret, encrypted
  vigil selftest --vectors vectors.json   compare with the protocol's known answers
  vigil ledger show period.ledger         what a period's ledger says
  vigil verify --statement duty.json --proof duty.proof
  vigil bench prove --validators 12       time a proof on this machine

Exit codes: 0 all is well, 1 a proof or a claim is refused, 2 an error.";

/// Zero-knowledge proofs of validator duties.
#[derive(Debug, Parser)]
#[command(name = "vigil", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    json: bool,
}

impl Args {
    /// How results are printed.
    pub(crate) fn format(&self) -> Format {
        if self.json {
            Format::Json
        } else {
            Format::Text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
