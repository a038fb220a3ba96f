//! What other sources say of an epoch, beside the one that the ledger is made of.

mod rewards;

use super::canonical::Walked;
use super::{FollowError, Follower, Source};
use crate::rewards::Rewards;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use vigil_ledger::chain::CanonicalBlocks;
use vigil_ledger::cross_check::{Difference, first_difference};
use vigil_ledger::epoch::{EpochDuties, EpochFacts};
use vigil_ledger::rows::NetworkEpoch;

/// A source to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CrossCheck {
    /// [`Source::States`].
    States,
    /// [`Source::Blocks`].
    Blocks,
    /// The rewards endpoints, which are no source of a ledger.
    Rewards,
}

impl From<Source> for CrossCheck {
    fn from(source: Source) -> Self {
        match source {
            Source::States => Self::States,
            Source::Blocks => Self::Blocks,
        }
    }
}

impl CrossCheck {
    /// Its number in the store.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::States => 0,
            Self::Blocks => 1,
            Self::Rewards => 2,
        }
    }

    /// What it is compared in.
    pub fn parts(self) -> &'static [Part] {
        match self {
            Self::States => &[Part::States],
            Self::Blocks => &[Part::Blocks],
            Self::Rewards => &[
                Part::AttestationRewards,
                Part::BlockRewards,
                Part::SyncRewards,
            ],
        }
    }
}

/// What a node may have or not, of a source to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// Facts from whole states.
    States,
    /// Facts from blocks, committees and records.
    Blocks,
    /// Rewards of attestations: the flags.
    AttestationRewards,
    /// Rewards of blocks: who proposed.
    BlockRewards,
    /// Rewards of the sync committee: its bits.
    SyncRewards,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::States,
        Self::Blocks,
        Self::AttestationRewards,
        Self::BlockRewards,
        Self::SyncRewards,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::States => "states",
            Self::Blocks => "blocks",
            Self::AttestationRewards => "attestation rewards",
            Self::BlockRewards => "block rewards",
            Self::SyncRewards => "sync rewards",
        }
    }

    /// Its number in the store.
    pub(crate) fn code(self) -> u8 {
        Self::ALL.iter().position(|&part| part == self).unwrap_or(0) as u8
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a comparison came to. A difference is none of these: it stops the follower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Comparison {
    /// Both say the same.
    Agrees,
    /// Rewards say little in an inactivity leak: none contradicts.
    AgreesInALeak,
    /// There was nothing to compare with.
    NotCompared {
        /// Why.
        reason: String,
    },
}

/// What comparisons of successive epochs came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// With what.
    pub part: Part,
    /// Which epochs.
    pub epochs: Range<u64>,
    /// What came of it.
    pub comparison: Comparison,
}

/// An epoch of the main source, and what it was made of.
pub(super) struct Derived {
    pub(super) facts: EpochFacts,
    pub(super) duties: EpochDuties,
    pub(super) network: Option<NetworkEpoch>,
    /// The blocks of the epoch and of the next.
    pub(super) blocks: CanonicalBlocks,
    /// The epoch's own.
    pub(super) slots: Range<u64>,
}

impl Follower {
    /// The sources whose candidates are gathered, the ledger's own first.
    pub(super) fn sources(&self) -> impl Iterator<Item = CrossCheck> + use<> {
        let main = CrossCheck::from(self.options.source);
        let others = self.options.cross_check.clone();
        std::iter::once(main).chain(others.into_iter().filter(move |&kind| kind != main))
    }

    /// Slots of the candidates that speak about an epoch.
    pub(super) fn slots_of(&self, kind: CrossCheck, epoch: u64) -> [u64; 2] {
        let first = match kind {
            // There is no reward at genesis.
            CrossCheck::Rewards => self.first_slot(epoch + 1) - 1,
            CrossCheck::States | CrossCheck::Blocks => self.duty_slot(epoch),
        };
        [first, self.final_slot(epoch)]
    }

    /// Compares an epoch with all other sources; `None` if one of them will be there later only.
    pub(super) fn cross_check(
        &mut self,
        chain: &Walked,
        finalized: u64,
        main: &Derived,
    ) -> Result<Option<Vec<(Part, Comparison)>>, FollowError> {
        let mut comparisons = Vec::new();
        for kind in self.sources().skip(1).collect::<Vec<_>>() {
            let source = match kind {
                CrossCheck::States => Source::States,
                CrossCheck::Blocks => Source::Blocks,
                CrossCheck::Rewards => {
                    comparisons.extend(self.compare_rewards(chain, main)?);
                    continue;
                }
            };
            let (epoch, part) = (main.facts.epoch, kind.parts()[0]);
            let comparison = match self.derive(source, chain, finalized, epoch)? {
                Some(other) => match first_difference(&self.indices, &main.facts, &other.facts) {
                    Some(difference) => return Err(self.differs(part, difference)),
                    None => Comparison::Agrees,
                },
                None if self.waiting.contains(&epoch) => return Ok(None),
                None => self.not_compared(kind, epoch),
            };
            comparisons.push((part, comparison));
        }
        Ok(Some(comparisons))
    }

