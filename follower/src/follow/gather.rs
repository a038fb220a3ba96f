//! Takes snapshots while nodes still have them.

use super::{Event, FollowError, Follower, Source};
use crate::client::{NodeError, Refusal};
use crate::snapshot::{Snapshot, block_at_or_before};
use std::collections::BTreeSet;

/// Old snapshots taken in one step, so that a long way back does not make it late for new ones.
const CATCH_UP: usize = 8;
/// How long a snapshot is compared with the node's chain, which may leave it. If it does so later still,
/// it shows when the chain is final.
const WATCHED_EPOCHS: u64 = 4;

impl Follower {
    /// Takes what is lacking up to the head. Says whether there is more of the past to take.
    pub(super) fn gather(
        &mut self,
        head_slot: u64,
        finalized: u64,
        tell: &mut dyn FnMut(Event),
    ) -> Result<bool, FollowError> {
        let head_epoch = self.spec.epoch_of(head_slot);
        if self.options.source == Source::Blocks {
            self.gather_proposers(head_slot, tell)?;
        }
        let wanted = self.wanted(head_slot)?;
        let first_open = self.first_slot(finalized);
        for &slot in wanted.range(first_open..) {
            let is_old = self.spec.epoch_of(slot) + WATCHED_EPOCHS < head_epoch;
            if is_old && self.store.has_snapshot(slot)? {
                continue;
            }
            // A reorganisation may have replaced what was taken.
            let current = block_at_or_before(&mut self.nodes, slot)?;
            let taken = self.store.snapshots(slot)?;
            let is_taken = taken
                .iter()
                .any(|snapshot| Some(snapshot.last_block_root) == current);
            if !is_taken {
                self.take(slot, tell)?;
                // Some nodes have states of empty slots once they are final, and not before.
                self.lacks.expect(slot);
            }
        }
        let mut tries = 0;
        for &slot in wanted.range(..first_open) {
            if self.store.has_snapshot(slot)? || !self.lacks.is_due(slot) {
                continue;
            }
            if tries == CATCH_UP {
                return Ok(true);
            }
            tries += 1;
            self.take(slot, tell)?;
        }
        Ok(false)
    }

    /// Slots of the snapshots that unrecorded epochs need, and of those that vouch for them.
    fn wanted(&self, head_slot: u64) -> Result<BTreeSet<u64>, FollowError> {
        let mut wanted: BTreeSet<u64> = self
            .unrecorded(self.spec.epoch_of(head_slot))
            .flat_map(|epoch| [self.duty_slot(epoch), self.final_slot(epoch)])
            .filter(|&slot| slot <= head_slot)
            .collect();
        let mut unvouched: Vec<u64> = wanted.iter().copied().collect();
        while let Some(slot) = unvouched.pop() {
            let next = slot + self.spec.slots_per_epoch();
            let needs_voucher = |snapshot: &Snapshot| {
                let state = snapshot.state.as_ref();
                state.is_some_and(|state| !state.is_post_state)
            };
            if next <= head_slot
                && !wanted.contains(&next)
                && self.store.snapshots(slot)?.iter().any(needs_voucher)
            {
                wanted.insert(next);
                unvouched.push(next);
            }
        }
        Ok(wanted)
    }

    /// Takes the snapshot of a slot, or notes that nobody has it.
    fn take(&mut self, slot: u64, tell: &mut dyn FnMut(Event)) -> Result<(), FollowError> {
        let taken = match self.options.source {
            Source::States => match self.nodes.state(&self.spec, slot) {
                Ok(state) => Snapshot::of_state(&self.spec, &state, &self.registry)
                    .map(Some)
                    .map_err(|source| FollowError::Epoch {
                        epoch: self.spec.epoch_of(slot),
                        source,
                    })?,
                Err(error) => return self.lacking(slot, error, tell),
            },
            Source::Blocks => {
                match Snapshot::of_answers(&mut self.nodes, &self.spec, slot, &self.registry) {
                    Ok(snapshot) => snapshot,
                    Err(error) => return self.lacking(slot, error, tell),
                }
            }
        };
        match taken {
            Some(snapshot) => {
                self.store.keep_snapshot(&snapshot)?;
                self.lacks.found(slot);
                tell(Event::Snapshot { slot });
            }
            None => {
                let reason = "the node's chain changed meanwhile".to_owned();
                self.lacks.note(slot, reason);
            }
        }
        Ok(())
    }

    /// Who proposes in the head's epoch, asked for twice an epoch in case of a reorganisation; and for
    /// epochs gone by, which few nodes answer.
    fn gather_proposers(
        &mut self,
        head_slot: u64,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), FollowError> {
        let head_epoch = self.spec.epoch_of(head_slot);
        let half = head_slot / (self.spec.slots_per_epoch() / 2).max(1);
        let is_time = self.proposers_asked != Some(half);
        let epochs: Vec<u64> = self.unrecorded(head_epoch).collect();
        for epoch in epochs {
            // The first slot of an epoch is none that a snapshot is of, but for slot 0.
            let key = self.first_slot(epoch).max(1);
            let is_wanted = if epoch == head_epoch {
                is_time
            } else {
                self.lacks.is_due(key) && self.store.proposers(epoch)?.is_empty()
            };
            if !is_wanted {
                continue;
            }
            match self.nodes.proposers(&self.spec, epoch) {
                Ok(duties) => {
                    self.store.keep_proposers(epoch, &duties)?;
                    self.lacks.found(key);
                    if epoch == head_epoch {
                        self.proposers_asked = Some(half);
                    }
                }
                Err(error) => self.lacking(key, error, tell)?,
            }
        }
        Ok(())
    }

    /// Goes on without it for now, unless nothing else would work either.
    fn lacking(
        &mut self,
        slot: u64,
        error: NodeError,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), FollowError> {
        match error.refusal() {
            Refusal::Unreachable { .. }
            | Refusal::Syncing { .. }
            | Refusal::Optimistic
            | Refusal::WrongChain { .. } => Err(error.into()),
            _ => {
                let reason = error.to_string();
                if self.lacks.note(slot, reason.clone()) {
                    tell(Event::Lacking { slot, reason });
                }
                Ok(())
            }
        }
    }
}
