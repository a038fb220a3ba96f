//! From a live beacon node to duty ledgers.
//!
//! ```text
//! client  -> store    -> follow  -> vigil_ledger::assembly
//! (Beacon    (redb, on    (what is final,
//!  API)       disk)        what is missing)
//! ```
//!
//! [`Follower`] asks the operator's own nodes what is final, reduces states (or blocks, committees and
//! validator records) to facts about the registered validators at once, and keeps those. Snapshots are
//! taken before an epoch is final, since most nodes forget states soon after, and are recorded as facts
//! only when the finalised chain, walked block by block from its checkpoint, vouches for them.
//!
//! # What is trusted
//! The nodes, for saying which checkpoint is finalised. Everything below it is compared with it by hashes:
//! blocks always, states too. In [`Source::Blocks`] the committees and validator records are the node's
//! own word.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod client;
mod follow;
mod rewards;
mod snapshot;
pub mod store;

pub use follow::{
    Compared, Comparison, CrossCheck, Event, FollowError, Follower, Missing, Options, Part,
    Progress, Source, Written,
};
pub use store::{StoreError, StoreView};
