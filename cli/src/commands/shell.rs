//! `vigil completions` and `vigil man`.

use crate::args;
use crate::report::{self, Format, Outcome};
use clap::CommandFactory;
use clap_complete::Shell;
use serde::Serialize;
use std::fmt;

/// Arguments of `vigil completions`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  vigil completions bash > ~/.local/share/bash-completion/completions/vigil"
)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints the script.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut args::Args::command(), "vigil", &mut script);
        print_file(script, format)
    }
}

/// Arguments of `vigil man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  vigil man | man -l -\n  vigil man params import | man -l -")]
pub(crate) struct ManArgs {
    /// The page of this command instead of the main one
    #[arg(value_name = "COMMAND")]
    of: Vec<String>,
}

impl ManArgs {
    /// Prints the page, as roff.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let mut command = args::Args::command();
        command.build();
        for name in &self.of {
            command = command
                .find_subcommand(name)
                .ok_or_else(|| anyhow::anyhow!("vigil has no command {:?}", self.of.join(" ")))?
                .clone();
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        print_file(page, format)
    }
}

/// A text that is printed as it is.
#[derive(Debug, Serialize)]
struct Verbatim {
    text: String,
}

impl fmt::Display for Verbatim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end())
    }
}

fn print_file(bytes: Vec<u8>, format: Format) -> anyhow::Result<Outcome> {
    let text = String::from_utf8(bytes)?;
    report::print(&Verbatim { text }, format)?;
    Ok(Outcome::Accepted)
}
