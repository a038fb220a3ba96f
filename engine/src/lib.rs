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
//! | [openings](opening) | one division for all polynomials of one set of points |
//!
//! One phase, one instance column, no challenges, no lookups: anything else is refused by
//! [`EngineError::Unsupported`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bases;
mod error;
mod evaluate;
pub mod fft;
mod key;
pub mod msm;
pub mod opening;
mod permutation;
mod prove;
pub mod quotient;
mod secret;
pub mod stage;
mod witness;

pub use error::{EngineError, Feature};
pub use key::EngineKey;
pub use prove::prove;
