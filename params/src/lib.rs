//! Where trust starts.
//!
//! * [`Srs`]: the powers of tau a proof is made with, and where they come from. Those of the
//!   Perpetual Powers of Tau ceremony up to k = 11 are part of the program ([`embedded`]); larger
//!   ones are imported from the ceremony's files ([`import`]) into a [`store`]. Parameters that
//!   somebody made up exist too ([`dev`]); nothing ever falls back to them, and they carry their
//!   mark into every key's and every proof's header.
//! * [`keys`]: proving and verifying keys with their IDs, and the cache they are kept in.
//! * [`transcript`]: the one transcript of every proof, Keccak-256 in the EVM's layout.
//! * [`proof_file`] and [`statement_file`]: what an operator sends; [`header_file`]: what a quorum signs.
//!
//! Files are written atomically, read with their lengths checked before anything is allocated, and
//! never used before their digest was compared.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod atomic;
pub mod dev;
pub mod digest;
pub mod embedded;
#[cfg(any(test, feature = "test-utils"))]
pub mod forge;
pub mod header_file;
pub mod import;
pub mod keys;
pub mod proof_file;
pub mod provenance;
pub mod ptau;
pub mod published;
pub mod srs;
pub mod statement_file;
pub mod store;
pub mod transcript;

pub use provenance::{ParamsId, ParamsKind, ParamsPolicy, ParamsRefused, Provenance};
pub use srs::{Srs, VerifierSrs};
pub use store::{ParamsChoice, ParamsError, ParamsStore};
