//! Layouts: which cell stands where, for each of the three circuits.
//!
//! Row numbers are absolute; blocks of a circuit follow each other at a fixed distance.

pub(crate) mod duty;
pub(crate) mod enrolment;
pub(crate) mod membership;
mod prelude;
mod validator;
