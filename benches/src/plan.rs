//! What everybody on the synthetic chain does, decided beforehand by arithmetic alone.

/// Epochs that are neither set nor over.
pub const FAR_FUTURE_EPOCH: u64 = u64::MAX;
/// SLOTS_PER_EPOCH of the mainnet preset.
pub const SLOTS_PER_EPOCH: u64 = 32;
/// SYNC_COMMITTEE_SIZE of the mainnet preset.
pub const SYNC_COMMITTEE_SIZE: u64 = 512;

/// Timely source, target and head.
pub const ALL_FLAGS: u8 = 0b111;
/// Timely source and target: the head is another, or the vote was a slot late.
pub const WITHOUT_HEAD: u8 = 0b011;
/// Timely target alone: the vote was more than five slots late.
pub const TARGET_ONLY: u8 = 0b010;

/// How a validator votes in an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    /// At once, and for the right head.
    Good,
    /// At once, for another head.
    WrongHead,
    /// So late that only the target counts.
    Late,
    /// Not at all.
    Absent,
}

/// The size of a chain, and which of its validators are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// On the chain.
    pub validators: u64,
    /// Of them in the pool's registry.
    pub registered: u64,
    /// First epoch of the period.
    pub start_epoch: u64,
    /// Its length.
    pub epochs: u64,
}

impl Plan {
    /// Epochs for which the chain has blocks: before the period what is final when it begins, down to the
    /// block before that, and after it what makes it final.
    pub fn chain_epochs(&self) -> std::ops::Range<u64> {
        self.start_epoch - 3..self.start_epoch + self.epochs + 4
    }

    /// Epochs of which a follower needs the last state.
    pub fn state_epochs(&self) -> std::ops::RangeInclusive<u64> {
        self.start_epoch..=self.start_epoch + self.epochs
    }

    /// The registered validators, spread over the chain.
    pub fn indices(&self) -> Vec<u64> {
        let stride = self.validators / self.registered;
        (0..self.registered).map(|place| place * stride).collect()
    }

    /// Some left long ago.
    pub fn is_active(&self, validator: u64) -> bool {
        validator % 97 != 5
    }

    /// Of an active validator.
    pub fn vote(&self, validator: u64, epoch: u64) -> Vote {
        match mix(validator, epoch) % 256 {
            0..=2 => Vote::Absent,
            3 => Vote::Late,
            4..=6 => Vote::WrongHead,
            _ => Vote::Good,
        }
    }

    /// Whether nobody proposes in a slot. Never two in a row, and never the last of an epoch.
    pub fn is_empty(&self, slot: u64) -> bool {
        slot % 29 == 17 && slot % SLOTS_PER_EPOCH != SLOTS_PER_EPOCH - 1
    }

    /// Every fourth is a registered one.
    pub fn proposer(&self, slot: u64) -> u64 {
        self.someone(slot, 1)
    }

    /// Who sits in the sync committee: every fourth is a registered one.
    pub fn sync_member(&self, seat: u64) -> u64 {
        self.someone(seat, 2)
    }

    /// Whether a seat's bit is set in a block.
    pub fn has_signed(&self, slot: u64, seat: u64) -> bool {
        !(slot + seat).is_multiple_of(41)
    }

    fn someone(&self, turn: u64, purpose: u64) -> u64 {
        let draw = mix(turn, purpose << 32);
        let stride = self.validators / self.registered;
        let chosen = match turn % 4 {
            0 => draw % self.registered * stride,
            _ => draw % self.validators,
        };
        if self.is_active(chosen) {
            chosen
        } else {
            chosen - 1
        }
    }
}

/// SplitMix64 of two numbers.
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(b.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
