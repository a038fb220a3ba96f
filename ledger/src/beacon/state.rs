//! `BeaconState`, fork by fork: every fork keeps the fields of Altair and adds its own at the end.

use super::Root;
use super::lists::{Flags, Lists, Reduced, Validators};
use super::operations::{
    BeaconBlockHeader, CheckpointContainer, Eth1Data, ForkVersions, JustificationBits, Pubkey,
    Signature,
};
use super::payload::{
    ExecutionPayloadHeaderBellatrix, ExecutionPayloadHeaderCapella, ExecutionPayloadHeaderDeneb,
};
use super::preset::Preset;
use ssz_derive::Decode;
use ssz_types::{FixedVector, VariableList};
use tree_hash_derive::TreeHash;
use typenum::consts::{U16777216, U134217728};

#[derive(Decode, TreeHash)]
pub(crate) struct Validator {
    pub(crate) pubkey: Pubkey,
    pub(crate) withdrawal_credentials: Root,
    pub(crate) effective_balance: u64,
    pub(crate) slashed: bool,
    pub(crate) activation_eligibility_epoch: u64,
    pub(crate) activation_epoch: u64,
    pub(crate) exit_epoch: u64,
    pub(crate) withdrawable_epoch: u64,
}

#[derive(Decode, TreeHash)]
pub(crate) struct SyncCommittee<P: Preset> {
    pub(crate) pubkeys: FixedVector<Pubkey, P::SyncCommitteeSize>,
    pub(crate) aggregate_pubkey: Pubkey,
}

#[derive(Decode, TreeHash)]
pub(crate) struct HistoricalSummary {
    pub(crate) block_summary_root: Root,
    pub(crate) state_summary_root: Root,
}

#[derive(Decode, TreeHash)]
pub(crate) struct PendingDeposit {
    pub(crate) pubkey: Pubkey,
    pub(crate) withdrawal_credentials: Root,
    pub(crate) amount: u64,
    pub(crate) signature: Signature,
    pub(crate) slot: u64,
}

#[derive(Decode, TreeHash)]
pub(crate) struct PendingPartialWithdrawal {
    pub(crate) validator_index: u64,
    pub(crate) amount: u64,
    pub(crate) withdrawable_epoch: u64,
}

#[derive(Decode, TreeHash)]
pub(crate) struct PendingConsolidation {
    pub(crate) source_index: u64,
    pub(crate) target_index: u64,
}

/// The fields that a ledger reads, of any fork's state.
pub(crate) struct StateFields {
    pub(crate) genesis_validators_root: Root,
    pub(crate) slot: u64,
    pub(crate) current_version: [u8; 4],
    pub(crate) latest_block_header: BeaconBlockHeader,
    pub(crate) state_roots: Vec<Root>,
    pub(crate) validators: Validators,
    pub(crate) randao_mixes: Vec<Root>,
    pub(crate) previous_epoch_participation: Flags,
    pub(crate) finalized_checkpoint: CheckpointContainer,
    pub(crate) sync_committee: Vec<Pubkey>,
    /// Since Fulu.
    pub(crate) proposer_lookahead: Option<Vec<u64>>,
}

/// What every fork's state gives a ledger.
pub(crate) trait State: ssz::Decode + tree_hash::TreeHash {
    fn into_fields(self) -> StateFields;
}

