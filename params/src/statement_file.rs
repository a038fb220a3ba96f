//! The JSON file that carries a statement: the public values of a proof, for people and programs.
//!
//! Field by field in docs/formats.md, "Statement files". A context is never read: the file names
//! chain, pool and account, and the reader computes the context from them, so that a verifier can
//! compare each with what it expects.

mod fields;
mod json;

pub use fields::{FieldHex, StatementFileError};

use crate::atomic::{Readers, write_bytes_atomically};
use fields::AddressHex;
use json::{ClaimsJson, DutyJson, EnrolmentJson, MembershipJson, StatementJson, ThresholdsJson};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use vigil_circuits::identity::{Address, Pool, Purpose, context};
use vigil_circuits::statement::{
    DutyClaims, DutyStatement, EnrolmentStatement, MembershipStatement, Thresholds,
};

/// Version of the format.
pub const VERSION: u32 = 1;
/// Longest file.
pub const MAX_FILE_BYTES: usize = 1 << 14;
/// A registration has no account.
const NO_ACCOUNT: Address = [0; 20];

/// Which pool a proof is for, and who gets what it brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The EVM chain's ID.
    pub chain_id: u64,
    /// The pool's contract.
    pub pool: Address,
    /// The payout address, the owner, or 0, by purpose.
    pub account: Address,
}

impl Setting {
    /// The pool, as it enters identities.
    pub fn pool_id(&self) -> Pool {
        Pool::new(self.chain_id, &self.pool)
    }

    /// The context of a proof for this purpose.
    pub fn context(&self, purpose: Purpose) -> halo2curves::bn256::Fr {
        context(self.chain_id, &self.pool, &self.account, purpose)
    }
}

/// One of the three statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Of a duty proof.
    Duty(DutyStatement),
    /// Of an enrolment proof.
    Enrolment(EnrolmentStatement),
    /// Of a registration's membership proof.
    Membership(MembershipStatement),
}

/// A statement with its setting; the statement's context is that of the setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementFile {
    setting: Setting,
    statement: Statement,
    unsigned_registry: bool,
}

impl StatementFile {
    /// A statement in its setting; refused if its context, or a membership's pool or account, is of
    /// another one.
    pub fn new(setting: Setting, statement: Statement) -> Result<Self, StatementFileError> {
        let (got, purpose) = match &statement {
            Statement::Duty(duty) => (duty.context, Purpose::Duty),
            Statement::Enrolment(enrolment) => (enrolment.context, Purpose::Enrolment),
            Statement::Membership(membership) => {
                if membership.pool != setting.pool_id() {
                    return Err(StatementFileError::Pool);
                }
                if setting.account != NO_ACCOUNT {
                    return Err(StatementFileError::Account);
                }
                (membership.context, Purpose::Registration)
            }
        };
        if got == setting.context(purpose) {
            Ok(Self {
                setting,
                statement,
                unsigned_registry: false,
            })
        } else {
            Err(StatementFileError::Context)
        }
    }

    /// Marks the statement as one about an unsigned draft registry, or not. A membership statement is
    /// about operators and has no such mark.
    pub fn with_unsigned_registry(mut self, unsigned: bool) -> Self {
        self.unsigned_registry = unsigned && !matches!(self.statement, Statement::Membership(_));
        self
    }

    /// Whether the statement says that nobody vouches for its registry. The mark guards against
    /// mistakes; who made the statement can leave it out, so trust rests on the root.
    pub fn unsigned_registry(&self) -> bool {
        self.unsigned_registry
    }

    /// Chain, pool and account.
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&StatementJson::from(self))
            .expect("numbers and strings always serialise");
        text.push('\n');
        text
    }

    /// From the file's text.
    pub fn from_json(text: &[u8]) -> Result<Self, StatementFileError> {
        if text.len() > MAX_FILE_BYTES {
            return Err(StatementFileError::TooLarge {
                max: MAX_FILE_BYTES,
            });
        }
        serde_json::from_slice::<StatementJson>(text)?.try_into()
    }

    /// Reads a file; not more of it than a statement can have.
    pub fn read(path: &Path) -> Result<Self, StatementFileError> {
        let mut text = Vec::new();
        let limit = MAX_FILE_BYTES as u64 + 1;
        File::open(path)?.take(limit).read_to_end(&mut text)?;
        Self::from_json(&text)
    }

    /// Writes the file, atomically.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_bytes_atomically(path, Readers::Default, self.to_json().as_bytes())
    }
}

