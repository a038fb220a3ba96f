// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Policies} from "./settlement/Policies.sol";

/// @notice What more than two thirds of the quorum sign about a period (protocol section 5).
/// @dev Everything but the roots and the hash shares a slot.
struct SignedHeader {
    /// Root of the period's ledger.
    uint256 ledgerRoot;
    /// Root of the registry version that the period uses.
    uint256 registryRoot;
    /// genesis_validators_root, big endian, mod r.
    uint256 chain;
    /// SHA-256 of the published ledger file.
    bytes32 fileHash;
    /// First epoch.
    uint64 startEpoch;
    /// Length in epochs.
    uint32 epochs;
    /// N, the validators of the registry.
    uint32 registered;
    /// G over all rows, in increment-epochs: no more good stake than this can be claimed in all.
    uint64 totalGood;
    /// Slashed validators of the registry, slashed in whichever period.
    uint32 totalSlashed;
    /// Attestation performance of all active validators of the chain, in basis points.
    uint16 networkBps;
}

/// @title Headers
/// @notice Ranges of a header: the twin of `SignedHeader::check` in `circuits/src/header.rs`.
library Headers {
    /// @dev A sum of good stake is below this.
    uint256 internal constant GOOD_STAKE_LIMIT = 2 ** 48;

    /// @notice Type of what is signed (EIP-712).
    bytes32 internal constant TYPE = keccak256(
        "SignedHeader(uint256 ledgerRoot,uint256 registryRoot,uint256 chain,bytes32 fileHash,uint64 startEpoch,uint32 epochs,uint32 registered,uint64 totalGood,uint32 totalSlashed,uint16 networkBps)"
    );

    /// @notice More than 10,000 basis points, more slashed than registered, or 2^48 of good stake.
    error HeaderOutOfRange();

    /// @notice What the members sign, as EIP-712 hashes a struct.
    function hash(SignedHeader memory header) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE, header));
    }

    /// @notice Reverts unless the numbers are in their ranges.
    function check(SignedHeader memory header) internal pure {
        require(
            header.networkBps <= Policies.BPS && header.totalSlashed <= header.registered
                && header.totalGood < GOOD_STAKE_LIMIT,
            HeaderOutOfRange()
        );
    }
}
