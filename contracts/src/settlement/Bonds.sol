// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Policy} from "./Policies.sol";
import {Saturating} from "./Saturating.sol";
import {OperatorState, PoolState} from "./State.sol";

/// @title Bonds
/// @notice Charges, debts, and when a bond may leave: the twin of `verifier/src/settle/bond.rs`.
library Bonds {
    using Saturating for uint256;

    /// @notice The operator is retired already.
    error RetiredAlready();
    /// @notice An operator retires between periods, after a proof for every period and without debt.
    error StillOwes();

    /// @notice Charges for new slashings of its own: first what is held, then the bond, then debt.
    /// @return held What is taken of what is held.
    /// @return bond What is taken of the bond.
    function charge(OperatorState memory operator, uint256 slashings, uint256 penalty)
        internal
        pure
        returns (uint256 held, uint256 bond)
    {
        operator.charged = (operator.charged + slashings).to32();
        uint256 due = penalty * slashings;
        held = Math.min(due, operator.prepaid);
        operator.prepaid -= uint128(held);
        bond = Math.min(due - held, operator.bond);
        operator.bond -= uint128(bond);
        operator.debt = (operator.debt + (due - held - bond)).to128();
    }

    /// @notice Pays debts out of `amount`. Returns what the reserve gets.
    function repay(OperatorState memory operator, uint256 amount) internal pure returns (uint256 repaid) {
        repaid = Math.min(amount, operator.debt);
        operator.debt -= uint128(repaid);
    }

    /// @notice Adds `amount` wei to a bond; debts come first. Returns what the reserve gets.
    function topUp(OperatorState memory operator, uint256 amount) internal pure returns (uint256 repaid) {
        repaid = repay(operator, amount);
        operator.bond = (operator.bond + (amount - repaid)).to128();
    }

    /// @notice What may leave of a bond, in wei, on a request made while period `requested` was the latest to have begun
    /// on the chain.
    /// @dev Nothing before that period and all before it are proven and concluded; then what exceeds `bondPerValidator`
    /// for each of `validators`, the largest V in force or pending. All of it once the operator is retired.
    function withdrawable(Policy memory policy, OperatorState memory operator, uint32 validators, uint64 requested)
        internal
        pure
        returns (uint256)
    {
        if (operator.unproven > 0 || operator.next <= requested || operator.debt > 0) return 0;
        uint256 kept = operator.retired ? 0 : uint256(policy.bondPerValidator) * validators;
        return Math.saturatingSub(operator.bond, kept);
    }

    /// @notice Ends an operator's duties, on a vote; `validators` is its V from the next period on.
    function retire(PoolState memory pool, OperatorState memory operator, uint32 validators) internal pure {
        require(!operator.retired, RetiredAlready());
        bool owes = operator.unproven > 0 || operator.debt > 0;
        require(!owes && !pool.isOpen && operator.next == pool.periods, StillOwes());
        operator.retired = true;
        pool.retired = (uint256(pool.retired) + validators).to32();
    }
}
