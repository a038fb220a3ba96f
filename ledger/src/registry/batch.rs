//! From one registry version to the next.

use super::{Operators, Registration, Registry, RegistryError};

impl Registry {
    /// The version that `previous` and the registrations of a batch make. Order and uniqueness are
    /// checked, and that everything belongs to the pool, the batch and the operators; verify every
    /// entry before or after.
    pub fn with_batch(
        operators: &Operators,
        previous: Option<&Self>,
        number: u64,
        registrations: &[Registration],
    ) -> Result<Self, RegistryError> {
        let mut batches = Vec::new();
        let mut entries = Vec::new();
        if let Some(previous) = previous {
            if previous.unsigned {
                return Err(RegistryError::Unsigned);
            }
            previous.check_operators(operators)?;
            batches.clone_from(&previous.batches);
            entries.clone_from(&previous.entries);
        }
        for registration in registrations {
            registration.check_belongs(operators, number)?;
            entries.push(registration.entry.clone());
        }
        batches.push(operators.batch(number)?);
        entries.sort_by_key(|entry| entry.index);
        let registry = Self {
            beacon: Some(operators.setting.beacon),
            chain_id: operators.setting.chain_id,
            pool: operators.setting.pool,
            unsigned: false,
            batches,
            entries,
        };
        registry.check()?;
        Ok(registry)
    }
}
