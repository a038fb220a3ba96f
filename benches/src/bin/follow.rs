//! Measures what following a chain of mainnet's size costs.

// The command's own way of measuring, so that its figures and these are alike.
#[path = "../../../cli/src/usage.rs"]
mod usage;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::{env, fs};
use usage::{Cost, measure};
use vigil_benches::chain::SyntheticChain;
use vigil_benches::ledger::{PlannedRow, check, registry};
use vigil_benches::plan::Plan;
use vigil_benches::{follow, node};
use vigil_follower::Source;

/// Mainnet's 32 slots of 12 seconds.
const SECONDS_PER_EPOCH: f64 = 384.0;
/// Any that is far from the genesis.
const START_EPOCH: u64 = 400_000;
const PLANNED: &str = "planned.json";

/// Measures what following a chain of mainnet's size costs: CPU time, share of a core, peak memory
///
/// A second process makes a chain (Fulu, mainnet preset, missed and late votes, empty slots) and serves it
/// over the Beacon API on the loopback. This process follows it, a look a slot as `vigil ledger follow` does,
/// without the waits between them: whole states or committees over HTTP, decoding, hashing, flags,
/// committees, the store on disk, and the period's ledger, which is compared with what the chain was planned
/// to give. All of that is in the figures, the first start and the one state more than there are epochs too.
#[derive(Debug, Parser)]
#[command(
    after_help = "An epoch lasts 384 s on mainnet: 5 % of a core are 19.2 CPU-seconds an epoch.\n\n\
    The states lie in a temporary folder while it runs: 146 MB for a million validators, one an epoch.\n\n\
    Examples:\n  cargo run --release -p vigil-benches --bin follow -- --validators 20000 --registered 1000\n  \
    cargo run --release -p vigil-benches --bin follow -- --source states --json"
)]
struct Args {
    /// Validators on the chain
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1000..=4_000_000))]
    validators: u64,
    /// Validators in the pool's registry, spread over the chain
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    registered: u64,
    /// Length of the period that is followed
    #[arg(long, value_name = "COUNT", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=225))]
    epochs: u64,
    /// Where facts come from [default: one after the other]
    #[arg(long, value_enum)]
    source: Option<From>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Be the second process, with its files in this folder
    #[arg(long, value_name = "DIR", hide = true)]
    serve: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum From {
    /// Whole states
    States,
    /// Blocks, committees and validator records
    Blocks,
}

/// Where the second process answers.
#[derive(Serialize, Deserialize)]
struct Addresses {
    states: SocketAddr,
    blocks: SocketAddr,
}

#[derive(Debug, Serialize)]
struct Report {
    validators: u64,
    registered: u64,
    epochs: u64,
    state_bytes: u64,
    sources: Vec<Figures>,
}

#[derive(Debug, Serialize)]
struct Figures {
    source: From,
    seconds: f64,
    cpu_seconds: f64,
    cpu_seconds_per_epoch: f64,
    share_of_a_core: f64,
    peak_rss_bytes: u64,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    anyhow::ensure!(
        args.registered <= args.validators,
        "{} validators cannot be registered of {}",
        args.registered,
        args.validators
    );
    match &args.serve {
        Some(folder) => serve(args.plan(), folder),
        None => args.measure(),
    }
}

/// Until nobody listens any more.
fn serve(plan: Plan, folder: &Path) -> anyhow::Result<()> {
    let chain = Arc::new(SyntheticChain::make(plan, folder)?);
    fs::write(
        folder.join(PLANNED),
        serde_json::to_vec(&chain.planned_rows()?)?,
    )?;
    let addresses = Addresses {
        states: node::serve(Arc::clone(&chain))?,
        blocks: node::serve(chain)?,
    };
    writeln!(io::stdout(), "{}", serde_json::to_string(&addresses)?)?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Ends with this process.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Args {
    fn plan(&self) -> Plan {
        Plan {
            validators: self.validators,
            registered: self.registered,
            start_epoch: START_EPOCH,
            epochs: self.epochs,
        }
    }

    fn measure(&self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let (_served, addresses) = self.start(folder.path())?;
        let sources = match self.source {
            Some(source) => vec![source],
            None => vec![From::States, From::Blocks],
        };
        let figures = sources
            .into_iter()
            .map(|source| self.figures(source, &addresses, folder.path()));
        let last_state = (START_EPOCH + self.epochs + 1) * 32 - 1;
        let report = Report {
            validators: self.validators,
            registered: self.registered,
            epochs: self.epochs,
            sources: figures.collect::<anyhow::Result<_>>()?,
            state_bytes: fs::metadata(folder.path().join(format!("{last_state}.ssz")))?.len(),
        };
        let text = match self.json {
            true => serde_json::to_string_pretty(&report)?,
            false => report.to_string(),
        };
        writeln!(io::stdout(), "{text}")?;
        Ok(())
    }

    fn start(&self, folder: &Path) -> anyhow::Result<(Served, Addresses)> {
        writeln!(
            io::stderr(),
            "making a chain of {} validators",
            self.validators
        )?;
        let mut child = Command::new(env::current_exe()?)
            .arg("--serve")
            .arg(folder)
            .args(["--validators", &self.validators.to_string()])
            .args(["--registered", &self.registered.to_string()])
            .args(["--epochs", &self.epochs.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("no output to read")?;
        let served = Served(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let addresses =
            serde_json::from_str(&line).context("the process that makes the chain failed")?;
        Ok((served, addresses))
    }

    fn figures(
        &self,
        source: From,
        addresses: &Addresses,
        folder: &Path,
    ) -> anyhow::Result<Figures> {
        let (address, follows, store) = match source {
            From::States => (addresses.states, Source::States, "states"),
            From::Blocks => (addresses.blocks, Source::Blocks, "blocks"),
        };
        writeln!(io::stderr(), "following from {store}")?;
        let plan = self.plan();
        let registry = registry(&plan, &mut rand_core::OsRng)?;
        let store = folder.join(store);
        let (ledger, cost) = measure(|| follow::follow(&plan, address, registry, follows, &store))?;
        let planned: Vec<PlannedRow> = serde_json::from_slice(&fs::read(folder.join(PLANNED))?)?;
        // A figure for a wrong ledger would be worthless.
        check(&ledger?, &planned)?;
        let Cost {
            seconds,
            cpu_seconds,
            peak_rss_bytes,
        } = cost;
        let cpu_seconds_per_epoch = cpu_seconds / self.epochs as f64;
        Ok(Figures {
            source,
            seconds,
            cpu_seconds,
            cpu_seconds_per_epoch,
            share_of_a_core: cpu_seconds_per_epoch / SECONDS_PER_EPOCH,
            peak_rss_bytes,
        })
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} epochs of {} validators, {} of them registered; a state has {:.1} MB",
            self.epochs,
            self.validators,
            self.registered,
            self.state_bytes as f64 / 1e6
        )?;
        for figures in &self.sources {
            let name = match figures.source {
                From::States => "states",
                From::Blocks => "blocks",
            };
            write!(
                f,
                "\n  {name}  {:.2} CPU s an epoch, {:.2} % of a core, {:.0} MiB at most, {:.2} epochs a second",
                figures.cpu_seconds_per_epoch,
                100.0 * figures.share_of_a_core,
                figures.peak_rss_bytes as f64 / f64::from(1 << 20),
                self.epochs as f64 / figures.seconds
            )?;
        }
        Ok(())
    }
}
