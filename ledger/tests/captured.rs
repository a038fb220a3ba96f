//! Rows of the captured chains against the tables that an independent program made of them.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/capture.rs"]
mod capture;

use capture::{Capture, DEVNET, MAINNET_PRESET, SIM};
use std::collections::HashMap;
use vigil_circuits::ledger::{LedgerRow, Words};
use vigil_ledger::beacon::Checkpoint;
use vigil_ledger::chain::{Chain, ChainError};
use vigil_ledger::rows::{Preceding, RowError};

/// Rows of a csv file as numbers; text columns are not asked for.
fn csv<const N: usize>(capture: &Capture, name: &str, columns: [&str; N]) -> Vec<[u64; N]> {
    let text = std::str::from_utf8(&capture.files[&format!("csv/{name}")]).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let places = columns.map(|column| header.iter().position(|name| *name == column).unwrap());
    let rows: Vec<[u64; N]> = lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            places.map(|place| cells[place].parse().unwrap())
        })
        .collect();
    assert!(!rows.is_empty(), "{name} has rows");
    rows
}

/// What the tables say about a validator in a range of epochs.
struct Tables {
    slots_per_epoch: u64,
    /// active, source, target, head by epoch and validator
    flags: HashMap<(u64, u64), [u64; 4]>,
    /// effective balance in Gwei and slashed by epoch and validator
    records: HashMap<(u64, u64), [u64; 2]>,
    proposals: Vec<[u64; 3]>,
    sync: Vec<[u64; 4]>,
    validators: u64,
}

impl Tables {
    fn of(capture: &Capture, slots_per_epoch: u64) -> Self {
        let flags = csv(
            capture,
            "flags.csv",
            [
                "epoch",
                "validator_index",
                "active",
                "timely_source",
                "timely_target",
                "timely_head",
            ],
        );
        let records = csv(
            capture,
            "validators_by_epoch.csv",
            ["epoch", "validator_index", "effective_balance", "slashed"],
        );
        Self {
            slots_per_epoch,
            flags: flags
                .into_iter()
                .map(|[e, v, a, s, t, h]| ((e, v), [a, s, t, h]))
                .collect(),
            records: records
                .into_iter()
                .map(|[e, v, b, s]| ((e, v), [b, s]))
                .collect(),
            proposals: csv(
                capture,
                "proposals.csv",
                ["slot", "proposer_index", "missed"],
            ),
            sync: csv(
                capture,
                "sync.csv",
                ["slot", "validator_index", "seats", "missed"],
            ),
            validators: csv(capture, "validators.csv", ["index"]).len() as u64,
        }
    }

    /// The final-participation state of an epoch lies in the next epoch, by which the table goes.
    fn final_record(&self, epoch: u64, index: u64) -> [u64; 2] {
        self.records[&(epoch + 1, index)]
    }

    fn row(&self, index: u64, start_epoch: u64, epochs: u32, run_in: u16) -> LedgerRow {
        let end = start_epoch + u64::from(epochs);
        let slots = start_epoch * self.slots_per_epoch..end * self.slots_per_epoch;
        let count = Words::for_epochs(epochs).unwrap().count();
        let mut row = LedgerRow {
            index,
            active_epochs: 0,
            effective_balance: 0,
            slashed: self.final_record(end - 1, index)[1] == 1,
            run_in,
            proposals_due: 0,
            proposals_missed: 0,
            sync_due: 0,
            sync_missed: 0,
            words: vec![Default::default(); count],
        };
        for epoch in start_epoch..end {
            let [active, source, target, head] = self.flags[&(epoch, index)];
            if active == 0 {
                continue;
            }
            if row.active_epochs == 0 {
                row.effective_balance = (self.final_record(epoch, index)[0] / 1_000_000_000) as u16;
            }
            row.active_epochs += 1;
            let k = (epoch - start_epoch) as usize;
            let word = &mut row.words[k / 225];
            for (flag, bits) in [
                (source, &mut word.source),
                (target, &mut word.target),
                (head, &mut word.head),
            ] {
                if flag == 0 {
                    bits.set(k % 225);
                }
            }
        }
        for [slot, proposer, missed] in &self.proposals {
            if *proposer == index && slots.contains(slot) {
                row.proposals_due += 1;
                row.proposals_missed += *missed as u16;
            }
        }
        for [slot, member, seats, missed] in &self.sync {
            if *member == index && slots.contains(slot) {
                row.sync_due += *seats as u32;
                row.sync_missed += *missed as u32;
            }
        }
        row
    }
}

