//! Data that are well formed and contradict each other: captured blocks and states, changed and
//! linked anew so that only the contradiction is left.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/capture.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod capture;

use capture::{Capture, SIM};
use vigil_ledger::beacon::{BlockFacts, Checkpoint, Root, Spec, decode_block, decode_state};
use vigil_ledger::chain::{Chain, ChainError};
use vigil_ledger::rows::RowError;

/// Slots and epochs of the captured chain.
const SLOTS_PER_EPOCH: u64 = 8;

/// Where fields lie in the bytes of a signed block: the message's offset (4) and the signature (96)
/// come first.
mod block {
    use std::ops::Range;
    pub(crate) const SLOT: Range<usize> = 100..108;
    pub(crate) const PROPOSER_INDEX: Range<usize> = 108..116;
    pub(crate) const PARENT_ROOT: Range<usize> = 116..148;
    pub(crate) const STATE_ROOT: Range<usize> = 148..180;
    /// Of the body, after its offset (4), randao_reveal (96) and eth1_data (72).
    pub(crate) const GRAFFITI: Range<usize> = 356..388;
}

/// Where fields lie in the bytes of a state of the minimal preset.
mod state {
    use std::ops::Range;
    pub(crate) const HEADER_PROPOSER_INDEX: Range<usize> = 72..80;
    pub(crate) const HEADER_PARENT_ROOT: Range<usize> = 80..112;
    pub(crate) const FINALIZED_ROOT: Range<usize> = 7025..7057;
}

fn spec(capture: &Capture) -> Spec {
    Spec::from_json(&capture.files["spec.json"]).unwrap()
}

fn block_file(slot: u64) -> String {
    format!("blocks/{slot:05}.ssz")
}

/// The final-participation state at a slot, if one is captured there.
fn state_file(slot: u64) -> String {
    let epoch = (slot + 1) / SLOTS_PER_EPOCH;
    format!("states/e{:04}_s{slot:05}.ssz", epoch.saturating_sub(2))
}

fn facts(capture: &Capture, slot: u64) -> BlockFacts {
    decode_block(&spec(capture), "", &capture.files[&block_file(slot)]).unwrap()
}

/// Names the block at `first` as of another proposer and links all later blocks and states up to
/// the first slot of `epoch` anew. What is after that goes; that slot's block is the finalised one.
fn with_other_proposer(capture: &mut Capture, first: u64, epoch: u64) -> Checkpoint {
    let spec = spec(capture);
    let last = epoch * SLOTS_PER_EPOCH;
    let proposer = (facts(capture, first).proposer_index + 1).to_le_bytes();
    let mut parent = facts(capture, first).parent_root;
    for slot in first..=last {
        let Some(mut bytes) = capture.files.get(&block_file(slot)).cloned() else {
            continue;
        };
        bytes[block::PARENT_ROOT].copy_from_slice(&parent);
        if slot == first {
            bytes[block::PROPOSER_INDEX].copy_from_slice(&proposer);
        }
        if let Some(post) = capture.files.get_mut(&state_file(slot)) {
            post[state::HEADER_PARENT_ROOT].copy_from_slice(&parent);
            if slot == first {
                post[state::HEADER_PROPOSER_INDEX].copy_from_slice(&proposer);
            }
            let root = decode_state(&spec, "", post).unwrap().root;
            bytes[block::STATE_ROOT].copy_from_slice(&root);
        }
        parent = decode_block(&spec, "", &bytes).unwrap().root;
        capture.files.insert(block_file(slot), bytes);
    }
    let slot_of = |path: &str| {
        let digits = path.trim_end_matches(".ssz").rsplit(['/', 's']).next();
        // The genesis state has a name in place of a slot.
        digits.unwrap().parse().unwrap_or(0)
    };
    capture
        .files
        .retain(|path, _| !path.ends_with(".ssz") || slot_of(path) <= last);
    Checkpoint {
        epoch,
        root: parent,
    }
}

fn finish_at(capture: &Capture, checkpoint: Checkpoint) -> Result<Chain, ChainError> {
    capture.filled_builder().unwrap().finish_at(checkpoint)
}

