// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {OperatorState} from "./State.sol";

/// @title Strikes
/// @notice An operator's strikes of the last 64 periods, and how they expire: the twin of
/// `verifier/src/settle/strikes.rs`.
library Strikes {
    /// @notice Adds a strike in `period`, which is not before the newest.
    function addStrike(OperatorState memory operator, uint64 period) internal pure {
        uint256 passed = Math.saturatingSub(period, operator.newestStrike);
        operator.strikeHistory = uint64(uint256(operator.strikeHistory) << passed) | 1;
        operator.newestStrike = uint64(Math.max(operator.newestStrike, period));
    }

    /// @notice Strikes that still count in `period`: those of the `window` periods that end with it.
    function countStrikes(OperatorState memory operator, uint64 period, uint8 window) internal pure returns (uint256) {
        uint256 passed = Math.saturatingSub(period, operator.newestStrike);
        uint256 counting = Math.saturatingSub(window, passed);
        uint256 left = operator.strikeHistory & (2 ** Math.min(counting, 64) - 1);
        uint256 count = 0;
        for (; left != 0; left &= left - 1) {
            ++count;
        }
        return count;
    }
}
