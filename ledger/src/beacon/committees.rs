//! Who attests in which slot: the committees of an epoch.

use super::proposer::hash;
use super::{Root, Spec, StateFacts};

/// The committees of one epoch.
#[derive(Debug)]
pub(crate) struct Committees {
    /// Active validators, shuffled.
    shuffled: Vec<u64>,
    slots_per_epoch: u64,
    per_slot: u64,
}

impl Committees {
    /// Of the state's own epoch.
    pub(crate) fn of(spec: &Spec, state: &StateFacts) -> Self {
        let epoch = spec.epoch_of(state.slot);
        let mut shuffled: Vec<u64> = (0..)
            .zip(&state.validators)
            .filter(|(_, validator)| validator.is_active(epoch))
            .map(|(index, _)| index)
            .collect();
        let slots_per_epoch = spec.slots_per_epoch();
        // `get_committee_count_per_slot`
        let per_slot = (shuffled.len() as u64 / slots_per_epoch / spec.target_committee_size())
            .clamp(1, spec.max_committees_per_slot());
        shuffle(
            &mut shuffled,
            &state.attester_seed,
            spec.shuffle_round_count(),
        );
        Self {
            shuffled,
            slots_per_epoch,
            per_slot,
        }
    }

    /// `get_beacon_committee`; `None` if there is no committee of that number.
    pub(crate) fn members(&self, slot: u64, committee: u64) -> Option<&[u64]> {
        if committee >= self.per_slot {
            return None;
        }
        let count = self.per_slot * self.slots_per_epoch;
        let place = slot % self.slots_per_epoch * self.per_slot + committee;
        let bound = |place: u64| (self.shuffled.len() as u64 * place / count) as usize;
        self.shuffled.get(bound(place)..bound(place + 1))
    }
}

/// Swap-or-not on a whole list: afterwards `list[i]` is what was at `compute_shuffled_index(i)`. The rounds
/// are undone from the last to the first, with one hash for 256 places of a round.
pub fn shuffle(list: &mut [u64], seed: &Root, rounds: u8) {
    let count = list.len();
    if count == 0 {
        return;
    }
    for round in (0..rounds).rev() {
        let digest = hash(&[seed, &[round]]);
        let mut low = [0; 8];
        low.copy_from_slice(&digest[..8]);
        let pivot = (u64::from_le_bytes(low) % count as u64) as usize;
        // Place i's partner is `pivot - i` modulo the length: both sides of the pivot are mirrored.
        let source = |chunk: usize| hash(&[seed, &[round], &(chunk as u32).to_le_bytes()]);
        swap_mirrored(list, 0, pivot, source);
        swap_mirrored(list, pivot + 1, count - 1, source);
    }
}

/// Goes from both ends to the middle and swaps where the bit of the higher place says so.
fn swap_mirrored(
    list: &mut [u64],
    mut low: usize,
    mut high: usize,
    source: impl Fn(usize) -> Root,
) {
    const PLACES: usize = 256;
    while low < high {
        let bits = source(high / PLACES);
        // The places whose bits this hash has, unless the middle comes first.
        let pairs = (high % PLACES + 1).min((high - low).div_ceil(2));
        for _ in 0..pairs {
            let bit = bits[high % PLACES / 8] >> (high % 8) & 1;
            // No branch: it would be mispredicted every other time.
            let difference = (list[low] ^ list[high]) & u64::from(bit).wrapping_neg();
            list[low] ^= difference;
            list[high] ^= difference;
            low += 1;
            high -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::proposer::compute_shuffled_index;
    use super::*;

    #[test]
    fn the_whole_list_is_shuffled_as_each_index_is() {
        for count in [1, 2, 3, 5, 255, 256, 257, 511, 512, 513, 700] {
            let mut list: Vec<u64> = (0..count).collect();
            shuffle(&mut list, &[9; 32], 90);
            let expected: Vec<u64> = (0..count)
                .map(|i| compute_shuffled_index(i, count, &[9; 32], 90))
                .collect();
            assert_eq!(list, expected);
        }
    }
}
