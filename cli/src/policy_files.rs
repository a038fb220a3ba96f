//! A pool's policy and the state of a settlement, as JSON files.
//!
//! Field by field in docs/formats.md, "Policy files" and "State files".

use anyhow::{Context, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use vigil_params::atomic::{Readers, write_bytes_atomically};
use vigil_verifier::settle::{Policy, State};

const VERSION: u32 = 1;
const MAX_FILE_BYTES: u64 = 1 << 14;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyJson {
    version: u32,
    policy: Policy,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateJson {
    version: u32,
    state: State,
}

/// Reads a policy that is one.
pub(crate) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let file: PolicyJson = read(path, "policy")?;
    check_version(file.version)
        .and_then(|()| Ok(file.policy.check()?))
        .with_context(|| format!("cannot use the policy {}", path.display()))?;
    Ok(file.policy)
}

/// Reads what a settlement left.
pub(crate) fn read_state(path: &Path) -> anyhow::Result<State> {
    let file: StateJson = read(path, "state")?;
    check_version(file.version)
        .with_context(|| format!("cannot use the state {}", path.display()))?;
    Ok(file.state)
}

/// Writes a state, atomically.
pub(crate) fn write_state(path: &Path, state: State) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(&StateJson {
        version: VERSION,
        state,
    })?;
    text.push(b'\n');
    write_bytes_atomically(path, Readers::Default, &text)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn check_version(got: u32) -> anyhow::Result<()> {
    ensure!(
        got == VERSION,
        "it has format version {got}, expected {VERSION}"
    );
    Ok(())
}

fn read<T: DeserializeOwned>(path: &Path, what: &str) -> anyhow::Result<T> {
    let parse = || {
        let mut text = Vec::new();
        File::open(path)?
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut text)?;
        ensure!(
            text.len() as u64 <= MAX_FILE_BYTES,
            "it is larger than {MAX_FILE_BYTES} bytes"
        );
        Ok(serde_json::from_slice(&text)?)
    };
    parse().with_context(|| format!("cannot use the {what} {}", path.display()))
}