    /// Attestations by the rewards at the epoch's final slot, blocks by those at its own end.
    fn compare_rewards(
        &self,
        chain: &Walked,
        main: &Derived,
    ) -> Result<Vec<(Part, Comparison)>, FollowError> {
        let epoch = main.facts.epoch;
        let [own, last] = self.slots_of(CrossCheck::Rewards, epoch);
        let (own, last) = (self.rewards_at(chain, own)?, self.rewards_at(chain, last)?);
        let lacking = || self.not_compared(CrossCheck::Rewards, epoch);
        let judge = |compared: Result<Comparison, Box<Difference>>, part| {
            let differs = |difference: Box<Difference>| self.differs(part, *difference);
            compared
                .map_err(differs)
                .map(|comparison| (part, comparison))
        };
        let attestations = match &last {
            Some(rewards) => rewards::attestations(&self.indices, &main.facts, rewards),
            None => Ok(lacking()),
        };
        let (blocks, sync) = match &own {
            Some(own) => (
                rewards::blocks(main, own),
                rewards::sync(&self.indices, main, own),
            ),
            None => (Ok(lacking()), Ok(lacking())),
        };
        Ok(vec![
            judge(attestations, Part::AttestationRewards)?,
            judge(blocks, Part::BlockRewards)?,
            judge(sync, Part::SyncRewards)?,
        ])
    }

    fn rewards_at(&self, chain: &Walked, slot: u64) -> Result<Option<Rewards>, FollowError> {
        let root = chain.root_at(slot);
        let candidates: Vec<Rewards> = self.store.candidates(CrossCheck::Rewards, slot)?;
        Ok(candidates
            .into_iter()
            .find(|candidate| Some(candidate.last_block_root) == root))
    }

    fn differs(&self, other: Part, difference: Difference) -> FollowError {
        FollowError::SourcesDiffer {
            main: CrossCheck::from(self.options.source).parts()[0],
            other,
            difference,
        }
    }

    fn not_compared(&self, kind: CrossCheck, epoch: u64) -> Comparison {
        Comparison::NotCompared {
            reason: self.reason(kind, epoch),
        }
    }

    /// Whether the other sources have an epoch, or were asked for it in vain.
    pub(super) fn is_settled(&self, epoch: u64) -> Result<bool, FollowError> {
        for kind in self.sources().skip(1) {
            for slot in self.slots_of(kind, epoch) {
                let is_settled = self.store.has_candidate(kind, slot)?
                    || self.lacks.reason((kind, slot)).is_some();
                if !is_settled {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// What comparisons came to, of complete periods and of the one that is being recorded.
    pub(super) fn all_compared(&self) -> Vec<Compared> {
        let mut compared = self.periods.compared().to_vec();
        for written in self.periods.written() {
            let epochs = written.start_epoch..written.start_epoch + u64::from(written.epochs);
            for &part in self.sources().skip(1).flat_map(|kind| kind.parts()) {
                let is_of = |compared: &Compared| {
                    compared.part == part && epochs.contains(&compared.epochs.start)
                };
                if !compared.iter().any(is_of) {
                    compared.push(Compared {
                        part,
                        epochs: epochs.clone(),
                        comparison: not_asked_for(),
                    });
                }
            }
        }
        compared.extend(self.compared(self.periods.start()..u64::MAX));
        compared
    }

    /// What comparisons of the epochs of a range came to, with every part that was asked for.
    pub(super) fn compared(&self, epochs: Range<u64>) -> Vec<Compared> {
        let mut compared = Vec::<Compared>::new();
        let asked = self.sources().skip(1).flat_map(|kind| kind.parts().iter());
        let earlier = self.comparisons.keys().map(|(_, part)| part);
        let parts: BTreeSet<Part> = asked.chain(earlier).copied().collect();
        for part in parts {
            for &epoch in self.recorded.range(epochs.clone()) {
                let comparison = match self.comparisons.get(&(epoch, part)) {
                    Some(comparison) => comparison.clone(),
                    None => not_asked_for(),
                };
                match compared.last_mut() {
                    Some(last)
                        if last.part == part
                            && last.epochs.end == epoch
                            && last.comparison == comparison =>
                    {
                        last.epochs.end += 1;
                    }
                    _ => compared.push(Compared {
                        part,
                        epochs: epoch..epoch + 1,
                        comparison,
                    }),
                }
            }
        }
        compared
    }
}

fn not_asked_for() -> Comparison {
    Comparison::NotCompared {
        reason: "it was recorded when this comparison was not asked for".to_owned(),
    }
}
