//! A chain with Barretenberg's Solidity verifier on it, for parameters made here.
//!
//! Barretenberg's own verifier knows one ceremony only. The contract that it writes names that ceremony's tau in G2
//! in four words, which are replaced by ours.

use anyhow::{Context as _, bail, ensure};
use revm::context::result::{ExecutionResult, Output};
use revm::context::{CfgEnv, Context, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind};
use revm::{ExecuteCommitEvm, ExecuteEvm as _, MainBuilder as _, MainContext as _};
use sha3::{Digest as _, Keccak256};

/// What precedes the four words.
const MARK: &str = "// G2 [x]\n";
const WORD: usize = 32;
const GAS: u64 = 16_000_000;

/// The contract's source with another tau, four words of 32 bytes.
pub fn with_tau(source: &str, tau: &[u8]) -> anyhow::Result<String> {
    ensure!(tau.len() == 4 * WORD, "tau in G2 has four words");
    let (before, after) = source
        .split_once(MARK)
        .context("the contract does not say where its parameters are")?;
    let mut lines: Vec<String> = after.lines().map(str::to_owned).collect();
    for (line, word) in lines.iter_mut().zip(tau.chunks(WORD)) {
        let start = line.rfind("0x").context("a word is missing")?;
        line.replace_range(
            start..start + 2 + 2 * WORD,
            &format!("0x{}", hex::encode(word)),
        );
    }
    Ok(format!("{before}{MARK}{}\n", lines.join("\n")))
}

/// The chain.
#[derive(Clone, Debug)]
pub struct Verifier {
    db: CacheDB<EmptyDB>,
    address: Address,
}

macro_rules! evm {
    ($db:expr) => {{
        let mut cfg = CfgEnv::new_with_spec(SpecId::OSAKA);
        cfg.disable_nonce_check = true;
        Context::mainnet()
            .with_db($db)
            .with_cfg(cfg)
            .build_mainnet()
    }};
}

impl Verifier {
    /// Deploys the contract.
    pub fn deploy(creation: Vec<u8>) -> anyhow::Result<Self> {
        let mut db = CacheDB::new(EmptyDB::default());
        let result = evm!(&mut db).transact_commit(transaction(TxKind::Create, creation)?)?;
        match result {
            ExecutionResult::Success {
                output: Output::Create(_, Some(address)),
                ..
            } => Ok(Self { db, address }),
            other => bail!("the contract cannot be deployed: {other:?}"),
        }
    }

    /// Gas of the transaction that verifies the proof, or `None` if the contract refuses it.
    pub fn verify(&self, proof: &[u8], public: &[u8]) -> anyhow::Result<Option<u64>> {
        let call = transaction(TxKind::Call(self.address), call(proof, public))?;
        let result = evm!(self.db.clone()).transact(call)?.result;
        let accepted = result.is_success()
            && result
                .output()
                .is_some_and(|output| output.last() == Some(&1));
        Ok(accepted.then(|| result.tx_gas_used()))
    }
}

fn transaction(kind: TxKind, data: Vec<u8>) -> anyhow::Result<TxEnv> {
    let transaction = TxEnv::builder()
        .kind(kind)
        .data(Bytes::from(data))
        .gas_limit(GAS)
        .build();
    transaction.map_err(|error| anyhow::anyhow!("no such transaction: {error:?}"))
}

/// `verify(bytes proof, bytes32[] publicInputs)`.
fn call(proof: &[u8], public: &[u8]) -> Vec<u8> {
    let word = |value: usize| {
        let mut word = [0; WORD];
        word[WORD - 8..].copy_from_slice(&(value as u64).to_be_bytes());
        word
    };
    let padded = proof.len().next_multiple_of(WORD);
    let mut call = Keccak256::digest("verify(bytes,bytes32[])")[..4].to_vec();
    call.extend(word(2 * WORD));
    call.extend(word(3 * WORD + padded));
    call.extend(word(proof.len()));
    call.extend(proof);
    call.resize(call.len() + padded - proof.len(), 0);
    call.extend(word(public.len() / WORD));
    call.extend(public);
    call
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_words_are_replaced_and_nothing_else() {
        let line = |word: &str| format!("  mstore(0x100, 0x{})\n", word.repeat(64));
        let lines = |word| line(word).repeat(4);
        let source = format!("{}{MARK}{}{}", line("1"), lines("2"), line("3"));
        let ours = with_tau(&source, &[0x44; 128]).unwrap();
        assert_eq!(
            ours,
            format!("{}{MARK}{}{}", line("1"), lines("4"), line("3"))
        );
        assert!(with_tau("nothing", &[0; 128]).is_err());
    }
}
