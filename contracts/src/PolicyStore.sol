// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Clock} from "./Clock.sol";
import {Part} from "./Part.sol";
import {Policies, Policy} from "./settlement/Policies.sol";

/// @title PolicyStore
/// @notice What the pool has voted, and from when on: a period has the policy that was in force when it began.
contract PolicyStore is Part {
    using Checkpoints for Checkpoints.Trace208;
    using Policies for Policy;

    Policy[] private _policies;
    /// @dev Number of the policy, by the first epoch in which a period can begin under it.
    Checkpoints.Trace208 private _numbers;

    /// @notice Periods that begin in `fromEpoch` or later have this policy.
    event PolicyAdopted(uint256 indexed number, uint64 fromEpoch, Policy policy);

    constructor(address timelock_, Clock clock_, Policy memory first) Part(timelock_, clock_) {
        _adopt(first, 0);
    }

    /// @notice Adopts a policy, by vote, for periods that begin after the present epoch.
    function adopt(Policy calldata policy) external onlyTimelock {
        _adopt(policy, poolClock.epoch() + 1);
    }

    /// @notice The policy of a period that begins in `startEpoch`.
    function policyFor(uint64 startEpoch) external view returns (Policy memory) {
        return _policies[_numbers.upperLookupRecent(uint48(startEpoch))];
    }

    /// @notice The newest policy, also if no period has begun under it yet.
    function newest() external view returns (Policy memory) {
        return _policies[_policies.length - 1];
    }

    function _adopt(Policy memory policy, uint64 fromEpoch) private {
        policy.check();
        uint256 number = _policies.length;
        _policies.push(policy);
        _numbers.push(uint48(fromEpoch), uint208(number));
        emit PolicyAdopted(number, fromEpoch, policy);
    }
}
