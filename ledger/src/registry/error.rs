//! Why a registry, a registration or an operators' list is refused.

use super::BeaconChain;
use vigil_circuits::tree::TooManyLeaves;

/// Why a registry, a registration or an operators' list is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Io {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not the format.
    #[error("it is not in the format {format}")]
    Format {
        /// The format's name.
        format: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// A field does not decode.
    #[error("{field} of validator {index} is not {expected}")]
    Field {
        /// Validator index.
        index: u64,
        /// Which field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A field outside the entries does not decode.
    #[error("{field} is not {expected}")]
    Header {
        /// Which field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// An index of 2^40 or more.
    #[error("validator index {index} is not below 2^40")]
    Index {
        /// The index.
        index: u64,
    },
    /// Twice the same validator.
    #[error("validator {index} is registered twice")]
    Duplicate {
        /// Validator index.
        index: u64,
    },
    /// Twice the same key.
    #[error("validators {previous} and {index} have the same public key")]
    DuplicateKey {
        /// The one of the two with the smaller index.
        previous: u64,
        /// The other.
        index: u64,
    },
    /// Twice the same tag.
    #[error("validators {previous} and {index} have the same tag")]
    DuplicateTag {
        /// The one of the two with the smaller index.
        previous: u64,
        /// The other.
        index: u64,
    },
    /// Not sorted.
    #[error("validator {index} comes after {previous}: entries must be sorted by index")]
    Order {
        /// The earlier entry.
        previous: u64,
        /// The later one.
        index: u64,
    },
    /// The chain has no such validator yet.
    #[error("the chain has no validator {index} yet, only {validators} in this state")]
    NoSuchValidator {
        /// Validator index.
        index: u64,
        /// How many there are.
        validators: usize,
    },
    /// Somebody else's stake.
    #[error(
        "the withdrawal credentials of validator {index} are 0x{got}, which are not the pool's"
    )]
    Credentials {
        /// Validator index.
        index: u64,
        /// Its credentials, in hex.
        got: String,
    },
    /// A slashed validator cannot join.
    #[error("validator {index} is slashed already")]
    AlreadySlashed {
        /// Validator index.
        index: u64,
    },
    /// An exiting validator cannot join.
    #[error("validator {index} exits at epoch {epoch}")]
    AlreadyExiting {
        /// Validator index.
        index: u64,
        /// Its exit epoch.
        epoch: u64,
    },
    /// The key is not the one that the chain has for the index.
    #[error("the public key of validator {index} is not the chain's")]
    WrongKey {
        /// Validator index.
        index: u64,
    },
    /// The public key is no valid point of the group.
    #[error("the public key of validator {index} is not a valid BLS12-381 key")]
    InvalidKey {
        /// Validator index.
        index: u64,
    },
    /// The signature does not verify.
    #[error("the registration of validator {index} is not signed by its key")]
    Signature {
        /// Validator index.
        index: u64,
    },
    /// The membership proof does not verify.
    #[error("the membership proof of validator {index} does not hold")]
    Membership {
        /// Validator index.
        index: u64,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A draft where a registry is needed.
    #[error("this registry is an UNSIGNED draft: nobody vouches for its entries")]
    Unsigned,
    /// A signed registry must say where its validators are.
    #[error("it does not name its beacon chain, which only a draft may leave out")]
    NoBeaconChain,
    /// Of another beacon chain.
    #[error("it is of the beacon chain {got}, expected {expected}")]
    OtherBeaconChain {
        /// Where it is to be used.
        expected: BeaconChain,
        /// Its own.
        got: BeaconChain,
    },
    /// Of another pool.
    #[error("it is of the pool {got}, expected {expected}")]
    OtherPool {
        /// Where it is to be used.
        expected: String,
        /// Its own.
        got: String,
    },
    /// Of a batch that closed, or is yet to open.
    #[error("the registration of validator {index} is for batch {got}, expected {expected}")]
    OtherBatch {
        /// Validator index.
        index: u64,
        /// The batch being built.
        expected: u64,
        /// The registration's.
        got: u64,
    },
    /// Batches are numbered upwards.
    #[error("batch {number} does not come after batch {previous}")]
    BatchOrder {
        /// The earlier one.
        previous: u64,
        /// The later one.
        number: u64,
    },
    /// An entry of no batch.
    #[error("validator {index} was registered in batch {batch}, which the registry does not list")]
    UnknownBatch {
        /// Validator index.
        index: u64,
        /// Its batch.
        batch: u64,
    },
    /// The batch's operators are not the first ones of the list.
    #[error(
        "batch {batch} rests on operators that are not the first {operators} of this list: \
         register again with the pool's list"
    )]
    OtherOperators {
        /// The batch.
        batch: u64,
        /// How many there were.
        operators: u32,
    },
    /// The operator is not in the list.
    #[error("this secret's operator id is not in the operators' list of the pool")]
    UnknownOperator,
    /// Twice the same operator.
    #[error("operators {previous} and {position} of the list have the same id")]
    DuplicateOperator {
        /// The earlier one's position.
        previous: usize,
        /// The later one's.
        position: usize,
    },
    /// More leaves than the tree holds.
    #[error(transparent)]
    TooMany(#[from] TooManyLeaves),
}

impl RegistryError {
    /// Whether the file could be read and its content was refused, by one of the rules of registration.
    pub fn is_refusal(&self) -> bool {
        !matches!(
            self,
            Self::Io { .. } | Self::Format { .. } | Self::Field { .. } | Self::Header { .. }
        )
    }

    /// The validators it is about.
    pub fn validators(&self) -> Vec<u64> {
        match *self {
            Self::Field { index, .. }
            | Self::Index { index }
            | Self::Duplicate { index }
            | Self::NoSuchValidator { index, .. }
            | Self::Credentials { index, .. }
            | Self::AlreadySlashed { index }
            | Self::AlreadyExiting { index, .. }
            | Self::WrongKey { index }
            | Self::InvalidKey { index }
            | Self::Signature { index }
            | Self::Membership { index, .. }
            | Self::OtherBatch { index, .. }
            | Self::UnknownBatch { index, .. } => vec![index],
            Self::DuplicateKey { previous, index }
            | Self::DuplicateTag { previous, index }
            | Self::Order { previous, index } => vec![previous, index],
            _ => Vec::new(),
        }
    }
}
