//! Followers for tests: patient enough for a loaded machine, quick to ask again.

use crate::capture::Capture;
use crate::http::Server;
use crate::replay::Replay;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use std::path::Path;
use std::time::Duration;
use vigil_follower::client::{ClientOptions, NodeAddress, Nodes};
use vigil_follower::{FollowError, Follower, Options, Progress, Source};
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

pub(crate) fn draft(validators: u64) -> Registry {
    let validators: Vec<_> = (0..validators).map(|index| (index, [0; 48])).collect();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    Registry::draft(1, [7; 20], &validators, 4, rng).unwrap().0
}

/// The ledger of the captured files.
pub(crate) fn expected(name: &str, validators: u64, start: u64, epochs: u32) -> Ledger {
    let chain = Capture::open(name).chain().unwrap();
    Ledger::build(&chain, &draft(validators), start, epochs, None).unwrap()
}

pub(crate) fn patience() -> ClientOptions {
    ClientOptions {
        stall_timeout: Duration::from_millis(500),
        retries: 2,
        backoff: Duration::from_millis(1),
        fit_for: Duration::from_secs(1),
        ..ClientOptions::default()
    }
}

pub(crate) fn nodes(servers: &[&Server]) -> Nodes {
    let addresses = servers
        .iter()
        .map(|server| NodeAddress::parse(&server.url()).unwrap());
    Nodes::new(addresses.collect(), patience()).unwrap()
}

pub(crate) fn options(folder: &Path, source: Source, start_epoch: u64, epochs: u32) -> Options {
    Options {
        start_epoch,
        epochs,
        periods: Some(1),
        source,
        cross_check: Vec::new(),
        folder: folder.to_owned(),
        preceding: None,
        retry_lacking: Duration::ZERO,
    }
}

pub(crate) fn follower(
    nodes: Nodes,
    validators: u64,
    options: Options,
) -> Result<Follower, FollowError> {
    Follower::open(nodes, draft(validators), options)
}

/// Slot by slot, from the beginning to the end of the capture.
pub(crate) fn follow_along(follower: &mut Follower, replay: &Replay) -> Progress {
    follow_along_from(follower, replay, 1)
}

pub(crate) fn follow_along_from(follower: &mut Follower, replay: &Replay, slot: u64) -> Progress {
    let mut progress = None;
    for slot in slot..=replay.last_slot() {
        replay.set_head(slot);
        progress = Some(follower.step(&mut |_| {}).unwrap());
    }
    progress.unwrap()
}
