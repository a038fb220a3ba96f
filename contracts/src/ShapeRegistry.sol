// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProofVerifier} from "./IProofVerifier.sol";

/// @title ShapeRegistry
/// @notice The verifiers that count, one a shape. A prover names a shape by its number and never brings a key.
contract ShapeRegistry {
    /// @notice What is proven. Membership proofs are the quorum's business, off chain.
    enum Family {
        Duty,
        Enrolment
    }

    /// @notice A circuit of one size.
    struct Shape {
        IProofVerifier verifier;
        Family family;
        /// Whether proofs of it are accepted.
        bool active;
        /// Validators that it has places for.
        uint32 capacity;
        bytes32 codeHash;
    }

    /// @notice Executes what has been voted.
    address public immutable timelock;
    /// @notice By number.
    Shape[] public shapes;

    /// @notice A shape is accepted from now on.
    event ShapeAdded(uint256 indexed shape, Family family, IProofVerifier verifier, uint32 capacity);
    /// @notice A shape is not accepted any more.
    event ShapeRetired(uint256 indexed shape);

    /// @notice Another account than `caller` may do this.
    error NotAllowed(address caller);
    /// @notice A contract has another code than was voted.
    error CodeDiffers(address account, bytes32 expected, bytes32 got);
    /// @notice There is no such shape in this family, or it is retired.
    error NoSuchShape(uint256 shape);

    modifier onlyTimelock() {
        require(msg.sender == timelock, NotAllowed(msg.sender));
        _;
    }

    constructor(address timelock_) {
        timelock = timelock_;
    }

    /// @notice Adds a shape, by vote. The vote names the code of verifier and key, not only addresses.
    function add(Family family, IProofVerifier verifier, bytes32 codeHash, bytes32 keyCodeHash, uint32 capacity)
        external
        onlyTimelock
        returns (uint256 shape)
    {
        _requireCode(address(verifier), codeHash);
        _requireCode(verifier.key(), keyCodeHash);
        shape = shapes.length;
        shapes.push(Shape(verifier, family, true, capacity, codeHash));
        emit ShapeAdded(shape, family, verifier, capacity);
    }

    /// @notice Takes a shape out of use, by vote.
    function retire(uint256 shape) external onlyTimelock {
        require(shape < shapes.length && shapes[shape].active, NoSuchShape(shape));
        shapes[shape].active = false;
        emit ShapeRetired(shape);
    }

    /// @notice The verifier of a shape, and how many validators it has places for.
    function find(uint256 shape, Family family) external view returns (address verifier, uint32 capacity) {
        require(shape < shapes.length, NoSuchShape(shape));
        Shape storage found = shapes[shape];
        require(found.active && found.family == family, NoSuchShape(shape));
        (verifier, capacity) = (address(found.verifier), found.capacity);
        _requireCode(verifier, found.codeHash);
    }

    function _requireCode(address account, bytes32 expected) private view {
        require(
            account.code.length > 0 && account.codehash == expected, CodeDiffers(account, expected, account.codehash)
        );
    }
}
