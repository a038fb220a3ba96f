//! Checks proofs and decides what follows from them. Never depends on the prover.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod settle;
pub mod verify;

pub use verify::{
    VerifyError, proof_length, verify_duty, verify_duty_batch, verify_enrolment, verify_membership,
};
