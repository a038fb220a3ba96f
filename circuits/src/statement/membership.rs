//! The registration's membership statement, clauses M1 to M4 (protocol section 4).

use super::Violation;
use crate::identity::{OperatorSecret, Pool};
use crate::tree::{OPERATORS_DEPTH, Path};
use halo2curves::bn256::Fr;

/// What a membership proof says in public: some registered operator can open this tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MembershipStatement {
    /// Root of the tree of operator ids.
    pub operators_root: Fr,
    /// The pool.
    pub pool: Pool,
    /// Validator index, below 2^40.
    pub index: u64,
    /// The tag to be registered for it.
    pub tag: Fr,
    /// Chain, contract and purpose.
    pub context: Fr,
}

/// What a membership proof hides: which operator it is.
#[derive(Clone, Debug)]
pub struct MembershipWitness {
    /// The operator's secret.
    pub secret: OperatorSecret,
    /// Path of its id in the operators' tree.
    pub path: Path,
}

impl MembershipStatement {
    /// Whether the statement is true of `witness`.
    pub fn check(&self, witness: &MembershipWitness) -> Result<(), Violation> {
        self.check_m1_m2(witness)?;
        self.check_m3(witness)
        // M4: the context is bound by the instance alone.
    }

    /// M1 and M2: `O = sponge(1; s, pool)` is a leaf of the operators' tree.
    fn check_m1_m2(&self, witness: &MembershipWitness) -> Result<(), Violation> {
        let operator_id = witness.secret.operator_id(self.pool);
        (witness.path.levels.len() == OPERATORS_DEPTH
            && witness.path.leads_to(operator_id, self.operators_root))
        .then_some(())
        .ok_or(Violation::M2Membership)
    }

    /// M3: `tag = sponge(2; s, index, pool)`.
    fn check_m3(&self, witness: &MembershipWitness) -> Result<(), Violation> {
        (self.tag == witness.secret.tag(self.index, self.pool))
            .then_some(())
            .ok_or(Violation::M3Tag)
    }
}
