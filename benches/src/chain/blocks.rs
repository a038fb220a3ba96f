//! Block bodies of the size of mainnet's.

use crate::containers::{
    Attestation, BeaconBlockBody, Eth1Data, ExecutionPayload, ExecutionRequests, SyncAggregate,
};
use crate::plan::{Plan, SYNC_COMMITTEE_SIZE, mix};
use anyhow::anyhow;
use ssz::BitVector;
use ssz_types::VariableList;

const TRANSACTIONS: u64 = 250;
const BYTES_PER_TRANSACTION: u64 = 500;
const BLOBS: usize = 6;

pub(super) fn body(
    plan: &Plan,
    slot: u64,
    attestations: Vec<Attestation>,
) -> anyhow::Result<BeaconBlockBody> {
    let too_many = |error| anyhow!("{error:?}");
    let mut sync_committee_bits = BitVector::new();
    for seat in 0..SYNC_COMMITTEE_SIZE {
        sync_committee_bits
            .set(seat as usize, plan.has_signed(slot, seat))
            .map_err(|error| anyhow!("{error:?}"))?;
    }
    let transactions = (0..TRANSACTIONS)
        .map(|number| {
            let words = (0..BYTES_PER_TRANSACTION / 8)
                .flat_map(|k| mix(slot + (k << 32), number).to_le_bytes());
            VariableList::new(words.collect::<Vec<u8>>())
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(too_many)?;
    Ok(BeaconBlockBody {
        randao_reveal: [0xc0; 96],
        eth1_data: Eth1Data {
            deposit_root: [0xde; 32],
            deposit_count: plan.validators,
            block_hash: [0xe1; 32],
        },
        graffiti: [b'v'; 32],
        proposer_slashings: VariableList::default(),
        attester_slashings: VariableList::default(),
        attestations: VariableList::new(attestations).map_err(too_many)?,
        deposits: VariableList::default(),
        voluntary_exits: VariableList::default(),
        sync_aggregate: SyncAggregate {
            sync_committee_bits,
            sync_committee_signature: [0xc0; 96],
        },
        execution_payload: ExecutionPayload {
            parent_hash: [1; 32],
            fee_recipient: [2; 20],
            state_root: [3; 32],
            receipts_root: [4; 32],
            logs_bloom: [5; 256],
            prev_randao: [6; 32],
            block_number: slot,
            gas_limit: 45_000_000,
            gas_used: 22_500_000,
            timestamp: 12 * slot,
            extra_data: VariableList::default(),
            base_fee_per_gas: [7; 32],
            block_hash: [8; 32],
            transactions: VariableList::new(transactions).map_err(too_many)?,
            withdrawals: VariableList::default(),
            blob_gas_used: 0,
            excess_blob_gas: 0,
        },
        bls_to_execution_changes: VariableList::default(),
        blob_kzg_commitments: VariableList::new(vec![[0xc0; 48]; BLOBS]).map_err(too_many)?,
        execution_requests: ExecutionRequests {
            deposits: VariableList::default(),
            withdrawals: VariableList::default(),
            consolidations: VariableList::default(),
        },
    })
}
