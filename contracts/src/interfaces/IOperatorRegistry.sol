// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IOperatorRegistry
/// @notice What the other contracts ask of the registry.
interface IOperatorRegistry {
    /// @notice What the quorum signs about a batch.
    struct Root {
        uint64 batch;
        uint256 registryRoot;
        uint32 registered;
        /// Root of the tree of operators that membership proofs refer to.
        uint256 operatorsRoot;
        /// SHA-256 of the published registry file.
        bytes32 fileHash;
    }

    /// @notice Owner and payout account of an operator; zero if there is none.
    function accountsOf(uint256 id) external view returns (address owner, address payout);

    /// @notice V of an operator in a version.
    function validatorsAt(uint256 id, uint64 version) external view returns (uint32);

    /// @notice Validators whose bond must stay: the newest V, or the one that the open batch may bring.
    function validatorsHeld(uint256 id) external view returns (uint32);

    /// @notice The version of a period: the one that was active one epoch before its start.
    function versionFor(uint64 startEpoch) external view returns (uint64 version, uint256 root, uint32 registered);

    /// @notice What the members sign about a batch, as EIP-712 hashes a struct.
    function hashRoot(Root calldata root) external view returns (bytes32);
}
