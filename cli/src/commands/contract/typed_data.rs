//! `vigil contract typed-data`: what a member of the quorum signs about a period, a batch, or deposits.

mod deposits;

use crate::address::HexAddress;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::{Context, ensure};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use vigil_chain::typed_data::{BatchRoot, Oracle, ToSign};
use vigil_ledger::registry::Registry;
use vigil_params::header_file::HeaderFile;

/// No registry file is longer.
const MOST_BYTES: u64 = 1 << 33;

/// Arguments of `vigil contract typed-data`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The document is for a wallet's eth_signTypedData_v4. Sign only what you have computed or verified yourself:\n\
    two signatures over one period, or over one batch, cost a member its bond, and deposits are the stakers' principal.\n\n\
    Example:\n  vigil contract typed-data --header period.header --chain-id 1 --oracle 0x6f72... > header.json\n  \
    cast wallet sign --data --from-file header.json --keystore member.json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    message: Message,
    /// The batch's number in the contract [default: that of the registry's newest batch]
    #[arg(long, value_name = "NUMBER", requires = "registry")]
    batch: Option<u64>,
    #[command(flatten)]
    state: deposits::State,
    /// EVM chain of the pool
    #[arg(long, value_name = "ID")]
    chain_id: u64,
    /// The LedgerOracle contract
    #[arg(long, value_name = "ADDRESS")]
    oracle: HexAddress,
}

/// What is signed.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Message {
    /// A period's header, from `vigil ledger build --header`
    #[arg(long, value_name = "FILE")]
    header: Option<PathBuf>,
    /// The registry version that a batch is to become, after `vigil registry verify`
    #[arg(long, value_name = "FILE.json")]
    registry: Option<PathBuf>,
    /// Deposits for validators, as the staking deposit tools write them
    #[arg(long, value_name = "FILE.json", requires_all = ["deposit_root", "vault"])]
    deposits: Option<PathBuf>,
}

/// With `--json` the digest goes beside the document, otherwise the document alone is shown.
#[derive(Debug, Serialize)]
struct Shown {
    digest: Word,
    typed_data: Value,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.typed_data)
    }
}

impl Args {
    /// Shows it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let oracle = Oracle {
            chain_id: self.chain_id,
            address: self.oracle.0,
        };
        let Message {
            header,
            registry,
            deposits,
        } = &self.message;
        let signing = if let Some(path) = header {
            let file = HeaderFile::read(path)
                .with_context(|| format!("cannot use the header {}", path.display()))?;
            ensure!(
                !file.unsigned_registry,
                "the header is about an UNSIGNED draft registry: no quorum signs it"
            );
            ToSign::header(&file.header, &oracle)
        } else if let Some(path) = registry {
            let root = batch_root(path, self.batch, self.chain_id)
                .with_context(|| format!("cannot use the registry {}", path.display()))?;
            ToSign::root(&root, &oracle)
        } else {
            let path = deposits.as_deref().context("nothing to sign")?;
            let (list, root) = self.state.read(path)?;
            ToSign::deposits(&list, root, &oracle)
        };
        let shown = Shown {
            digest: Word(signing.digest().0),
            typed_data: signing.document().clone(),
        };
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }
}

/// What the contract's batch is to become, by the file that is published.
fn batch_root(path: &Path, batch: Option<u64>, chain_id: u64) -> anyhow::Result<BatchRoot> {
    // What is parsed is what is hashed: one reading.
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    let registry = Registry::from_json(&bytes)?;
    ensure!(
        !registry.unsigned,
        "it is an UNSIGNED draft: no quorum signs it"
    );
    ensure!(
        registry.chain_id == chain_id,
        "it is of a pool on chain {}, not on {chain_id}",
        registry.chain_id
    );
    let newest = registry.batches.last().context("it has no batch")?;
    Ok(BatchRoot {
        batch: batch.unwrap_or(newest.number),
        registry_root: registry.root()?,
        registered: u32::try_from(registry.entries.len())
            .context("more validators than a tree has places")?,
        operators_root: newest.operators_root,
        file_hash: Sha256::digest(&bytes).into(),
    })
}
