//! Who proposes in the slots of an epoch: `get_beacon_proposer_index`.

use super::{Fork, Root, ValidatorFacts};
use sha2::{Digest, Sha256};

const MAX_EFFECTIVE_BALANCE: u64 = 32_000_000_000;
const MAX_EFFECTIVE_BALANCE_ELECTRA: u64 = 2_048_000_000_000;

/// Candidates tried for a slot. A chain whose validators have a 64th of the maximum balance
/// needs more once in 2^1000 slots; only a made-up state without balances does.
const MAX_CANDIDATES: u64 = 1 << 16;

/// What decides the proposers of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposerSource {
    /// Since Fulu the state says it.
    Lookahead(Vec<u64>),
    /// Before, a lottery by effective balance with this seed (`get_seed` of DOMAIN_BEACON_PROPOSER).
    Seed(Root),
}

impl ProposerSource {
    /// The proposers of an epoch's slots, first slot first; `None` if the lottery has no winner.
    pub(crate) fn proposers(
        &self,
        fork: Fork,
        rounds: u8,
        validators: &[ValidatorFacts],
        slots: std::ops::Range<u64>,
    ) -> Option<Vec<u64>> {
        match self {
            Self::Lookahead(indices) => {
                let count = usize::try_from(slots.end - slots.start).ok()?;
                indices.get(..count).map(<[u64]>::to_vec)
            }
            Self::Seed(epoch_seed) => {
                let lottery = Lottery::new(
                    fork,
                    rounds,
                    validators,
                    slots.start / (slots.end - slots.start).max(1),
                );
                slots
                    .map(|slot| lottery.winner(hash(&[epoch_seed, &slot.to_le_bytes()])))
                    .collect()
            }
        }
    }
}

pub(crate) fn hash(parts: &[&[u8]]) -> Root {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

pub(crate) const DOMAIN_BEACON_PROPOSER: [u8; 4] = [0, 0, 0, 0];
pub(crate) const DOMAIN_BEACON_ATTESTER: [u8; 4] = [1, 0, 0, 0];

/// `get_seed(state, epoch, domain)`.
pub(crate) fn get_seed(randao_mixes: &[Root], epoch: u64, domain: [u8; 4]) -> Option<Root> {
    const MIN_SEED_LOOKAHEAD: u64 = 1;
    let length = u64::try_from(randao_mixes.len()).ok()?;
    let position = (epoch % length.max(1) + length).checked_sub(MIN_SEED_LOOKAHEAD + 1)? % length;
    let mix = randao_mixes.get(usize::try_from(position).ok()?)?;
    Some(hash(&[&domain, &epoch.to_le_bytes(), mix]))
}

struct Lottery<'a> {
    fork: Fork,
    rounds: u8,
    validators: &'a [ValidatorFacts],
    /// `get_active_validator_indices`
    active: Vec<usize>,
}

impl<'a> Lottery<'a> {
    fn new(fork: Fork, rounds: u8, validators: &'a [ValidatorFacts], epoch: u64) -> Self {
        let active = (0..validators.len())
            .filter(|&index| validators[index].is_active(epoch))
            .collect();
        Self {
            fork,
            rounds,
            validators,
            active,
        }
    }

    /// `compute_proposer_index`
    fn winner(&self, seed: Root) -> Option<u64> {
        let total = u64::try_from(self.active.len())
            .ok()
            .filter(|&total| total > 0)?;
        (0..MAX_CANDIDATES).find_map(|i| {
            let place = compute_shuffled_index(i % total, total, &seed, self.rounds);
            let candidate = *self.active.get(usize::try_from(place).ok()?)?;
            let balance = self.validators[candidate].effective_balance;
            self.accepts(balance, i, &seed).then_some(candidate as u64)
        })
    }

    fn accepts(&self, effective_balance: u64, i: u64, seed: &Root) -> bool {
        let balance = u128::from(effective_balance);
        if self.fork >= Fork::Electra {
            // 16 random bits a candidate instead of 8, for balances of up to 2048 ETH.
            let random = hash(&[seed, &(i / 16).to_le_bytes()]);
            let offset = (i % 16) as usize * 2;
            let value = u16::from_le_bytes([random[offset], random[offset + 1]]);
            balance * u128::from(u16::MAX)
                >= u128::from(MAX_EFFECTIVE_BALANCE_ELECTRA) * u128::from(value)
        } else {
            let value = hash(&[seed, &(i / 32).to_le_bytes()])[(i % 32) as usize];
            balance * u128::from(u8::MAX) >= u128::from(MAX_EFFECTIVE_BALANCE) * u128::from(value)
        }
    }
}

/// `compute_shuffled_index`; `count` is not 0.
pub(super) fn compute_shuffled_index(mut index: u64, count: u64, seed: &Root, rounds: u8) -> u64 {
    for round in 0..rounds {
        let digest = hash(&[seed, &[round]]);
        let mut low = [0; 8];
        low.copy_from_slice(&digest[..8]);
        let pivot = u64::from_le_bytes(low) % count;
        let flip = (pivot + count - index) % count;
        let position = index.max(flip);
        // A validator index is below 2^40, so its 256th fits in 32 bits.
        let source = hash(&[seed, &[round], &((position / 256) as u32).to_le_bytes()]);
        let byte = source[((position % 256) / 8) as usize];
        if byte >> (position % 8) & 1 == 1 {
            index = flip;
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_is_a_permutation() {
        let mut places: Vec<u64> = (0..300)
            .map(|i| compute_shuffled_index(i, 300, &[7; 32], 10))
            .collect();
        assert_ne!(places, (0..300).collect::<Vec<_>>());
        places.sort_unstable();
        assert_eq!(places, (0..300).collect::<Vec<_>>());
    }

    #[test]
    fn a_lottery_without_balances_ends() {
        let nobody = vec![
            ValidatorFacts {
                effective_balance: 0,
                slashed: false,
                activation_epoch: 0,
                exit_epoch: 9
            };
            3
        ];
        let source = ProposerSource::Seed([1; 32]);
        // Every 255th draw or so is 0, which even an empty balance wins before Electra.
        assert!(source.proposers(Fork::Deneb, 1, &nobody, 0..8).is_some());
        assert_eq!(source.proposers(Fork::Electra, 1, &[], 0..8), None);
    }
}
