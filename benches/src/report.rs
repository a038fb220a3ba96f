//! What Vigil costs beside the same statement in other proof systems.
//!
//! [`task`] makes the statements, [`contest`] says what is measured of a contestant, [`ours`], [`noir`] and
//! [`circom`] are the contestants, [`figures`] their medians, [`document`] and [`plots`] what is shown.
//! `src/bin/report.rs` puts them in turns.

pub mod circom;
pub mod contest;
pub mod crs;
pub mod document;
pub mod evm;
pub mod figures;
pub mod lie;
pub mod machine;
pub mod noir;
pub mod ours;
pub mod plots;
pub mod process;
pub mod stages;
pub mod task;
#[path = "../../cli/src/usage.rs"]
mod usage;