/// Every finalised epoch by itself, so that every cell counts alone; then the whole stretch.
fn check(name: &str, expected_epochs: u64) {
    let capture = Capture::open(name);
    let chain = capture.chain().unwrap();
    let tables = Tables::of(&capture, chain.spec().slots_per_epoch());
    let epochs = chain.finalized().epoch - 1;
    assert_eq!(
        epochs, expected_epochs,
        "{name} is finalised as far as it was when it was captured"
    );
    let indices: Vec<u64> = (0..tables.validators).collect();

    // The flags a second time, from the blocks alone.
    for epoch in 0..epochs {
        let last_slot = chain.spec().slots_per_epoch() * (epoch + 2) - 1;
        assert_eq!(
            chain.participation_from_blocks(epoch).unwrap(),
            chain.states()[&last_slot].previous_epoch_participation,
            "{name}, epoch {epoch}"
        );
    }

    let mut preceding: Option<Vec<LedgerRow>> = None;
    for epoch in 0..epochs {
        let rows = chain
            .rows(
                &indices,
                epoch,
                1,
                preceding
                    .as_deref()
                    .map(|rows| Preceding { rows, epochs: 1 }),
            )
            .unwrap();
        for (row, &index) in rows.iter().zip(&indices) {
            let run_in = preceding
                .as_ref()
                .map_or(0, |rows| rows[index as usize].run_out(1));
            assert_eq!(
                *row,
                tables.row(index, epoch, 1, run_in),
                "{name}, epoch {epoch}"
            );
            assert_eq!(row.words[0].target.get(0), row.words[0].target.count() == 1);
        }
        preceding = Some(rows);
    }

    let whole = chain.rows(&indices, 0, epochs as u32, None).unwrap();
    for row in &whole {
        assert_eq!(
            *row,
            tables.row(row.index, 0, epochs as u32, 0),
            "{name}, all epochs"
        );
        // An outage at the end is the same whether the period is cut into epochs or not.
        let last = &preceding.as_ref().unwrap()[row.index as usize];
        assert_eq!(
            row.run_out(epochs as u32),
            last.run_out(1),
            "{name}, validator {}",
            row.index
        );
    }
    assert_eq!(
        chain.network_bps(0, epochs as u32).unwrap(),
        network_bps(&whole)
    );
}

fn network_bps(rows: &[LedgerRow]) -> u16 {
    let (mut earned, mut possible) = (0u64, 0u64);
    for row in rows {
        let [source, target, head] = row.misses().map(u64::from);
        let (balance, active) = (
            u64::from(row.effective_balance),
            u64::from(row.active_epochs),
        );
        earned +=
            balance * (14 * (active - source) + 26 * (active - target) + 14 * (active - head));
        possible += balance * 54 * active;
    }
    (10_000 * earned / possible) as u16
}

#[test]
fn a_running_devnet_across_electra_and_fulu() {
    check(DEVNET, 95);
}

#[test]
fn a_simulated_chain_across_deneb_electra_and_fulu() {
    check(SIM, 56);
}

#[test]
fn a_simulated_chain_of_the_mainnet_preset() {
    check(MAINNET_PRESET, 4);
}

#[test]
fn an_archive_a_folder_and_a_builder_give_the_same_chain() {
    let capture = Capture::open(SIM);
    let folder = tempfile::tempdir().unwrap();
    for (path, data) in &capture.files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, data).unwrap();
    }
    let from_folder = Chain::load(folder.path()).unwrap();
    let from_archive = Chain::from_archive(&capture::archive(SIM)).unwrap();
    let built = capture.chain().unwrap();
    for chain in [&from_folder, &from_archive] {
        assert_eq!(chain.finalized(), built.finalized());
        assert_eq!(chain.blocks(), built.blocks());
        assert_eq!(chain.states(), built.states());
        assert_eq!(
            chain.genesis_validators_root(),
            built.genesis_validators_root()
        );
    }
}

#[test]
fn a_checkpoint_of_the_callers_own_replaces_the_states_word() {
    let capture = Capture::open(SIM);
    let by_states = capture.chain().unwrap();
    // An older checkpoint: the last block at or before the first slot of epoch 30.
    let root = by_states.canonical().root_at(30 * 8).unwrap();
    let older = Checkpoint { epoch: 30, root };
    let chain = capture.filled_builder().unwrap().finish_at(older).unwrap();
    assert_eq!(chain.finalized(), older);
    assert_eq!(
        chain.rows(&[5], 20, 9, None).unwrap(),
        by_states.rows(&[5], 20, 9, None).unwrap()
    );
    assert!(matches!(
        chain.rows(&[5], 20, 10, None),
        Err(RowError::NotFinal {
            needed: 31,
            finalized: 30
        })
    ));

    let unknown = Checkpoint {
        epoch: 30,
        root: [1; 32],
    };
    assert!(matches!(
        capture
            .filled_builder()
            .unwrap()
            .finish_at(unknown)
            .unwrap_err(),
        ChainError::MissingCheckpoint { epoch: 30, .. }
    ));
    let later_block = Checkpoint { epoch: 29, root };
    assert!(matches!(
        capture
            .filled_builder()
            .unwrap()
            .finish_at(later_block)
            .unwrap_err(),
        ChainError::CheckpointBelowBlock { epoch: 29 }
    ));
}
