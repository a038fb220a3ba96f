//! The shape of the JSON. Unknown fields are refused, so that a misspelt one is no silent default.

use super::fields::{AddressHex, FieldHex};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "statement", rename_all = "lowercase")]
pub(super) enum StatementJson {
    Duty(DutyJson),
    Enrolment(EnrolmentJson),
    Membership(MembershipJson),
}

impl StatementJson {
    pub(super) fn version(&self) -> u32 {
        match self {
            Self::Duty(duty) => duty.version,
            Self::Enrolment(enrolment) => enrolment.version,
            Self::Membership(membership) => membership.version,
        }
    }

    pub(super) fn unsigned_registry(&self) -> bool {
        match self {
            Self::Duty(duty) => duty.unsigned_registry,
            Self::Enrolment(enrolment) => enrolment.unsigned_registry,
            Self::Membership(_) => false,
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DutyJson {
    pub(super) version: u32,
    /// Only written where it is true.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) unsigned_registry: bool,
    pub(super) chain_id: u64,
    pub(super) pool: AddressHex,
    pub(super) account: AddressHex,
    pub(super) ledger_root: FieldHex,
    pub(super) operator_id: FieldHex,
    pub(super) thresholds: ThresholdsJson,
    pub(super) claims: ClaimsJson,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThresholdsJson {
    pub(super) min_performance_bps: u16,
    pub(super) min_uptime_bps: u16,
    pub(super) max_outage_epochs: u16,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimsJson {
    pub(super) validators: u32,
    pub(super) slashed: u32,
    pub(super) good_bps: u16,
    pub(super) performance_bps: u16,
    pub(super) good_stake: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrolmentJson {
    pub(super) version: u32,
    /// Only written where it is true.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) unsigned_registry: bool,
    pub(super) chain_id: u64,
    pub(super) pool: AddressHex,
    pub(super) account: AddressHex,
    pub(super) registry_root: FieldHex,
    pub(super) operator_id: FieldHex,
    pub(super) validators: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MembershipJson {
    pub(super) version: u32,
    pub(super) chain_id: u64,
    pub(super) pool: AddressHex,
    pub(super) operators_root: FieldHex,
    pub(super) index: u64,
    pub(super) tag: FieldHex,
}
