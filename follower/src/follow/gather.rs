//! Takes snapshots while nodes still have them.

use super::lacks::Wanted;
use super::{CrossCheck, Event, FollowError, Follower};
use crate::client::{NodeError, Refusal};
use crate::rewards::Rewards;
use crate::snapshot::{Snapshot, block_at_or_before};
use serde::Serialize;
use std::collections::BTreeSet;
use vigil_ledger::beacon::Root;

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
        if self.sources().any(|kind| kind == CrossCheck::Blocks) {
            self.gather_proposers(head_slot, tell)?;
        }
        let mut is_catching_up = false;
        for kind in self.sources().collect::<Vec<_>>() {
            is_catching_up |= self.gather_from(kind, head_slot, finalized, tell)?;
        }
        Ok(is_catching_up)
    }

    fn gather_from(
        &mut self,
        kind: CrossCheck,
        head_slot: u64,
        finalized: u64,
        tell: &mut dyn FnMut(Event),
    ) -> Result<bool, FollowError> {
        let head_epoch = self.spec.epoch_of(head_slot);
        let wanted = self.wanted(kind, head_slot)?;
        let first_open = self.first_slot(finalized);
        let is_main = kind == self.options.source.into();
        for &slot in wanted.range(first_open..) {
            let is_old = self.spec.epoch_of(slot) + WATCHED_EPOCHS < head_epoch;
            if is_old && self.store.has_candidate(kind, slot)? {
                continue;
            }
            // What is only compared must not hold up the rest.
            if !is_main && !self.lacks.is_due((kind, slot)) {
                continue;
            }
            // A reorganisation may have replaced what was taken.
            let current = block_at_or_before(&mut self.nodes, slot)?;
            let taken = self.store.candidate_roots(kind, slot)?;
            if !taken.iter().any(|&root| Some(root) == current) {
                self.take(kind, slot, tell)?;
                if is_main {
                    // Some nodes have states of empty slots once they are final, and not before.
                    self.lacks.expect((kind, slot));
                }
            }
        }
        let mut tries = 0;
        for &slot in wanted.range(..first_open) {
            if self.store.has_candidate(kind, slot)? || !self.lacks.is_due((kind, slot)) {
                continue;
            }
            if tries == CATCH_UP {
                return Ok(true);
            }
            tries += 1;
            self.take(kind, slot, tell)?;
        }
        Ok(false)
    }

    /// Slots of the candidates that unrecorded epochs need, and of those that vouch for them.
    fn wanted(&self, kind: CrossCheck, head_slot: u64) -> Result<BTreeSet<u64>, FollowError> {
        let mut wanted: BTreeSet<u64> = self
            .unrecorded(self.spec.epoch_of(head_slot))
            .flat_map(|epoch| self.slots_of(kind, epoch))
            .filter(|&slot| slot <= head_slot)
            .collect();
        if kind != CrossCheck::States {
            return Ok(wanted);
        }
        let mut unvouched: Vec<u64> = wanted.iter().copied().collect();
        while let Some(slot) = unvouched.pop() {
            let next = slot + self.spec.slots_per_epoch();
            let needs_voucher = |snapshot: &Snapshot| {
                let state = snapshot.state.as_ref();
                state.is_some_and(|state| !state.is_post_state)
            };
            if next <= head_slot
                && !wanted.contains(&next)
                && self.store.candidates(kind, slot)?.iter().any(needs_voucher)
            {
                wanted.insert(next);
                unvouched.push(next);
            }
        }
        Ok(wanted)
    }

    /// Takes what one source has of a slot, or notes that nobody has it.
    fn take(
        &mut self,
        kind: CrossCheck,
        slot: u64,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), FollowError> {
        let (nodes, spec, registry) = (&mut self.nodes, &self.spec, &self.registry);
        match kind {
            CrossCheck::States => match nodes.state(spec, slot) {
                Ok(state) => {
                    let snapshot =
                        Snapshot::of_state(spec, &state, registry).map_err(|source| {
                            let epoch = spec.epoch_of(slot);
                            FollowError::Epoch { epoch, source }
                        })?;
                    self.keep(kind, slot, snapshot.last_block_root, &snapshot, tell)
                }
                Err(error) => self.lacking((kind, slot), error, tell),
            },
            CrossCheck::Blocks => match Snapshot::of_answers(nodes, spec, slot, registry) {
                Ok(Some(snapshot)) => {
                    self.keep(kind, slot, snapshot.last_block_root, &snapshot, tell)
                }
                Ok(None) => self.changed_meanwhile(kind, slot),
                Err(error) => self.lacking((kind, slot), error, tell),
            },
            CrossCheck::Rewards => match Rewards::take(nodes, spec, slot, &self.indices) {
                Ok(Some(rewards)) => self.keep(kind, slot, rewards.last_block_root, &rewards, tell),
                Ok(None) => self.changed_meanwhile(kind, slot),
                Err(error) => self.lacking((kind, slot), error, tell),
            },
        }
    }

    fn keep<T: Serialize>(
        &mut self,
        kind: CrossCheck,
        slot: u64,
        last_block_root: Root,
        candidate: &T,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), FollowError> {
        let key = (slot, last_block_root);
        self.store.keep_candidate(kind, key, candidate)?;
        self.lacks.found((kind, slot));
        tell(Event::Snapshot { kind, slot });
        Ok(())
    }

    fn changed_meanwhile(&mut self, kind: CrossCheck, slot: u64) -> Result<(), FollowError> {
        let reason = "the node's chain changed meanwhile".to_owned();
        self.lacks.note((kind, slot), reason);
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
            let key = (CrossCheck::Blocks, self.first_slot(epoch).max(1));
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
        wanted: Wanted,
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
                let is_news = self.lacks.note(wanted, reason.clone());
                let (kind, slot) = wanted;
                // What is not compared is said when its epoch is recorded, for all parts alike.
                if is_news && kind == self.options.source.into() {
                    tell(Event::Lacking { slot, reason });
                }
                Ok(())
            }
        }
    }
}
