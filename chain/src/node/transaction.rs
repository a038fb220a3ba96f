//! Transactions: asked for, prepared, mined; and who signs them.

use super::NodeError;
use alloy::consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy::eips::Encodable2718;
use alloy::rpc::types::{Log, TransactionReceipt};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::SolEvent;
use std::fmt;

/// A key that signs. It is wiped when dropped.
#[derive(Clone)]
pub struct Wallet(PrivateKeySigner);

impl Wallet {
    /// From a secret key; `None` if it is none.
    pub fn from_secret(secret: &[u8; 32]) -> Option<Self> {
        PrivateKeySigner::from_slice(secret).ok().map(Self)
    }

    /// The account.
    pub fn address(&self) -> Address {
        self.0.address()
    }

    /// Signs a digest: r, s, v.
    pub fn sign(&self, digest: B256) -> Result<[u8; 65], NodeError> {
        Ok(self.0.sign_hash_sync(&digest)?.as_bytes())
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wallet({})", self.address())
    }
}

/// What is asked of the chain. Without a receiver it makes a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Receiver.
    pub to: Option<Address>,
    /// In wei.
    pub value: U256,
    /// Selector and arguments, or code and the constructor's arguments.
    pub data: Bytes,
}

impl Request {
    /// A call without value.
    pub fn call(to: Address, data: Vec<u8>) -> Self {
        Self::paying(to, data, U256::ZERO)
    }

    /// A call with a value in wei.
    pub fn paying(to: Address, data: Vec<u8>, value: U256) -> Self {
        Self {
            to: Some(to),
            value,
            data: data.into(),
        }
    }

    /// Makes a contract.
    pub fn create(code: Vec<u8>) -> Self {
        Self {
            to: None,
            value: U256::ZERO,
            data: code.into(),
        }
    }
}

/// A transaction as it would be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Chain that it is for.
    pub chain_id: u64,
    /// Sender.
    pub from: Address,
    /// Its number among the sender's.
    pub nonce: u64,
    /// The node's estimate.
    pub gas: u64,
    /// Most that it may use.
    pub gas_limit: u64,
    /// Most that a unit of gas may cost, in wei.
    pub max_fee_per_gas: u128,
    /// Of that, for the proposer.
    pub max_priority_fee_per_gas: u128,
    /// What it does.
    pub request: Request,
}

impl Prepared {
    /// Value, and all the gas that it may use at its highest price, in wei.
    pub fn most_it_costs(&self) -> U256 {
        let gas = U256::from(self.gas_limit) * U256::from(self.max_fee_per_gas);
        self.request.value.saturating_add(gas)
    }

    /// The bytes that nodes take.
    pub(super) fn sign(&self, wallet: &Wallet) -> Result<Vec<u8>, NodeError> {
        if wallet.address() != self.from {
            return Err(NodeError::WrongSigner {
                expected: self.from,
                got: wallet.address(),
            });
        }
        let transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.max_fee_per_gas,
            max_priority_fee_per_gas: self.max_priority_fee_per_gas,
            to: self.request.to.map_or(TxKind::Create, TxKind::Call),
            value: self.request.value,
            input: self.request.data.clone(),
            access_list: Default::default(),
        };
        let signature = wallet.0.sign_hash_sync(&transaction.signature_hash())?;
        Ok(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718())
    }
}

/// A transaction on chain, with its effect.
#[derive(Clone, Debug)]
pub struct Mined {
    /// Its hash.
    pub hash: B256,
    /// Number of its block.
    pub block: u64,
    /// Gas that it used.
    pub gas_used: u64,
    /// What it paid, in wei, without its value.
    pub fee: U256,
    logs: Vec<Log>,
}

impl Mined {
    pub(super) fn new(receipt: TransactionReceipt) -> Self {
        Self {
            hash: receipt.transaction_hash,
            block: receipt.block_number.unwrap_or_default(),
            gas_used: receipt.gas_used,
            fee: U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price),
            logs: receipt.logs().to_vec(),
        }
    }

    /// The first event of a kind that a contract has told.
    pub fn event<E: SolEvent>(&self, contract: Address) -> Option<E> {
        let mut told = self.logs.iter().filter(|log| log.address() == contract);
        told.find_map(|log| E::decode_log(&log.inner).ok())
            .map(|log| log.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::consensus::Transaction;
    use alloy::eips::Decodable2718;

    fn prepared(from: Address) -> Prepared {
        Prepared {
            chain_id: 17,
            from,
            nonce: 3,
            gas: 100,
            gas_limit: 120,
            max_fee_per_gas: 7,
            max_priority_fee_per_gas: 2,
            request: Request::paying(Address::repeat_byte(9), vec![1, 2], U256::from(5)),
        }
    }

    #[test]
    fn what_is_signed_is_what_was_prepared() {
        let wallet = Wallet::from_secret(&[7; 32]).unwrap();
        let prepared = prepared(wallet.address());
        let raw = prepared.sign(&wallet).unwrap();
        let read = TxEnvelope::decode_2718(&mut raw.as_slice()).unwrap();
        let (signature, digest) = (read.signature(), read.signature_hash());
        let signer = signature.recover_address_from_prehash(&digest).unwrap();
        assert_eq!(signer, wallet.address());
        assert_eq!((read.chain_id(), read.nonce()), (Some(17), 3));
        assert_eq!((read.gas_limit(), read.max_fee_per_gas()), (120, 7));
        assert_eq!(
            (read.to(), read.value()),
            (prepared.request.to, U256::from(5))
        );
        assert_eq!(read.input(), &prepared.request.data);
        assert_eq!(prepared.most_it_costs(), U256::from(120 * 7 + 5));
    }

    #[test]
    fn another_accounts_key_signs_nothing_and_no_key_is_shown() {
        let wallet = Wallet::from_secret(&[7; 32]).unwrap();
        let error = prepared(Address::ZERO).sign(&wallet).unwrap_err();
        assert!(matches!(error, NodeError::WrongSigner { .. }));
        assert!(!format!("{wallet:?}").contains("0707"));
        assert!(Wallet::from_secret(&[0; 32]).is_none());
    }
}
