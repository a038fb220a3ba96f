//! Where the duties come from: a ledger file, a follower's store, or a node that fills one.

use crate::nodes;
use crate::progress::Spinner;
use crate::report;
use anyhow::{Context, bail, ensure};
use clap::{ArgGroup, ValueEnum};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use vigil_circuits::identity::fr_to_be_bytes;
use vigil_follower::client::NodeAddress;
use vigil_follower::{Follower, Options, Progress, Source, StoreView};
use vigil_ledger::assembly::Assembly;
use vigil_ledger::epoch::EpochFacts;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

/// Longer than a look takes: what no node has is asked for once.
const RETRY_LACKING: Duration = Duration::from_secs(3600);

/// A ledger, a store, or a node.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("from").required(true).args(["ledger", "store"]))]
pub(super) struct SourceArgs {
    /// A period's ledger, which has proposals and sync duty in sum only
    #[arg(long, value_name = "FILE.ledger", conflicts_with_all = ["beacon", "previous"])]
    ledger: Option<PathBuf>,
    /// Folder of `vigil ledger follow`, which must not be running on it
    #[arg(long, value_name = "DIR", requires = "registry")]
    store: Option<PathBuf>,
    /// Follow these beacon nodes first, up to now, into a store of its own
    #[arg(long, value_name = "URL", num_args = 1.., value_parser = NodeAddress::parse, requires = "store")]
    beacon: Vec<NodeAddress>,
    /// File of a bearer token that the nodes ask for
    #[arg(long, value_name = "FILE", requires = "beacon")]
    token_file: Option<PathBuf>,
    /// What facts are made of
    #[arg(long, value_enum, default_value_t = From::States, requires = "beacon")]
    source: From,
    /// Time that a node has for the next byte of an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 20, requires = "beacon",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// First epoch of the period [default: the store's last one]
    #[arg(long, value_name = "EPOCH", requires = "store")]
    start_epoch: Option<u64>,
    /// Length of a period, for a new store
    #[arg(long, value_name = "COUNT", requires = "beacon")]
    epochs: Option<u32>,
    /// Ledger of the period before the store's first: its outages are carried on
    #[arg(long, value_name = "FILE.ledger")]
    previous: Option<PathBuf>,
    /// Which validators, under which tags
    #[arg(long, value_name = "FILE.json")]
    pub(super) registry: Option<PathBuf>,
}

/// What facts are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// Whole states, authenticated by the finalised chain and compared with the blocks
    States,
    /// Blocks, committees and validator records: light, on the node's word
    Blocks,
}

/// A period, as far as it is recorded.
#[derive(Debug)]
pub(super) struct Watched {
    /// The period's ledger; of one that goes on, the ledger that it would have if it ended now.
    pub(super) ledger: Ledger,
    /// How long the period is.
    pub(super) epochs: u32,
    /// What each epoch of the ledger was like; a ledger file does not tell.
    pub(super) facts: Option<Vec<EpochFacts>>,
}

impl SourceArgs {
    /// Reads the period.
    pub(super) fn read(&self, registry: Option<&Registry>) -> anyhow::Result<Watched> {
        if let Some(file) = &self.ledger {
            return from_file(file, registry);
        }
        let (Some(folder), Some(registry)) = (&self.store, registry) else {
            bail!("say --ledger FILE, or --store DIR and --registry FILE");
        };
        let preceding = self.previous.as_deref().map(Ledger::read).transpose();
        let preceding = preceding.context("cannot use the preceding ledger")?;
        if !self.beacon.is_empty() {
            self.follow(folder, registry, preceding.as_ref())?;
        }
        let view = StoreView::open(folder)?;
        ensure!(
            view.registry_root() == fr_to_be_bytes(registry.root()?),
            "the store {} is of another registry version",
            folder.display()
        );
        Stored {
            view,
            folder,
            registry,
            preceding,
        }
        .read(self.start_epoch)
    }

    /// Records what is final now.
    fn follow(
        &self,
        folder: &Path,
        registry: &Registry,
        preceding: Option<&Ledger>,
    ) -> anyhow::Result<()> {
        let _spinner = Spinner::new("asking the nodes");
        let mut missing = self.look(folder, registry, preceding)?.missing;
        if !missing.is_empty() {
            // A state may have to be vouched for by one that was fetched after it.
            missing = self.look(folder, registry, preceding)?.missing;
        }
        if let Some(missing) = missing.first() {
            report::warn(format_args!(
                "epochs {} to {} are missing ({}): name a node that has them",
                missing.epochs.start,
                missing.epochs.end - 1,
                missing.reason
            ));
        }
        Ok(())
    }

    /// Follows until there is nothing more to fetch.
    fn look(
        &self,
        folder: &Path,
        registry: &Registry,
        preceding: Option<&Ledger>,
    ) -> anyhow::Result<Progress> {
        let (start_epoch, epochs) = self.new_or_known(folder)?;
        let options = Options {
            start_epoch,
            epochs,
            periods: None,
            source: match self.source {
                From::States => Source::States,
                From::Blocks => Source::Blocks,
            },
            cross_check: Vec::new(),
            folder: folder.to_owned(),
            preceding: preceding.cloned(),
            retry_lacking: RETRY_LACKING,
        };
        let nodes = nodes::open(&self.beacon, self.token_file.as_deref(), self.timeout)?;
        let mut follower = Follower::open(nodes, registry.clone(), options)?;
        loop {
            let progress = follower.step(&mut |_| {})?;
            if !progress.is_catching_up {
                return Ok(progress);
            }
        }
    }

