//! Execution payloads and their headers.

use super::Root;
use super::preset::Preset;
use ssz_derive::Decode;
use ssz_types::VariableList;
use tree_hash_derive::TreeHash;
use typenum::consts::{U32, U1048576, U1073741824};

type Transaction = VariableList<u8, U1073741824>;
pub(crate) type Transactions = VariableList<Transaction, U1048576>;

#[derive(Decode, TreeHash)]
pub(crate) struct Withdrawal {
    pub(crate) index: u64,
    pub(crate) validator_index: u64,
    pub(crate) address: [u8; 20],
    pub(crate) amount: u64,
}

/// A payload or a header: the same fields, but for lists that a header replaces by their roots.
macro_rules! execution_payload {
    ($name:ident $(<$p:ident>)? { $($tail:ident : $ty:ty,)* }) => {
        #[derive(Decode, TreeHash)]
        pub(crate) struct $name $(<$p: Preset>)? {
            pub(crate) parent_hash: Root,
            pub(crate) fee_recipient: [u8; 20],
            pub(crate) state_root: Root,
            pub(crate) receipts_root: Root,
            pub(crate) logs_bloom: [u8; 256],
            pub(crate) prev_randao: Root,
            pub(crate) block_number: u64,
            pub(crate) gas_limit: u64,
            pub(crate) gas_used: u64,
            pub(crate) timestamp: u64,
            pub(crate) extra_data: VariableList<u8, U32>,
            /// A uint256; its bytes are its leaf.
            pub(crate) base_fee_per_gas: [u8; 32],
            pub(crate) block_hash: Root,
            $(pub(crate) $tail: $ty,)*
        }
    };
}

execution_payload!(ExecutionPayloadBellatrix {
    transactions: Transactions,
});
execution_payload!(ExecutionPayloadCapella<P> {
    transactions: Transactions,
    withdrawals: VariableList<Withdrawal, P::MaxWithdrawalsPerPayload>,
});
execution_payload!(ExecutionPayloadDeneb<P> {
    transactions: Transactions,
    withdrawals: VariableList<Withdrawal, P::MaxWithdrawalsPerPayload>,
    blob_gas_used: u64,
    excess_blob_gas: u64,
});
execution_payload!(ExecutionPayloadHeaderBellatrix {
    transactions_root: Root,
});
execution_payload!(ExecutionPayloadHeaderCapella {
    transactions_root: Root,
    withdrawals_root: Root,
});
execution_payload!(ExecutionPayloadHeaderDeneb {
    transactions_root: Root,
    withdrawals_root: Root,
    blob_gas_used: u64,
    excess_blob_gas: u64,
});
