//! From the beacon chain to duty ledgers: what every registered validator did in a period.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assembly;
pub mod beacon;
pub mod chain;
pub mod cross_check;
pub mod epoch;
pub mod export;
pub mod file;
mod places;
pub mod registry;
pub mod rows;
