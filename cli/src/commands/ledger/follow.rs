//! `vigil ledger follow`: from a live beacon node to ledger files.

mod differs;
mod headers;
mod log;
mod outcome;

use crate::nodes;
use crate::report::{self, Format, Outcome};
use anyhow::{Context, bail};
use clap::ValueEnum;
use differs::Differs;
use headers::Headers;
use log::Log;
use outcome::Followed;
use std::path::PathBuf;
use std::time::Duration;
use vigil_follower::client::NodeAddress;
use vigil_follower::{CrossCheck, Follower, Options, Progress, Source};
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

/// Something that no node has is asked for again after so long, then ever less often.
const RETRY_LACKING: Duration = Duration::from_secs(60);
/// The longest wait after a node was away.
const MAX_PAUSE: Duration = Duration::from_secs(300);

/// Arguments of `vigil ledger follow`.
#[derive(Debug, clap::Args)]
pub(crate) struct FollowArgs {
    /// Beacon API of your nodes, the preferred one first; a user name and password in it are never shown
    #[arg(long, value_name = "URL", required = true, num_args = 1.., value_parser = NodeAddress::parse)]
    beacon: Vec<NodeAddress>,
    /// File of a bearer token that the nodes ask for
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Which validators, under which tags
    #[arg(long, value_name = "FILE")]
    registry: PathBuf,
    /// Folder of what is recorded, and of the ledgers; one for each registry version
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// First epoch
    #[arg(long, value_name = "EPOCH")]
    start_epoch: u64,
    /// Length of a period, 1 to 6300 epochs
    #[arg(long, value_name = "COUNT")]
    epochs: u32,
    /// End after so many periods [default: go on for ever]
    #[arg(long, value_name = "COUNT")]
    periods: Option<u64>,
    /// What facts are made of
    #[arg(long, value_enum, default_value_t = From::States)]
    source: From,
    /// Compare with other sources too; a difference stops the follower before anything is written (exit code 1)
    #[arg(long, value_name = "SOURCE", value_enum, value_delimiter = ',')]
    cross_check: Vec<With>,
    /// Ledger of the period before the first: its outages are carried on
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// The pool's policy: writes START.header.json, which a quorum signs, beside each ledger; states only
    #[arg(long, value_name = "FILE.json")]
    policy: Option<PathBuf>,
    /// Record what is final now, and end
    #[arg(long)]
    once: bool,
    /// Time between two looks [default: a slot]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    poll: Option<u64>,
    /// Time that a node has for the next byte of an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// What facts are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// Whole states, authenticated by the finalised chain and compared with the blocks
    States,
    /// Blocks, committees and validator records: light, on the node's word
    Blocks,
}

/// What to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum With {
    /// As the source of that name
    States,
    /// As the source of that name
    Blocks,
    /// The node's rewards; in an inactivity leak they say little
    Rewards,
}

impl std::convert::From<With> for CrossCheck {
    fn from(with: With) -> Self {
        match with {
            With::States => Self::States,
            With::Blocks => Self::Blocks,
            With::Rewards => Self::Rewards,
        }
    }
}

impl FollowArgs {
    pub(super) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let registry = Registry::read(&self.registry)?;
        if self.policy.is_some() && self.source == From::Blocks {
            bail!(
                "a header needs the votes and balances of all validators of the chain, which a node's answers besides states do not give: follow with --source states, or make it of files with vigil ledger build --policy --header"
            );
        }
        let headers = Headers::new(self.policy.as_deref())?;
        let preceding = self
            .previous
            .as_deref()
            .map(Ledger::read)
            .transpose()
            .context("cannot use the preceding ledger")?;
        let nodes = nodes::open(&self.beacon, self.token_file.as_deref(), self.timeout)?;
        let options = Options {
            start_epoch: self.start_epoch,
            epochs: self.epochs,
            periods: self.periods,
            source: match self.source {
                From::States => Source::States,
                From::Blocks => Source::Blocks,
            },
            cross_check: self.cross_check.iter().map(|&with| with.into()).collect(),
            folder: self.store.clone(),
            preceding,
            retry_lacking: RETRY_LACKING,
        };
        let mut follower = Follower::open(nodes, registry, options)?;
        let poll = self
            .poll
            .map_or(follower.slot_duration(), Duration::from_secs);
        let followed = self.follow(&mut follower, poll, &headers, &mut Log::new(format));
        let progress = match followed {
            Ok(progress) => progress,
            Err(error) => {
                let Some(differs) = error.downcast_ref().and_then(Differs::of) else {
                    return Err(error);
                };
                report::print(&differs, format)?;
                return Ok(Outcome::Refused);
            }
        };
        let followed = Followed::new(&progress, self.epochs);
        report::print(&followed, format)?;
        if followed.unsigned_registry() {
            report::warn(
                "the ledgers are of an UNSIGNED draft registry: nobody vouches for its entries",
            );
        }
        if let Some(missing) = progress.missing.first() {
            let (first, last) = (missing.epochs.start, missing.epochs.end - 1);
            bail!(
                "epochs are missing, the first ones {first} to {last} ({}): name a node that has them",
                missing.reason
            );
        }
        Ok(Outcome::Accepted)
    }

    /// Until all periods have their ledgers, or once.
    fn follow(
        &self,
        follower: &mut Follower,
        poll: Duration,
        headers: &Headers,
        log: &mut Log,
    ) -> anyhow::Result<Progress> {
        let mut pause = poll;
        loop {
            match follower.step(&mut |event| log.event(&event)) {
                Ok(progress) => {
                    log.progress(&progress, self.epochs);
                    headers.write(&progress)?;
                    if progress.is_done || (self.once && !progress.is_catching_up) {
                        return Ok(progress);
                    }
                    pause = poll;
                    if progress.is_catching_up {
                        continue;
                    }
                }
                Err(error) if error.is_passing() && !self.once => {
                    log.trouble(&error);
                    pause = (pause * 2).min(MAX_PAUSE.max(poll));
                }
                Err(error) => return Err(error.into()),
            }
            std::thread::sleep(pause);
        }
    }
}
