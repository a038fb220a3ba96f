//! The emulator against the processor: every kernel, then whole proofs.
//!
//! The object is made of the kernels' own sources by a plain C++ compiler. No device takes part.
#![allow(missing_docs, clippy::unwrap_used)]

mod build;
mod chain;
mod engine;
mod kernels;
mod proofs;
mod refusals;
mod rows;
mod sums;
