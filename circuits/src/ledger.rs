//! Rows, leaves and root of a duty ledger (protocol section 5).

use crate::identity::INDEX_BITS;
use crate::poseidon2::{Domain, sponge};
use ff::PrimeField;
use halo2curves::bn256::Fr;

/// Epochs in a word of a bitmap: one mainnet day.
pub const WORD_EPOCHS: usize = 225;
/// Bits of the epoch counts `active_epochs` and `run_in`.
pub const EPOCH_COUNT_BITS: usize = 13;
/// Bits of `effective_balance`, in increments.
pub const BALANCE_BITS: usize = 12;
/// Bits of the proposal counts.
pub const PROPOSAL_BITS: usize = 16;
/// Bits of the sync-committee counts.
pub const SYNC_BITS: usize = 24;

/// Places of the fields in `meta`.
pub const META_ACTIVE_SHIFT: usize = INDEX_BITS;
/// See [`META_ACTIVE_SHIFT`].
pub const META_BALANCE_SHIFT: usize = META_ACTIVE_SHIFT + EPOCH_COUNT_BITS;
/// See [`META_ACTIVE_SHIFT`].
pub const META_SLASHED_SHIFT: usize = META_BALANCE_SHIFT + BALANCE_BITS;
/// See [`META_ACTIVE_SHIFT`].
pub const META_RUN_IN_SHIFT: usize = META_SLASHED_SHIFT + 1;

/// Places of the fields in `duties`; `proposals_due` is at 0.
pub const DUTIES_PROPOSALS_MISSED_SHIFT: usize = PROPOSAL_BITS;
/// See [`DUTIES_PROPOSALS_MISSED_SHIFT`].
pub const DUTIES_SYNC_DUE_SHIFT: usize = DUTIES_PROPOSALS_MISSED_SHIFT + PROPOSAL_BITS;
/// See [`DUTIES_PROPOSALS_MISSED_SHIFT`].
pub const DUTIES_SYNC_MISSED_SHIFT: usize = DUTIES_SYNC_DUE_SHIFT + SYNC_BITS;

/// How many words of 225 epochs a period's bitmaps have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Words {
    /// Up to a day: 225 epochs.
    W1,
    /// Up to a week: 1,575 epochs.
    W7,
    /// Up to a 28-day frame: 6,300 epochs.
    W28,
}

impl Words {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::W1, Self::W7, Self::W28];

    /// The number itself: 1, 7 or 28.
    pub const fn count(self) -> usize {
        match self {
            Self::W1 => 1,
            Self::W7 => 7,
            Self::W28 => 28,
        }
    }

    /// The longest period, in epochs.
    pub const fn max_epochs(self) -> usize {
        WORD_EPOCHS * self.count()
    }

    /// The value with this count, if there is one.
    pub fn from_count(count: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|words| words.count() == count)
    }

    /// The shortest bitmaps that hold `epochs`; `None` for 0 and beyond 6,300.
    pub fn for_epochs(epochs: u32) -> Option<Self> {
        (epochs > 0)
            .then(|| {
                Self::ALL
                    .into_iter()
                    .find(|words| epochs as usize <= words.max_epochs())
            })
            .flatten()
    }
}

/// 225 bits, one an epoch; bit k belongs to epoch `start_epoch + 225 w + k`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct EpochBits([u64; 4]);

impl EpochBits {
    /// No bit set.
    pub const NONE: Self = Self([0; 4]);

    /// From little-endian limbs; `None` if a bit at 225 or above is set.
    pub fn from_limbs(limbs: [u64; 4]) -> Option<Self> {
        (limbs[3] >> (WORD_EPOCHS - 192) == 0).then_some(Self(limbs))
    }

    /// Little-endian limbs.
    pub fn limbs(&self) -> [u64; 4] {
        self.0
    }

    /// Bit `k`.
    ///
    /// # Panics
    /// If `k` is not below 225.
    pub fn get(&self, k: usize) -> bool {
        assert!(k < WORD_EPOCHS, "a word has 225 epochs");
        self.0[k / 64] >> (k % 64) & 1 == 1
    }