impl From<&StatementFile> for StatementJson {
    fn from(file: &StatementFile) -> Self {
        let Setting {
            chain_id,
            pool,
            account,
        } = file.setting;
        let (pool, account) = (AddressHex(pool), AddressHex(account));
        match &file.statement {
            Statement::Duty(duty) => Self::Duty(DutyJson {
                version: VERSION,
                unsigned_registry: file.unsigned_registry,
                chain_id,
                pool,
                account,
                ledger_root: FieldHex(duty.ledger_root),
                operator_id: FieldHex(duty.operator_id),
                thresholds: ThresholdsJson {
                    min_performance_bps: duty.thresholds.min_performance_bps,
                    min_uptime_bps: duty.thresholds.min_uptime_bps,
                    max_outage_epochs: duty.thresholds.max_outage_epochs,
                },
                claims: ClaimsJson {
                    validators: duty.claims.validators,
                    slashed: duty.claims.slashed,
                    good_bps: duty.claims.good_bps,
                    performance_bps: duty.claims.performance_bps,
                    good_stake: duty.claims.good_stake,
                },
            }),
            Statement::Enrolment(enrolment) => Self::Enrolment(EnrolmentJson {
                version: VERSION,
                unsigned_registry: file.unsigned_registry,
                chain_id,
                pool,
                account,
                registry_root: FieldHex(enrolment.registry_root),
                operator_id: FieldHex(enrolment.operator_id),
                validators: enrolment.validators,
            }),
            Statement::Membership(membership) => Self::Membership(MembershipJson {
                version: VERSION,
                chain_id,
                pool,
                operators_root: FieldHex(membership.operators_root),
                index: membership.index,
                tag: FieldHex(membership.tag),
            }),
        }
    }
}

impl TryFrom<StatementJson> for StatementFile {
    type Error = StatementFileError;

    fn try_from(json: StatementJson) -> Result<Self, Self::Error> {
        let got = json.version();
        if got != VERSION {
            return Err(StatementFileError::Version {
                expected: VERSION,
                got,
            });
        }
        let unsigned_registry = json.unsigned_registry();
        let setting = |chain_id, pool: AddressHex, account: Address| Setting {
            chain_id,
            pool: pool.0,
            account,
        };
        let (setting, statement) = match json {
            StatementJson::Duty(duty) => {
                let setting = setting(duty.chain_id, duty.pool, duty.account.0);
                let statement = Statement::Duty(DutyStatement {
                    ledger_root: duty.ledger_root.0,
                    operator_id: duty.operator_id.0,
                    thresholds: Thresholds {
                        min_performance_bps: duty.thresholds.min_performance_bps,
                        min_uptime_bps: duty.thresholds.min_uptime_bps,
                        max_outage_epochs: duty.thresholds.max_outage_epochs,
                    },
                    claims: DutyClaims {
                        validators: duty.claims.validators,
                        good_bps: duty.claims.good_bps,
                        slashed: duty.claims.slashed,
                        performance_bps: duty.claims.performance_bps,
                        good_stake: duty.claims.good_stake,
                    },
                    context: setting.context(Purpose::Duty),
                });
                (setting, statement)
            }
            StatementJson::Enrolment(enrolment) => {
                let setting = setting(enrolment.chain_id, enrolment.pool, enrolment.account.0);
                let statement = Statement::Enrolment(EnrolmentStatement {
                    registry_root: enrolment.registry_root.0,
                    operator_id: enrolment.operator_id.0,
                    validators: enrolment.validators,
                    context: setting.context(Purpose::Enrolment),
                });
                (setting, statement)
            }
            StatementJson::Membership(membership) => {
                let setting = setting(membership.chain_id, membership.pool, NO_ACCOUNT);
                let statement = Statement::Membership(MembershipStatement {
                    operators_root: membership.operators_root.0,
                    pool: setting.pool_id(),
                    index: membership.index,
                    tag: membership.tag.0,
                    context: setting.context(Purpose::Registration),
                });
                (setting, statement)
            }
        };
        Ok(Self::new(setting, statement)?.with_unsigned_registry(unsigned_registry))
    }
}

#[cfg(test)]
mod tests;
