//! Reading a snarkjs powers-of-tau file.
//!
//! The file is snarkjs' `binfile` format: `ptau`, a version, and sections with a type and a size.
//! Section 1 names the field and the power P; section 2 holds `2^(P+1) - 1` powers of tau in G1,
//! section 3 `2^P` in G2; a file that was prepared for a second phase has the Lagrange bases of all
//! domains up to `2^(P+1)` in section 12. Points are `x || y`, little-endian Montgomery words.
//!
//! This module checks the layout and every single point; whether the points are powers of one tau
//! is [`crate::import`]'s question.

mod error;
mod layout;
mod points;
mod roots;
mod subgroup;

pub use error::PtauError;
pub(crate) use layout::{PtauFile, SectionId};
pub(crate) use points::{G1_BYTES, G2_BYTES, decode_g1, decode_g2};
pub(crate) use roots::from_snarkjs_order;
#[cfg(any(test, feature = "test-utils"))]
pub(crate) use roots::to_snarkjs_order;

/// Largest power that is accepted: larger files need more memory than the prover could use.
pub const MAX_POWER: u32 = 24;