    /// Sets bit `k`.
    ///
    /// # Panics
    /// If `k` is not below 225.
    pub fn set(&mut self, k: usize) {
        assert!(k < WORD_EPOCHS, "a word has 225 epochs");
        self.0[k / 64] |= 1 << (k % 64);
    }

    /// How many bits are set.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|limb| limb.count_ones()).sum()
    }

    /// All bits, first epoch first.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..WORD_EPOCHS).map(|k| self.get(k))
    }

    /// The word as a field element, bit k worth 2^k.
    pub fn to_fr(&self) -> Fr {
        Fr::from_raw(self.0)
    }
}

/// When a validator was down is what the proof hides: only the count shows.
impl std::fmt::Debug for EpochBits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EpochBits({} set)", self.count())
    }
}

/// One word of the three bitmaps of missed votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MissedVotes {
    /// Epochs without a timely source vote.
    pub source: EpochBits,
    /// Epochs without a timely target vote.
    pub target: EpochBits,
    /// Epochs without a timely head vote.
    pub head: EpochBits,
}

/// A validator's row: its duties in the period, from the canonical chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Validator index, below 2^40.
    pub index: u64,
    /// Epochs of the period in which the validator was active; below 2^13.
    pub active_epochs: u16,
    /// EFFECTIVE_BALANCE_INCREMENTs in its first active epoch; below 2^12.
    pub effective_balance: u16,
    /// The chain's flag.
    pub slashed: bool,
    /// Missed targets in a row at the end of the preceding period; below 2^13.
    pub run_in: u16,
    /// Slots of the period in which it was the proposer.
    pub proposals_due: u16,
    /// Those without a canonical block.
    pub proposals_missed: u16,
    /// Sync-committee seats times canonical blocks; below 2^24.
    pub sync_due: u32,
    /// Those whose bit is not set; below 2^24.
    pub sync_missed: u32,
    /// Missed votes; 1, 7 or 28 words.
    pub words: Vec<MissedVotes>,
}

impl LedgerRow {
    /// `index + active_epochs 2^40 + effective_balance 2^53 + slashed 2^65 + run_in 2^66`.
    pub fn meta(&self) -> Fr {
        let meta = u128::from(self.index)
            + (u128::from(self.active_epochs) << META_ACTIVE_SHIFT)
            + (u128::from(self.effective_balance) << META_BALANCE_SHIFT)
            + (u128::from(self.slashed) << META_SLASHED_SHIFT)
            + (u128::from(self.run_in) << META_RUN_IN_SHIFT);
        Fr::from_u128(meta)
    }

    /// `proposals_due + proposals_missed 2^16 + sync_due 2^32 + sync_missed 2^56`.
    pub fn duties(&self) -> Fr {
        let duties = u128::from(self.proposals_due)
            + (u128::from(self.proposals_missed) << DUTIES_PROPOSALS_MISSED_SHIFT)
            + (u128::from(self.sync_due) << DUTIES_SYNC_DUE_SHIFT)
            + (u128::from(self.sync_missed) << DUTIES_SYNC_MISSED_SHIFT);
        Fr::from_u128(duties)
    }

    /// Leaf of the ledger tree, `sponge(5; meta, tag, duties, source_0, target_0, head_0, ...)`.
    pub fn leaf(&self, tag: Fr) -> Fr {
        let mut inputs = vec![self.meta(), tag, self.duties()];
        for word in &self.words {
            inputs.extend([word.source.to_fr(), word.target.to_fr(), word.head.to_fr()]);
        }
        sponge(Domain::LedgerLeaf, &inputs)
    }

    /// Epochs with a missed source, target and head vote.
    pub fn misses(&self) -> [u32; 3] {
        let count = |bits: fn(&MissedVotes) -> &EpochBits| {
            self.words.iter().map(|word| bits(word).count()).sum()
        };
        [
            count(|w| &w.source),
            count(|w| &w.target),
            count(|w| &w.head),
        ]
    }

