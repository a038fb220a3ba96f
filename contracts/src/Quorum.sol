// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Part} from "./Part.sol";
import {Payments} from "./Payments.sol";

/// @title Quorum
/// @notice Bonded members. What more than two thirds of them sign holds; who signs two things that exclude each other
/// loses its bond.
abstract contract Quorum is EIP712, Part, Payments {
    /// @notice With fewer members nothing is accepted: of four, three must sign, and one can fail.
    uint256 public constant MIN_MEMBERS = 4;
    /// @notice Bounds the signatures of a call.
    uint256 public constant MAX_MEMBERS = 64;

    /// @notice How far an account has come.
    enum Standing {
        None,
        /// By vote; its bond is still to come.
        Admitted,
        /// Its signature counts.
        Member,
        /// Its signature does not count, its bond is still at stake.
        Leaving,
        /// For ever: what it was punished for can be shown again.
        Punished
    }

    /// @notice An account's standing, and until when a leaving one can be punished.
    struct Member {
        Standing standing;
        uint64 bondedUntil;
    }

    /// @notice Bond of a member, in wei.
    uint256 public immutable memberBond;
    /// @notice How long a bond stays after its member has left, in seconds of the clock.
    uint64 public immutable unbonding;
    /// @notice Gets the bonds of members who contradict themselves.
    address payable internal immutable _reserve;

    /// @notice By account.
    mapping(address account => Member) public members;
    /// @notice How many signatures count.
    uint256 public memberCount;

    /// @notice A vote admits `account` once it brings its bond.
    event Admitted(address indexed account);
    /// @notice `account` has brought its bond.
    event Joined(address indexed account);
    /// @notice Signatures of `account` do not count any more.
    event Left(address indexed account, uint64 bondedUntil);
    /// @notice `account` signed two things that exclude each other, and has lost its bond.
    event Punished(address indexed account, uint256 bond);

    /// @notice The account's standing does not allow this.
    error WrongStanding(address account, Standing standing);
    /// @notice Another amount was expected.
    error WrongBond(uint256 expected, uint256 got);
    /// @notice There are as many members as can be.
    error TooManyMembers();
    /// @notice There are too few members to decide anything.
    error TooFewMembers(uint256 members);
    /// @notice Not more than two thirds.
    error NoQuorum(uint256 members, uint256 signatures);
    /// @notice Signatures are sorted by signer, each is a member's.
    error BadSigner(address signer);
    /// @notice The bond is not free yet.
    error StillBonded(uint64 until);
    /// @notice The two do not exclude each other, or are not by one account.
    error NoConflict();

    constructor(uint256 memberBond_, uint64 unbonding_, address payable reserve_) {
        (memberBond, unbonding, _reserve) = (memberBond_, unbonding_, reserve_);
    }

    /// @notice Admits an account, by vote. Whoever was punished comes back with another account.
    function admit(address account) external onlyTimelock {
        _requireStanding(account, Standing.None);
        members[account].standing = Standing.Admitted;
        emit Admitted(account);
    }

    /// @notice Brings the bond of an admitted account.
    function join() external payable {
        _requireStanding(msg.sender, Standing.Admitted);
        require(msg.value == memberBond, WrongBond(memberBond, msg.value));
        require(memberCount < MAX_MEMBERS, TooManyMembers());
        members[msg.sender].standing = Standing.Member;
        ++memberCount;
        emit Joined(msg.sender);
    }

    /// @notice A member stops being one.
    function resign() external {
        _leave(msg.sender);
    }

    /// @notice Ends a membership, or an admission, by vote. The bond is returned like that of one who leaves.
    function expel(address account) external onlyTimelock {
        if (members[account].standing == Standing.Admitted) {
            delete members[account];
            emit Left(account, 0);
        } else {
            _leave(account);
        }
    }

    /// @notice Credits the bond of a member who left long enough ago.
    function releaseBond(address account) external whileRunning {
        _requireStanding(account, Standing.Leaving);
        uint64 until = members[account].bondedUntil;
        require(poolClock.time() >= until, StillBonded(until));
        delete members[account];
        _credit(account, memberBond);
    }

    /// @dev Reverts unless more than two thirds of the members signed.
    /// Signatures are sorted by signer, so that each counts once.
    function _requireQuorum(bytes32 structHash, bytes[] calldata signatures) internal view {
        require(memberCount >= MIN_MEMBERS, TooFewMembers(memberCount));
        require(
            signatures.length <= MAX_MEMBERS && signatures.length * 3 > memberCount * 2,
            NoQuorum(memberCount, signatures.length)
        );
        bytes32 digest = _hashTypedDataV4(structHash);
        address last = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recover(digest, signatures[i]);
            require(signer > last && members[signer].standing == Standing.Member, BadSigner(signer));
            last = signer;
        }
    }

    /// @dev Takes the bond of whoever signed both of two structs, which the caller knows to exclude each other.
    function _punish(bytes32 structHash, bytes calldata signature, bytes32 otherHash, bytes calldata otherSignature)
        internal
    {
        address account = ECDSA.recover(_hashTypedDataV4(structHash), signature);
        address other = ECDSA.recover(_hashTypedDataV4(otherHash), otherSignature);
        require(structHash != otherHash && account == other, NoConflict());
        Standing standing = members[account].standing;
        require(standing == Standing.Member || standing == Standing.Leaving, WrongStanding(account, standing));
        if (standing == Standing.Member) --memberCount;
        members[account] = Member(Standing.Punished, 0);
        emit Punished(account, memberBond);
        Address.sendValue(_reserve, memberBond);
    }

    function _leave(address account) private {
        _requireStanding(account, Standing.Member);
        --memberCount;
        uint64 until = poolClock.time() + unbonding;
        members[account] = Member(Standing.Leaving, until);
        emit Left(account, until);
    }

    function _requireStanding(address account, Standing expected) private view {
        Standing standing = members[account].standing;
        require(standing == expected, WrongStanding(account, standing));
    }
}
