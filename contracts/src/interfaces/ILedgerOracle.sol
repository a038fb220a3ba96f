// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SignedHeader} from "../SignedHeader.sol";

/// @title ILedgerOracle
/// @notice What the other contracts ask of the oracle.
interface ILedgerOracle {
    /// @notice A header, the registry version that it is about, and when it became final, in the clock's time.
    struct Final {
        SignedHeader header;
        uint64 version;
        uint64 finalAt;
    }

    /// @notice How many periods have a final header.
    function periods() external view returns (uint64);

    /// @notice A period's header and what belongs to it.
    function finalOf(uint64 period) external view returns (Final memory);

    /// @notice Reverts unless more than two thirds of the members signed the struct.
    function requireQuorum(bytes32 structHash, bytes[] calldata signatures) external view;
}
