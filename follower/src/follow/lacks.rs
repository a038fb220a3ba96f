//! What no node has, and when to ask for it again.

use super::CrossCheck;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The longest wait: 2^6 times the shortest.
const MAX_DOUBLINGS: u32 = 6;

/// Of which source, and of which slot.
pub(super) type Wanted = (CrossCheck, u64);

/// Things that were asked for in vain.
#[derive(Debug)]
pub(super) struct Lacks {
    shortest: Duration,
    lacks: BTreeMap<Wanted, Lack>,
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
    pub(super) fn is_due(&self, wanted: Wanted) -> bool {
        self.lacks
            .get(&wanted)
            .is_none_or(|lack| Instant::now() >= lack.again)
    }

    /// It was asked for in vain; says whether that is news.
    pub(super) fn note(&mut self, wanted: Wanted, reason: String) -> bool {
        let tries = self.lacks.get(&wanted).map_or(0, |lack| lack.tries);
        let wait = self.shortest.saturating_mul(1 << tries.min(MAX_DOUBLINGS));
        let lack = Lack {
            tries: tries + 1,
            again: Instant::now() + wait,
            reason,
        };
        self.lacks.insert(wanted, lack);
        tries == 0
    }

    /// It may well be had the next time: that it was asked for in vain so far puts off nothing.
    pub(super) fn expect(&mut self, wanted: Wanted) {
        if let Some(lack) = self.lacks.get_mut(&wanted) {
            lack.tries = 1;
            lack.again = Instant::now();
        }
    }

    pub(super) fn found(&mut self, wanted: Wanted) {
        self.lacks.remove(&wanted);
    }

    pub(super) fn reason(&self, wanted: Wanted) -> Option<&str> {
        self.lacks.get(&wanted).map(|lack| lack.reason.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_asked_for_ever_less_often() {
        let mut lacks = Lacks::new(Duration::from_secs(3600));
        let (seven, eight) = ((CrossCheck::States, 7), (CrossCheck::States, 8));
        assert!(lacks.is_due(seven));
        assert!(lacks.note(seven, "pruned".to_owned()));
        assert!(
            !lacks.is_due(seven) && lacks.is_due(eight) && lacks.is_due((CrossCheck::Rewards, 7))
        );
        assert!(!lacks.note(seven, "pruned".to_owned()));
        assert_eq!(lacks.reason(seven), Some("pruned"));
        lacks.expect(seven);
        assert!(lacks.is_due(seven) && !lacks.note(seven, "pruned".to_owned()));
        lacks.found(seven);
        assert!(lacks.is_due(seven));
        let mut impatient = Lacks::new(Duration::ZERO);
        assert!(impatient.note(seven, String::new()));
        assert!(impatient.is_due(seven));
    }
}
