//! What is left of a period, and the room that it leaves.

use super::tables::{decode, encode};
use super::{COMPARED, EPOCHS, NETWORK, PERIODS, Store, StoreError};
use crate::follow::Compared;
use redb::{ReadableDatabase, ReadableTable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use vigil_ledger::beacon::Root;
use vigil_ledger::rows::NetworkEpoch;

/// A file of less is not worth compacting.
const SMALL_FILE: u64 = 1 << 20;

/// A period that has its ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PeriodRecord {
    pub(crate) ledger_root: Root,
    /// SHA-256 of the ledger file.
    pub(crate) file_hash: [u8; 32],
    pub(crate) unsigned_registry: bool,
    pub(crate) network_bps: Option<u16>,
    pub(crate) compared: Vec<Compared>,
}

impl Store {
    /// The periods that have their ledgers, by first epoch.
    pub(crate) fn periods(&self) -> Result<BTreeMap<u64, PeriodRecord>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let periods = read.open_table(PERIODS).map_err(self.failed())?;
        periods
            .iter()
            .map_err(self.failed())?
            .map(|entry| {
                let (start, record) = entry.map_err(self.failed())?;
                Ok((start.value(), decode(&self.path, record.value())?))
            })
            .collect()
    }

    /// What everybody voted in a recorded epoch.
    pub(crate) fn network(&self, epoch: u64) -> Result<Option<NetworkEpoch>, StoreError> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let networks = read.open_table(NETWORK).map_err(self.failed())?;
        match networks.get(epoch).map_err(self.failed())? {
            Some(bytes) => decode(&self.path, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    /// A period's ledger is durable: its record takes the place of its epochs.
    pub(crate) fn finish_period(
        &mut self,
        epochs: Range<u64>,
        record: &PeriodRecord,
    ) -> Result<(), StoreError> {
        let write = self.write()?;
        {
            let bytes = encode(&self.path, record)?;
            let mut periods = write.open_table(PERIODS).map_err(self.failed())?;
            periods
                .insert(epochs.start, bytes.as_slice())
                .map_err(self.failed())?;
            for table in [EPOCHS, NETWORK] {
                let mut table = write.open_table(table).map_err(self.failed())?;
                table
                    .retain_in(..epochs.end, |_, _| false)
                    .map_err(self.failed())?;
            }
            let mut compared = write.open_table(COMPARED).map_err(self.failed())?;
            compared
                .retain_in(..(epochs.end, 0), |_, _| false)
                .map_err(self.failed())?;
        }
        write.commit().map_err(self.failed())?;
        self.give_back()?;
        Ok(())
    }

    /// Makes the file smaller if more than half of it is empty; says whether it did. `redb` does so in
    /// transactions, each of which leaves a whole database behind.
    pub(crate) fn give_back(&mut self) -> Result<bool, StoreError> {
        let size = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        if size < SMALL_FILE {
            return Ok(false);
        }
        let write = self.write()?;
        let stats = write.stats().map_err(self.failed())?;
        write.abort().map_err(self.failed())?;
        let used = stats
            .allocated_pages()
            .saturating_mul(stats.page_size() as u64);
        if used > size / 2 {
            return Ok(false);
        }
        let path = self.path.clone();
        self.database.compact().map_err(|error| StoreError::Failed {
            path,
            source: Box::new(error.into()),
        })
    }

    /// It has something that it cannot have.
    pub(crate) fn undecodable(&self) -> StoreError {
        StoreError::Undecodable {
            path: self.path.clone(),
        }
    }
}
