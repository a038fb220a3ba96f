//! Makes facts of a final epoch's snapshots and blocks.

use super::canonical::Walked;
use super::cross_check::Derived;
use super::{CrossCheck, Event, FollowError, Follower, Source};
use crate::snapshot::{REMEMBERED_EPOCHS, Snapshot};
use std::collections::BTreeSet;
use vigil_ledger::beacon::{Checkpoint, Fork};
use vigil_ledger::epoch::{EpochDuties, EpochFacts, Standing};
use vigil_ledger::registry::RegistryError;

/// Timely source, target and head; the other bits of a participation byte mean nothing.
const FLAGS: u8 = 0b111;

/// Whether the finalised chain vouches for a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vouched {
    Yes,
    /// Only a later state can tell.
    NotYet,
    No,
}

impl Follower {
    /// Records an epoch, if the chain vouches for its snapshots and nothing contradicts it.
    pub(super) fn record(
        &mut self,
        chain: &Walked,
        finalized: u64,
        epoch: u64,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), FollowError> {
        let Some(derived) = self.derive(self.options.source, chain, finalized, epoch)? else {
            return Ok(());
        };
        let Some(comparisons) = self.cross_check(chain, finalized, &derived)? else {
            return Ok(());
        };
        let network = derived.network.as_ref();
        self.store.record(&derived.facts, network, &comparisons)?;
        self.recorded.insert(epoch);
        for (part, comparison) in comparisons {
            self.note_comparison(epoch, part, comparison, tell);
        }
        tell(Event::Recorded { epoch });
        Ok(())
    }

    /// An epoch's facts by one source, or a note why there are none.
    pub(super) fn derive(
        &mut self,
        source: Source,
        chain: &Walked,
        finalized: u64,
        epoch: u64,
    ) -> Result<Option<Derived>, FollowError> {
        let kind = CrossCheck::from(source);
        let [first, last] = self.slots_of(kind, epoch);
        let Some(duty) = self.vouched_for(kind, chain, finalized, first, epoch)? else {
            return Ok(None);
        };
        let Some(last) = self.vouched_for(kind, chain, finalized, last, epoch)? else {
            return Ok(None);
        };
        if let Some(index) = last.wrong_key {
            return Err(RegistryError::WrongKey { index }.into());
        }
        let Some(proposers) = self.proposers_of(chain, epoch, duty.proposers)? else {
            return Ok(None);
        };
        let blocks = self.blocks_of(chain, epoch)?;
        let failed = |source| FollowError::Epoch { epoch, source };
        let from_blocks = duty
            .seats
            .participation(&self.spec, &blocks, epoch)
            .map_err(failed)?;
        let network = last.network.filter(|network| network.epoch == epoch);
        let standings = match source {
            Source::States => {
                compare(epoch, &self.indices, &last.standings, &from_blocks)?;
                last.standings
            }
            Source::Blocks => with_flags(last.standings, &from_blocks),
        };
        let duties = EpochDuties {
            proposers,
            sync_committee: duty.sync_committee,
        };
        let facts = EpochFacts::derive(
            &self.spec,
            &blocks,
            &duties,
            &self.indices,
            standings,
            epoch,
        )
        .map_err(failed)?;
        let slots = self.first_slot(epoch)..self.first_slot(epoch + 1);
        Ok(Some(Derived {
            facts,
            duties,
            network,
            blocks,
            slots,
        }))
    }

    /// The snapshot at a slot that the chain vouches for, or a note why there is none.
    fn vouched_for(
        &mut self,
        kind: CrossCheck,
        chain: &Walked,
        finalized: u64,
        slot: u64,
        epoch: u64,
    ) -> Result<Option<Snapshot>, FollowError> {
        let Some(snapshot) = self.canonical_snapshot(kind, chain, slot)? else {
            if self.store.has_candidate(kind, slot)? {
                self.store.drop_candidates(kind, slot)?;
                let reason = "what was taken of it was reorganised away".to_owned();
                self.lacks.note((kind, slot), reason);
            }
            return Ok(None);
        };
        match self.vouch(kind, chain, finalized, &snapshot)? {
            Vouched::Yes => Ok(Some(snapshot)),
            Vouched::NotYet => {
                self.waiting.insert(epoch);
                Ok(None)
            }
            Vouched::No => {
                self.store.drop_candidates(kind, slot)?;
                let reason = "no later state has its state root".to_owned();
                self.lacks.note((kind, slot), reason);
                Ok(None)
            }
        }
    }

    fn canonical_snapshot(
        &self,
        kind: CrossCheck,
        chain: &Walked,
        slot: u64,
    ) -> Result<Option<Snapshot>, FollowError> {
        let root = chain.root_at(slot);
        let candidates: Vec<Snapshot> = self.store.candidates(kind, slot)?;
        Ok(candidates
            .into_iter()
            .find(|candidate| Some(candidate.last_block_root) == root))
    }

