// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IDutyPool
/// @notice What the other contracts ask of the pool.
interface IDutyPool {
    /// @notice Adds to what there is for rewards. Anybody may; the vault does, of gains that a vote has booked.
    function fund() external payable;

    /// @notice Opens the account of an operator that the registry has just registered, with its bond.
    function openAccount(uint256 id) external payable;

    /// @notice Reverts unless the operator may take so many validators, and its bond backs them.
    function requireBacked(uint256 id, uint32 validators) external view;
}
