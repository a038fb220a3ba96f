//! The enrolment statement, clauses E1 to E7 (protocol section 4).

use super::Violation;
use crate::identity::{INDEX_BITS, OperatorSecret, Pool, registry_leaf, registry_root};
use crate::tree::{LEDGER_DEPTH, Path};
use halo2curves::bn256::Fr;

/// What an enrolment proof says in public: of the registry with this root, V validators are
/// this operator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnrolmentStatement {
    /// Root of the registry version.
    pub registry_root: Fr,
    /// The operator, `sponge(1; secret, pool)`.
    pub operator_id: Fr,
    /// V.
    pub validators: u32,
    /// Chain, contract, owner and purpose.
    pub context: Fr,
}

/// One of the operator's leaves.
#[derive(Clone, Debug)]
pub struct EnrolmentPlace {
    /// Validator index.
    pub index: u64,
    /// Path of its leaf in the registry's tree.
    pub path: Path,
}

/// What an enrolment proof hides.
#[derive(Clone, Debug)]
pub struct EnrolmentWitness {
    /// The operator's secret.
    pub secret: OperatorSecret,
    /// The pool.
    pub pool: Pool,
    /// Root of the registry's tree.
    pub tree_root: Fr,
    /// N.
    pub registered: u32,
    /// The operator's leaves, by increasing index.
    pub places: Vec<EnrolmentPlace>,
}

impl EnrolmentStatement {
    /// Whether the statement is true of `witness`.
    pub fn check(&self, witness: &EnrolmentWitness) -> Result<(), Violation> {
        self.check_e1(witness)?;
        self.check_e2(witness)?;
        self.check_e3_e4(witness)?;
        self.check_e5(witness)?;
        self.check_e6(witness)
        // E7: the context is bound by the instance alone.
    }

    /// E1: `O = sponge(1; s, pool)`.
    fn check_e1(&self, witness: &EnrolmentWitness) -> Result<(), Violation> {
        (self.operator_id == witness.secret.operator_id(witness.pool))
            .then_some(())
            .ok_or(Violation::E1OperatorId)
    }

    /// E2: `registry_root = sponge(4; tree root, N)`.
    fn check_e2(&self, witness: &EnrolmentWitness) -> Result<(), Violation> {
        (self.registry_root == registry_root(witness.tree_root, witness.registered))
            .then_some(())
            .ok_or(Violation::E2RegistryRoot)
    }

    /// E3 and E4: each leaf, with the operator's own tag, is in that tree.
    fn check_e3_e4(&self, witness: &EnrolmentWitness) -> Result<(), Violation> {
        let is_member = |place: &EnrolmentPlace| {
            let tag = witness.secret.tag(place.index, witness.pool);
            place.path.levels.len() == LEDGER_DEPTH
                && place
                    .path
                    .leads_to(registry_leaf(place.index, tag), witness.tree_root)
        };
        witness
            .places
            .iter()
            .all(is_member)
            .then_some(())
            .ok_or(Violation::E3Membership)
    }

    /// E5: indices are below 2^40 and strictly increase.
    fn check_e5(&self, witness: &EnrolmentWitness) -> Result<(), Violation> {
        let in_range = witness
            .places
            .iter()
            .all(|place| place.index >> INDEX_BITS == 0);
        let in_order = witness.places.is_sorted_by(|a, b| a.index < b.index);
        (in_range && in_order)
            .then_some(())
            .ok_or(Violation::E5Order)
    }

    /// E6: V is the number of leaves.
    fn check_e6(&self, witness: &EnrolmentWitness) -> Result<(), Violation> {
        (self.validators as usize == witness.places.len())
            .then_some(())
            .ok_or(Violation::E6Count)
    }
}
