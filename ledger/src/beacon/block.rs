//! `SignedBeaconBlock`, fork by fork.

use super::operations::{
    Attestation, AttestationData, AttestationElectra, Attestations, AttestationsElectra,
    AttesterSlashings, AttesterSlashingsElectra, BlobKzgCommitments, BlsToExecutionChanges,
    Deposits, Eth1Data, ExecutionRequests, ProposerSlashings, Signature, SyncAggregate,
    VoluntaryExits,
};
use super::payload::{ExecutionPayloadBellatrix, ExecutionPayloadCapella, ExecutionPayloadDeneb};
use super::preset::Preset;
use super::{AttestationFacts, BlockFacts, Checkpoint, Root};
use ssz::BitList;
use ssz_derive::Decode;
use tree_hash::TreeHash as _;
use tree_hash_derive::TreeHash;
use typenum::Unsigned;

/// What every fork's signed block gives a ledger.
pub(crate) trait SignedBlock: ssz::Decode {
    fn facts(&self) -> BlockFacts;
}

/// An attestation of either shape.
trait Vote {
    fn facts(&self) -> AttestationFacts;
}

fn vote<N: Unsigned + Clone>(
    data: &AttestationData,
    bits: &BitList<N>,
    committees: Vec<u64>,
) -> AttestationFacts {
    AttestationFacts {
        slot: data.slot,
        beacon_block_root: data.beacon_block_root,
        target: Checkpoint {
            epoch: data.target.epoch,
            root: data.target.root,
        },
        committees,
        bits: bits.as_slice().to_vec(),
        members: bits.len(),
    }
}

impl Vote for Attestation {
    fn facts(&self) -> AttestationFacts {
        vote(&self.data, &self.aggregation_bits, vec![self.data.index])
    }
}

impl<P: Preset> Vote for AttestationElectra<P> {
    fn facts(&self) -> AttestationFacts {
        let set = (0..)
            .zip(self.committee_bits.iter())
            .filter(|(_, set)| *set);
        vote(
            &self.data,
            &self.aggregation_bits,
            set.map(|(committee, _)| committee).collect(),
        )
    }
}

macro_rules! signed_beacon_block {
    ($signed:ident, $block:ident, $body:ident {
        $slashings:ty, $attestations:ty $(, $tail:ident : $ty:ty)*
    }) => {
        #[derive(Decode, TreeHash)]
        pub(crate) struct $body<P: Preset> {
            pub(crate) randao_reveal: Signature,
            pub(crate) eth1_data: Eth1Data,
            pub(crate) graffiti: Root,
            pub(crate) proposer_slashings: ProposerSlashings,
            pub(crate) attester_slashings: $slashings,
            pub(crate) attestations: $attestations,
            pub(crate) deposits: Deposits,
            pub(crate) voluntary_exits: VoluntaryExits,
            pub(crate) sync_aggregate: SyncAggregate<P>,
            $(pub(crate) $tail: $ty,)*
        }

        #[derive(Decode, TreeHash)]
        pub(crate) struct $block<P: Preset> {
            pub(crate) slot: u64,
            pub(crate) proposer_index: u64,
            pub(crate) parent_root: Root,
            pub(crate) state_root: Root,
            pub(crate) body: $body<P>,
        }

        #[derive(Decode, TreeHash)]
        pub(crate) struct $signed<P: Preset> {
            pub(crate) message: $block<P>,
            pub(crate) signature: Signature,
        }

        impl<P: Preset> SignedBlock for $signed<P> {
            fn facts(&self) -> BlockFacts {
                let block = &self.message;
                BlockFacts {
                    root: block.tree_hash_root().0,
                    slot: block.slot,
                    proposer_index: block.proposer_index,
                    parent_root: block.parent_root,
                    state_root: block.state_root,
                    attestations: block.body.attestations.iter().map(Vote::facts).collect(),
                    sync_bits: block.body.sync_aggregate.sync_committee_bits.iter().collect(),
                }
            }
        }
    };
}

signed_beacon_block!(
    SignedBeaconBlockAltair,
    BeaconBlockAltair,
    BeaconBlockBodyAltair {
        AttesterSlashings,
        Attestations
    }
);
signed_beacon_block!(
    SignedBeaconBlockBellatrix,
    BeaconBlockBellatrix,
    BeaconBlockBodyBellatrix {
        AttesterSlashings,
        Attestations,
        execution_payload: ExecutionPayloadBellatrix
    }
);
signed_beacon_block!(SignedBeaconBlockCapella, BeaconBlockCapella, BeaconBlockBodyCapella {
    AttesterSlashings, Attestations,
    execution_payload: ExecutionPayloadCapella<P>,
    bls_to_execution_changes: BlsToExecutionChanges
});
signed_beacon_block!(SignedBeaconBlockDeneb, BeaconBlockDeneb, BeaconBlockBodyDeneb {
    AttesterSlashings, Attestations,
    execution_payload: ExecutionPayloadDeneb<P>,
    bls_to_execution_changes: BlsToExecutionChanges,
    blob_kzg_commitments: BlobKzgCommitments
});
// Fulu changes nothing in the body.
signed_beacon_block!(SignedBeaconBlockElectra, BeaconBlockElectra, BeaconBlockBodyElectra {
    AttesterSlashingsElectra<P>, AttestationsElectra<P>,
    execution_payload: ExecutionPayloadDeneb<P>,
    bls_to_execution_changes: BlsToExecutionChanges,
    blob_kzg_commitments: BlobKzgCommitments,
    execution_requests: ExecutionRequests
});
