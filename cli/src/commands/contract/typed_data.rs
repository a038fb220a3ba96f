//! `vigil contract typed-data`: what a member of the quorum signs about a period.

use crate::address::HexAddress;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::{Context, ensure};
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::path::PathBuf;
use vigil_chain::typed_data::HeaderToSign;
use vigil_params::header_file::HeaderFile;

/// Arguments of `vigil contract typed-data`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The document is for a wallet's eth_signTypedData_v4. Sign only a header that you have computed yourself:\n\
    two signatures over one period cost a member its bond.\n\n\
    Example:\n  vigil contract typed-data --header period.header --chain-id 1 --oracle 0x6f72... > header.json\n  \
    cast wallet sign --data --from-file header.json --keystore member.json"
)]
pub(crate) struct Args {
    /// The period's header, from `vigil ledger build --header`
    #[arg(long, value_name = "FILE")]
    header: PathBuf,
    /// EVM chain of the pool
    #[arg(long, value_name = "ID")]
    chain_id: u64,
    /// The LedgerOracle contract
    #[arg(long, value_name = "ADDRESS")]
    oracle: HexAddress,
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
        let file = HeaderFile::read(&self.header)
            .with_context(|| format!("cannot use the header {}", self.header.display()))?;
        ensure!(
            !file.unsigned_registry,
            "the header is about an UNSIGNED draft registry: no quorum signs it"
        );
        let signing = HeaderToSign::new(&file.header, self.chain_id, &self.oracle.0);
        let shown = Shown {
            digest: Word(signing.digest().0),
            typed_data: signing.to_json(),
        };
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }
}
