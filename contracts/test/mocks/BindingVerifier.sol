// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDutyVerifier, IEnrolmentVerifier} from "../../src/interfaces/IVerifiers.sol";
import {IProofVerifier} from "../../src/IProofVerifier.sol";

/// @notice Stands for a verifier in unit tests: a "proof" is the hash of the public inputs, so one that was made for
/// any other input is refused.
contract BindingVerifier is IProofVerifier {
    address public immutable key = address(new Key());

    function verify(uint256[11] calldata inputs, bytes calldata proof) external pure returns (bool) {
        require(keccak256(proof) == keccak256(abi.encode(keccak256(abi.encode(inputs)))), InvalidProof());
        return true;
    }

    function verify(uint256[4] calldata inputs, bytes calldata proof) external pure returns (bool) {
        require(keccak256(proof) == keccak256(abi.encode(keccak256(abi.encode(inputs)))), InvalidProof());
        return true;
    }
}

/// @notice Says no without reverting.
contract SulkingVerifier is IProofVerifier {
    address public immutable key = address(new Key());

    function verify(uint256[11] calldata, bytes calldata) external pure returns (bool) {
        return false;
    }

    function verify(uint256[4] calldata, bytes calldata) external pure returns (bool) {
        return false;
    }
}

/// @notice Stands for a key.
contract Key {}
