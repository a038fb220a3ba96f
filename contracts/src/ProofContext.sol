// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ProofContext
/// @notice What ties a proof to its chain, contract, account and purpose (protocol section 6).
library ProofContext {
    /// @notice Order of the field that public inputs are elements of.
    uint256 internal constant ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

    /// @notice A duty proof; the account is the payout account.
    bytes32 internal constant DUTY = keccak256("vigil.duty.v1");
    /// @notice An enrolment proof; the account is the operator's owner.
    bytes32 internal constant ENROL = keccak256("vigil.enrol.v1");

    /// @notice The context, below 2^248 and so below the field's order.
    function bind(address pool, address account, bytes32 purpose) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, pool, account, purpose))) >> 8;
    }
}
