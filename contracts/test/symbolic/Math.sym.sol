// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math as Theirs} from "../../node_modules/@openzeppelin/contracts/utils/math/Math.sol";
import {Math as Ours} from "./support/Math.sol";

/// @notice The arithmetic that the other checks use instead of OpenZeppelin's is the same.
contract MathSym {
    function check_the_stand_ins_choose_alike(uint256 a, uint256 b) external pure {
        assert(Theirs.min(a, b) == Ours.min(a, b));
        assert(Theirs.max(a, b) == Ours.max(a, b));
        assert(Theirs.saturatingSub(a, b) == Ours.saturatingSub(a, b));
    }
}
