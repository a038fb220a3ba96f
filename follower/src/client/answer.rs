//! What a node answered: bytes, and the headers that say how to read them.

use super::Refusal;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;
use vigil_ledger::beacon::{Fork, Spec};

/// A whole answer, within its limit.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    is_ssz: bool,
    is_optimistic: bool,
    fork: Option<String>,
}

impl Answer {
    pub(super) fn new(headers: &HeaderMap, body: Vec<u8>) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = text(CONTENT_TYPE.as_str()).unwrap_or_default();
        Self {
            body,
            is_ssz: content_type.starts_with("application/octet-stream"),
            is_optimistic: text("eth-execution-optimistic") == Some("true"),
            fork: text("eth-consensus-version").map(str::to_lowercase),
        }
    }

    /// The SSZ bytes, of a fork that this version knows.
    pub(super) fn ssz(&self) -> Result<&[u8], Refusal> {
        if !self.is_ssz {
            return Err(Refusal::malformed("its content type is not SSZ"));
        }
        if self.is_optimistic {
            return Err(Refusal::Optimistic);
        }
        if let Some(name) = &self.fork
            && Fork::from_name(name).is_none()
        {
            return Err(Refusal::UnknownFork {
                fork: name.chars().take(32).collect(),
            });
        }
        Ok(&self.body)
    }

    /// The fork of the version header is the one in force at the slot of the content.
    pub(super) fn check_fork(&self, spec: &Spec, slot: u64) -> Result<(), Refusal> {
        let (expected, _) = spec
            .fork_at(slot)
            .map_err(|error| Refusal::undecodable(&error))?;
        match &self.fork {
            Some(got) if Fork::from_name(got) != Some(expected) => Err(Refusal::WrongFork {
                expected: expected.to_string(),
                got: got.chars().take(32).collect(),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        // serde's message names the place and, at most, a field: not the whole body.
        serde_json::from_slice(&self.body).map_err(|error| {
            Refusal::malformed(format!(
                "{:?} error in JSON at line {}, column {}",
                error.classify(),
                error.line(),
                error.column()
            ))
        })
    }
}
