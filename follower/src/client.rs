//! A client of the Beacon API: several nodes, of which the first fit one answers.

mod address;
mod answer;
mod error;
mod fetch;
mod json;
mod nodes;
mod rewards;
mod routes;
mod transcode;

pub use address::{AddressError, NodeAddress};
pub use error::{NodeError, Refusal};
pub use nodes::{ClientError, ClientOptions, MAX_BACKOFF, Nodes};
pub use rewards::{AttestationReward, AttestationRewards};
pub use routes::{Header, ProposerDuties, SlotCommittee, ValidatorRecord};
