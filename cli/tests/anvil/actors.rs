//! Accounts, their keystores, and what they send themselves.

use crate::network::Network;
use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use alloy_primitives::{Address, B256, Keccak256, keccak256};
use alloy_sol_types::SolCall;
use ctr::Ctr128BE;
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;
use vigil_chain::node::{Mined, NodeError, Request, Wallet};
use vigil_chain::revert::Revert;

pub(crate) const ETHER: u128 = 1_000_000_000_000_000_000;
pub(crate) const PASSWORD: &str = "an account's password";
/// Everybody has so much at first.
pub(crate) const PURSE: u128 = 1_000 * ETHER;

/// Somebody with an account.
pub(crate) struct Actor {
    secret: B256,
    pub(crate) wallet: Wallet,
}

impl Actor {
    /// By name, with a full purse.
    pub(crate) fn new(network: &Network, name: &str) -> Self {
        let secret = keccak256(name);
        let wallet = Wallet::from_secret(&secret.0).unwrap();
        network.give(wallet.address(), PURSE);
        Self { secret, wallet }
    }

    pub(crate) fn address(&self) -> Address {
        self.wallet.address()
    }

    /// A keystore of version 3 with one round of PBKDF2.
    pub(crate) fn keystore(&self) -> Value {
        let (salt, iv) = ([3; 32], [4; 16]);
        let mut derived = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(PASSWORD.as_bytes(), &salt, 1, &mut derived);
        let mut text = self.secret.0;
        let (key, check) = derived.split_at(16);
        Ctr128BE::<Aes128>::new(key.into(), &iv.into()).apply_keystream(&mut text);
        let mut mac = Keccak256::new();
        mac.update(check);
        mac.update(text);
        json!({
            "version": 3,
            "crypto": {
                "cipher": "aes-128-ctr", "cipherparams": { "iv": hex::encode(iv) }, "ciphertext": hex::encode(text),
                "kdf": "pbkdf2", "kdfparams":
                    { "dklen": 32, "c": 1, "prf": "hmac-sha256", "salt": hex::encode(salt) },
                "mac": hex::encode(mac.finalize()),
            }
        })
    }

    /// Sends and must be taken.
    pub(crate) fn send<C: SolCall>(
        &self,
        network: &Network,
        to: Address,
        wei: u128,
        call: &C,
    ) -> Mined {
        let sent = self.try_send(network, to, wei, call.abi_encode());
        sent.unwrap_or_else(|error| panic!("{}: {error}", C::SIGNATURE))
    }

    pub(crate) fn try_send(
        &self,
        network: &Network,
        to: Address,
        wei: u128,
        data: Vec<u8>,
    ) -> Result<Mined, NodeError> {
        let request = Request::paying(to, data, alloy_primitives::U256::from(wei));
        let prepared = network.node.prepare(self.address(), request)?;
        let patience = Duration::from_secs(20);
        network.node.send(&self.wallet, &prepared, patience)
    }

    /// The name of the contract's error.
    pub(crate) fn is_refused(&self, network: &Network, to: Address, data: Vec<u8>) -> String {
        match self.try_send(network, to, 0, data) {
            Err(NodeError::Reverted {
                reason: Revert::Known { name, .. },
            }) => name,
            other => panic!("expected a contract's error, got {other:?}"),
        }
    }
}
