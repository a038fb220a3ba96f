//! A prover for halo2-axiom's circuits: its keys, constraint system and parameters go in, and a proof
//! comes out that its stock verifier accepts.
//!
//! Stock halo2-axiom stays the reference. This driver writes the same elements into the transcript
//! in the same order, and draws its randomness in the same order too, so that up to the vanishing
//! argument the bytes of both are equal for one generator. From there on stock draws from a generator
//! of the thread, and this driver from its own: **two proofs of one seed are equal**, on any number of threads.
//!
//! Where the time goes, and what is done about it:
//!
//! | kernel | here |
//! |---|---|
//! | [commitments](msm) | buckets in affine coordinates, signed windows, scalars sorted by size |
//! | [quotient] | one compiled program over just as many cosets as the degree needs |
//! | [transforms](fft) | roots kept, no allocation, depth first |
//! | evaluations | dot products with one vector of Lagrange weights |
//! | openings | one division for all polynomials of one set of points |
//!
//! The table is about the processor; another [machine](Backend) gives the same bytes.
//!
//! One phase, one instance column, no challenges, no lookups: anything else is refused by
//! [`EngineError::Unsupported`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arithmetic;
pub mod backend;
pub mod bases;
mod border;
mod columns;
mod cpu;
mod error;
mod evaluate;
pub mod fft;
#[cfg(target_arch = "x86_64")]
mod ifma;
mod key;
pub mod memory;
pub mod msm;
mod opening;
mod permutation;
mod plan;
mod prove;
pub mod quotient;
mod secret;
pub mod stage;
pub mod stored;
mod witness;

pub use arithmetic::Arithmetic;
pub use backend::Backend;
pub use cpu::Cpu;
pub use error::{EngineError, Feature};
pub use key::EngineKey;
pub use plan::Plan;
pub use prove::{prove, prove_on, prove_stored};
pub use secret::Secret;
pub use stored::StoredKey;
