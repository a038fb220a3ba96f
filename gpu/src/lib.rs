//! The engine's driver on a GPU.
//!
//! What computes is a shared object with a C interface, made of the sources in `kernels` by nvcc. It is opened at run
//! time, so a program with this crate starts on any machine and says clearly when there is no object,
//! driver or device. A plain C++ compiler makes an emulator of the same sources, with which the tests
//! compare every kernel and whole proofs.
//!
//! Polynomials stay on the device; blinding and transcript are the [driver](vigil_engine::prove_on)'s, so proofs have the
//! same bytes as the processor's.
//!
//! All of the unsafe code is in [`raw`], which says why it is sound.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod backend;
mod bytes;
mod error;
mod key;
pub mod raw;

pub use error::GpuError;
pub use key::GpuKey;
pub use raw::Gpu;
