//! Deposits as the staking deposit tools write them, checked against what the vault would send.

use crate::address::HexAddress;
use crate::json_file;
use crate::word::Word;
use anyhow::{Context, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::path::Path;
use vigil_chain::typed_data::Deposit;

/// `StakingVault.DEPOSIT`, in Gwei.
const DEPOSIT_GWEI: u64 = 32_000_000_000;
/// `StakingVault.MAX_DEPOSITS`.
const MAX_DEPOSITS: usize = 32;
/// Far more than so many deposits take.
const MAX_FILE_BYTES: u64 = 1 << 18;

/// What the members have looked at before they sign deposits.
#[derive(Debug, clap::Args)]
pub(super) struct State {
    /// The deposit contract's root, at which none of the keys had a deposit
    #[arg(long, value_name = "ROOT", requires = "deposits")]
    deposit_root: Option<Word>,
    /// The StakingVault contract, whose credentials the validators get
    #[arg(long, value_name = "ADDRESS", requires = "deposits")]
    vault: Option<HexAddress>,
}

/// One entry of the file. Its other fields are for those who make it.
#[derive(Debug, Deserialize)]
struct Entry {
    pubkey: String,
    withdrawal_credentials: String,
    amount: u64,
    signature: String,
    deposit_data_root: String,
}

impl State {
    /// The deposits, and the root that dates them.
    pub(super) fn read(&self, path: &Path) -> anyhow::Result<(Vec<Deposit>, [u8; 32])> {
        let root = self.deposit_root.context("--deposit-root is missing")?;
        let vault = self.vault.context("--vault is missing")?;
        let entries: Vec<Entry> = json_file::read(path, "deposits", MAX_FILE_BYTES)?;
        let list = check_all(&entries, &credentials(&vault))
            .with_context(|| format!("cannot use the deposits {}", path.display()))?;
        Ok((list, root.0))
    }
}

fn check_all(entries: &[Entry], credentials: &[u8; 32]) -> anyhow::Result<Vec<Deposit>> {
    ensure!(
        (1..=MAX_DEPOSITS).contains(&entries.len()),
        "expected 1 to {MAX_DEPOSITS} deposits, got {}",
        entries.len()
    );
    let checked = |(i, entry): (usize, &Entry)| {
        entry
            .check(credentials)
            .with_context(|| format!("deposit {i}"))
    };
    entries.iter().enumerate().map(checked).collect()
}

impl Entry {
    fn check(&self, credentials: &[u8; 32]) -> anyhow::Result<Deposit> {
        let given: [u8; 32] = bytes("withdrawal_credentials", &self.withdrawal_credentials)?;
        ensure!(
            given == *credentials,
            "expected the vault's withdrawal credentials {}, got {}",
            hex::encode(credentials),
            hex::encode(given)
        );
        ensure!(
            self.amount == DEPOSIT_GWEI,
            "expected {DEPOSIT_GWEI} Gwei, got {}",
            self.amount
        );
        let deposit = Deposit {
            pubkey: bytes("pubkey", &self.pubkey)?,
            signature: bytes("signature", &self.signature)?,
            data_root: bytes("deposit_data_root", &self.deposit_data_root)?,
        };
        let root = data_root(&deposit, credentials);
        ensure!(
            root == deposit.data_root,
            "expected deposit_data_root {}, got {}: the deposit contract would refuse it",
            hex::encode(root),
            hex::encode(deposit.data_root)
        );
        Ok(deposit)
    }
}

/// `StakingVault.withdrawalCredentials`.
fn credentials(vault: &HexAddress) -> [u8; 32] {
    let mut credentials = [0; 32];
    credentials[0] = 1;
    credentials[12..].copy_from_slice(&vault.0);
    credentials
}

fn bytes<const N: usize>(what: &str, digits: &str) -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), &mut bytes)
        .with_context(|| format!("{what}: expected {} hex digits", 2 * N))?;
    Ok(bytes)
}

/// hash_tree_root of the consensus spec's `DepositData`.
fn data_root(deposit: &Deposit, credentials: &[u8; 32]) -> [u8; 32] {
    let hash = |parts: &[&[u8]]| -> [u8; 32] { Sha256::digest(parts.concat()).into() };
    let zeros = [0; 32];
    let (front, back) = deposit.signature.split_at(64);
    let pubkey = hash(&[&deposit.pubkey, &zeros[..16]]);
    let signature = hash(&[&hash(&[front]), &hash(&[back, &zeros])]);
    hash(&[
        &hash(&[&pubkey, credentials]),
        &hash(&[&DEPOSIT_GWEI.to_le_bytes(), &zeros[..24], &signature]),
    ])
}
