//! Calls of the contracts, from the files that Vigil writes.

use crate::interface::{Claims, DutyPool, LedgerOracle, OperatorRegistry, SignedHeader};
use crate::revert::show;
use crate::to_uint;
use alloy::dyn_abi::{DynSolValue, JsonAbiExt};
use alloy::json_abi::{Function, JsonAbi, Param};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use vigil_circuits::header;
use vigil_circuits::identity;
use vigil_circuits::statement::{DutyStatement, EnrolmentStatement};

/// Which contract of a deployment is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// Pays, withholds, strikes and charges.
    DutyPool,
    /// Operators and how many validators they have.
    OperatorRegistry,
    /// Headers of periods.
    LedgerOracle,
}

impl Contract {
    /// Its name in the sources.
    pub fn name(self) -> &'static str {
        match self {
            Self::DutyPool => "DutyPool",
            Self::OperatorRegistry => "OperatorRegistry",
            Self::LedgerOracle => "LedgerOracle",
        }
    }

    fn abi(self) -> JsonAbi {
        match self {
            Self::DutyPool => DutyPool::abi::contract(),
            Self::OperatorRegistry => OperatorRegistry::abi::contract(),
            Self::LedgerOracle => LedgerOracle::abi::contract(),
        }
    }
}

/// A transaction's contents, all but its value and who sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who is called.
    pub contract: Contract,
    /// What is called, with the types of its arguments.
    pub signature: &'static str,
    /// Selector and arguments.
    pub data: Vec<u8>,
}

impl Call {
    fn new<C: SolCall>(contract: Contract, call: &C) -> Self {
        Self {
            contract,
            signature: C::SIGNATURE,
            data: call.abi_encode(),
        }
    }

    /// Names and values of the arguments, read back from the data itself.
    pub fn arguments(&self) -> Vec<(String, String)> {
        let abi = self.contract.abi();
        let is_it = |function: &&Function| self.data.starts_with(function.selector().as_slice());
        let Some(function) = abi.functions().find(is_it) else {
            return Vec::new();
        };
        let values = function.abi_decode_input(&self.data[4..]);
        let mut named = Vec::new();
        for (input, value) in function.inputs.iter().zip(values.unwrap_or_default()) {
            name_value(&mut named, &input.name, input, &value);
        }
        named
    }

    /// Settles a period on a duty proof. `shape` is the number of the proof's verifier in the shape registry.
    /// The operator's owner sends it.
    pub fn submit_proof(statement: &DutyStatement, period: u64, shape: u64, proof: &[u8]) -> Self {
        let claims = statement.claims;
        Self::new(
            Contract::DutyPool,
            &DutyPool::submitProofCall {
                id: to_uint(statement.operator_id),
                period,
                claims: Claims {
                    validators: claims.validators,
                    goodBps: claims.good_bps,
                    slashed: claims.slashed,
                    performanceBps: claims.performance_bps,
                    goodStake: claims.good_stake,
                },
                shape: U256::from(shape),
                proof: proof.to_vec().into(),
            },
        )
    }

    /// Makes an operator, on an enrolment proof of V = 0. The account that the proof is bound to sends it, with
    /// the bond as the transaction's value, and becomes the owner.
    pub fn register(
        statement: &EnrolmentStatement,
        payout: &identity::Address,
        shape: u64,
        proof: &[u8],
    ) -> Self {
        Self::new(
            Contract::OperatorRegistry,
            &OperatorRegistry::registerCall {
                id: to_uint(statement.operator_id),
                payout: Address::from(*payout),
                shape: U256::from(shape),
                proof: proof.to_vec().into(),
            },
        )
    }

    /// Opens an operator's leaves of the batch whose root is fixed. The owner sends it.
    pub fn enrol(statement: &EnrolmentStatement, shape: u64, proof: &[u8]) -> Self {
        Self::new(
            Contract::OperatorRegistry,
            &OperatorRegistry::enrolCall {
                id: to_uint(statement.operator_id),
                validators: statement.validators,
                shape: U256::from(shape),
                proof: proof.to_vec().into(),
            },
        )
    }

    /// Brings a period's header with its members' signatures, sorted by signer. Anybody sends it.
    pub fn propose(header: &header::SignedHeader, signatures: &[[u8; 65]]) -> Self {
        Self::new(
            Contract::LedgerOracle,
            &LedgerOracle::proposeCall {
                header: header.into(),
                signatures: signatures
                    .iter()
                    .map(|bytes| bytes.to_vec().into())
                    .collect(),
            },
        )
    }
}

/// A struct's fields each by their own name.
fn name_value(named: &mut Vec<(String, String)>, name: &str, input: &Param, value: &DynSolValue) {
    match value {
        DynSolValue::Tuple(values) => {
            for (field, value) in input.components.iter().zip(values) {
                name_value(named, &format!("{name}.{}", field.name), field, value);
            }
        }
        value => named.push((name.to_owned(), show(value))),
    }
}

impl From<&header::SignedHeader> for SignedHeader {
    fn from(header: &header::SignedHeader) -> Self {
        Self {
            ledgerRoot: to_uint(header.ledger_root),
            registryRoot: to_uint(header.registry_root),
            chain: to_uint(header.chain),
            fileHash: B256::from(header.file_hash),
            startEpoch: header.start_epoch,
            epochs: header.epochs,
            registered: header.registered,
            totalGood: header.total_good,
            totalSlashed: header.total_slashed,
            networkBps: header.network_bps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_circuits::Fr;
    use vigil_circuits::statement::{DutyClaims, Thresholds};

    #[test]
    fn arguments_are_read_back_from_the_data() {
        let statement = DutyStatement {
            ledger_root: Fr::from(1),
            operator_id: Fr::from(2),
            thresholds: Thresholds {
                min_performance_bps: 3,
                min_uptime_bps: 4,
                max_outage_epochs: 5,
            },
            claims: DutyClaims {
                validators: 6,
                good_bps: 7,
                slashed: 8,
                performance_bps: 9,
                good_stake: 10,
            },
            context: Fr::from(11),
        };
        let call = Call::submit_proof(&statement, 12, 13, &[0xab; 100]);
        let arguments = call.arguments();
        let shown: Vec<(&str, &str)> = arguments
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let proof = format!("0x{}... (100 bytes)", "ab".repeat(32));
        assert_eq!(
            shown,
            [
                ("id", "2"),
                ("period", "12"),
                ("claims.validators", "6"),
                ("claims.goodBps", "7"),
                ("claims.slashed", "8"),
                ("claims.performanceBps", "9"),
                ("claims.goodStake", "10"),
                ("shape", "13"),
                ("proof", &proof),
            ]
        );
    }
}
