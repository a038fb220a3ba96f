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

/// Afterwards `list[i]` is what was at `compute_shuffled_index(i)`. The rounds are undone from the
/// last to the first on the whole list, with one hash for 256 positions of a round.
fn shuffle(list: &mut [u64], seed: &Root, rounds: u8) {
    let count = list.len() as u64;
    if count == 0 {
        return;
    }
    for round in (0..rounds).rev() {
        let digest = hash(&[seed, &[round]]);
        let mut low = [0; 8];
        low.copy_from_slice(&digest[..8]);
        let pivot = u64::from_le_bytes(low) % count;
        let mut source = (u64::MAX, Root::default());
        for position in 0..count {
            let flip = (pivot + count - position) % count;
            // Each pair once, from its higher place, whose bit decides.
            if flip >= position {
                continue;
            }
            if source.0 != position / 256 {
                let chunk = (position / 256) as u32;
                source = (
                    position / 256,
                    hash(&[seed, &[round], &chunk.to_le_bytes()]),
                );
            }
            if source.1[(position % 256 / 8) as usize] >> (position % 8) & 1 == 1 {
                list.swap(position as usize, flip as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::proposer::compute_shuffled_index;
    use super::*;

    #[test]
    fn the_whole_list_is_shuffled_as_each_index_is() {
        for count in [1, 2, 5, 255, 256, 257, 700] {
            let mut list: Vec<u64> = (0..count).collect();
            shuffle(&mut list, &[9; 32], 90);
            let expected: Vec<u64> = (0..count)
                .map(|i| compute_shuffled_index(i, count, &[9; 32], 90))
                .collect();
            assert_eq!(list, expected);
        }
    }
}
