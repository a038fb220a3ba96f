// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProofVerifier} from "../IProofVerifier.sol";

/// @title IDutyVerifier
/// @notice Checks duty proofs; whatever is not a true proof reverts.
interface IDutyVerifier is IProofVerifier {
    /// @notice True, or it reverts.
    function verify(uint256[11] calldata inputs, bytes calldata proof) external view returns (bool);
}

/// @title IEnrolmentVerifier
/// @notice Checks enrolment proofs; whatever is not a true proof reverts.
interface IEnrolmentVerifier is IProofVerifier {
    /// @notice True, or it reverts.
    function verify(uint256[4] calldata inputs, bytes calldata proof) external view returns (bool);
}
