//! A node of the EVM chain: what it says, and what is sent through it.
//!
//! A transaction is *prepared* first: run by the node without effect, priced, and checked against the sender's
//! balance. What a contract would refuse is told before it costs anything.

mod error;
mod transaction;
mod transport;
mod url;

pub use error::NodeError;
pub use transaction::{Mined, Prepared, Request, Wallet};
pub use url::{NodeUrl, UrlError};

use crate::revert::Revert;
use alloy::eips::BlockId;
use alloy::network::Ethereum;
use alloy::providers::{Provider, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::{TransactionInput, TransactionReceipt, TransactionRequest};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use error::told;
use serde_json::Value;
use std::future::Future;
use std::time::{Duration, Instant};

/// Between two looks for a receipt.
const POLL: Duration = Duration::from_millis(500);
/// Gas beyond the estimate, as a divisor of it: state may change until a transaction is mined.
const GAS_MARGIN: u64 = 5;

/// A node whose chain is the one that is meant.
pub struct Node {
    provider: RootProvider<Ethereum>,
    runtime: tokio::runtime::Runtime,
    url: NodeUrl,
    chain_id: u64,
    /// Where views look.
    block: BlockId,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Node({}, chain {})", self.url, self.chain_id)
    }
}

impl Node {
    /// Asks the node which chain it is on.
    ///
    /// # Errors
    /// If it does not answer, or is on another chain than the one that is expected.
    pub fn connect(url: NodeUrl, expected: Option<u64>) -> Result<Self, NodeError> {
        let start = |detail: String| NodeError::Start { detail };
        let transport = transport::Http::new(&url).map_err(start)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| start(error.to_string()))?;
        let mut node = Self {
            provider: RootProvider::new(RpcClient::new(transport, true)),
            runtime,
            url,
            chain_id: 0,
            block: BlockId::latest(),
        };
        node.chain_id = node.ask(node.provider.get_chain_id())?;
        match expected {
            Some(expected) if expected != node.chain_id => Err(NodeError::WrongChain {
                node: node.url,
                expected,
                got: node.chain_id,
            }),
            _ => Ok(node),
        }
    }

    /// The chain's id.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// From now on views look at the newest block of now, whose number it is: several of them then tell one story.
    pub fn pin(&mut self) -> Result<u64, NodeError> {
        let (number, _) = self.newest()?;
        self.block = BlockId::number(number);
        Ok(number)
    }

    /// Number and time of the newest block.
    pub fn newest(&self) -> Result<(u64, u64), NodeError> {
        let block = self.ask(self.provider.get_block(BlockId::latest()).into_future())?;
        let header = block.map(|block| (block.header.number, block.header.timestamp));
        header.ok_or_else(|| NodeError::Malformed {
            node: self.url.clone(),
            detail: "no newest block".to_owned(),
        })
    }

    /// The node's estimate of what a transaction takes.
    pub fn estimate(&self, from: Address, request: &Request) -> Result<u64, NodeError> {
        let estimate = self.provider.estimate_gas(request.to_rpc(from));
        self.ask(estimate.into_future())
    }

    /// The code of an account.
    pub fn code(&self, account: Address) -> Result<Bytes, NodeError> {
        self.ask(self.provider.get_code_at(account).into_future())
    }

    /// What an account has, in wei.
    pub fn balance(&self, account: Address) -> Result<U256, NodeError> {
        let balance = self.provider.get_balance(account);
        self.ask(balance.block_id(self.block).into_future())
    }

    /// How many transactions of an account are mined.
    pub fn nonce(&self, account: Address) -> Result<u64, NodeError> {
        self.ask(self.provider.get_transaction_count(account).into_future())
    }

    /// How many are mined or wait to be.
    pub fn pending_nonce(&self, account: Address) -> Result<u64, NodeError> {
        let count = self.provider.get_transaction_count(account);
        self.ask(count.block_id(BlockId::pending()).into_future())
    }

    /// What a unit of gas may cost to be mined soon, and how much of that is for the proposer, in wei.
    pub fn fees(&self) -> Result<(u128, u128), NodeError> {
        let fees = self.ask(self.provider.estimate_eip1559_fees())?;
        Ok((fees.max_fee_per_gas, fees.max_priority_fee_per_gas))
    }

    /// Any method of the node, for what has no name here.
    pub fn raw(&self, method: &'static str, params: Value) -> Result<Value, NodeError> {
        self.ask(self.provider.raw_request::<_, Value>(method.into(), params))
    }

    /// A view of a contract.
    pub fn view<C: SolCall>(&self, contract: Address, call: &C) -> Result<C::Return, NodeError> {
        let request = Request::call(contract, call.abi_encode());
        let call = self.provider.call(request.to_rpc(Address::ZERO));
        let returned = self.ask(call.block(self.block).into_future())?;
        C::abi_decode_returns(&returned).map_err(|_| NodeError::NotOurs {
            contract,
            function: C::SIGNATURE,
        })
    }

    /// Runs a transaction without effect; what it returns.
    pub fn simulate(&self, from: Address, request: &Request) -> Result<Bytes, NodeError> {
        let call = self.provider.call(request.to_rpc(from));
        self.ask(call.into_future())
    }

    /// Runs it without effect, then prices it, and looks whether the sender can pay.
    pub fn prepare(&self, from: Address, request: Request) -> Result<Prepared, NodeError> {
        let gas = self.estimate(from, &request)?;
        let (max_fee_per_gas, max_priority_fee_per_gas) = self.fees()?;
        let prepared = Prepared {
            chain_id: self.chain_id,
            from,
            nonce: self.nonce(from)?,
            gas,
            gas_limit: gas + gas / GAS_MARGIN,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            request,
        };
        let (needed, has) = (prepared.most_it_costs(), self.balance(from)?);
        if has < needed {
            return Err(NodeError::Balance {
                account: from,
                needed,
                has,
            });
        }
        Ok(prepared)
    }

    /// Sends it and waits until it is mined.
    ///
    /// # Errors
    /// Also if it is mined and failed.
    pub fn send(
        &self,
        wallet: &Wallet,
        prepared: &Prepared,
        patience: Duration,
    ) -> Result<Mined, NodeError> {
        let raw = prepared.sign(wallet)?;
        let sent = self.ask(self.provider.send_raw_transaction(&raw));
        let hash = *sent?.tx_hash();
        let receipt = self.wait(hash, patience)?;
        if !receipt.status() {
            return Err(NodeError::Failed {
                hash,
                reason: self.why(prepared, &receipt),
            });
        }
        Ok(Mined::new(receipt))
    }

    /// Why a transaction failed, as far as running it again can tell.
    fn why(&self, prepared: &Prepared, receipt: &TransactionReceipt) -> Revert {
        let call = self.provider.call(prepared.request.to_rpc(prepared.from));
        let block = receipt.block_number.unwrap_or_default();
        match self.ask(call.block(BlockId::number(block)).into_future()) {
            Err(NodeError::Reverted { reason }) => reason,
            _ => Revert::Silent,
        }
    }

    fn wait(&self, hash: B256, patience: Duration) -> Result<TransactionReceipt, NodeError> {
        let start = Instant::now();
        loop {
            match self.ask(self.provider.get_transaction_receipt(hash)) {
                Ok(Some(receipt)) => return Ok(receipt),
                // It is sent: a node that is away for a while makes no difference.
                Ok(None) | Err(NodeError::Unreachable { .. }) => {}
                Err(error) => return Err(error),
            }
            if start.elapsed() >= patience {
                return Err(NodeError::NotMined {
                    hash,
                    seconds: patience.as_secs(),
                });
            }
            std::thread::sleep(POLL.min(patience));
        }
    }

    fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, alloy::transports::TransportError>>,
    ) -> Result<T, NodeError> {
        self.runtime
            .block_on(question)
            .map_err(|error| told(&self.url, error))
    }
}

impl Request {
    fn to_rpc(&self, from: Address) -> TransactionRequest {
        TransactionRequest {
            from: Some(from),
            to: Some(self.to.map_or(TxKind::Create, TxKind::Call)),
            value: Some(self.value),
            input: TransactionInput::new(self.data.clone()),
            ..TransactionRequest::default()
        }
    }
}
