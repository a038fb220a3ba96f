//! Two sources must say the same: flags of every validator of a chain, and facts of the registered ones.

mod difference;

pub use difference::{Difference, Subject, Value, first_difference};

use crate::assembly::BuildError;
use crate::beacon::StateFacts;
use crate::chain::Chain;
use crate::rows::RowError;

/// Timely source, target and head; the other bits of a participation byte mean nothing.
const FLAGS: u8 = 0b111;

/// Compares every validator's flags in every epoch, from states and from blocks.
pub(crate) fn cross_check(chain: &Chain, start_epoch: u64, epochs: u32) -> Result<(), BuildError> {
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
