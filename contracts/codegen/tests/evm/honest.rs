//! Honest proofs.

use crate::chain::Deployed;
use crate::stored::{SHAPES, Stored};

#[test]
fn stored_proofs_hold_on_chain() {
    for name in SHAPES {
        let stored = Stored::load(name);
        assert!(stored.native(&stored.inputs, &stored.proof), "{name}");
        let outcome = Deployed::of(&stored).verify(&stored.inputs, &stored.proof);
        assert!(outcome.accepted(), "{name}: {outcome:?}");
    }
}
