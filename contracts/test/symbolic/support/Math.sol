// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Math
/// @notice Stands in for OpenZeppelin's in `Settlement.sym.sol`: the same functions, said so that solvers finish.
/// @dev Theirs chooses with a multiplication, which a solver has to take apart 256 bits wide, and multiplies and divides with 512
/// bits. `Math.sym.sol` checks that both agree.
library Math {
    enum Rounding {
        Floor,
        Ceil
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return _choose(a < b, a, b);
    }

    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return _choose(a > b, a, b);
    }

    function saturatingSub(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            return _choose(a > b, a - b, 0);
        }
    }

    /// @dev For products below 2^256, as all in the settlement are.
    function mulDiv(uint256 x, uint256 y, uint256 denominator, Rounding rounding)
        internal
        pure
        returns (uint256 result)
    {
        unchecked {
            uint256 product = x * y;
            result = product / denominator;
            if (rounding == Rounding.Ceil && product % denominator != 0) ++result;
        }
    }

    function _choose(bool first, uint256 a, uint256 b) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := xor(b, and(xor(a, b), sub(0, first)))
        }
    }
}