    /// Start and length of the first period: what the store knows, or what a new one is told.
    fn new_or_known(&self, folder: &Path) -> anyhow::Result<(u64, u32)> {
        if folder.join("follow.redb").exists() {
            let view = StoreView::open(folder)?;
            let epochs = self.epochs.unwrap_or(view.epochs());
            return Ok((view.start_epoch(), epochs));
        }
        self.start_epoch
            .zip(self.epochs)
            .context("a new store needs --start-epoch and --epochs")
    }
}

fn from_file(file: &Path, registry: Option<&Registry>) -> anyhow::Result<Watched> {
    let ledger =
        Ledger::read(file).with_context(|| format!("cannot use the ledger {}", file.display()))?;
    if let Some(registry) = registry {
        ensure!(
            ledger.header().registry_root == registry.root()?,
            "the ledger {} is of another registry version",
            file.display()
        );
    }
    Ok(Watched {
        epochs: ledger.header().epochs,
        ledger,
        facts: None,
    })
}

/// A store with what its facts need to become rows.
struct Stored<'a> {
    view: StoreView,
    folder: &'a Path,
    registry: &'a Registry,
    preceding: Option<Ledger>,
}

impl Stored<'_> {
    /// The period from `start` on, or the last one of which something is known. Its ledger ends where the
    /// first epoch is lacking. Of a period that is over the store may have given up the epochs: then there
    /// is the ledger that the follower wrote.
    fn read(&self, start: Option<u64>) -> anyhow::Result<Watched> {
        let recorded = self.view.recorded()?;
        let last = recorded.last().copied();
        let start = start
            .or(last.map(|last| self.period_of(last)))
            .or_else(|| self.last_ledger())
            .context("the store has recorded no epoch yet")?;
        ensure!(
            self.period_of(start) == start,
            "no period of the store starts at epoch {start}: periods of {} epochs start at {}",
            self.view.epochs(),
            self.view.start_epoch()
        );
        let written = self.ledger_path(start);
        if !recorded.contains(&start) && written.exists() {
            return from_file(&written, Some(self.registry));
        }
        let epochs = self.view.epochs();
        let period = start..start.saturating_add(epochs.into());
        let known = period.take_while(|epoch| recorded.contains(epoch)).count();
        ensure!(
            known > 0,
            "epoch {start} is not recorded, the store has {}: name a node that has it, or another period by --start-epoch",
            span(&recorded.first().copied().zip(last).map(|(a, b)| a..b + 1))
        );
        let gap = start + known as u64;
        if recorded
            .range(gap..start + u64::from(epochs))
            .next()
            .is_some()
        {
            report::warn(format_args!(
                "epoch {gap} is not recorded: the later ones are, but are left out here"
            ));
        }
        let before = self.before(start)?;
        let mut assembly = Assembly::new(
            self.view.genesis_validators_root(),
            self.registry,
            (start, u32::try_from(known)?),
            before.as_ref(),
        )?;
        let mut facts = Vec::with_capacity(known);
        for epoch in (start..).take(known) {
            let epoch = self.view.epoch(epoch)?.context("an epoch went away")?;
            assembly.push(&epoch)?;
            facts.push(epoch);
        }
        Ok(Watched {
            ledger: assembly.finish()?,
            epochs,
            facts: Some(facts),
        })
    }

    fn period_of(&self, epoch: u64) -> u64 {
        let (first, length) = (self.view.start_epoch(), u64::from(self.view.epochs()));
        let since = epoch.saturating_sub(first);
        first + since - since % length.max(1)
    }

    /// Where the follower writes the ledger of the period from `start` on.
    fn ledger_path(&self, start: u64) -> PathBuf {
        self.folder.join(format!("{start}.ledger"))
    }

    /// Start of the last period in a row that has its ledger.
    fn last_ledger(&self) -> Option<u64> {
        let length = (self.view.epochs() as usize).max(1);
        let starts = (self.view.start_epoch()..).step_by(length);
        starts
            .take_while(|&start| self.ledger_path(start).exists())
            .last()
    }

    /// The ledger of the period before, which the follower wrote.
    fn before(&self, start: u64) -> anyhow::Result<Option<Ledger>> {
        let length = u64::from(self.view.epochs());
        match start.checked_sub(length) {
            Some(before) if start > self.view.start_epoch() => {
                let ledger = Ledger::read(&self.ledger_path(before))
                    .context("cannot use the preceding ledger")?;
                Ok(Some(ledger))
            }
            _ => Ok(self.preceding.clone()),
        }
    }
}

fn span(epochs: &Option<Range<u64>>) -> String {
    match epochs {
        Some(epochs) => format!("{} to {}", epochs.start, epochs.end - 1),
        None => "none".to_owned(),
    }
}
