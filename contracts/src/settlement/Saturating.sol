// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Saturating
/// @notice Sums of 256 bits back in the integers of the native twin, which saturate.
library Saturating {
    function to32(uint256 value) internal pure returns (uint32) {
        return uint32(Math.min(value, type(uint32).max));
    }

    function to64(uint256 value) internal pure returns (uint64) {
        return uint64(Math.min(value, type(uint64).max));
    }

    function to128(uint256 value) internal pure returns (uint128) {
        return uint128(Math.min(value, type(uint128).max));
    }
}
