//! What a proof says about its witness: nothing that these tests can find, and what they find when
//! the blinding is broken on purpose.
//!
//! The blinding is broken from outside: every random number of a proof comes from the caller's
//! generator, in a known order, so a generator that gets stuck at the right places ([`generator`])
//! leaves any row unblinded that one likes, and the engine needs no hook.
#![allow(missing_docs, clippy::unwrap_used)]

mod circuit;
mod distributions;
mod generator;
mod hypotheses;
mod membership;
