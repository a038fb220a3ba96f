//! A ledger as CSV, for people and other programs.

use crate::file::Ledger;
use std::fmt::Write;
use vigil_circuits::ledger::WORD_EPOCHS;

impl Ledger {
    /// `epoch,validator_index,active,timely_source,timely_target,timely_head`, by epoch, then index.
    pub fn flags_csv(&self) -> String {
        let mut csv =
            String::from("epoch,validator_index,active,timely_source,timely_target,timely_head\n");
        let header = self.header();
        for epoch in 0..header.epochs {
            for entry in self.entries() {
                let (word, bit) = (epoch as usize / WORD_EPOCHS, epoch as usize % WORD_EPOCHS);
                let first = u32::from(entry.first_active);
                let active = (first..first + u32::from(entry.row.active_epochs)).contains(&epoch);
                let missed = &entry.row.words[word];
                let timely = [&missed.source, &missed.target, &missed.head]
                    .map(|bits| u8::from(active && !bits.get(bit)));
                let [source, target, head] = timely;
                let _ = writeln!(
                    csv,
                    "{},{},{},{source},{target},{head}",
                    header.start_epoch + u64::from(epoch),
                    entry.row.index,
                    u8::from(active),
                );
            }
        }
        csv
    }

    /// One line a validator: the row's counts.
    pub fn totals_csv(&self) -> String {
        let mut csv = String::from(
            "validator_index,active_epochs,effective_balance,slashed,run_in,proposals_due,\
             proposals_missed,sync_due,sync_missed\n",
        );
        for row in self.entries().iter().map(|entry| &entry.row) {
            let _ = writeln!(
                csv,
                "{},{},{},{},{},{},{},{},{}",
                row.index,
                row.active_epochs,
                row.effective_balance,
                u8::from(row.slashed),
                row.run_in,
                row.proposals_due,
                row.proposals_missed,
                row.sync_due,
                row.sync_missed,
            );
        }
        csv
    }
}
