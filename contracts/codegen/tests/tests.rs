//! The contracts in a real EVM, beside the native verifier.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "evm/batch.rs"]
mod batch;
#[path = "evm/chain.rs"]
mod chain;
#[path = "evm/current.rs"]
mod current;
#[path = "evm/forced.rs"]
mod forced;
#[path = "evm/gas.rs"]
mod gas;
#[path = "evm/honest.rs"]
mod honest;
#[path = "evm/mutants.rs"]
mod mutants;
#[path = "evm/oracle.rs"]
mod oracle;
#[path = "evm/other.rs"]
mod other;
#[path = "evm/refused.rs"]
mod refused;
#[path = "evm/solc.rs"]
mod solc;
#[path = "evm/stored.rs"]
mod stored;
#[path = "evm/transcript.rs"]
mod transcript;
