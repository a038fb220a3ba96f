//! Random states of all forks, those too that no captured chain has, in the minimal preset.

use super::super::super::state::{BeaconStateAltair, BeaconStateBellatrix, BeaconStateCapella};
use super::*;

const ROOTS: usize = 64 * 32;
const FORKS: [Fork; 6] = [
    Fork::Altair,
    Fork::Bellatrix,
    Fork::Capella,
    Fork::Deneb,
    Fork::Electra,
    Fork::Fulu,
];

/// A container that is put together field by field.
#[derive(Default)]
struct Container {
    fixed: Vec<u8>,
    /// Where an offset belongs, and what it points to.
    variable: Vec<(usize, Vec<u8>)>,
}

impl Container {
    fn fixed(&mut self, bytes: Vec<u8>) {
        self.fixed.extend(bytes);
    }

    fn variable(&mut self, bytes: Vec<u8>) {
        self.variable.push((self.fixed.len(), bytes));
        self.fixed.extend([0; 4]);
    }

    fn finish(mut self) -> Vec<u8> {
        let mut end = self.fixed.len();
        for (place, bytes) in &self.variable {
            self.fixed[*place..place + 4].copy_from_slice(&(end as u32).to_le_bytes());
            end += bytes.len();
        }
        let tail = self.variable.into_iter().flat_map(|(_, bytes)| bytes);
        self.fixed.into_iter().chain(tail).collect()
    }
}

fn random(rng: &mut ChaCha20Rng, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn payload_header(fork: Fork, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut header = Container::default();
    header.fixed(random(rng, 32 + 20 + 32 + 32 + 256 + 32 + 4 * 8));
    header.variable(random(rng, 5)); // extra_data
    header.fixed(random(rng, 3 * 32)); // to transactions_root
    if fork >= Fork::Capella {
        header.fixed(random(rng, 32)); // withdrawals_root
    }
    if fork >= Fork::Deneb {
        header.fixed(random(rng, 2 * 8)); // blob gas
    }
    header.finish()
}

fn state(fork: Fork, rng: &mut ChaCha20Rng, validators: usize) -> Vec<u8> {
    let mut state = Container::default();
    state.fixed(random(rng, 8 + 32 + 8 + 16 + 112 + 2 * ROOTS));
    state.variable(random(rng, 3 * 32)); // historical_roots
    state.fixed(random(rng, 72)); // eth1_data
    state.variable(random(rng, 2 * 72)); // eth1_data_votes
    state.fixed(random(rng, 8));
    state.variable(random_validators(rng, validators));
    state.variable(random(rng, 8 * validators)); // balances
    state.fixed(random(rng, ROOTS + 64 * 8)); // randao_mixes, slashings
    state.variable(random(rng, validators)); // previous_epoch_participation
    state.variable(random(rng, validators)); // current_epoch_participation
    state.fixed(vec![0b0101]); // justification_bits
    state.fixed(random(rng, 3 * 40)); // checkpoints
    state.variable(random(rng, 8 * validators)); // inactivity_scores
    state.fixed(random(rng, 2 * (32 + 1) * 48)); // sync committees
    if fork >= Fork::Bellatrix {
        state.variable(payload_header(fork, rng));
    }
    if fork >= Fork::Capella {
        state.fixed(random(rng, 2 * 8)); // next withdrawal
        state.variable(random(rng, 2 * 64)); // historical_summaries
    }
    if fork >= Fork::Electra {
        state.fixed(random(rng, 6 * 8));
        state.variable(random(rng, 3 * 192)); // pending_deposits
        state.variable(random(rng, 2 * 24)); // pending_partial_withdrawals
        state.variable(random(rng, 16)); // pending_consolidations
    }
    if fork >= Fork::Fulu {
        state.fixed(random(rng, 16 * 8)); // proposer_lookahead
    }
    state.finish()
}

fn root<L: Lists>(fork: Fork, bytes: &[u8]) -> Root {
    match fork {
        Fork::Altair => plain_root::<BeaconStateAltair<Minimal, L>>(bytes),
        Fork::Bellatrix => plain_root::<BeaconStateBellatrix<Minimal, L>>(bytes),
        Fork::Capella => plain_root::<BeaconStateCapella<Minimal, L>>(bytes),
        Fork::Deneb => plain_root::<BeaconStateDeneb<Minimal, L>>(bytes),
        Fork::Electra => plain_root::<BeaconStateElectra<Minimal, L>>(bytes),
        Fork::Fulu => plain_root::<BeaconStateFulu<Minimal, L>>(bytes),
    }
}

#[test]
fn states_of_every_fork_and_awkward_length_have_the_roots_of_plain_ones() {
    let rng = &mut ChaCha20Rng::seed_from_u64(5);
    for fork in FORKS {
        for validators in LENGTHS {
            let bytes = state(fork, rng, validators);
            assert_eq!(
                root::<Reduced>(fork, &bytes),
                root::<Whole>(fork, &bytes),
                "{fork}, {validators} validators"
            );
        }
    }
}
