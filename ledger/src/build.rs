//! From a finalised chain and a registry to the period's ledger.

use crate::beacon::{StateFacts, ValidatorFacts};
use crate::chain::Chain;
use crate::file::{Ledger, LedgerEntry, LedgerFileError, LedgerPeriod};
use crate::registry::{Registry, RegistryError};
use crate::rows::{Preceding, RowError};
use vigil_circuits::ledger::LedgerRow;

/// Why there is no ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The chain gives no rows.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// The rows are no ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerFileError),
    /// The registry is none.
    #[error(transparent)]
    Registry(#[from] RegistryError),
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
    /// The preceding ledger is of another chain.
    #[error(
        "the preceding ledger is of chain {got}, this one of {expected} (genesis_validators_root)"
    )]
    PrecedingChain {
        /// This chain.
        expected: String,
        /// The preceding ledger's.
        got: String,
    },
    /// Periods follow each other without gap or overlap.
    #[error(
        "the preceding ledger ends before epoch {got}, but this period starts at epoch {expected}"
    )]
    PrecedingPeriod {
        /// Start of this period.
        expected: u64,
        /// First epoch after the preceding period.
        got: u64,
    },
}

impl Ledger {
    /// The ledger of a period. Flags of every validator of the chain are computed from states and,
    /// independently, from blocks; a difference is an error that names validator and epoch.
    ///
    /// `preceding` is the ledger of the period before, or `None` in the pool's first period.
    /// The registry's signatures are the caller's to check, with [`Registry::verify`].
    ///
    /// # Errors
    /// If the period is not final or data for it are missing, if states and blocks disagree, if
    /// the registry has an index that the chain lacks, or if `preceding` does not precede.
    pub fn build(
        chain: &Chain,
        registry: &Registry,
        start_epoch: u64,
        epochs: u32,
        preceding: Option<&Self>,
    ) -> Result<Self, BuildError> {
        let genesis_validators_root = chain.genesis_validators_root();
        if let Some(ledger) = preceding {
            check_precedes(ledger, start_epoch, &genesis_validators_root)?;
        }
        registry.check_order()?;
        let before: Vec<LedgerRow> = preceding
            .into_iter()
            .flat_map(|ledger| ledger.entries().iter().map(|entry| entry.row.clone()))
            .collect();
        let preceding = preceding.map(|ledger| Preceding {
            rows: &before,
            epochs: ledger.header().epochs,
        });
        let indices: Vec<u64> = registry.entries.iter().map(|entry| entry.index).collect();
        let rows = chain.rows(&indices, start_epoch, epochs, preceding)?;
        cross_check(chain, start_epoch, epochs)?;
        let last = final_state(chain, start_epoch + u64::from(epochs) - 1)?;
        let entries = rows
            .into_iter()
            .zip(&registry.entries)
            .map(|(row, registered)| LedgerEntry {
                first_active: first_active(
                    last.validators.get(row.index as usize),
                    start_epoch,
                    row.active_epochs,
                ),
                tag: registered.tag,
                row,
            })
            .collect();
        let period = LedgerPeriod {
            genesis_validators_root,
            registry_root: registry.root()?,
            unsigned_registry: registry.unsigned,
            start_epoch,
            epochs,
        };
        Ok(Self::new(period, entries)?)
    }
}

fn check_precedes(
    preceding: &Ledger,
    start_epoch: u64,
    genesis_validators_root: &[u8; 32],
) -> Result<(), BuildError> {
    if preceding.genesis_validators_root() != genesis_validators_root {
        return Err(BuildError::PrecedingChain {
            expected: hex::encode(genesis_validators_root),
            got: hex::encode(preceding.genesis_validators_root()),
        });
    }
    let header = preceding.header();
    // A file may claim any start; one at the end of time precedes nothing.
    let end = header.start_epoch.saturating_add(u64::from(header.epochs));
    if end != start_epoch {
        return Err(BuildError::PrecedingPeriod {
            expected: start_epoch,
            got: end,
        });
    }
    Ok(())
}

/// Timely source, target and head; the other bits of a participation byte mean nothing.
const FLAGS: u8 = 0b111;

/// Compares every validator's flags in every epoch, from states and from blocks.
fn cross_check(chain: &Chain, start_epoch: u64, epochs: u32) -> Result<(), BuildError> {
    for epoch in (start_epoch..).take(epochs as usize) {
        let from_blocks = chain.participation_from_blocks(epoch)?;
        let from_states = &final_state(chain, epoch)?.previous_epoch_participation;
        compare(epoch, from_states, &from_blocks)?;
    }
    Ok(())
}

fn compare(epoch: u64, from_states: &[u8], from_blocks: &[u8]) -> Result<(), BuildError> {
    // A validator that one of them does not know yet has no flags in it.
    let flags_at = |flags: &[u8], i: usize| flags.get(i).map_or(0, |flags| flags & FLAGS);
    for i in 0..from_states.len().max(from_blocks.len()) {
        let (from_states, from_blocks) = (flags_at(from_states, i), flags_at(from_blocks, i));
        if from_states != from_blocks {
            return Err(BuildError::PathsDiffer {
                index: i as u64,
                epoch,
                from_states,
                from_blocks,
            });
        }
    }
    Ok(())
}

/// The state whose previous_epoch_participation is final for `epoch`.
fn final_state(chain: &Chain, epoch: u64) -> Result<&StateFacts, RowError> {
    let slot = chain.spec().slots_per_epoch() * (epoch + 2) - 1;
    chain
        .states()
        .get(&slot)
        .ok_or(RowError::MissingFinalState { epoch, slot })
}

/// Offset of the first active epoch in the period.
fn first_active(record: Option<&ValidatorFacts>, start_epoch: u64, active_epochs: u16) -> u16 {
    match (record, active_epochs) {
        (None, _) | (_, 0) => 0,
        // Active in the period, so it starts at most 6,299 epochs into it.
        (Some(record), _) => record.activation_epoch.saturating_sub(start_epoch) as u16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_validator_and_epoch() {
        assert!(compare(7, &[0b111, 0b1_010, 0], &[0b111, 0b010]).is_ok());
        let error = compare(7, &[0b111, 0b011], &[0b111, 0b111]).unwrap_err();
        assert!(matches!(
            error,
            BuildError::PathsDiffer {
                index: 1,
                epoch: 7,
                from_states: 0b011,
                from_blocks: 0b111
            }
        ));
        assert!(
            compare(7, &[0b111], &[0b111, 0b001]).is_err(),
            "a vote that no state knows"
        );
    }
}