#[test]
fn a_block_of_another_proposer_than_the_slots_is_refused() {
    let mut capture = Capture::open(SIM);
    // No slot from 60 to 270 that has a captured state is empty, and none of these is.
    let slot = 170;
    let honest = facts(&capture, slot).proposer_index;
    let checkpoint = with_other_proposer(&mut capture, slot, 25);
    let chain = finish_at(&capture, checkpoint).unwrap();
    chain.rows(&[0], 20, 1, None).unwrap();
    chain.rows(&[0], 22, 1, None).unwrap();
    let refused = chain.rows(&[0], 20, 3, None).unwrap_err();
    assert!(
        matches!(
            refused,
            RowError::WrongProposer { slot: 170, expected, got }
                if expected == honest && got == honest + 1
        ),
        "{refused}"
    );
}

#[test]
fn a_block_at_its_parents_slot_is_refused() {
    let mut capture = Capture::open(SIM);
    let parent = facts(&capture, 168);
    assert_eq!(facts(&capture, 170).parent_root, parent.root);
    for slot in [parent.slot, parent.slot - 1] {
        let bytes = capture.files.get_mut(&block_file(170)).unwrap();
        bytes[block::SLOT].copy_from_slice(&slot.to_le_bytes());
        let moved = facts(&capture, 170);
        let checkpoint = Checkpoint {
            epoch: 22,
            root: moved.root,
        };
        let refused = finish_at(&capture, checkpoint).unwrap_err();
        assert!(
            matches!(
                &refused,
                ChainError::SlotOrder { root, slot: got, parent_slot: 168 }
                    if *got == slot && *root == hex::encode(moved.root)
            ),
            "{refused}"
        );
    }
}

#[test]
fn states_that_finalise_two_chains_are_refused() {
    let mut capture = Capture::open(SIM);
    let spec = spec(&capture);
    let mut later = capture.files[&state_file(247)].clone();
    let honest = decode_state(&spec, "", &later).unwrap();
    let finalized: Root = later[state::FINALIZED_ROOT].try_into().unwrap();
    assert_eq!(finalized, honest.finalized.root, "the field lies there");
    assert!(honest.is_post_state);

    // A sibling of the block that this state finalises.
    let finalized_slot = (0..247)
        .filter(|&slot| capture.files.contains_key(&block_file(slot)))
        .find(|&slot| facts(&capture, slot).root == finalized)
        .unwrap();
    let mut sibling = capture.files[&block_file(finalized_slot)].clone();
    sibling[block::GRAFFITI][0] ^= 1;
    let sibling_root = decode_block(&spec, "", &sibling).unwrap().root;
    assert_ne!(sibling_root, finalized);

    // A state that finalises the sibling, and a block that commits to it.
    later[state::FINALIZED_ROOT].copy_from_slice(&sibling_root);
    let mut committing = capture.files[&block_file(247)].clone();
    let root = decode_state(&spec, "", &later).unwrap().root;
    committing[block::STATE_ROOT].copy_from_slice(&root);

    capture.chain().unwrap();
    let whole = capture.files.clone();
    capture.files.insert("blocks/sibling.ssz".into(), sibling);
    capture.files.insert("blocks/247b.ssz".into(), committing);
    capture.chain().unwrap();
    capture.files.insert("states/other.ssz".into(), later);
    let refused = capture.chain().unwrap_err();
    assert!(
        matches!(
            &refused,
            ChainError::ConflictingFinality { file, epoch, root }
                if file == "states/other.ssz"
                    && *epoch == honest.finalized.epoch
                    && *root == hex::encode(sibling_root)
        ),
        "{refused}"
    );
    // Without the blocks that the state speaks of, it is one of another branch.
    let other = capture.files["states/other.ssz"].clone();
    capture.files = whole;
    capture.files.insert("states/other.ssz".into(), other);
    assert!(matches!(
        capture.chain().unwrap_err(),
        ChainError::Unauthenticated { slot: 247, .. }
    ));
}
