// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IStakingVault
/// @notice What the other contracts ask of the vault.
interface IStakingVault {
    /// @notice Adds to the stakers' assets, little by little.
    function give() external payable;
}
