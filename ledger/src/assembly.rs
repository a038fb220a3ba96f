//! From a chain and a registry to a period's ledger.

use crate::chain::Chain;
use crate::cross_check::cross_check;
use crate::file::{Ledger, LedgerEntry, LedgerFileError, LedgerPeriod};
use crate::registry::{Registry, RegistryError};
use crate::rows::{Preceding, RowError};
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
        registry.check()?;
        let genesis_validators_root = chain.genesis_validators_root();
        registry.check_beacon_chain(&genesis_validators_root)?;
        let before: Option<Vec<LedgerRow>> = match preceding {
            Some(ledger) => {
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
                Some(
                    ledger
                        .entries()
                        .iter()
                        .map(|entry| entry.row.clone())
                        .collect(),
                )
            }
            None => None,
        };
        let preceding = before
            .as_deref()
            .zip(preceding)
            .map(|(rows, ledger)| Preceding {
                rows,
                epochs: ledger.header().epochs,
            });
        let indices: Vec<u64> = registry.entries.iter().map(|entry| entry.index).collect();
        let rows = chain.rows(&indices, start_epoch, epochs, preceding)?;
        cross_check(chain, start_epoch, epochs)?;
        // Activation epochs are final once set: the newest state knows them all.
        let newest = chain.states().values().next_back();
        let entries = rows.into_iter().zip(&registry.entries).map(|(row, entry)| {
            let record =
                newest.and_then(|state| state.validators.get(usize::try_from(entry.index).ok()?));
            let waiting = record.map_or(0, |v| v.activation_epoch.saturating_sub(start_epoch));
            let first_active = if row.active_epochs == 0 {
                0
            } else {
                waiting as u16
            };
            LedgerEntry {
                row,
                tag: entry.tag,
                first_active,
            }
        });
        let period = LedgerPeriod {
            genesis_validators_root,
            registry_root: registry.root()?,
            unsigned_registry: registry.unsigned,
            start_epoch,
            epochs,
        };
        Ok(Self::new(period, entries.collect())?)
    }
}
