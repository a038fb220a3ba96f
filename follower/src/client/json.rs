//! The JSON answers, as far as they are read. Numbers are strings in this API.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use vigil_ledger::beacon::ValidatorFacts;

/// An answer in its envelope.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    #[serde(default)]
    pub(super) execution_optimistic: bool,
    #[serde(default)]
    pub(super) dependent_root: Option<HexRoot>,
    pub(super) data: T,
}

/// So many bytes in hex.
#[derive(Clone, Copy)]
pub(super) struct HexBytes<const N: usize>(pub(super) [u8; N]);

/// A hash tree root.
pub(super) type HexRoot = HexBytes<32>;

impl<'de, const N: usize> Deserialize<'de> for HexBytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let mut bytes = [0; N];
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
            .map(|()| Self(bytes))
            .ok_or_else(|| D::Error::custom("not as many bytes in hex as expected"))
    }
}

/// A number in a string.
#[derive(Clone, Copy)]
pub(super) struct Number(pub(super) u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse()
            .map(Self)
            .map_err(|_| D::Error::custom("no 64-bit number"))
    }
}

/// A number in a string that may be negative.
#[derive(Clone, Copy)]
pub(super) struct Signed(pub(super) i64);

impl<'de> Deserialize<'de> for Signed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse()
            .map(Self)
            .map_err(|_| D::Error::custom("no signed 64-bit number"))
    }
}

#[derive(Deserialize)]
pub(super) struct Syncing {
    pub(super) is_syncing: bool,
    pub(super) sync_distance: Number,
    #[serde(default)]
    pub(super) is_optimistic: bool,
}

#[derive(Deserialize)]
pub(super) struct FinalityCheckpoints {
    pub(super) finalized: Checkpoint,
}

#[derive(Deserialize)]
pub(super) struct Checkpoint {
    pub(super) epoch: Number,
    pub(super) root: HexRoot,
}

#[derive(Deserialize)]
pub(super) struct BlockHeader {
    pub(super) root: HexRoot,
    pub(super) header: SignedHeader,
}

#[derive(Deserialize)]
pub(super) struct SignedHeader {
    pub(super) message: HeaderMessage,
}

#[derive(Deserialize)]
pub(super) struct HeaderMessage {
    pub(super) slot: Number,
}

#[derive(Deserialize)]
pub(super) struct Committee {
    pub(super) index: Number,
    pub(super) slot: Number,
    pub(super) validators: Vec<Number>,
}

#[derive(Deserialize)]
pub(super) struct SyncCommittee {
    pub(super) validators: Vec<Number>,
}

#[derive(Deserialize)]
pub(super) struct ProposerDuty {
    pub(super) slot: Number,
    pub(super) validator_index: Number,
}

#[derive(Deserialize)]
pub(super) struct IndexedValidator {
    pub(super) index: Number,
    pub(super) validator: Validator,
}

#[derive(Deserialize)]
pub(super) struct Validator {
    pub(super) pubkey: HexBytes<48>,
    effective_balance: Number,
    slashed: bool,
    activation_epoch: Number,
    exit_epoch: Number,
}

impl Validator {
    pub(super) fn facts(&self) -> ValidatorFacts {
        ValidatorFacts {
            effective_balance: self.effective_balance.0,
            slashed: self.slashed,
            activation_epoch: self.activation_epoch.0,
            exit_epoch: self.exit_epoch.0,
        }
    }
}
