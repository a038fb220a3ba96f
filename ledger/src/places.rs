//! Which entries are an operator's: those with a tag that its secret makes.

use crate::file::Ledger;
use crate::registry::Registry;
use vigil_circuits::identity::{OperatorSecret, Pool};
use vigil_circuits::statement::{DutyPlace, EnrolmentPlace, Thresholds, is_compliant};
use vigil_circuits::tree::Tree;

impl Ledger {
    /// The operator's rows at a pool, with their paths, as a duty proof takes them.
    pub fn places(
        &self,
        secret: &OperatorSecret,
        pool: Pool,
        thresholds: &Thresholds,
    ) -> Vec<DutyPlace> {
        (0..)
            .zip(self.entries())
            .filter(|(_, entry)| secret.tag(entry.row.index, pool) == entry.tag)
            .map(|(position, entry)| DutyPlace {
                row: entry.row.clone(),
                path: self.path(position),
                compliant: is_compliant(&entry.row, thresholds),
            })
            .collect()
    }
}

impl Registry {
    /// The operator's entries, with their paths in the registry's [`tree`](Self::tree), as an
    /// enrolment proof takes them.
    pub fn places(&self, secret: &OperatorSecret, tree: &Tree) -> Vec<EnrolmentPlace> {
        let pool = self.pool_id();
        (0..)
            .zip(&self.entries)
            .filter(|(_, entry)| secret.tag(entry.index, pool) == entry.tag)
            .map(|(position, entry)| EnrolmentPlace {
                index: entry.index,
                path: tree.path(position),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{LedgerEntry, LedgerPeriod};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use vigil_circuits::identity::registry_leaf;
    use vigil_circuits::ledger::Words;
    use vigil_circuits::synthetic::{THRESHOLDS, random_row};

    #[test]
    fn every_entry_is_one_operators_and_its_path_leads_to_the_root() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let validators: Vec<_> = (0..11).map(|i| (7 * i, [0; 48])).collect();
        let (registry, secrets) = Registry::draft(1, [7; 20], &validators, 3, &mut rng).unwrap();
        let pool = registry.pool_id();
        let entry = |&(index, _): &(u64, [u8; 48]), tag| LedgerEntry {
            row: random_row(&mut ChaCha20Rng::seed_from_u64(index), Words::W1, index),
            tag,
            first_active: 0,
        };
        let entries = validators.iter().zip(&registry.entries);
        let entries = entries.map(|(validator, registered)| entry(validator, registered.tag));
        let period = LedgerPeriod {
            genesis_validators_root: [0x11; 32],
            registry_root: registry.root().unwrap(),
            unsigned_registry: true,
            start_epoch: 40,
            epochs: 225,
        };
        let ledger = Ledger::new(period, entries.collect()).unwrap();

        let tree = registry.tree().unwrap();
        let mut indices = Vec::new();
        for secret in &secrets {
            let (duty, enrolment) = (
                ledger.places(secret, pool, &THRESHOLDS),
                registry.places(secret, &tree),
            );
            assert_eq!(duty.len(), enrolment.len());
            for (duty, enrolment) in duty.iter().zip(&enrolment) {
                let index = duty.row.index;
                assert_eq!(index, enrolment.index);
                let tag = secret.tag(index, pool);
                assert!(
                    duty.path
                        .leads_to(duty.row.leaf(tag), ledger.header().tree_root)
                );
                let leaf = registry_leaf(index, tag);
                assert!(enrolment.path.leads_to(leaf, tree.root()));
                assert_eq!(duty.compliant, is_compliant(&duty.row, &THRESHOLDS));
                indices.push(index);
            }
        }
        indices.sort_unstable();
        assert!(indices.iter().eq(validators.iter().map(|(index, _)| index)));

        let stranger = OperatorSecret::random(&mut rng);
        assert!(ledger.places(&stranger, pool, &THRESHOLDS).is_empty());
        let elsewhere = Pool::new(2, &[7; 20]);
        assert!(
            ledger
                .places(&secrets[0], elsewhere, &THRESHOLDS)
                .is_empty()
        );
    }
}
