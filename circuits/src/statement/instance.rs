//! Public inputs: their order and encoding, defined once.
//!
//! Circuit, prover, verifier and contract use only these; the Solidity side is generated from them.

use super::{DutyStatement, EnrolmentStatement, MembershipStatement, Violation};
use crate::identity::INDEX_BITS;
use halo2curves::bn256::Fr;

/// Why public values are refused before any proof is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceError {
    /// A basis-point value, `max_outage_epochs` or `good_stake` is out of range.
    #[error("claims or thresholds are out of range")]
    ClaimRange,
    /// More validators than the shape has places.
    #[error("{validators} validators claimed, but the shape has {capacity} places")]
    Capacity {
        /// V as claimed.
        validators: u32,
        /// Places of the shape.
        capacity: u32,
    },
    /// More slashed validators than places.
    #[error("{slashed} slashed validators claimed, but the shape has {capacity} places")]
    Slashed {
        /// As claimed.
        slashed: u32,
        /// Places of the shape.
        capacity: u32,
    },
    /// A validator index of 2^40 or more.
    #[error("validator index {0} is not below 2^40")]
    Index(u64),
}

macro_rules! inputs {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $label:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All public inputs, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Row of the instance column.
            pub const fn row(self) -> usize {
                self as usize
            }

            /// Name in documents and contracts.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }
        }
    };
}

inputs! {
    /// Public inputs of the duty proof, in order.
    DutyInput {
        /// R.
        LedgerRoot = "ledger_root",
        /// O.
        OperatorId = "operator_id",
        /// V.
        Validators = "validators",
        /// Threshold.
        MinPerformanceBps = "min_performance_bps",
        /// Threshold.
        MinUptimeBps = "min_uptime_bps",
        /// Threshold.
        MaxOutageEpochs = "max_outage_epochs",
        /// Claim.
        GoodBps = "good_bps",
        /// Exact.
        Slashed = "slashed",
        /// Claim.
        PerformanceBps = "performance_bps",
        /// Claim.
        GoodStake = "good_stake",
        /// Bound, otherwise unused.
        Context = "context",
    }
}

inputs! {
    /// Public inputs of the enrolment proof, in order.
    EnrolmentInput {
        /// Root of the registry version.
        RegistryRoot = "registry_root",
        /// O.
        OperatorId = "operator_id",
        /// V.
        Validators = "validators",
        /// Bound, otherwise unused.
        Context = "context",
    }
}

inputs! {
    /// Public inputs of the membership proof, in order.
    MembershipInput {
        /// Root of the operators' tree.
        OperatorsRoot = "operators_root",
        /// The pool.
        Pool = "pool",
        /// Validator index.
        Index = "index",
        /// Its tag.
        Tag = "tag",
        /// Bound, otherwise unused.
        Context = "context",
    }
}

impl DutyStatement {
    /// The public inputs, or why a verifier must refuse them. `capacity`: places of the shape.
    pub fn to_instance(&self, capacity: u32) -> Result<[Fr; DutyInput::COUNT], InstanceError> {
        let claims = &self.claims;
        if self.check_claim_ranges() == Err(Violation::ClaimRange) {
            return Err(InstanceError::ClaimRange);
        }
        if claims.validators > capacity {
            return Err(InstanceError::Capacity {
                validators: claims.validators,
                capacity,
            });
        }
        if claims.slashed > capacity {
            return Err(InstanceError::Slashed {
                slashed: claims.slashed,
                capacity,
            });
        }
        let value = |input: &DutyInput| match input {
            DutyInput::LedgerRoot => self.ledger_root,
            DutyInput::OperatorId => self.operator_id,
            DutyInput::Validators => Fr::from(u64::from(claims.validators)),
            DutyInput::MinPerformanceBps => {
                Fr::from(u64::from(self.thresholds.min_performance_bps))
            }
            DutyInput::MinUptimeBps => Fr::from(u64::from(self.thresholds.min_uptime_bps)),
            DutyInput::MaxOutageEpochs => Fr::from(u64::from(self.thresholds.max_outage_epochs)),
            DutyInput::GoodBps => Fr::from(u64::from(claims.good_bps)),
            DutyInput::Slashed => Fr::from(u64::from(claims.slashed)),
            DutyInput::PerformanceBps => Fr::from(u64::from(claims.performance_bps)),
            DutyInput::GoodStake => Fr::from(claims.good_stake),
            DutyInput::Context => self.context,
        };
        Ok(std::array::from_fn(|row| value(&DutyInput::ALL[row])))
    }
}

impl EnrolmentStatement {
    /// The public inputs, or why a verifier must refuse them. `capacity`: places of the shape.
    pub fn to_instance(&self, capacity: u32) -> Result<[Fr; EnrolmentInput::COUNT], InstanceError> {
        if self.validators > capacity {
            return Err(InstanceError::Capacity {
                validators: self.validators,
                capacity,
            });
        }
        let value = |input: &EnrolmentInput| match input {
            EnrolmentInput::RegistryRoot => self.registry_root,
            EnrolmentInput::OperatorId => self.operator_id,
            EnrolmentInput::Validators => Fr::from(u64::from(self.validators)),
            EnrolmentInput::Context => self.context,
        };
        Ok(std::array::from_fn(|row| value(&EnrolmentInput::ALL[row])))
    }
}

impl MembershipStatement {
    /// The public inputs, or why a verifier must refuse them.
    pub fn to_instance(&self) -> Result<[Fr; MembershipInput::COUNT], InstanceError> {
        if self.index >> INDEX_BITS != 0 {
            return Err(InstanceError::Index(self.index));
        }
        let value = |input: &MembershipInput| match input {
            MembershipInput::OperatorsRoot => self.operators_root,
            MembershipInput::Pool => self.pool.0,
            MembershipInput::Index => Fr::from(self.index),
            MembershipInput::Tag => self.tag,
            MembershipInput::Context => self.context,
        };
        Ok(std::array::from_fn(|row| value(&MembershipInput::ALL[row])))
    }
}
