//! What no node has, and when to ask for it again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The longest wait: 2^6 times the shortest.
const MAX_DOUBLINGS: u32 = 6;

/// Things that were asked for in vain, by the slot that they are about.
#[derive(Debug)]
pub(super) struct Lacks {
    shortest: Duration,
    lacks: BTreeMap<u64, Lack>,
}

#[derive(Debug)]
struct Lack {
    tries: u32,
    again: Instant,
    reason: String,
}

impl Lacks {
    pub(super) fn new(shortest: Duration) -> Self {
        Self {
            shortest,
            lacks: BTreeMap::new(),
        }
    }

    /// Whether it is time to ask (again).
    pub(super) fn is_due(&self, slot: u64) -> bool {
        self.lacks
            .get(&slot)
            .is_none_or(|lack| Instant::now() >= lack.again)
    }

    /// It was asked for in vain; says whether that is news.
    pub(super) fn note(&mut self, slot: u64, reason: String) -> bool {
        let tries = self.lacks.get(&slot).map_or(0, |lack| lack.tries);
        let wait = self.shortest.saturating_mul(1 << tries.min(MAX_DOUBLINGS));
        let lack = Lack {
            tries: tries + 1,
            again: Instant::now() + wait,
            reason,
        };
        self.lacks.insert(slot, lack);
        tries == 0
    }

    /// It may well be had the next time: that it was asked for in vain so far puts off nothing.
    pub(super) fn expect(&mut self, slot: u64) {
        if let Some(lack) = self.lacks.get_mut(&slot) {
            lack.tries = 1;
            lack.again = Instant::now();
        }
    }

    pub(super) fn found(&mut self, slot: u64) {
        self.lacks.remove(&slot);
    }

    pub(super) fn reason(&self, slot: u64) -> Option<&str> {
        self.lacks.get(&slot).map(|lack| lack.reason.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_asked_for_ever_less_often() {
        let mut lacks = Lacks::new(Duration::from_secs(3600));
        assert!(lacks.is_due(7));
        assert!(lacks.note(7, "pruned".to_owned()));
        assert!(!lacks.is_due(7) && lacks.is_due(8));
        assert!(!lacks.note(7, "pruned".to_owned()));
        assert_eq!(lacks.reason(7), Some("pruned"));
        lacks.expect(7);
        assert!(lacks.is_due(7) && !lacks.note(7, "pruned".to_owned()));
        lacks.found(7);
        assert!(lacks.is_due(7));
        let mut impatient = Lacks::new(Duration::ZERO);
        assert!(impatient.note(7, String::new()));
        assert!(impatient.is_due(7));
    }
}
