//! From a chain and a registry to a period's ledger.

use crate::beacon::Root;
use crate::chain::Chain;
use crate::cross_check::cross_check;
use crate::epoch::EpochFacts;
use crate::file::{Ledger, LedgerEntry, LedgerFileError, LedgerPeriod};
use crate::registry::{Registry, RegistryError};
use crate::rows::{Preceding, RowError, Rows};
use vigil_circuits::ledger::LedgerRow;

/// Why there is no ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The chain's data do not give the rows.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// The registry is not in order.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The rows do not make a ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerFileError),
    /// The two ways to the flags disagree.
    #[error(
        "validator {index}, epoch {epoch}: flags {from_states:#05b} in the states, {from_blocks:#05b} from the blocks (bits 0 to 2: timely source, target, head)"
    )]
    PathsDiffer {
        /// Validator.
        index: u64,
        /// Epoch.
        epoch: u64,
        /// Flags in the epoch's final state.
        from_states: u8,
        /// Flags computed from attestations.
        from_blocks: u8,
    },
    /// The preceding ledger does not end where this period starts.
    #[error("the preceding ledger ends before epoch {got}, this period starts at {expected}")]
    NotPreceding {
        /// Start of this period.
        expected: u64,
        /// End of the other.
        got: u64,
    },
    /// The preceding ledger is of another chain.
    #[error("the preceding ledger is of another chain")]
    OtherChain,
}

impl Ledger {
    /// The ledger of the validators of `registry` over `epochs` epochs from `start_epoch` on.
    ///
    /// The flags of all validators of the chain are computed from states and, independently, from
    /// blocks; a difference is an error that names validator and epoch.
    pub fn build(
        chain: &Chain,
        registry: &Registry,
        start_epoch: u64,
        epochs: u32,
        preceding: Option<&Ledger>,
    ) -> Result<Self, BuildError> {
        let mut assembly = Assembly::new(
            chain.genesis_validators_root(),
            registry,
            (start_epoch, epochs),
            preceding,
        )?;
        registry.check_keys(|index| chain.pubkey(index))?;
        let indices = registry.indices();
        let facts = chain.facts(&indices, start_epoch, epochs)?;
        for facts in facts {
            assembly.push(&facts?)?;
        }
        cross_check(chain, start_epoch, epochs)?;
        assembly.finish()
    }
}

/// A ledger in the making: takes the facts of its epochs one after the other.
#[derive(Debug)]
pub struct Assembly<'a> {
    registry: &'a Registry,
    period: LedgerPeriod,
    rows: Rows,
}

impl<'a> Assembly<'a> {
    /// No epoch yet, of a period given by its first epoch and its length. Whoever makes the facts compares
    /// the registry's keys with the chain's.
    pub fn new(
        genesis_validators_root: Root,
        registry: &'a Registry,
        (start_epoch, epochs): (u64, u32),
        preceding: Option<&Ledger>,
    ) -> Result<Self, BuildError> {
        registry.check()?;
        registry.check_beacon_chain(&genesis_validators_root)?;
        let before = match preceding {
            Some(ledger) => rows_before(ledger, genesis_validators_root, start_epoch)?,
            None => Vec::new(),
        };
        let preceding = preceding.map(|ledger| Preceding {
            rows: &before,
            epochs: ledger.header().epochs,
        });
        Ok(Self {
            registry,
            period: LedgerPeriod {
                genesis_validators_root,
                registry_root: registry.root()?,
                unsigned_registry: registry.unsigned,
                start_epoch,
                epochs,
            },
            rows: Rows::new(registry.indices(), start_epoch, epochs, preceding)?,
        })
    }

    /// Adds the next epoch.
    pub fn push(&mut self, facts: &EpochFacts) -> Result<(), BuildError> {
        Ok(self.rows.push(facts)?)
    }

    /// The ledger, if no epoch is lacking.
    pub fn finish(self) -> Result<Ledger, BuildError> {
        let rows = self.rows.finish()?.into_iter().zip(&self.registry.entries);
        let entries = rows.map(|((row, first_active), entry)| LedgerEntry {
            row,
            tag: entry.tag,
            first_active,
        });
        Ok(Ledger::new(self.period, entries.collect())?)
    }
}

/// The rows of a ledger that ends where a period of the same chain starts.
fn rows_before(
    ledger: &Ledger,
    genesis_validators_root: Root,
    start_epoch: u64,
) -> Result<Vec<LedgerRow>, BuildError> {
    // A file may claim any start; one at the end of time precedes nothing.
    let header = ledger.header();
    let got = header.start_epoch.saturating_add(header.epochs.into());
    if got != start_epoch {
        return Err(BuildError::NotPreceding {
            expected: start_epoch,
            got,
        });
    }
    if ledger.genesis_validators_root() != &genesis_validators_root {
        return Err(BuildError::OtherChain);
    }
    let entries = ledger.entries().iter();
    Ok(entries.map(|entry| entry.row.clone()).collect())
}
