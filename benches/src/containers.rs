//! Fulu's state and signed block in the mainnet preset, as they are encoded and hashed.
#![allow(
    missing_docs,
    reason = "the fields have the names of the consensus specs"
)]

use ssz::{BitList, BitVector};
use ssz_derive::Encode;
use ssz_types::{FixedVector, VariableList};
use tree_hash_derive::TreeHash;
use typenum::consts::{
    U1, U2, U8, U16, U32, U64, U512, U4096, U8192, U65536, U131072, U1048576, U1073741824,
};

/// A hash tree root.
pub type Root = [u8; 32];
/// A compressed point of G1.
pub type Pubkey = [u8; 48];
/// A compressed point of G2.
pub type Signature = [u8; 96];
/// A list in which this chain has nothing: its elements may be of any type.
pub type Nothing<N> = VariableList<Root, N>;
/// Opaque bytes.
pub type Transaction = VariableList<u8, U1073741824>;

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct Eth1Data {
    pub deposit_root: Root,
    pub deposit_count: u64,
    pub block_hash: Root,
}

#[derive(Clone, Copy, Debug, Default, Encode, TreeHash)]
pub struct Checkpoint {
    pub epoch: u64,
    pub root: Root,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct AttestationData {
    pub slot: u64,
    pub index: u64,
    pub beacon_block_root: Root,
    pub source: Checkpoint,
    pub target: Checkpoint,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct Attestation {
    pub aggregation_bits: BitList<U131072>,
    pub data: AttestationData,
    pub signature: Signature,
    pub committee_bits: BitVector<U64>,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct SyncAggregate {
    pub sync_committee_bits: BitVector<U512>,
    pub sync_committee_signature: Signature,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct ExecutionPayload {
    pub parent_hash: Root,
    pub fee_recipient: [u8; 20],
    pub state_root: Root,
    pub receipts_root: Root,
    pub logs_bloom: [u8; 256],
    pub prev_randao: Root,
    pub block_number: u64,
    pub gas_limit: u64,
    pub gas_used: u64,
    pub timestamp: u64,
    pub extra_data: VariableList<u8, U32>,
    pub base_fee_per_gas: [u8; 32],
    pub block_hash: Root,
    pub transactions: VariableList<Transaction, U1048576>,
    pub withdrawals: Nothing<U16>,
    pub blob_gas_used: u64,
    pub excess_blob_gas: u64,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct ExecutionRequests {
    pub deposits: Nothing<U8192>,
    pub withdrawals: Nothing<U16>,
    pub consolidations: Nothing<U2>,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct BeaconBlockBody {
    pub randao_reveal: Signature,
    pub eth1_data: Eth1Data,
    pub graffiti: Root,
    pub proposer_slashings: Nothing<U16>,
    pub attester_slashings: Nothing<U1>,
    pub attestations: VariableList<Attestation, U8>,
    pub deposits: Nothing<U16>,
    pub voluntary_exits: Nothing<U16>,
    pub sync_aggregate: SyncAggregate,
    pub execution_payload: ExecutionPayload,
    pub bls_to_execution_changes: Nothing<U16>,
    pub blob_kzg_commitments: VariableList<Pubkey, U4096>,
    pub execution_requests: ExecutionRequests,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct BeaconBlock {
    pub slot: u64,
    pub proposer_index: u64,
    pub parent_root: Root,
    pub state_root: Root,
    pub body: BeaconBlockBody,
}

#[derive(Clone, Debug, Encode)]
pub struct SignedBeaconBlock {
    pub message: BeaconBlock,
    pub signature: Signature,
}

#[derive(Clone, Debug, Encode, TreeHash)]
pub struct BeaconBlockHeader {
    pub slot: u64,
    pub proposer_index: u64,
    pub parent_root: Root,
    pub state_root: Root,
    pub body_root: Root,
}

#[derive(Clone, Debug, Encode)]
pub struct Validator {
    pub pubkey: Pubkey,
    pub withdrawal_credentials: Root,
    pub effective_balance: u64,
    pub slashed: bool,
    pub activation_eligibility_epoch: u64,
    pub activation_epoch: u64,
    pub exit_epoch: u64,
    pub withdrawable_epoch: u64,
}

#[derive(Clone, Debug, Encode)]
pub struct Fork {
    pub previous_version: [u8; 4],
    pub current_version: [u8; 4],
    pub epoch: u64,
}

#[derive(Clone, Debug, Encode)]
pub struct SyncCommittee {
    pub pubkeys: FixedVector<Pubkey, U512>,
    pub aggregate_pubkey: Pubkey,
}

#[derive(Clone, Debug, Encode)]
pub struct ExecutionPayloadHeader {
    pub parent_hash: Root,
    pub fee_recipient: [u8; 20],
    pub state_root: Root,
    pub receipts_root: Root,
    pub logs_bloom: [u8; 256],
    pub prev_randao: Root,
    pub block_number: u64,
    pub gas_limit: u64,
    pub gas_used: u64,
    pub timestamp: u64,
    pub extra_data: Vec<u8>,
    pub base_fee_per_gas: [u8; 32],
    pub block_hash: Root,
    pub transactions_root: Root,
    pub withdrawals_root: Root,
    pub blob_gas_used: u64,
    pub excess_blob_gas: u64,
}

#[derive(Clone, Debug, Encode)]
pub struct PendingDeposit {
    pub pubkey: Pubkey,
    pub withdrawal_credentials: Root,
    pub amount: u64,
    pub signature: Signature,
    pub slot: u64,
}

/// Never hashed here: its root comes from who is measured, and the chain from the root.
#[derive(Clone, Debug, Encode)]
pub struct BeaconState {
    pub genesis_time: u64,
    pub genesis_validators_root: Root,
    pub slot: u64,
    pub fork: Fork,
    pub latest_block_header: BeaconBlockHeader,
    pub block_roots: FixedVector<Root, U8192>,
    pub state_roots: FixedVector<Root, U8192>,
    pub historical_roots: Vec<Root>,
    pub eth1_data: Eth1Data,
    pub eth1_data_votes: Vec<Eth1Data>,
    pub eth1_deposit_index: u64,
    pub validators: Vec<Validator>,
    pub balances: Vec<u64>,
    pub randao_mixes: FixedVector<Root, U65536>,
    pub slashings: FixedVector<u64, U8192>,
    pub previous_epoch_participation: Vec<u8>,
    pub current_epoch_participation: Vec<u8>,
    pub justification_bits: u8,
    pub previous_justified_checkpoint: Checkpoint,
    pub current_justified_checkpoint: Checkpoint,
    pub finalized_checkpoint: Checkpoint,
    pub inactivity_scores: Vec<u64>,
    pub current_sync_committee: SyncCommittee,
    pub next_sync_committee: SyncCommittee,
    pub latest_execution_payload_header: ExecutionPayloadHeader,
    pub next_withdrawal_index: u64,
    pub next_withdrawal_validator_index: u64,
    /// Two roots each.
    pub historical_summaries: Vec<[u8; 64]>,
    pub deposit_requests_start_index: u64,
    pub deposit_balance_to_consume: u64,
    pub exit_balance_to_consume: u64,
    pub earliest_exit_epoch: u64,
    pub consolidation_balance_to_consume: u64,
    pub earliest_consolidation_epoch: u64,
    pub pending_deposits: Vec<PendingDeposit>,
    pub pending_partial_withdrawals: Vec<u64>,
    pub pending_consolidations: Vec<u64>,
    pub proposer_lookahead: FixedVector<u64, U64>,
}
