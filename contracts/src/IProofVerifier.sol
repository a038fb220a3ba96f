// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IProofVerifier
/// @notice What all generated verifiers share. `verify` and `verifyBatch` take as many public inputs as the statement has.
interface IProofVerifier {
    /// @notice The key's contract is not the one expected, or is another circuit's.
    error WrongKey();
    /// @notice The call is not canonically encoded, or a proof does not have its one length.
    error MalformedCall();
    /// @notice A public input is not below the field's order, or not in the statement's range.
    error InputOutOfRange();
    /// @notice A scalar of the proof is not below the field's order.
    error ScalarOutOfRange();
    /// @notice The proof does not prove the statement.
    error InvalidProof();

    /// @notice Contract that holds the verifying key.
    function key() external view returns (address);
}
