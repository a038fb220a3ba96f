//! Operations in block bodies, and the small containers that states and blocks share.

use super::Root;
use super::preset::Preset;
use ssz::{BitList, BitVector};
use ssz_derive::Decode;
use ssz_types::{FixedVector, VariableList};
use tree_hash_derive::TreeHash;
use typenum::consts::{U1, U2, U4, U8, U16, U33, U2048};

pub(crate) type Pubkey = [u8; 48];
pub(crate) type Signature = [u8; 96];

#[derive(Decode, TreeHash)]
pub(crate) struct ForkVersions {
    pub(crate) previous_version: [u8; 4],
    pub(crate) current_version: [u8; 4],
    pub(crate) epoch: u64,
}

#[derive(Decode, TreeHash)]
pub(crate) struct CheckpointContainer {
    pub(crate) epoch: u64,
    pub(crate) root: Root,
}

#[derive(Clone, Decode, TreeHash)]
pub(crate) struct BeaconBlockHeader {
    pub(crate) slot: u64,
    pub(crate) proposer_index: u64,
    pub(crate) parent_root: Root,
    pub(crate) state_root: Root,
    pub(crate) body_root: Root,
}

#[derive(Decode, TreeHash)]
pub(crate) struct Eth1Data {
    pub(crate) deposit_root: Root,
    pub(crate) deposit_count: u64,
    pub(crate) block_hash: Root,
}

#[derive(Decode, TreeHash)]
pub(crate) struct SyncAggregate<P: Preset> {
    pub(crate) sync_committee_bits: BitVector<P::SyncCommitteeSize>,
    pub(crate) sync_committee_signature: Signature,
}

#[derive(Decode, TreeHash)]
pub(crate) struct AttestationData {
    pub(crate) slot: u64,
    pub(crate) index: u64,
    pub(crate) beacon_block_root: Root,
    pub(crate) source: CheckpointContainer,
    pub(crate) target: CheckpointContainer,
}

#[derive(Decode, TreeHash)]
pub(crate) struct Attestation {
    pub(crate) aggregation_bits: BitList<U2048>,
    pub(crate) data: AttestationData,
    pub(crate) signature: Signature,
}

/// Since Electra one attestation speaks for several committees of a slot (EIP-7549).
#[derive(Decode, TreeHash)]
pub(crate) struct AttestationElectra<P: Preset> {
    pub(crate) aggregation_bits: BitList<P::MaxValidatorsPerSlot>,
    pub(crate) data: AttestationData,
    pub(crate) signature: Signature,
    pub(crate) committee_bits: BitVector<P::MaxCommitteesPerSlot>,
}

#[derive(Decode, TreeHash)]
pub(crate) struct IndexedAttestation {
    pub(crate) attesting_indices: VariableList<u64, U2048>,
    pub(crate) data: AttestationData,
    pub(crate) signature: Signature,
}

#[derive(Decode, TreeHash)]
pub(crate) struct IndexedAttestationElectra<P: Preset> {
    pub(crate) attesting_indices: VariableList<u64, P::MaxValidatorsPerSlot>,
    pub(crate) data: AttestationData,
    pub(crate) signature: Signature,
}

#[derive(Decode, TreeHash)]
pub(crate) struct AttesterSlashing {
    pub(crate) attestation_1: IndexedAttestation,
    pub(crate) attestation_2: IndexedAttestation,
}

#[derive(Decode, TreeHash)]
pub(crate) struct AttesterSlashingElectra<P: Preset> {
    pub(crate) attestation_1: IndexedAttestationElectra<P>,
    pub(crate) attestation_2: IndexedAttestationElectra<P>,
}

#[derive(Decode, TreeHash)]
pub(crate) struct SignedBeaconBlockHeader {
    pub(crate) message: BeaconBlockHeader,
    pub(crate) signature: Signature,
}

#[derive(Decode, TreeHash)]
pub(crate) struct ProposerSlashing {
    pub(crate) signed_header_1: SignedBeaconBlockHeader,
    pub(crate) signed_header_2: SignedBeaconBlockHeader,
}

#[derive(Decode, TreeHash)]
pub(crate) struct DepositData {
    pub(crate) pubkey: Pubkey,
    pub(crate) withdrawal_credentials: Root,
    pub(crate) amount: u64,
    pub(crate) signature: Signature,
}

#[derive(Decode, TreeHash)]
pub(crate) struct Deposit {
    pub(crate) proof: FixedVector<Root, U33>,
    pub(crate) data: DepositData,
}

#[derive(Decode, TreeHash)]
pub(crate) struct VoluntaryExit {
    pub(crate) epoch: u64,
    pub(crate) validator_index: u64,
}

#[derive(Decode, TreeHash)]
pub(crate) struct SignedVoluntaryExit {
    pub(crate) message: VoluntaryExit,
    pub(crate) signature: Signature,
}

#[derive(Decode, TreeHash)]
pub(crate) struct BlsToExecutionChange {
    pub(crate) validator_index: u64,
    pub(crate) from_bls_pubkey: Pubkey,
    pub(crate) to_execution_address: [u8; 20],
}

#[derive(Decode, TreeHash)]
pub(crate) struct SignedBlsToExecutionChange {
    pub(crate) message: BlsToExecutionChange,
    pub(crate) signature: Signature,
}

#[derive(Decode, TreeHash)]
pub(crate) struct DepositRequest {
    pub(crate) pubkey: Pubkey,
    pub(crate) withdrawal_credentials: Root,
    pub(crate) amount: u64,
    pub(crate) signature: Signature,
    pub(crate) index: u64,
}

#[derive(Decode, TreeHash)]
pub(crate) struct WithdrawalRequest {
    pub(crate) source_address: [u8; 20],
    pub(crate) validator_pubkey: Pubkey,
    pub(crate) amount: u64,
}

#[derive(Decode, TreeHash)]
pub(crate) struct ConsolidationRequest {
    pub(crate) source_address: [u8; 20],
    pub(crate) source_pubkey: Pubkey,
    pub(crate) target_pubkey: Pubkey,
}

#[derive(Decode, TreeHash)]
pub(crate) struct ExecutionRequests {
    pub(crate) deposits: VariableList<DepositRequest, typenum::consts::U8192>,
    pub(crate) withdrawals: VariableList<WithdrawalRequest, U16>,
    pub(crate) consolidations: VariableList<ConsolidationRequest, U2>,
}

pub(crate) type ProposerSlashings = VariableList<ProposerSlashing, U16>;
pub(crate) type AttesterSlashings = VariableList<AttesterSlashing, U2>;
pub(crate) type AttesterSlashingsElectra<P> = VariableList<AttesterSlashingElectra<P>, U1>;
pub(crate) type Attestations = VariableList<Attestation, typenum::consts::U128>;
pub(crate) type AttestationsElectra<P> = VariableList<AttestationElectra<P>, U8>;
pub(crate) type Deposits = VariableList<Deposit, U16>;
pub(crate) type VoluntaryExits = VariableList<SignedVoluntaryExit, U16>;
pub(crate) type BlsToExecutionChanges = VariableList<SignedBlsToExecutionChange, U16>;
pub(crate) type BlobKzgCommitments = VariableList<Pubkey, typenum::consts::U4096>;
pub(crate) type JustificationBits = BitVector<U4>;
