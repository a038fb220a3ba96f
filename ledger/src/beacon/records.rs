//! Validators' records in one state, whole: for who joins a registry, where a ledger needs less.

use super::Root;
use super::facts::with_state;
use super::lists::Validators;
use super::spec::Spec;
use crate::chain::ChainError;
use crate::registry::bounded;
use std::fmt;
use std::path::Path;

/// Longest state; mainnet's have about 350 MB.
const MAX_STATE_BYTES: u64 = 1 << 32;
const MAX_SPEC_BYTES: u64 = 1 << 20;

/// What a state says of a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidatorRecord {
    /// Its compressed public key.
    pub pubkey: [u8; 48],
    /// Who gets its stake; set by the first valid deposit for the key.
    pub withdrawal_credentials: [u8; 32],
    /// The chain's flag.
    pub slashed: bool,
    /// First epoch in which it is no longer active; `u64::MAX` while none is set.
    pub exit_epoch: u64,
}

/// All validators of a state.
#[derive(Clone, PartialEq, Eq)]
pub struct ValidatorRecords {
    /// The state's hash tree root: compare it with what a node has for a finalised block.
    pub state_root: Root,
    /// The state's slot.
    pub slot: u64,
    /// Which chain it belongs to.
    pub genesis_validators_root: Root,
    /// By index.
    pub validators: Vec<ValidatorRecord>,
}

impl fmt::Debug for ValidatorRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (root, slot) = (hex::encode(self.state_root), self.slot);
        write!(f, "ValidatorRecords(slot {slot}, {root})")
    }
}

impl ValidatorRecords {
    /// Decodes and hashes a state.
    ///
    /// # Errors
    /// If it is no state of the preset and of the fork at its slot; `file` is what errors call it.
    pub fn from_state(spec: &Spec, file: &str, ssz: &[u8]) -> Result<Self, ChainError> {
        with_state(spec, file, ssz, |_, state_root, fields| {
            let Validators {
                facts,
                pubkeys,
                withdrawal_credentials,
                ..
            } = fields.validators;
            let keys = pubkeys.into_iter().zip(withdrawal_credentials);
            let validators =
                facts
                    .iter()
                    .zip(keys)
                    .map(
                        |(facts, (pubkey, withdrawal_credentials))| ValidatorRecord {
                            pubkey,
                            withdrawal_credentials,
                            slashed: facts.slashed,
                            exit_epoch: facts.exit_epoch,
                        },
                    );
            Ok(Self {
                state_root,
                slot: fields.slot,
                genesis_validators_root: fields.genesis_validators_root,
                validators: validators.collect(),
            })
        })
    }

    /// Reads a state (SSZ) and the node's answer on its configuration.
    ///
    /// # Errors
    /// If a file cannot be read, or as [`ValidatorRecords::from_state`].
    pub fn read(spec: &Path, state: &Path) -> Result<Self, ChainError> {
        let read = |path: &Path, limit| {
            bounded::read(path, limit).map_err(|source| ChainError::Io {
                path: path.to_owned(),
                source,
            })
        };
        let spec = Spec::from_json(&read(spec, MAX_SPEC_BYTES)?)?;
        let ssz = read(state, MAX_STATE_BYTES)?;
        Self::from_state(&spec, &state.display().to_string(), &ssz)
    }
}
