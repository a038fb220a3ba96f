//! The twin's contract in an EVM.

use crate::solc;
use revm::context::result::{ExecutionResult, Output};
use revm::context::{BlockEnv, CfgEnv, Context, Evm as Machine, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, EthPrecompiles};
use revm::interpreter::interpreter::EthInterpreter;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, TxKind};
use revm::{ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext};
use std::fmt;
use std::sync::LazyLock;

/// Its id.
pub(crate) const CHAIN: u64 = 560_048;
const GAS: u64 = 16_000_000;
const FILE: &str = "test/harness/SettlementTwin.sol";
type Ctx = Context<BlockEnv, TxEnv, CfgEnv, CacheDB<EmptyDB>>;

/// A chain with the contract on it.
pub(crate) struct Evm {
    machine: Machine<
        Ctx,
        (),
        EthInstructions<EthInterpreter, Ctx>,
        EthPrecompiles,
        EthFrame<EthInterpreter>,
    >,
    contract: Address,
}

impl fmt::Debug for Evm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evm")
            .field("contract", &self.contract)
            .finish_non_exhaustive()
    }
}

impl Evm {
    pub(crate) fn new() -> Self {
        static CODE: LazyLock<Vec<u8>> = LazyLock::new(compiled);
        let mut cfg = CfgEnv::new_with_spec(SpecId::OSAKA);
        cfg.disable_nonce_check = true;
        cfg.chain_id = CHAIN;
        let mut machine = Context::mainnet()
            .with_db(CacheDB::<EmptyDB>::default())
            .with_cfg(cfg)
            .build_mainnet();
        let created = machine
            .transact_commit(transaction(TxKind::Create, CODE.clone()))
            .unwrap();
        let ExecutionResult::Success {
            output: Output::Create(_, Some(contract)),
            ..
        } = created
        else {
            panic!("not deployed: {created:?}")
        };
        Self { machine, contract }
    }

    /// What a call returns, or the reason of its revert.
    pub(crate) fn call(&mut self, data: Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
        let transaction = transaction(TxKind::Call(self.contract), data);
        match self.machine.transact(transaction).unwrap().result {
            ExecutionResult::Success { output, .. } => Ok(output.into_data().to_vec()),
            ExecutionResult::Revert { output, .. } => Err(output.to_vec()),
            ExecutionResult::Halt { reason, .. } => panic!("halted: {reason:?}"),
        }
    }
}

fn transaction(kind: TxKind, data: Vec<u8>) -> TxEnv {
    TxEnv::builder()
        .kind(kind)
        .data(data.into())
        .gas_limit(GAS)
        .chain_id(Some(CHAIN))
        .build()
        .unwrap()
}

/// Creation code, by the pinned compiler.
fn compiled() -> Vec<u8> {
    let output = solc::compiled(&[FILE], "evm.bytecode.object");
    assert!(output.get("errors").is_none(), "{:#}", output["errors"]);
    let code = &output["contracts"][FILE]["SettlementTwin"]["evm"]["bytecode"]["object"];
    alloy_primitives::hex::decode(code.as_str().unwrap()).unwrap()
}
