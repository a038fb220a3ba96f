//! One validator's registration: what an operator hands to the pool.

use super::{
    Batch, MembershipVerdict, Operators, PoolSetting, RegistrationMessage, RegistryEntry,
    RegistryError, ValidatorKey, read,
};
use std::path::Path;
use vigil_circuits::identity::OperatorSecret;
use vigil_circuits::statement::{MembershipStatement, MembershipWitness};

/// A registration has one entry and a header.
const MAX_FILE_BYTES: u64 = 1 << 14;

/// One validator's registration. Everything in it is public, and nothing names its operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The pool and its beacon chain.
    pub setting: PoolSetting,
    /// The batch it is for.
    pub batch: Batch,
    /// The validator.
    pub entry: RegistryEntry,
}

impl Registration {
    /// Tags the validator `index`, signs the registration with its key, and says what remains to be
    /// proven: put the membership proof's file into `entry.membership`.
    pub fn new(
        operators: &Operators,
        batch: u64,
        secret: &OperatorSecret,
        index: u64,
        key: &ValidatorKey,
    ) -> Result<(Self, MembershipStatement, MembershipWitness), RegistryError> {
        let setting = operators.setting;
        let path = operators.path_of(secret)?;
        let mut registration = Self {
            setting,
            batch: operators.batch(batch)?,
            entry: RegistryEntry {
                batch,
                index,
                pubkey: key.pubkey(),
                tag: secret.tag(index, setting.pool_id()),
                signature: Vec::new(),
                membership: Vec::new(),
            },
        };
        registration.entry.signature = key.sign(&registration.message()).to_vec();
        let witness = MembershipWitness {
            secret: secret.clone(),
            path,
        };
        let statement = registration.membership();
        Ok((registration, statement, witness))
    }

    /// What the validator signs.
    pub fn message(&self) -> RegistrationMessage {
        RegistrationMessage {
            beacon: self.setting.beacon,
            pool: self.setting.pool_id(),
            batch: self.entry.batch,
            index: self.entry.index,
            pubkey: self.entry.pubkey,
            tag: self.entry.tag,
        }
    }

    /// What the membership proof proves.
    pub fn membership(&self) -> MembershipStatement {
        self.setting.membership(&self.batch, &self.entry)
    }

    /// The validator signed, and the membership proof holds by `holds`.
    pub fn verify(
        &self,
        holds: impl FnOnce(&MembershipStatement, &[u8]) -> MembershipVerdict,
    ) -> Result<(), RegistryError> {
        let index = self.entry.index;
        self.message().verify(&self.entry)?;
        holds(&self.membership(), &self.entry.membership)
            .map_err(|source| RegistryError::Membership { index, source })
    }

    /// It is for this pool, this batch and these operators.
    pub fn check_belongs(&self, operators: &Operators, batch: u64) -> Result<(), RegistryError> {
        operators.check_setting(&self.setting)?;
        let (expected, got) = (batch, self.entry.batch);
        if expected != got {
            let index = self.entry.index;
            return Err(RegistryError::OtherBatch {
                index,
                expected,
                got,
            });
        }
        if self.batch == operators.batch(batch)? {
            Ok(())
        } else {
            Err(RegistryError::OtherOperators {
                batch,
                operators: self.batch.operators,
            })
        }
    }

    /// Reads a registration file; nothing is verified yet.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        Self::from_json(&read(path, MAX_FILE_BYTES)?)
    }
}
