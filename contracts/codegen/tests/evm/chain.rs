//! A chain with a verifier on it.

use crate::solc::generated;
use crate::stored::{Stored, call};
use revm::bytecode::Bytecode;
use revm::context::result::{ExecutionResult, Output};
use revm::context::{CfgEnv, Context, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::inspector::Inspector;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind};
use revm::state::AccountInfo;
use revm::{ExecuteCommitEvm, ExecuteEvm, InspectEvm, MainBuilder, MainContext};

/// The prices of this fork are what gas figures mean.
const FORK: SpecId = SpecId::OSAKA;

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It returned.
    Returned { output: Vec<u8>, gas: u64 },
    /// It reverted with this data.
    Reverted(Vec<u8>),
    /// It ran out of gas, or worse.
    Halted,
}

impl Outcome {
    /// Whether a verifier said yes.
    pub(crate) fn accepted(&self) -> bool {
        matches!(self, Self::Returned { output, .. } if output[..] == word(1))
    }

    pub(crate) fn gas(&self) -> u64 {
        match self {
            Self::Returned { gas, .. } => *gas,
            other => panic!("refused: {other:?}"),
        }
    }

    /// Whether it reverted with this error.
    pub(crate) fn is_error(&self, signature: &str) -> bool {
        matches!(self, Self::Reverted(data) if data[..] == selector(signature))
    }
}

/// First four bytes of a signature's hash.
pub(crate) fn selector(signature: &str) -> [u8; 4] {
    use sha3::{Digest, Keccak256};
    Keccak256::digest(signature)[..4].try_into().unwrap()
}

/// A number as the ABI has it.
pub(crate) fn word(value: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

/// A chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    db: CacheDB<EmptyDB>,
}

macro_rules! evm {
    ($db:expr) => {{
        let mut cfg = CfgEnv::new_with_spec(FORK);
        cfg.disable_nonce_check = true;
        Context::mainnet().with_db($db).with_cfg(cfg)
    }};
}

impl Chain {
    /// Deploys `creation`; the address, or what came of it.
    pub(crate) fn deploy(&mut self, creation: Vec<u8>) -> Result<Address, Outcome> {
        let transaction = transaction(TxKind::Create, creation, 16_000_000);
        let mut evm = evm!(&mut self.db).build_mainnet();
        let result = evm.transact_commit(transaction).unwrap();
        match result {
            ExecutionResult::Success {
                output: Output::Create(_, Some(address)),
                ..
            } => Ok(address),
            other => Err(outcome(other)),
        }
    }

    /// Puts a contract with this code on the chain, whatever its size.
    pub(crate) fn place(&mut self, code: &[u8]) -> Address {
        let address = Address::repeat_byte(0xc0);
        let code = Bytecode::new_raw(Bytes::copy_from_slice(code));
        self.db
            .insert_account_info(address, AccountInfo::default().with_code(code));
        address
    }

    /// A verifier with its key.
    pub(crate) fn deploy_verifier(
        &mut self,
        mut creation: Vec<u8>,
        key: Address,
    ) -> Result<Address, Outcome> {
        let hash = self.db.cache.accounts[&key].info.code_hash;
        creation.extend(arguments(key, hash.0));
        self.deploy(creation)
    }

    /// A transaction with this data.
    pub(crate) fn call(&self, to: Address, data: Vec<u8>) -> Outcome {
        self.call_with(to, data, 16_000_000)
    }

    /// A transaction with this data and gas.
    pub(crate) fn call_with(&self, to: Address, data: Vec<u8>, gas: u64) -> Outcome {
        let mut evm = evm!(self.db.clone()).build_mainnet();
        let result = evm.transact(transaction(TxKind::Call(to), data, gas));
        result.map_or(Outcome::Halted, |result| outcome(result.result))
    }

    /// A transaction under the eyes of `inspector`.
    pub(crate) fn inspect<I>(&self, to: Address, data: Vec<u8>, inspector: I) -> (Outcome, I)
    where
        I: for<'a> Inspector<
            revm::context::Context<revm::context::BlockEnv, TxEnv, CfgEnv, CacheDB<EmptyDB>>,
        >,
    {
        let mut evm = evm!(self.db.clone()).build_mainnet_with_inspector(inspector);
        let result = evm.inspect_one_tx(transaction(TxKind::Call(to), data, 16_000_000));
        (outcome(result.unwrap()), evm.inspector)
    }
}

fn transaction(kind: TxKind, data: Vec<u8>, gas: u64) -> TxEnv {
    TxEnv::builder()
        .kind(kind)
        .data(Bytes::from(data))
        .gas_limit(gas)
        .build()
        .unwrap()
}

fn outcome(result: ExecutionResult) -> Outcome {
    match result {
        ExecutionResult::Revert { output, .. } => Outcome::Reverted(output.to_vec()),
        ExecutionResult::Halt { .. } => Outcome::Halted,
        success => {
            let gas = success.tx_gas_used();
            Outcome::Returned {
                output: success.into_output().unwrap_or_default().to_vec(),
                gas,
            }
        }
    }
}

/// The verifier of a stored proof's shape on a chain of its own.
#[derive(Clone, Debug)]
pub(crate) struct Deployed {
    pub(crate) chain: Chain,
    pub(crate) verifier: Address,
    pub(crate) key: Address,
}

impl Deployed {
    pub(crate) fn of(stored: &Stored) -> Self {
        let mut chain = Chain::default();
        let key = chain
            .deploy(generated(&stored.artifacts.key.name).creation.clone())
            .unwrap();
        let verifier = chain
            .deploy(constructor_call(
                stored,
                key,
                stored.artifacts.key_code_hash(),
            ))
            .unwrap();
        Self {
            chain,
            verifier,
            key,
        }
    }

    pub(crate) fn verify(&self, inputs: &[[u8; 32]], proof: &[u8]) -> Outcome {
        self.chain.call(self.verifier, call(inputs, proof))
    }
}

/// Creation code of the verifier with its constructor's arguments.
pub(crate) fn constructor_call(stored: &Stored, key: Address, code_hash: [u8; 32]) -> Vec<u8> {
    let mut creation = generated(&stored.artifacts.verifier.name).creation.clone();
    creation.extend(arguments(key, code_hash));
    creation
}

fn arguments(key: Address, code_hash: [u8; 32]) -> Vec<u8> {
    [&[0; 12], key.as_slice(), &code_hash].concat()
}
