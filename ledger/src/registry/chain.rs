//! What the chain must say of a validator that joins (protocol section 4, registration (a)).

use super::{Registry, RegistryEntry, RegistryError};
use crate::beacon::{ValidatorRecord, ValidatorRecords};

const FAR_FUTURE_EPOCH: u64 = u64::MAX;

impl RegistryEntry {
    /// The chain has this key for the index, and the stake is the pool's: the first valid deposit for
    /// a key sets its credentials, so whoever deposits for it before the pool is found here.
    pub fn check_stake(
        &self,
        chain: &ValidatorRecords,
        credentials: &[[u8; 32]],
    ) -> Result<(), RegistryError> {
        let index = self.index;
        let record = self.record(chain)?;
        if record.pubkey != self.pubkey {
            return Err(RegistryError::WrongKey { index });
        }
        if !credentials.contains(&record.withdrawal_credentials) {
            let got = hex::encode(record.withdrawal_credentials);
            return Err(RegistryError::Credentials { index, got });
        }
        Ok(())
    }

    /// It may join: as [`RegistryEntry::check_stake`], and neither slashed nor exiting.
    pub fn check_joins(
        &self,
        chain: &ValidatorRecords,
        credentials: &[[u8; 32]],
    ) -> Result<(), RegistryError> {
        self.check_stake(chain, credentials)?;
        let (index, record) = (self.index, self.record(chain)?);
        if record.slashed {
            return Err(RegistryError::AlreadySlashed { index });
        }
        if record.exit_epoch != FAR_FUTURE_EPOCH {
            let epoch = record.exit_epoch;
            return Err(RegistryError::AlreadyExiting { index, epoch });
        }
        Ok(())
    }

    fn record<'a>(
        &self,
        chain: &'a ValidatorRecords,
    ) -> Result<&'a ValidatorRecord, RegistryError> {
        let index = self.index;
        let validators = chain.validators.len();
        usize::try_from(index)
            .ok()
            .and_then(|index| chain.validators.get(index))
            .ok_or(RegistryError::NoSuchValidator { index, validators })
    }
}

impl Registry {
    /// The state is of the registry's beacon chain, and says of every validator what
    /// [`RegistryEntry::check_stake`] asks. Slashed and exited ones keep their place.
    pub fn check_stakes(
        &self,
        chain: &ValidatorRecords,
        credentials: &[[u8; 32]],
    ) -> Result<(), RegistryError> {
        self.check_beacon_chain(&chain.genesis_validators_root)?;
        self.entries
            .iter()
            .try_for_each(|entry| entry.check_stake(chain, credentials))
    }
}
