//! What the demonstration's pool is made with: short windows, so that all of it happens before the captured
//! period begins, or soon after it ends.

use super::super::settlement;
use super::stage::ETHER;
use alloy_primitives::{Address, B256};
use vigil_chain::deploy::Plan;
use vigil_ledger::chain::Chain;

pub(super) const CHAIN_ID: u64 = 31_337;
/// The captured chain's.
pub(super) const GENESIS: u64 = 1_700_000_000;
pub(super) const SECONDS_PER_EPOCH: u64 = 384;
pub(super) const WINDOW: u64 = 600;
pub(super) const PROOFS: u64 = 3_600;
pub(super) const VOTE: u64 = 7_200;
pub(super) const BOND: u128 = 8 * ETHER;
/// D.
pub(super) const DEPOSIT: u128 = ETHER / 10;
pub(super) const MEMBER_BOND: u128 = 10 * ETHER;

/// For these members and shapes.
pub(super) fn plan(chain: &Chain, members: Vec<Address>, shapes: Vec<String>) -> Plan {
    Plan {
        chain_id: CHAIN_ID,
        guardian: members[0],
        genesis_time: GENESIS,
        seconds_per_epoch: SECONDS_PER_EPOCH,
        genesis_validators_root: B256::from(chain.genesis_validators_root()),
        // Nothing is deposited for in the demonstration.
        deposit_contract: Address::repeat_byte(0xde),
        first_epoch: super::START_EPOCH,
        max_epochs: 225,
        members,
        member_bond: MEMBER_BOND,
        unbonding: 86_400,
        challenge_window: WINDOW,
        registration_window: WINDOW,
        root_window: WINDOW,
        enrolment_window: WINDOW,
        registration_deposit: DEPOSIT,
        min_growing_operators: 2,
        max_validators: 20,
        proof_window: PROOFS,
        grace_window: PROOFS,
        entry_bond: ETHER,
        share_name: "Vigil stake".to_owned(),
        share_symbol: "VIGIL".to_owned(),
        timelock_delay: VOTE,
        voting_delay: WINDOW,
        voting_period: VOTE as u32,
        proposal_threshold: ETHER,
        quorum_percent: 20,
        shapes,
        policy: settlement::policy(),
    }
}
