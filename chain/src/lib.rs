//! What Vigil says to the pool's contracts: calls with their arguments, and what a quorum's members sign.
//!
//! [`call`] and [`typed_data`] need neither node nor key: a call is bytes that any wallet sends, a signing request is
//! JSON that any wallet signs. [`node`] sends, and [`deploy`] makes a pool.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod call;
pub mod deploy;
pub mod deployment;
pub mod interface;
pub mod node;
pub mod revert;
pub mod status;
pub mod typed_data;

pub use call::{Call, Contract};

use alloy_primitives::U256;
use ff::PrimeField;
use vigil_circuits::Fr;

/// A field element as the contracts have it: the number itself.
pub fn to_uint(value: Fr) -> U256 {
    U256::from_le_bytes(value.to_repr())
}
