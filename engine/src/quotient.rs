//! The quotient: all constraints, weighted by powers of y, divided by the vanishing polynomial.
//!
//! The constraints are compiled once per key: to a graph without repetitions ([`graph`]), then to a
//! program over blocks of rows ([`program`]). A quotient of degree below d n, with d one less than the
//! constraints' degree, is known from its values on d cosets of the domain; on a coset `X^n` is
//! constant, so the d pieces of n coefficients come from d transforms of size n and a small matrix ([`cosets`]).

pub mod cosets;
pub mod graph;
pub mod program;

mod constraints;
mod weighted;

pub use constraints::{Compiled, Scalars, Sources};
