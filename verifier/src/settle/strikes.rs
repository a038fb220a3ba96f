//! An operator's strikes, and how they expire.

use serde::{Deserialize, Serialize};

/// Strikes of the last 64 periods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strikes {
    /// The newest period with a strike.
    pub newest: u64,
    /// Bit j: a strike in period `newest - j`.
    pub history: u64,
}

impl Strikes {
    /// Adds a strike in `period`, which is not before the newest.
    pub(super) fn add(&mut self, period: u64) {
        let passed = u32::try_from(period.saturating_sub(self.newest)).unwrap_or(u32::MAX);
        self.history = self.history.checked_shl(passed).unwrap_or(0) | 1;
        self.newest = self.newest.max(period);
    }

    /// Strikes that still count in `period`: those of the `window` periods that end with it.
    pub fn count(&self, period: u64, window: u8) -> u32 {
        let passed = period.saturating_sub(self.newest);
        let counting = u64::from(window).saturating_sub(passed);
        let mask = match counting {
            0 => 0,
            counting => u64::MAX >> (64 - counting.min(64)),
        };
        (self.history & mask).count_ones()
    }
}
