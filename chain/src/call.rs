//! Calls of the contracts, from the files that Vigil writes.

use crate::interface::{Claims, DutyPool, LedgerOracle, OperatorRegistry, SignedHeader};
use crate::to_uint;
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
