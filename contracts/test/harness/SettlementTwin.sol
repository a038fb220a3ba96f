// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ProofContext} from "../../src/ProofContext.sol";
import {Headers, SignedHeader} from "../../src/SignedHeader.sol";
import {Bonds} from "../../src/settlement/Bonds.sol";
import {Policies, Policy, Thresholds} from "../../src/settlement/Policies.sol";
import {Settlement} from "../../src/settlement/Settlement.sol";
import {Claims, OperatorState, PeriodState, PoolState, State} from "../../src/settlement/State.sol";

/// @title SettlementTwin
/// @notice The library's functions as calls, for the comparison with the native ones.
contract SettlementTwin {
    function hashHeader(SignedHeader calldata header) external pure returns (bytes32) {
        return Headers.hash(header);
    }

    function dutyContext(address pool, address account) external view returns (uint256) {
        return ProofContext.bind(pool, account, ProofContext.DUTY);
    }

    function enrolmentContext(address pool, address account) external view returns (uint256) {
        return ProofContext.bind(pool, account, ProofContext.ENROL);
    }

    function check(Policy calldata policy) external pure {
        Policies.check(policy);
    }

    function thresholds(Policy calldata policy, uint16 networkBps) external pure returns (Thresholds memory) {
        return Policies.thresholdsInForce(policy, networkBps);
    }

    function open(Policy calldata policy, SignedHeader calldata header, PoolState calldata before, uint128 funds)
        external
        pure
        returns (PoolState memory pool, PeriodState memory period)
    {
        pool = before;
        period = Settlement.open(policy, header, pool, funds);
    }

    function settle(Policy calldata policy, SignedHeader calldata header, State calldata before, Claims calldata claims)
        external
        pure
        returns (State memory state, Settlement.Payment memory payment)
    {
        state = before;
        payment = Settlement.settle(policy, header, state, claims);
    }

    function close(
        Policy calldata policy,
        SignedHeader calldata header,
        PoolState calldata poolBefore,
        PeriodState calldata periodBefore
    ) external pure returns (PoolState memory pool, PeriodState memory period, uint256 toStakers) {
        (pool, period) = (poolBefore, periodBefore);
        toStakers = Settlement.close(policy, header, pool, period);
    }

    function conclude(Policy calldata policy, State calldata before)
        external
        pure
        returns (State memory state, Settlement.Conclusion memory conclusion)
    {
        state = before;
        conclusion = Settlement.conclude(policy, state);
    }

    function topUp(OperatorState calldata before, uint128 amount)
        external
        pure
        returns (OperatorState memory operator, uint256 repaid)
    {
        operator = before;
        repaid = Bonds.topUp(operator, amount);
    }

    function withdrawable(Policy calldata policy, OperatorState calldata operator, uint32 validators, uint64 requested)
        external
        pure
        returns (uint256)
    {
        return Bonds.withdrawable(policy, operator, validators, requested);
    }

    function retire(PoolState calldata poolBefore, OperatorState calldata before, uint32 validators)
        external
        pure
        returns (PoolState memory pool, OperatorState memory operator)
    {
        (pool, operator) = (poolBefore, before);
        Bonds.retire(pool, operator, validators);
    }
}
