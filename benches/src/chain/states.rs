//! The state at the end of an epoch.

use super::{GENESIS_VALIDATORS_ROOT, RANDAO_MIX};
use crate::containers::{
    BeaconBlockHeader, BeaconState, Checkpoint, Eth1Data, ExecutionPayloadHeader, Fork,
    PendingDeposit, Pubkey, Root, SyncCommittee, Validator,
};
use crate::plan::{FAR_FUTURE_EPOCH, Plan, SLOTS_PER_EPOCH, SYNC_COMMITTEE_SIZE, mix};
use anyhow::anyhow;
use ssz_types::FixedVector;
use typenum::Unsigned;

const ETH: u64 = 1_000_000_000;
/// Waiting for the churn, as on mainnet in 2025.
const PENDING_DEPOSITS: u64 = 20_000;

/// A validator's key: no point of the curve, but unlike all others.
pub fn pubkey(validator: u64) -> Pubkey {
    let mut key = [0; 48];
    for (word, bytes) in (0..).zip(key.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&mix(validator, word).to_le_bytes());
    }
    key[..8].copy_from_slice(&validator.to_be_bytes());
    key
}

fn validator(plan: &Plan, index: u64) -> Validator {
    let exit_epoch = if plan.is_active(index) {
        FAR_FUTURE_EPOCH
    } else {
        plan.start_epoch / 2
    };
    let mut withdrawal_credentials = [0; 32];
    withdrawal_credentials[0] = 1;
    withdrawal_credentials[24..].copy_from_slice(&mix(index / 64, 7).to_le_bytes());
    Validator {
        pubkey: pubkey(index),
        withdrawal_credentials,
        effective_balance: 32 * ETH,
        slashed: false,
        activation_eligibility_epoch: 0,
        activation_epoch: 0,
        exit_epoch,
        withdrawable_epoch: exit_epoch,
    }
}

fn fixed<T: Clone, N: Unsigned>(items: Vec<T>) -> anyhow::Result<FixedVector<T, N>> {
    FixedVector::new(items).map_err(|error| anyhow!("{error:?}"))
}

fn repeated<T: Clone, N: Unsigned>(item: T) -> anyhow::Result<FixedVector<T, N>> {
    fixed(vec![item; N::to_usize()])
}

/// What does not change from epoch to epoch.
pub(super) fn initial(plan: &Plan) -> anyhow::Result<BeaconState> {
    let count = plan.validators as usize;
    let sync_committee = SyncCommittee {
        pubkeys: fixed(
            (0..SYNC_COMMITTEE_SIZE)
                .map(|seat| pubkey(plan.sync_member(seat)))
                .collect(),
        )?,
        aggregate_pubkey: [0xc0; 48],
    };
    let pending = |turn: u64| PendingDeposit {
        pubkey: pubkey(plan.validators + turn),
        withdrawal_credentials: [1; 32],
        amount: 32 * ETH,
        signature: [0xc0; 96],
        slot: turn,
    };
    Ok(BeaconState {
        genesis_time: 1_606_824_023,
        genesis_validators_root: GENESIS_VALIDATORS_ROOT,
        slot: 0,
        fork: Fork {
            previous_version: [5, 0, 0, 0],
            current_version: [6, 0, 0, 0],
            epoch: 0,
        },
        latest_block_header: BeaconBlockHeader {
            slot: 0,
            proposer_index: 0,
            parent_root: [0; 32],
            state_root: [0; 32],
            body_root: [0; 32],
        },
        block_roots: repeated([0x0b; 32])?,
        state_roots: repeated([0x57; 32])?,
        historical_roots: vec![[0x41; 32]; 758],
        eth1_data: Eth1Data {
            deposit_root: [0xde; 32],
            deposit_count: plan.validators,
            block_hash: [0xe1; 32],
        },
        eth1_data_votes: Vec::new(),
        eth1_deposit_index: plan.validators,
        validators: (0..plan.validators)
            .map(|index| validator(plan, index))
            .collect(),
        balances: (0..plan.validators)
            .map(|index| 32 * ETH + mix(index, 3) % (ETH / 50))
            .collect(),
        randao_mixes: repeated(RANDAO_MIX)?,
        slashings: repeated(0)?,
        previous_epoch_participation: vec![0; count],
        current_epoch_participation: vec![0; count],
        justification_bits: 0b1111,
        previous_justified_checkpoint: Checkpoint::default(),
        current_justified_checkpoint: Checkpoint::default(),
        finalized_checkpoint: Checkpoint::default(),
        inactivity_scores: vec![0; count],
        current_sync_committee: sync_committee.clone(),
        next_sync_committee: sync_committee,
        latest_execution_payload_header: ExecutionPayloadHeader {
            parent_hash: [0; 32],
            fee_recipient: [0; 20],
            state_root: [0; 32],
            receipts_root: [0; 32],
            logs_bloom: [0; 256],
            prev_randao: [0; 32],
            block_number: 0,
            gas_limit: 0,
            gas_used: 0,
            timestamp: 0,
            extra_data: Vec::new(),
            base_fee_per_gas: [0; 32],
            block_hash: [0; 32],
            transactions_root: [0; 32],
            withdrawals_root: [0; 32],
            blob_gas_used: 0,
            excess_blob_gas: 0,
        },
        next_withdrawal_index: 0,
        next_withdrawal_validator_index: 0,
        historical_summaries: vec![[0x42; 64]; 1024],
        deposit_requests_start_index: 0,
        deposit_balance_to_consume: 0,
        exit_balance_to_consume: 0,
        earliest_exit_epoch: 0,
        consolidation_balance_to_consume: 0,
        earliest_consolidation_epoch: 0,
        pending_deposits: (0..PENDING_DEPOSITS.min(plan.validators))
            .map(pending)
            .collect(),
        pending_partial_withdrawals: Vec::new(),
        pending_consolidations: Vec::new(),
        proposer_lookahead: repeated(0)?,
    })
}

/// Goes on to the last slot of an epoch, whose block is `header`, its state root not filled in.
pub(super) fn advance(
    state: &mut BeaconState,
    plan: &Plan,
    header: BeaconBlockHeader,
    final_flags: Option<&Vec<u8>>,
    finalized: Root,
) -> anyhow::Result<()> {
    let epoch = header.slot / SLOTS_PER_EPOCH;
    state.slot = header.slot;
    state.latest_block_header = header;
    state.finalized_checkpoint = Checkpoint {
        epoch: epoch - 2,
        root: finalized,
    };
    if let Some(flags) = final_flags {
        state.previous_epoch_participation.clone_from(flags);
    }
    let first_slot = epoch * SLOTS_PER_EPOCH;
    state.proposer_lookahead = fixed(
        (first_slot..first_slot + 2 * SLOTS_PER_EPOCH)
            .map(|slot| plan.proposer(slot))
            .collect(),
    )?;
    for (index, flags) in (0..).zip(&mut state.current_epoch_participation) {
        *flags = (mix(index, epoch) % 8) as u8;
    }
    for (index, balance) in (0..).zip(&mut state.balances) {
        *balance += mix(index, epoch) % 10_000;
    }
    Ok(())
}
