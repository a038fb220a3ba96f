//! The statements of Vigil: what a proof says, once in plain Rust and once as a circuit.
//!
//! This crate is pure: no files, no clock, no environment, no printing.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod assemble;
pub mod circuit;
mod gates;
pub mod header;
pub mod identity;
pub mod ledger;
pub mod poseidon2;
pub mod shape;
mod sheet;
pub mod statement;
pub mod synthetic;
pub mod tree;

pub use halo2curves::bn256::Fr;
