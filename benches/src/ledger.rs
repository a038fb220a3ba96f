//! The ledger that a follower of a synthetic chain has to write.

use crate::chain::{GENESIS_VALIDATORS_ROOT, SyntheticChain, pubkey};
use crate::plan::{Plan, SLOTS_PER_EPOCH, SYNC_COMMITTEE_SIZE};
use anyhow::{Context as _, ensure};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use vigil_circuits::ledger::WORD_EPOCHS;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;

/// What a row has to say of a registered validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRow {
    /// Its index.
    pub index: u64,
    /// Its final flags, epoch by epoch; `None` where it is not active.
    pub flags: Vec<Option<u8>>,
    /// Blocks to propose, and those of them that are not there.
    pub proposals: [u16; 2],
    /// Seats in the sync committee for each block, and bits that are not set.
    pub sync: [u32; 2],
}

/// The pool's registry on the chain.
///
/// # Errors
/// If there are more validators than a registry has places.
pub fn registry<R: RngCore + CryptoRng>(plan: &Plan, rng: &mut R) -> anyhow::Result<Registry> {
    let validators: Vec<_> = plan
        .indices()
        .into_iter()
        .map(|index| (index, pubkey(index)))
        .collect();
    Ok(Registry::draft(1, [7; 20], &validators, 4, rng)?.0)
}

impl SyntheticChain {
    /// The rows of the period, by registered validator.
    ///
    /// # Errors
    /// If the chain is not one of its plan's length.
    pub fn planned_rows(&self) -> anyhow::Result<Vec<PlannedRow>> {
        let plan = &self.plan;
        let epochs = plan.start_epoch..plan.start_epoch + plan.epochs;
        let flags: Vec<&[u8]> = epochs
            .clone()
            .map(|epoch| self.final_flags(epoch).context("an epoch without flags"))
            .collect::<anyhow::Result<_>>()?;
        let slots = epochs.start * SLOTS_PER_EPOCH..epochs.end * SLOTS_PER_EPOCH;
        let mut proposals = HashMap::<u64, [u16; 2]>::new();
        let mut sync = HashMap::<u64, [u32; 2]>::new();
        for slot in slots {
            let is_empty = plan.is_empty(slot);
            let count = proposals.entry(plan.proposer(slot)).or_default();
            count[0] += 1;
            count[1] += u16::from(is_empty);
            if is_empty {
                continue;
            }
            for seat in 0..SYNC_COMMITTEE_SIZE {
                let count = sync.entry(plan.sync_member(seat)).or_default();
                count[0] += 1;
                count[1] += u32::from(!plan.has_signed(slot, seat));
            }
        }
        let row = |index: u64| PlannedRow {
            index,
            flags: flags
                .iter()
                .map(|flags| plan.is_active(index).then(|| flags[index as usize]))
                .collect(),
            proposals: proposals.remove(&index).unwrap_or_default(),
            sync: sync.remove(&index).unwrap_or_default(),
        };
        Ok(plan.indices().into_iter().map(row).collect())
    }
}

/// Compares a ledger with what was planned.
///
/// # Errors
/// The first difference.
pub fn check(ledger: &Ledger, planned: &[PlannedRow]) -> anyhow::Result<()> {
    ensure!(
        *ledger.genesis_validators_root() == GENESIS_VALIDATORS_ROOT,
        "the ledger is of another chain"
    );
    ensure!(
        ledger.entries().len() == planned.len(),
        "the ledger has {} rows and the plan {}",
        ledger.entries().len(),
        planned.len()
    );
    for (entry, planned) in ledger.entries().iter().zip(planned) {
        let row = &entry.row;
        let missed = |epoch: usize| {
            let (word, bit) = (&row.words[epoch / WORD_EPOCHS], epoch % WORD_EPOCHS);
            [word.source, word.target, word.head].map(|bits| bits.get(bit))
        };
        let flags = |epoch: usize| {
            let flags = planned.flags[epoch];
            [0, 1, 2].map(|bit| flags.is_some_and(|flags| flags >> bit & 1 == 0))
        };
        let active = planned.flags.iter().flatten().count();
        let is_as_planned = row.index == planned.index
            && usize::from(row.active_epochs) == active
            && (0..planned.flags.len()).all(|epoch| missed(epoch) == flags(epoch))
            && [row.proposals_due, row.proposals_missed] == planned.proposals
            && [row.sync_due, row.sync_missed] == planned.sync
            && row.effective_balance == if active > 0 { 32 } else { 0 }
            && !row.slashed
            && row.run_in == 0;
        ensure!(
            is_as_planned,
            "the plan was {planned:?}, the row is {row:?}"
        );
    }
    Ok(())
}
