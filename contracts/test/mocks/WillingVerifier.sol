// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProofVerifier} from "../../src/IProofVerifier.sol";
import {Key} from "./BindingVerifier.sol";

/// @notice Says yes to everything, for 300,000 gas: about as much as a check, so that calldata is priced as it is beside one
/// (EIP-7623).
contract WillingVerifier is IProofVerifier {
    uint256 private constant COST = 300_000;

    address public immutable key = address(new Key());

    function verify(uint256[11] calldata, bytes calldata) external view returns (bool) {
        return _spend();
    }

    function verify(uint256[4] calldata, bytes calldata) external view returns (bool) {
        return _spend();
    }

    function _spend() private view returns (bool) {
        uint256 end = gasleft() - COST;
        while (gasleft() > end) {}
        return true;
    }
}
