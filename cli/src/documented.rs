//! Every command that a document or a unit file shows is one of this program's.
//!
//! Their lines are parsed by the very definition that [`crate::args`] gives to clap: a subcommand or an
//! option that does not exist, one that is missing, or two that exclude each other fail the test.

use crate::args::Args;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Lines, those put together that end with a backslash.
fn joined(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", " ");
    text.lines().map(str::to_owned).collect()
}

/// The shell blocks of a document.
fn shell_blocks(markdown: &str) -> String {
    let mut blocks = String::new();
    let mut is_shell = false;
    for line in markdown.lines() {
        match line.trim().strip_prefix("```") {
            Some(language) => is_shell = language == "sh",
            None if is_shell => {
                blocks.push_str(line);
                blocks.push('\n');
            }
            None => {}
        }
    }
    blocks
}

/// The arguments of the calls of `vigil` in a line of shell.
fn calls(line: &str) -> Vec<Vec<String>> {
    let words = shlex::split(line).unwrap_or_else(|| panic!("quotes that do not end: {line}"));
    let ends = |word: &String| ["|", "||", "&&", ";", ">", "<", "2>"].contains(&word.as_str());
    words
        .split(ends)
        .filter_map(|command| {
            let name = |word: &String| {
                word == "vigil" || word.ends_with("/vigil") && !word.starts_with('-')
            };
            let first = command.iter().position(name)?;
            // `sudo vigil ...`, but not `install target/release/vigil ...`.
            let is_called = command[..first].iter().all(|word| {
                ["sudo", "sudo -u vigil"].contains(&word.as_str()) || word.contains('=')
            });
            is_called.then(|| command[first + 1..].to_vec())
        })
        .collect()
}

/// What is wrong with a call. `0x7676...` stands for any value.
fn fault(call: &[String]) -> Option<String> {
    let args = std::iter::once("vigil".to_owned()).chain(call.iter().cloned());
    let error = Args::command().try_get_matches_from(args).err()?;
    let is_placeholder = error.kind() == ErrorKind::ValueValidation
        && matches!(error.get(ContextKind::InvalidValue), Some(ContextValue::String(value)) if value.ends_with("..."));
    let is_help = [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion].contains(&error.kind());
    (!is_placeholder && !is_help).then(|| format!("vigil {}\n{error}", call.join(" ")))
}

/// All calls in the documents, by file.
fn documented() -> BTreeMap<PathBuf, Vec<Vec<String>>> {
    let documents = fs::read_dir(root().join("docs")).unwrap();
    let documents = documents.map(|entry| entry.unwrap().path());
    documents
        .chain([root().join("README.md")])
        .filter(|path| path.extension().is_some_and(|is| is == "md"))
        .map(|path| {
            let blocks = shell_blocks(&fs::read_to_string(&path).unwrap());
            let calls = joined(&blocks)
                .iter()
                .flat_map(|line| calls(line))
                .collect();
            (path, calls)
        })
        .collect()
}

#[test]
fn every_command_of_the_documents_exists() {
    let documented = documented();
    let faults: Vec<String> = documented
        .iter()
        .flat_map(|(path, calls)| {
            let named = |fault| format!("{}: {fault}", path.display());
            calls.iter().filter_map(|call| fault(call)).map(named)
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let guide = &documented[&root().join("docs/operator-guide.md")];
    let of = |noun: &str| guide.iter().any(|call| call[0] == noun);
    for noun in [
        "params", "operator", "enrol", "ledger", "duties", "prove", "verify", "settle",
    ] {
        assert!(of(noun), "the guide shows no `vigil {noun}`");
    }
}

#[test]
fn every_command_of_the_unit_files_exists() {
    let folder = root().join("docs/systemd");
    let mut settings = BTreeMap::from([("TOKEN".to_owned(), "--token-file=/token".to_owned())]);
    for file in ["follow.env", "prove.env"] {
        for line in fs::read_to_string(folder.join(file)).unwrap().lines() {
            if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
                settings.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    for unit in ["vigil-follow.service", "vigil-prove@.service"] {
        let text = fs::read_to_string(folder.join(unit)).unwrap();
        let started: Vec<_> = joined(&text)
            .iter()
            .filter_map(|line| line.strip_prefix("ExecStart=").map(str::to_owned))
            .collect();
        assert_eq!(started.len(), 1, "{unit}");
        let words = shlex::split(&started[0]).unwrap();
        let words: Vec<String> = words
            .into_iter()
            .map(|word| match word.strip_prefix('$') {
                Some(name) => settings[name].clone(),
                None => word,
            })
            .collect();
        assert_eq!(words[0], "/usr/local/bin/vigil", "{unit}");
        assert_eq!(fault(&words[1..]), None, "{unit}");
    }
}

#[test]
fn what_does_not_exist_is_found() {
    let faulty = |line: &str| calls(line).iter().find_map(|call| fault(call));
    assert_eq!(
        faulty("sudo vigil ledger root a.ledger | head # a comment"),
        None
    );
    assert_eq!(
        faulty("vigil settle new --book b --chain-id 1 --pool 0x7676..."),
        None
    );
    assert_eq!(
        calls("install target/release/vigil /usr/local/bin").len(),
        0
    );
    for line in [
        "vigil ledgers root a.ledger",
        "vigil ledger root --fast a.ledger",
        "vigil ledger root",
        "vigil settle new --book b --chain-id one --pool 0x7676...",
        "cat x | vigil verify --proof p",
        "vigil ledger follow --beacon http://a --registry r --store s --start-epoch 1",
    ] {
        assert!(faulty(line).is_some(), "{line}");
    }
}