macro_rules! beacon_state {
    ($name:ident { $($tail:ident : $ty:ty,)* } $(lookahead $lookahead:ident)?) => {
        #[derive(Decode, TreeHash)]
        pub(crate) struct $name<P: Preset, L: Lists> {
            pub(crate) genesis_time: u64,
            pub(crate) genesis_validators_root: Root,
            pub(crate) slot: u64,
            pub(crate) fork: ForkVersions,
            pub(crate) latest_block_header: BeaconBlockHeader,
            pub(crate) block_roots: FixedVector<Root, P::SlotsPerHistoricalRoot>,
            pub(crate) state_roots: FixedVector<Root, P::SlotsPerHistoricalRoot>,
            pub(crate) historical_roots: VariableList<Root, U16777216>,
            pub(crate) eth1_data: Eth1Data,
            pub(crate) eth1_data_votes: VariableList<Eth1Data, P::SlotsPerEth1VotingPeriod>,
            pub(crate) eth1_deposit_index: u64,
            pub(crate) validators: L::Validators,
            pub(crate) balances: L::Balances,
            pub(crate) randao_mixes: FixedVector<Root, P::EpochsPerHistoricalVector>,
            pub(crate) slashings: FixedVector<u64, P::EpochsPerSlashingsVector>,
            pub(crate) previous_epoch_participation: L::PreviousParticipation,
            pub(crate) current_epoch_participation: L::CurrentParticipation,
            pub(crate) justification_bits: JustificationBits,
            pub(crate) previous_justified_checkpoint: CheckpointContainer,
            pub(crate) current_justified_checkpoint: CheckpointContainer,
            pub(crate) finalized_checkpoint: CheckpointContainer,
            pub(crate) inactivity_scores: L::InactivityScores,
            pub(crate) current_sync_committee: SyncCommittee<P>,
            pub(crate) next_sync_committee: SyncCommittee<P>,
            $(pub(crate) $tail: $ty,)*
        }

        impl<P: Preset> State for $name<P, Reduced> {
            fn into_fields(self) -> StateFields {
                StateFields {
                    genesis_validators_root: self.genesis_validators_root,
                    slot: self.slot,
                    current_version: self.fork.current_version,
                    latest_block_header: self.latest_block_header,
                    state_roots: self.state_roots.into(),
                    validators: self.validators,
                    randao_mixes: self.randao_mixes.into(),
                    previous_epoch_participation: self.previous_epoch_participation,
                    finalized_checkpoint: self.finalized_checkpoint,
                    sync_committee: self.current_sync_committee.pubkeys.into(),
                    proposer_lookahead: beacon_state!(@lookahead self $($lookahead)?),
                }
            }
        }
    };
    (@lookahead $self:ident) => { None };
    (@lookahead $self:ident $lookahead:ident) => { Some($self.$lookahead.into()) };
}

/// The state of Capella and of every later fork: only the payload's header is another.
macro_rules! state_since_capella {
    ($name:ident, $header:ty { $($tail:tt)* } $($lookahead:tt)*) => {
        beacon_state!($name {
            latest_execution_payload_header: $header,
            next_withdrawal_index: u64,
            next_withdrawal_validator_index: u64,
            historical_summaries: VariableList<HistoricalSummary, U16777216>,
            $($tail)*
        } $($lookahead)*);
    };
}

/// The state of Electra and of every later fork.
macro_rules! state_since_electra {
    ($name:ident { $($tail:tt)* } $($lookahead:tt)*) => {
        state_since_capella!($name, ExecutionPayloadHeaderDeneb {
            deposit_requests_start_index: u64,
            deposit_balance_to_consume: u64,
            exit_balance_to_consume: u64,
            earliest_exit_epoch: u64,
            consolidation_balance_to_consume: u64,
            earliest_consolidation_epoch: u64,
            pending_deposits: VariableList<PendingDeposit, U134217728>,
            pending_partial_withdrawals:
                VariableList<PendingPartialWithdrawal, P::PendingPartialWithdrawalsLimit>,
            pending_consolidations:
                VariableList<PendingConsolidation, P::PendingConsolidationsLimit>,
            $($tail)*
        } $($lookahead)*);
    };
}

beacon_state!(BeaconStateAltair {});
beacon_state!(BeaconStateBellatrix {
    latest_execution_payload_header: ExecutionPayloadHeaderBellatrix,
});
state_since_capella!(BeaconStateCapella, ExecutionPayloadHeaderCapella {});
state_since_capella!(BeaconStateDeneb, ExecutionPayloadHeaderDeneb {});
state_since_electra!(BeaconStateElectra {});
state_since_electra!(BeaconStateFulu {
    proposer_lookahead: FixedVector<u64, P::ProposerLookahead>,
} lookahead proposer_lookahead);
