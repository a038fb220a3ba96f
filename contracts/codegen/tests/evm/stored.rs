//! The workspace's stored proofs, with their keys and public inputs.

use crate::chain::{selector, word};
use ff::PrimeField;
use halo2curves::bn256::Fr;
use std::path::Path;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_circuits::statement::{DutyClaims, DutyStatement, EnrolmentStatement, Thresholds};
use vigil_contracts::{Artifacts, generate};
use vigil_params::keys::VerifyingKey;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Statement, StatementFile};
use vigil_params::{ParamsPolicy, Srs, dev, embedded};
use vigil_verifier::{verify_duty, verify_enrolment, verify_membership};

/// A canonical call of `verify`.
pub(crate) fn call(inputs: &[[u8; 32]], proof: &[u8]) -> Vec<u8> {
    let signature = format!("verify(uint256[{}],bytes)", inputs.len());
    let mut call = selector(&signature).to_vec();
    call.extend(inputs.as_flattened());
    call.extend(word(32 * inputs.len() as u64 + 32));
    call.extend(word(proof.len() as u64));
    call.extend(proof);
    call
}

/// Shapes with a stored proof.
pub(crate) const SHAPES: [&str; 6] = [
    "duty-w1-k13-n1",
    "duty-w1-k11-l1",
    "duty-w1-k11-l4",
    "enrolment-k11-n1",
    "enrolment-k11-l4",
    "membership-k8-l1",
];

/// The ceremony's parameters as far as they are embedded, above that unsafe ones.
pub(crate) fn srs(k: u32) -> Srs {
    embedded::srs(k).unwrap_or_else(|| dev::unsafe_srs(k, 0).unwrap())
}

/// A stored proof.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) shape: Shape,
    pub(crate) key: VerifyingKey,
    pub(crate) artifacts: Artifacts,
    pub(crate) inputs: Vec<[u8; 32]>,
    pub(crate) proof: Vec<u8>,
    statement: Statement,
}

impl Stored {
    pub(crate) fn load(name: &str) -> Self {
        let shape: Shape = name.parse().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stored");
        let file = ProofFile::read(&folder.join(format!("{name}.proof"))).unwrap();
        let statement = StatementFile::read(&folder.join(format!("{name}.json"))).unwrap();
        let srs = srs(shape.k);
        let key = VerifyingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
        let statement = *statement.statement();
        let inputs = match &statement {
            Statement::Duty(duty) => duty.to_instance(shape.capacity()).unwrap().to_vec(),
            Statement::Enrolment(enrolment) => {
                enrolment.to_instance(shape.capacity()).unwrap().to_vec()
            }
            Statement::Membership(membership) => membership.to_instance().unwrap().to_vec(),
        };
        Self {
            shape,
            artifacts: generate(&key).unwrap(),
            inputs: inputs.iter().map(be_bytes).collect(),
            proof: file.proof().to_vec(),
            key,
            statement,
        }
    }

    /// A canonical call of `verifyBatch`.
    pub(crate) fn batch_call(&self, proofs: &[(&[[u8; 32]], &[u8])]) -> Vec<u8> {
        let signature = format!("verifyBatch(uint256[{}][],bytes[])", self.inputs.len());
        let count = proofs.len() as u64;
        let mut call = selector(&signature).to_vec();
        call.extend(word(0x40));
        call.extend(word(0x60 + count * self.inputs.len() as u64 * 32));
        call.extend(word(count));
        for (inputs, _) in proofs {
            call.extend(inputs.as_flattened());
        }
        call.extend(word(count));
        let mut offset = 32 * count;
        for (_, proof) in proofs {
            call.extend(word(offset));
            offset += 32 + proof.len() as u64;
        }
        for (_, proof) in proofs {
            call.extend(word(proof.len() as u64));
            call.extend(*proof);
        }
        call
    }

    /// The native verifier's verdict on any words: those that are no statement are refused.
    pub(crate) fn native(&self, inputs: &[[u8; 32]], proof: &[u8]) -> bool {
        self.native_verdict(inputs, proof).unwrap_or(false)
    }

    fn native_verdict(&self, inputs: &[[u8; 32]], proof: &[u8]) -> Option<bool> {
        let policy = ParamsPolicy {
            allow_unsafe: embedded::srs(self.shape.k).is_none(),
            ..ParamsPolicy::default()
        };
        let field = |row: usize| from_be_bytes(inputs[row]);
        match &self.statement {
            Statement::Duty(_) => {
                let statement = DutyStatement {
                    ledger_root: field(0)?,
                    operator_id: field(1)?,
                    thresholds: Thresholds {
                        min_performance_bps: integer(inputs[3])?,
                        min_uptime_bps: integer(inputs[4])?,
                        max_outage_epochs: integer(inputs[5])?,
                    },
                    claims: DutyClaims {
                        validators: integer(inputs[2])?,
                        good_bps: integer(inputs[6])?,
                        slashed: integer(inputs[7])?,
                        performance_bps: integer(inputs[8])?,
                        good_stake: integer(inputs[9])?,
                    },
                    context: field(10)?,
                };
                Some(verify_duty(&self.key, &policy, &statement, proof).is_ok())
            }
            Statement::Enrolment(_) => {
                let statement = EnrolmentStatement {
                    registry_root: field(0)?,
                    operator_id: field(1)?,
                    validators: integer(inputs[2])?,
                    context: field(3)?,
                };
                Some(verify_enrolment(&self.key, &policy, &statement, proof).is_ok())
            }
            Statement::Membership(stored) => {
                let mut statement = *stored;
                statement.operators_root = field(0)?;
                statement.pool.0 = field(1)?;
                statement.index = integer(inputs[2])?;
                statement.tag = field(3)?;
                statement.context = field(4)?;
                Some(verify_membership(&self.key, &policy, &statement, proof).is_ok())
            }
        }
    }
}

pub(crate) fn be_bytes(value: &Fr) -> [u8; 32] {
    let mut bytes = value.to_repr();
    bytes.reverse();
    bytes
}

pub(crate) fn from_be_bytes(mut bytes: [u8; 32]) -> Option<Fr> {
    bytes.reverse();
    Option::from(Fr::from_repr(bytes))
}

/// A word as an integer of the statement's type.
fn integer<T: TryFrom<u64>>(word: [u8; 32]) -> Option<T> {
    let (high, low) = word.split_at(24);
    let value = u64::from_be_bytes(low.try_into().unwrap());
    high.iter()
        .all(|&byte| byte == 0)
        .then(|| T::try_from(value).ok())?
}
