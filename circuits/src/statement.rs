//! The three statements, as plain Rust.
//!
//! Each has public values (`*Statement`), secret ones (`*Witness`) and `check()`, with one function
//! and one [`Violation`] per clause. The circuits constrain the same clauses under the same names;
//! `grep S4` shows the whole story of clause S4.

mod duty;
mod enrolment;
mod instance;
mod membership;
mod performance;

pub use duty::{DutyPlace, DutyStatement, DutyWitness};
pub use enrolment::{EnrolmentPlace, EnrolmentStatement, EnrolmentWitness};
pub use instance::{DutyInput, EnrolmentInput, InstanceError, MembershipInput};
pub use membership::{MembershipStatement, MembershipWitness};
pub use performance::{
    ATTESTATION_SHARE, ATTESTATION_WEIGHT, HEAD_WEIGHT, PROPOSAL_SHARE, Pair, SOURCE_WEIGHT,
    SYNC_SHARE, TARGET_WEIGHT, Totals, attestation_points, is_compliant,
};

/// Ten thousand basis points: all of it.
pub const BPS: u16 = 10_000;
/// Bits of `good_stake`.
pub const GOOD_STAKE_BITS: usize = 48;

/// Thresholds of the pool's policy, computed by the contract (protocol section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Attestation performance that a compliant validator has at least; at most 10,000.
    pub min_performance_bps: u16,
    /// Share of timely targets that it has at least; at most 10,000.
    pub min_uptime_bps: u16,
    /// Longest run of missed targets that it may have; below 2^13.
    pub max_outage_epochs: u16,
}

/// What an operator claims in a duty proof. V and `slashed` are exact, the rest lower bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutyClaims {
    /// V, the operator's validators.
    pub validators: u32,
    /// Share of its stake-time that met the policy, at least.
    pub good_bps: u16,
    /// How many of its validators are slashed.
    pub slashed: u32,
    /// Aggregate performance, at least.
    pub performance_bps: u16,
    /// Stake-time that met the policy, in increment-epochs, at least; below 2^48.
    pub good_stake: u64,
}

/// The first clause that does not hold. Names follow protocol sections 4 and 6.
///
/// Messages carry no secret value: they say which clause, never which validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "each message is the documentation of its clause"
)]
pub enum Violation {
    #[error("S1: the operator id is not that of this secret and pool")]
    S1OperatorId,
    #[error("S2: the ledger root is not that of this header")]
    S2LedgerRoot,
    #[error("S3: a row is not a leaf of the ledger's tree")]
    S3Membership,
    #[error("S4: a row's tag is not this operator's")]
    S4Tag,
    #[error("S5: indices are not strictly increasing")]
    S5Order,
    #[error("S6: a field is out of its range, or more is missed than was due")]
    S6Fields,
    #[error("S7: a validator marked compliant does not meet the policy")]
    S7Compliant,
    #[error("S8: the claimed number of validators or of slashed ones is not exact")]
    S8Counts,
    #[error("S9: a claim exceeds what the rows give")]
    S9Claims,
    #[error("claims or thresholds are out of range")]
    ClaimRange,
    #[error("E1: the operator id is not that of this secret and pool")]
    E1OperatorId,
    #[error("E2: the registry root is not that of this tree and N")]
    E2RegistryRoot,
    #[error("E3: a leaf is not in the registry's tree")]
    E3Membership,
    #[error("E4: a leaf's tag is not this operator's")]
    E4Tag,
    #[error("E5: an index is 2^40 or more, or indices are not strictly increasing")]
    E5Order,
    #[error("E6: V is not the number of leaves")]
    E6Count,
    #[error("M1, M2: the operator is not in the operators' tree")]
    M2Membership,
    #[error("M3: the tag is not this operator's for the index")]
    M3Tag,
}
