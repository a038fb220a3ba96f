//! Functions and types of the contracts, as `contracts/src` declares them. A test compares each selector with
//! what the Solidity compiler says.

#![allow(
    missing_docs,
    clippy::too_many_arguments,
    reason = "made by a macro from Solidity's declarations; documented there"
)]

use alloy_sol_types::sol;

sol! {
    /// What more than two thirds of the quorum sign about a period.
    #[derive(Debug, PartialEq, Eq)]
    struct SignedHeader {
        uint256 ledgerRoot;
        uint256 registryRoot;
        uint256 chain;
        bytes32 fileHash;
        uint64 startEpoch;
        uint32 epochs;
        uint32 registered;
        uint64 totalGood;
        uint32 totalSlashed;
        uint16 networkBps;
    }

    /// What an operator claims in a duty proof.
    #[derive(Debug, PartialEq, Eq)]
    struct Claims {
        uint32 validators;
        uint16 goodBps;
        uint32 slashed;
        uint16 performanceBps;
        uint64 goodStake;
    }

    /// `DutyPool.sol`.
    #[derive(Debug, PartialEq, Eq)]
    interface DutyPool {
        function submitProof(uint256 id, uint64 period, Claims claims, uint256 shape, bytes proof) external;
    }

    /// `OperatorRegistry.sol`.
    #[derive(Debug, PartialEq, Eq)]
    interface OperatorRegistry {
        function register(uint256 id, address payout, uint256 shape, bytes proof) external payable;
        function enrol(uint256 id, uint32 validators, uint256 shape, bytes proof) external;
    }

    /// `LedgerOracle.sol`.
    #[derive(Debug, PartialEq, Eq)]
    interface LedgerOracle {
        function propose(SignedHeader header, bytes[] signatures) external;
    }
}
