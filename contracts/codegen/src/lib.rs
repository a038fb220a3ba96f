//! Solidity verifiers, generated from halo2's verifying keys.
//!
//! ```text
//! constraint system -> Circuit -> Openings, Gates, Memory -> one verifier a circuit (`verifier`)
//! verifying key     ------------> KeyLayout ---------------> one data contract a key (`key`)
//! ```
//! Nothing here is written for a particular gate: [`model`] reads columns, queries, gates and the
//! permutation from the constraint system, [`openings`] groups what SHPLONK opens, [`gates`] turns
//! expressions into Yul with shared subexpressions, [`memory`] gives everything its address, and the
//! templates put it together. What depends on k or on fixed cells (domain, commitments, places) is
//! data of the key's contract, so that one verifier serves all sizes of a circuit.
//!
//! Contracts refuse what the native verifier refuses, and the tests hold them to that.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod artifact;
pub mod gates;
pub mod inputs;
pub mod key;
pub mod memory;
pub mod model;
pub mod openings;
pub mod verifier;
mod word;

pub use artifact::{Artifact, Artifacts, GenerateError, generate};
