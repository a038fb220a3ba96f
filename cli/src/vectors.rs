//! The format of the protocol's known answers, as JSON.
//!
//! An unknown field is an error: it would be a value that nobody compared.

mod check;

pub(crate) use check::{Comparison, Difference, check};

use crate::word::Word;
use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vectors {
    #[serde(rename = "description")]
    _description: Option<String>,
    pool: Word,
    operators: Vec<Operator>,
    operators_root: Word,
    empty_tree_root: Word,
    permutation: Vec<Permutation>,
    sponge: Vec<Sponge>,
    ledgers: Vec<Ledger>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operator {
    secret: Word,
    operator_id: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Permutation {
    input: [Word; 4],
    output: [Word; 4],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sponge {
    domain: u64,
    inputs: Vec<Word>,
    output: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    genesis_validators_root: Word,
    start_epoch: u64,
    epochs: u32,
    words: usize,
    policy: Policy,
    rows: Vec<Row>,
    registry_root: Word,
    ledger_root: Word,
    /// One for each operator, in the operators' order.
    best_claims: Vec<Claims>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    min_performance_bps: u16,
    min_uptime_bps: u16,
    max_outage_epochs: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Place of its operator in the operators' list.
    operator: usize,
    index: u64,
    tag: Word,
    active_epochs: u16,
    effective_balance: u16,
    slashed: u8,
    run_in: u16,
    proposals_due: u16,
    proposals_missed: u16,
    sync_due: u32,
    sync_missed: u32,
    missed_source: Vec<Word>,
    missed_target: Vec<Word>,
    missed_head: Vec<Word>,
    meta: Word,
    duties: Word,
    registry_leaf: Word,
    ledger_leaf: Word,
    attestation_points: u64,
    longest_outage: u32,
    compliant: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    validators: u32,
    slashed: u32,
    good_stake: u64,
    good_bps: u16,
    performance_bps: u16,
}
