//! Sizes that differ between the mainnet and the minimal preset, as types.

use typenum::Unsigned;
use typenum::consts::{
    U4, U16, U32, U64, U512, U2048, U8192, U65536, U131072, U262144, U134217728,
};

/// Sizes of containers in one preset, named as in the consensus specs.
pub(crate) trait Preset: 'static {
    type SlotsPerHistoricalRoot: Unsigned;
    /// EPOCHS_PER_ETH1_VOTING_PERIOD * SLOTS_PER_EPOCH
    type SlotsPerEth1VotingPeriod: Unsigned;
    type EpochsPerHistoricalVector: Unsigned;
    type EpochsPerSlashingsVector: Unsigned;
    type SyncCommitteeSize: Unsigned;
    type MaxCommitteesPerSlot: Unsigned;
    /// MAX_VALIDATORS_PER_COMMITTEE * MAX_COMMITTEES_PER_SLOT
    type MaxValidatorsPerSlot: Unsigned;
    type MaxWithdrawalsPerPayload: Unsigned;
    type PendingPartialWithdrawalsLimit: Unsigned;
    type PendingConsolidationsLimit: Unsigned;
    /// (MIN_SEED_LOOKAHEAD + 1) * SLOTS_PER_EPOCH
    type ProposerLookahead: Unsigned;
    const SLOTS_PER_EPOCH: u64;
    const SHUFFLE_ROUND_COUNT: u8;
    const TARGET_COMMITTEE_SIZE: u64;
}

pub(crate) enum Mainnet {}

impl Preset for Mainnet {
    type SlotsPerHistoricalRoot = U8192;
    type SlotsPerEth1VotingPeriod = U2048;
    type EpochsPerHistoricalVector = U65536;
    type EpochsPerSlashingsVector = U8192;
    type SyncCommitteeSize = U512;
    type MaxCommitteesPerSlot = U64;
    type MaxValidatorsPerSlot = U131072;
    type MaxWithdrawalsPerPayload = U16;
    type PendingPartialWithdrawalsLimit = U134217728;
    type PendingConsolidationsLimit = U262144;
    type ProposerLookahead = U64;
    const SLOTS_PER_EPOCH: u64 = 32;
    const SHUFFLE_ROUND_COUNT: u8 = 90;
    const TARGET_COMMITTEE_SIZE: u64 = 128;
}

pub(crate) enum Minimal {}

impl Preset for Minimal {
    type SlotsPerHistoricalRoot = U64;
    type SlotsPerEth1VotingPeriod = U32;
    type EpochsPerHistoricalVector = U64;
    type EpochsPerSlashingsVector = U64;
    type SyncCommitteeSize = U32;
    type MaxCommitteesPerSlot = U4;
    type MaxValidatorsPerSlot = U8192;
    type MaxWithdrawalsPerPayload = U4;
    type PendingPartialWithdrawalsLimit = U64;
    type PendingConsolidationsLimit = U64;
    type ProposerLookahead = U16;
    const SLOTS_PER_EPOCH: u64 = 8;
    const SHUFFLE_ROUND_COUNT: u8 = 10;
    const TARGET_COMMITTEE_SIZE: u64 = 4;
}
