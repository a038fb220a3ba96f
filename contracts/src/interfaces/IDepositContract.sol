// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IDepositContract
/// @notice The beacon chain's deposit contract, with its own names.
interface IDepositContract {
    /// @notice Deposits for a validator.
    function deposit(
        bytes calldata pubkey,
        bytes calldata withdrawal_credentials,
        bytes calldata signature,
        bytes32 deposit_data_root
    ) external payable;

    /// @notice Root over all deposits so far.
    function get_deposit_root() external view returns (bytes32);
}