    /// The longest run of missed targets, counted on from `run_in` (which counts even if the
    /// first epoch of the period is not missed).
    pub fn longest_outage(&self) -> u32 {
        let mut run = u32::from(self.run_in);
        let mut longest = run;
        for missed in self.words.iter().flat_map(|word| word.target.iter()) {
            run = if missed { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest
    }

    /// Missed targets in a row at the end of a period of `epochs`, carried on from `run_in`
    /// if the whole period is missed; at most 8191. The next period's `run_in`.
    pub fn run_out(&self, epochs: u32) -> u16 {
        let missed = |epoch: u32| {
            let epoch = epoch as usize;
            self.words[epoch / WORD_EPOCHS]
                .target
                .get(epoch % WORD_EPOCHS)
        };
        let run = (0..epochs).rev().take_while(|&epoch| missed(epoch)).count() as u32;
        let carried = if run == epochs {
            u32::from(self.run_in)
        } else {
            0
        };
        (run + carried).min((1 << EPOCH_COUNT_BITS) - 1) as u16
    }
}

/// What the ledger root commits to besides the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerHeader {
    /// Root of the tree of rows.
    pub tree_root: Fr,
    /// Registry version whose validators the rows are about.
    pub registry_root: Fr,
    /// `genesis_validators_root` modulo the field's order.
    pub chain: Fr,
    /// First epoch of the period.
    pub start_epoch: u64,
    /// Length of the period in epochs.
    pub epochs: u32,
    /// N, validators in the registry.
    pub registered: u32,
}

impl LedgerHeader {
    /// `sponge(6; tree root, registry root, chain, start epoch, epochs, N)`.
    pub fn root(&self) -> Fr {
        sponge(Domain::LedgerRoot, &self.inputs())
    }

    /// The sponge's inputs, in order.
    pub(crate) fn inputs(&self) -> [Fr; 6] {
        [
            self.tree_root,
            self.registry_root,
            self.chain,
            Fr::from(self.start_epoch),
            Fr::from(u64::from(self.epochs)),
            Fr::from(u64::from(self.registered)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(run_in: u16, missed: &[usize]) -> LedgerRow {
        let mut target = EpochBits::NONE;
        missed.iter().for_each(|&k| target.set(k));
        LedgerRow {
            index: 5,
            active_epochs: 225,
            effective_balance: 32,
            slashed: false,
            run_in,
            proposals_due: 0,
            proposals_missed: 0,
            sync_due: 0,
            sync_missed: 0,
            words: vec![MissedVotes {
                target,
                ..MissedVotes::default()
            }],
        }
    }

    #[test]
    fn outages_count_on_from_the_preceding_period() {
        assert_eq!(row(0, &[0, 1, 5]).longest_outage(), 2);
        assert_eq!(row(3, &[0, 1, 5]).longest_outage(), 5);
        assert_eq!(
            row(3, &[5]).longest_outage(),
            3,
            "a run that just ended still counts"
        );
    }

    #[test]
    fn run_out_is_carried_through_a_period_of_misses_only() {
        assert_eq!(row(9, &[7, 8, 9]).run_out(10), 3);
        assert_eq!(row(9, &(0..10).collect::<Vec<_>>()).run_out(10), 19);
        assert_eq!(row(8190, &(0..10).collect::<Vec<_>>()).run_out(10), 8191);
        assert_eq!(row(9, &[3]).run_out(10), 0);
    }

    #[test]
    fn words_cover_their_periods() {
        assert_eq!(Words::for_epochs(0), None);
        assert_eq!(Words::for_epochs(225), Some(Words::W1));
        assert_eq!(Words::for_epochs(226), Some(Words::W7));
        assert_eq!(Words::for_epochs(6300), Some(Words::W28));
        assert_eq!(Words::for_epochs(6301), None);
    }

    #[test]
    fn bits_beyond_the_word_are_refused() {
        assert!(EpochBits::from_limbs([0, 0, 0, 1 << 32]).is_some());
        assert!(EpochBits::from_limbs([0, 0, 0, 1 << 33]).is_none());
    }
}
