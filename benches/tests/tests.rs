//! The synthetic chain at a small size, by the code that is measured at a large one.
#![allow(clippy::unwrap_used)]

mod report;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use std::sync::Arc;
use vigil_benches::chain::SyntheticChain;
use vigil_benches::follow::follow;
use vigil_benches::ledger::{check, registry};
use vigil_benches::node;
use vigil_benches::plan::Plan;
use vigil_follower::Source;

const PLAN: Plan = Plan {
    validators: 9000,
    registered: 700,
    start_epoch: 1000,
    epochs: 2,
};

#[test]
fn a_followed_chain_gives_the_ledger_that_was_planned() {
    let folder = tempfile::tempdir().unwrap();
    let chain = Arc::new(SyntheticChain::make(PLAN, folder.path()).unwrap());
    let mut planned = chain.planned_rows().unwrap();
    for source in [Source::States, Source::Blocks] {
        let address = node::serve(Arc::clone(&chain)).unwrap();
        let registry = registry(&PLAN, &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
        let store = tempfile::tempdir().unwrap();
        let ledger = follow(&PLAN, address, registry, source, store.path()).unwrap();
        check(&ledger, &planned).unwrap();
        // The check can fail.
        let flags = planned[3].flags[1];
        planned[3].flags[1] = flags.map(|flags| flags ^ 0b100);
        check(&ledger, &planned).unwrap_err();
        planned[3].flags[1] = flags;
    }
    // Everything that the plan has to offer occurs.
    let flags = planned.iter().flat_map(|row| &row.flags);
    let seen: std::collections::BTreeSet<_> = flags.copied().collect();
    assert_eq!(seen, [None, Some(0), Some(2), Some(3), Some(7)].into());
    assert!(
        planned
            .iter()
            .any(|row| row.proposals[0] > row.proposals[1])
    );
    assert!(planned.iter().any(|row| row.sync[1] > 0));
}
