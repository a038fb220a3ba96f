// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDepositContract} from "../../src/interfaces/IDepositContract.sol";

/// @notice Remembers what was deposited; its root changes with every deposit.
contract DepositContract is IDepositContract {
    bytes32 private _root;
    bytes public lastCredentials;
    uint256 public count;

    function deposit(bytes calldata pubkey, bytes calldata credentials, bytes calldata signature, bytes32 dataRoot)
        external
        payable
    {
        require(dataRoot == keccak256(abi.encode(pubkey, credentials, signature, msg.value)), "wrong data root");
        _root = keccak256(abi.encode(_root, dataRoot));
        lastCredentials = credentials;
        ++count;
    }

    function get_deposit_root() external view returns (bytes32) {
        return _root;
    }
}
