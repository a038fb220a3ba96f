//! Which of a ledger's validators are looked at.

use crate::passphrase::PassphraseArgs;
use crate::secret_file;
use anyhow::{Context, bail, ensure};
use clap::ArgGroup;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

/// Validators of operators, or by index.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("whose").required(true).args(["key", "indices"]))]
pub(super) struct MineArgs {
    /// Secrets of the operators whose validators are shown
    #[arg(long, visible_alias = "operator", value_name = "FILE", num_args = 1.., requires = "registry")]
    key: Vec<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Validators by index, such as 7,20..51 (both ends included)
    #[arg(long, value_name = "INDEX,...", value_delimiter = ',')]
    indices: Vec<Indices>,
}

/// One index, or `FIRST..LAST`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Indices {
    first: u64,
    last: u64,
}

impl FromStr for Indices {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err("expected an index, or FIRST..LAST"),
        }
    }
}

impl MineArgs {
    /// Their positions in the ledger, in its order.
    pub(super) fn positions(
        &self,
        ledger: &Ledger,
        registry: Option<&Registry>,
    ) -> anyhow::Result<BTreeSet<usize>> {
        match registry {
            Some(registry) if !self.key.is_empty() => self.of_operators(ledger, registry),
            None if !self.key.is_empty() => bail!("operators' validators need --registry"),
            _ => self.by_index(ledger),
        }
    }

    fn of_operators(
        &self,
        ledger: &Ledger,
        registry: &Registry,
    ) -> anyhow::Result<BTreeSet<usize>> {
        let pool = registry.pool_id();
        let mut positions = BTreeSet::new();
        for key in &self.key {
            let secret = secret_file::read(key, || self.passphrase.ask())?;
            let known = positions.len();
            let is_mine = |(position, entry): (usize, &vigil_ledger::file::LedgerEntry)| {
                (secret.tag(entry.row.index, pool) == entry.tag).then_some(position)
            };
            positions.extend(ledger.entries().iter().enumerate().filter_map(is_mine));
            ensure!(
                positions.len() > known,
                "none of the {} validators has a tag of the operator in {}",
                ledger.entries().len(),
                key.display()
            );
        }
        Ok(positions)
    }

    fn by_index(&self, ledger: &Ledger) -> anyhow::Result<BTreeSet<usize>> {
        let entries = ledger.entries();
        let mut positions = BTreeSet::new();
        for range in &self.indices {
            let start = entries.partition_point(|entry| entry.row.index < range.first);
            let end = entries.partition_point(|entry| entry.row.index <= range.last);
            // Indices are unique and sorted: a range is there if all of its length is.
            let is_there = range.last - range.first
                == (end - start) as u64 - u64::from(end > start)
                && end > start;
            let missing = || {
                let mut there = entries[start..end].iter().map(|entry| entry.row.index);
                (range.first..=range.last).find(|&index| there.next() != Some(index))
            };
            if !is_there {
                let index = missing().context("an index went away")?;
                bail!("validator {index} is not in the ledger");
            }
            positions.extend(start..end);
        }
        Ok(positions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_single_or_ranges() {
        let one: Indices = "7".parse().unwrap();
        assert_eq!((one.first, one.last), (7, 7));
        let range: Indices = "20..51".parse().unwrap();
        assert_eq!((range.first, range.last), (20, 51));
        for bad in ["", "..", "5..", "9..8", "-1", "1..2..3"] {
            assert!(bad.parse::<Indices>().is_err(), "{bad}");
        }
    }
}
