//! Missed source, target and head votes.

use super::RowError;
use super::period::Period;
use vigil_circuits::ledger::{EpochBits, MissedVotes, WORD_EPOCHS};

const TIMELY_SOURCE_FLAG_INDEX: u8 = 0;
const TIMELY_TARGET_FLAG_INDEX: u8 = 1;
const TIMELY_HEAD_FLAG_INDEX: u8 = 2;

/// A validator's attestations in a period.
pub(super) struct Votes {
    pub(super) active_epochs: u16,
    pub(super) words: Vec<MissedVotes>,
}

/// The raw flags of active epochs; slashed validators keep theirs.
pub(super) fn of(period: &Period<'_>, index: u64) -> Result<Votes, RowError> {
    let record = period.record(index)?;
    let mut votes = Votes {
        active_epochs: 0,
        words: vec![MissedVotes::default(); period.words.count()],
    };
    for (k, epoch) in period.epochs().enumerate() {
        if !record.is_active(epoch) {
            continue;
        }
        let state = period.final_state(epoch)?;
        let flags = usize::try_from(index)
            .ok()
            .and_then(|place| state.previous_epoch_participation.get(place))
            .ok_or(RowError::MissingFlags {
                index,
                epoch,
                slot: state.slot,
            })?;
        votes.active_epochs += 1;
        let word = &mut votes.words[k / WORD_EPOCHS];
        let note = |bits: &mut EpochBits, flag: u8| {
            if flags >> flag & 1 == 0 {
                bits.set(k % WORD_EPOCHS);
            }
        };
        note(&mut word.source, TIMELY_SOURCE_FLAG_INDEX);
        note(&mut word.target, TIMELY_TARGET_FLAG_INDEX);
        note(&mut word.head, TIMELY_HEAD_FLAG_INDEX);
    }
    Ok(votes)
}
