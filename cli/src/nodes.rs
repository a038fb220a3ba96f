//! Beacon nodes by their addresses, and the token that they ask for.

use crate::bounded;
use anyhow::Context;
use std::path::Path;
use std::time::Duration;
use vigil_follower::client::{ClientOptions, NodeAddress, Nodes};
use zeroize::Zeroizing;

const MAX_TOKEN_BYTES: usize = 1 << 16;

/// The nodes, none of which is asked yet. Each has `timeout` seconds for the next byte of an answer.
pub(crate) fn open(
    addresses: &[NodeAddress],
    token_file: Option<&Path>,
    timeout: u64,
) -> anyhow::Result<Nodes> {
    let token = token_file.map(token).transpose()?;
    let addresses = addresses.iter().cloned().map(|address| match &token {
        Some(token) => address.with_token(token),
        None => Ok(address),
    });
    let options = ClientOptions {
        stall_timeout: Duration::from_secs(timeout),
        ..ClientOptions::default()
    };
    Ok(Nodes::new(addresses.collect::<Result<_, _>>()?, options)?)
}

/// What a token file holds; it is never shown.
fn token(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let read = || {
        let bytes = bounded::read(path, MAX_TOKEN_BYTES)?;
        let text = std::str::from_utf8(&bytes).context("it is not UTF-8 text")?;
        anyhow::Ok(Zeroizing::new(text.to_owned()))
    };
    read().with_context(|| format!("cannot read the token file {}", path.display()))
}
