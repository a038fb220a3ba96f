// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clock} from "./Clock.sol";

/// @title Part
/// @notice What the contracts of a deployment have in common: who votes, and the clock.
abstract contract Part {
    /// @notice Executes what has been voted.
    address public immutable timelock;
    /// @notice Deadlines are counted in its time.
    Clock public immutable poolClock;

    /// @notice Another account than `caller` may do this.
    error NotAllowed(address caller);

    /// @dev By vote only.
    modifier onlyTimelock() {
        require(msg.sender == timelock, NotAllowed(msg.sender));
        _;
    }

    /// @dev Not during a pause.
    modifier whileRunning() {
        poolClock.requireRunning();
        _;
    }

    constructor(address timelock_, Clock clock_) {
        (timelock, poolClock) = (timelock_, clock_);
    }
}