    /// A state right after its block is vouched for by the block's own root, which a hash of that state is
    /// part of; one after empty slots by a later state that remembers its root.
    fn vouch(
        &self,
        kind: CrossCheck,
        chain: &Walked,
        finalized: u64,
        snapshot: &Snapshot,
    ) -> Result<Vouched, FollowError> {
        let Some(state) = &snapshot.state else {
            // The node's word: there is no more to it.
            return Ok(Vouched::Yes);
        };
        if state.is_post_state && chain.get(snapshot.slot) == Some(snapshot.last_block_root) {
            return Ok(Vouched::Yes);
        }
        for epochs in 1..=REMEMBERED_EPOCHS {
            let slot = snapshot.slot + epochs * self.spec.slots_per_epoch();
            if slot >= self.first_slot(finalized) {
                return Ok(Vouched::NotYet);
            }
            let Some(later) = self.canonical_snapshot(kind, chain, slot)? else {
                continue;
            };
            let remembered = later.state.as_ref().and_then(|later| {
                let of_slot = later.earlier.iter().find(|(at, _)| *at == snapshot.slot);
                of_slot.map(|(_, root)| *root)
            });
            match self.vouch(kind, chain, finalized, &later)? {
                Vouched::Yes if remembered == Some(state.root) => return Ok(Vouched::Yes),
                Vouched::Yes => return Ok(Vouched::No),
                Vouched::NotYet => return Ok(Vouched::NotYet),
                Vouched::No => {}
            }
        }
        // The states that remember it are final, and nobody has them, or nobody was asked for them yet.
        Ok(if self.is_catching_up {
            Vouched::NotYet
        } else {
            Vouched::No
        })
    }

    /// Who had to propose: by the state, or by the node's answer that depends on a canonical block.
    fn proposers_of(
        &mut self,
        chain: &Walked,
        epoch: u64,
        by_state: Option<Vec<u64>>,
    ) -> Result<Option<Vec<u64>>, FollowError> {
        if by_state.is_some() {
            return Ok(by_state);
        }
        // The last block before the epoch decides, since Fulu the one before the preceding epoch. Some nodes
        // name a later block; if that is canonical, so is the deciding one, which is its ancestor.
        let deciding_epoch = match self.spec.fork_at(self.first_slot(epoch)) {
            Ok((fork, _)) if fork >= Fork::Fulu => epoch.saturating_sub(1),
            _ => epoch,
        };
        let deciding_slot = self.first_slot(deciding_epoch).saturating_sub(1);
        let found = self
            .store
            .proposers(epoch)?
            .into_iter()
            .find(|duties| chain.has_from(deciding_slot, duties.dependent_root));
        if found.is_none() {
            let reason =
                "its proposers, as they were taken, depend on no canonical block".to_owned();
            self.lacks
                .note((CrossCheck::Blocks, self.first_slot(epoch).max(1)), reason);
        }
        Ok(found.map(|duties| duties.proposers))
    }

    /// Forgets what later epochs do not need.
    pub(super) fn advance(&mut self, finalized: Checkpoint) -> Result<(), FollowError> {
        let open = self.first_slot(finalized.epoch.saturating_sub(2));
        let mut needed = BTreeSet::new();
        for kind in self.sources() {
            let epochs = self.unrecorded(finalized.epoch);
            needed.extend(epochs.flat_map(|epoch| self.slots_of(kind, epoch)));
        }
        self.store.advance(
            finalized,
            self.first_slot(finalized.epoch.saturating_sub(4)),
            |slot| slot >= open || needed.contains(&slot),
            |epoch| epoch >= self.periods.start() && !self.recorded.contains(&epoch),
        )?;
        Ok(())
    }
}

fn compare(
    epoch: u64,
    indices: &[u64],
    standings: &[Standing],
    from_blocks: &[u8],
) -> Result<(), FollowError> {
    for ((&index, standing), &from_blocks) in indices.iter().zip(standings).zip(from_blocks) {
        let from_states = standing.flags.unwrap_or(0) & FLAGS;
        if from_states != from_blocks {
            return Err(FollowError::PathsDiffer {
                index,
                epoch,
                from_states,
                from_blocks,
            });
        }
    }
    Ok(())
}

fn with_flags(standings: Vec<Standing>, from_blocks: &[u8]) -> Vec<Standing> {
    let pairs = standings.into_iter().zip(from_blocks);
    pairs
        .map(|(standing, &flags)| Standing {
            flags: standing.record.map(|_| flags),
            ..standing
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_validator_and_epoch() {
        let flagged = |flags| Standing {
            record: None,
            flags,
        };
        let standings = [flagged(Some(0b1_111)), flagged(None), flagged(Some(0b011))];
        compare(7, &[3, 4, 9], &standings, &[0b111, 0, 0b011]).unwrap();
        let error = compare(7, &[3, 4, 9], &standings, &[0b111, 0, 0b111]).unwrap_err();
        assert!(matches!(
            error,
            FollowError::PathsDiffer {
                index: 9,
                epoch: 7,
                from_states: 0b011,
                from_blocks: 0b111
            }
        ));
        assert!(compare(7, &[3, 4, 9], &standings, &[0b111, 1, 0b011]).is_err());
    }
}
