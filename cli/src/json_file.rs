//! JSON files of a known size limit: read bounded, written atomically.

use anyhow::{Context, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use vigil_params::atomic::{Readers, write_bytes_atomically};
use vigil_verifier::settle::Policy;

/// Version of policy files.
const POLICY_VERSION: u32 = 1;
const MAX_POLICY_BYTES: u64 = 1 << 14;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyJson {
    version: u32,
    policy: Policy,
}

/// Reads a policy that is one. Field by field in docs/formats.md, "Policy files".
pub(crate) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let file: PolicyJson = read(path, "policy", MAX_POLICY_BYTES)?;
    check_version(file.version, POLICY_VERSION)
        .and_then(|()| Ok(file.policy.check()?))
        .with_context(|| format!("cannot use the policy {}", path.display()))?;
    Ok(file.policy)
}

/// Refuses other versions of a format than the one this program knows.
pub(crate) fn check_version(got: u32, expected: u32) -> anyhow::Result<()> {
    ensure!(
        got == expected,
        "it has format version {got}, expected {expected}"
    );
    Ok(())
}

/// Reads a `what` of at most `limit` bytes.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, what: &str, limit: u64) -> anyhow::Result<T> {
    let parse = || {
        let mut text = Vec::new();
        File::open(path)?.take(limit + 1).read_to_end(&mut text)?;
        ensure!(
            text.len() as u64 <= limit,
            "it is larger than {limit} bytes"
        );
        Ok(serde_json::from_slice(&text)?)
    };
    parse().with_context(|| format!("cannot use the {what} {}", path.display()))
}

/// Writes a document, atomically.
pub(crate) fn write<T: Serialize>(path: &Path, document: &T) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    write_bytes_atomically(path, Readers::Default, &text)
        .with_context(|| format!("cannot write {}", path.display()))
}
