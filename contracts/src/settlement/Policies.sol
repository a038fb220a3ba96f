// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What the pool has voted. Three slots.
struct Policy {
    /// Whether `performanceBps` is a leeway below the network's performance, not an absolute threshold.
    bool performanceBelowNetwork;
    /// Attestation performance of a compliant validator.
    uint16 performanceBps;
    /// Whether `uptimeBps` is a leeway.
    bool uptimeBelowNetwork;
    /// Share of timely targets of a compliant validator.
    uint16 uptimeBps;
    /// Longest run of missed targets of a compliant validator; below 2^13.
    uint16 maxOutageEpochs;
    /// A network below this is in an inactivity leak: uptime and outages are not asked for.
    uint16 leakBelowBps;
    /// An operator below this is struck.
    uint16 minGoodBps;
    /// So many strikes bar an operator; at least 1.
    uint8 strikeLimit;
    /// For so many periods a strike counts; 1 to 64.
    uint8 strikeWindow;
    /// Reward for an increment-epoch of good stake at full performance, in wei.
    uint64 rewardRate;
    /// `goodStake` is a multiple of this, in increment-epochs.
    uint64 stakeStep;
    /// Charge for a slashed validator, in wei; below 2^80.
    uint128 penalty;
    /// Bond that stays for each of an operator's validators, in wei; below 2^80.
    uint128 bondPerValidator;
    /// Values of `goodBps` and `performanceBps`: strictly increasing from 0; zeros fill the places after the last.
    uint16[16] tiers;
}

/// @notice Thresholds of a period.
struct Thresholds {
    uint16 minPerformanceBps;
    uint16 minUptimeBps;
    uint16 maxOutageEpochs;
}

/// @title Policies
/// @notice Ranges of a policy, its thresholds and its grid: the twin of `verifier/src/settle/{policy,grid}.rs`.
library Policies {
    /// @dev Ten thousand basis points: all of it.
    uint256 internal constant BPS = 10_000;
    /// @dev `maxOutageEpochs` when outages do not matter: the largest that the statement allows.
    uint16 internal constant ANY_OUTAGE = 2 ** 13 - 1;
    /// @dev Longest memory for strikes, in periods: the bits of the history.
    uint256 internal constant MAX_STRIKE_WINDOW = 64;
    /// @dev Amounts for one validator stay below this, so that V of them never overflow.
    uint256 internal constant AMOUNT_LIMIT = 2 ** 80;

    /// @notice A share of more than the whole.
    error BpsOutOfRange(uint256 got);
    /// @notice An outage longer than the statement can say.
    error OutageOutOfRange(uint256 got);
    /// @notice Tiers that do not increase strictly from 0 to at most 10,000, or a step of 0.
    error NotAGrid();
    /// @notice Strikes that never count, or never expire.
    error StrikesOutOfRange(uint256 window, uint256 limit);
    /// @notice An amount that could overflow.
    error AmountOutOfRange(uint256 got);

    /// @notice Reverts unless all values are in their ranges. The other functions ask for a policy that is.
    function check(Policy memory policy) internal pure {
        _checkBps(policy.performanceBps);
        _checkBps(policy.uptimeBps);
        _checkBps(policy.leakBelowBps);
        _checkBps(policy.minGoodBps);
        require(policy.maxOutageEpochs <= ANY_OUTAGE, OutageOutOfRange(policy.maxOutageEpochs));
        require(policy.stakeStep > 0 && _increases(policy.tiers), NotAGrid());
        (uint256 window, uint256 limit) = (policy.strikeWindow, policy.strikeLimit);
        require(
            window >= 1 && window <= MAX_STRIKE_WINDOW && limit >= 1 && limit <= window,
            StrikesOutOfRange(window, limit)
        );
        require(policy.penalty < AMOUNT_LIMIT, AmountOutOfRange(policy.penalty));
        require(policy.bondPerValidator < AMOUNT_LIMIT, AmountOutOfRange(policy.bondPerValidator));
    }

    /// @notice The thresholds of a period, from the policy and the quorum's `networkBps`: never from a prover.
    function thresholdsInForce(Policy memory policy, uint16 networkBps) internal pure returns (Thresholds memory) {
        bool isLeak = networkBps < policy.leakBelowBps;
        return Thresholds({
            minPerformanceBps: _bps(policy.performanceBelowNetwork, policy.performanceBps, networkBps),
            minUptimeBps: isLeak ? 0 : _bps(policy.uptimeBelowNetwork, policy.uptimeBps, networkBps),
            maxOutageEpochs: isLeak ? ANY_OUTAGE : policy.maxOutageEpochs
        });
    }

    /// @notice Whether `bps` is one of the tiers. Unused places hold 0, which is a tier.
    function hasTier(Policy memory policy, uint16 bps) internal pure returns (bool) {
        for (uint256 i = 0; i < 16; ++i) {
            if (policy.tiers[i] == bps) return true;
        }
        return false;
    }

    function _bps(bool belowNetwork, uint16 value, uint16 networkBps) private pure returns (uint16) {
        return belowNetwork ? uint16(Math.saturatingSub(networkBps, value)) : value;
    }

    function _checkBps(uint256 bps) private pure {
        require(bps <= BPS, BpsOutOfRange(bps));
    }

    function _increases(uint16[16] memory tiers) private pure returns (bool) {
        if (tiers[0] != 0) return false;
        uint256 last = 0;
        bool ended = false;
        for (uint256 i = 1; i < 16; ++i) {
            uint256 tier = tiers[i];
            if (tier == 0) {
                ended = true;
            } else {
                if (ended || tier <= last || tier > BPS) return false;
                last = tier;
            }
        }
        return true;
    }
}
