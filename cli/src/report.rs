//! What the command prints, as text or as JSON, and its exit codes.

use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// The command could not do its work.
pub(crate) const EXIT_ERROR: u8 = 2;
const EXIT_REFUSED: u8 = 1;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One document, for programs.
    Json,
}

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Accepted,
    /// A proof or a claim is refused; the report says which.
    Refused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted => Self::SUCCESS,
            Outcome::Refused => Self::from(EXIT_REFUSED),
        }
    }
}

/// Prints a result to standard output.
pub(crate) fn print<R: Serialize + Display>(report: &R, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Text => write_out(format!("{report}\n").as_bytes()),
        Format::Json => print_json(report),
    }
}

/// Prints a result as a JSON document to standard output.
pub(crate) fn print_json<R: Serialize>(report: &R) -> anyhow::Result<()> {
    let mut document = serde_json::to_vec_pretty(report)?;
    document.push(b'\n');
    write_out(&document)
}

/// Writes to standard output. A reader that went away, such as `head`, is no error.
pub(crate) fn write_out(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Prints an error with its causes to standard error.
pub(crate) fn print_error(error: &anyhow::Error, format: Format) {
    let causes = causes(error);
    let text = match format {
        Format::Text => format!("error: {}", causes.join(": ")),
        Format::Json => {
            serde_json::json!({ "error": causes.join(": "), "causes": causes }).to_string()
        }
    };
    // There is nobody left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a warning to standard error, where it disturbs no program that reads the result.
pub(crate) fn warn(text: impl Display) {
    let _ = writeln!(io::stderr(), "warning: {text}");
}

/// The error and its causes, less those that the message before already quotes.
fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !causes.last().is_some_and(|last| last.ends_with(&cause)) {
            causes.push(cause);
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_is_quoted_already_is_not_said_twice() {
        let error = anyhow::anyhow!("the disk is full")
            .context("cannot write: the disk is full")
            .context("cannot keep the key");
        assert_eq!(
            causes(&error),
            ["cannot keep the key", "cannot write: the disk is full"]
        );
    }
}
