// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IDutyPool} from "./interfaces/IDutyPool.sol";
import {ILedgerOracle} from "./interfaces/ILedgerOracle.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Part} from "./Part.sol";
import {Parts} from "./Parts.sol";
import {Payments} from "./Payments.sol";
import {PolicyStore} from "./PolicyStore.sol";
import {Settlement} from "./settlement/Settlement.sol";
import {OperatorState} from "./settlement/State.sol";

/// @title Accounts
/// @notice Operators' bonds: how they come, what they back, and when they leave.
abstract contract Accounts is IDutyPool, Part, Payments {
    /// @notice Knows the owners and each operator's V.
    IOperatorRegistry public immutable registry;
    /// @notice Knows the headers.
    ILedgerOracle public immutable oracle;
    /// @notice Knows the policies.
    PolicyStore public immutable policies;
    /// @notice Bond of an operator of no validators; it stays until a vote retires the operator.
    uint256 public immutable entryBond;
    address payable private immutable _reserve;

    mapping(uint256 id => OperatorState) internal _operators;

    /// @notice A bond has grown; `repaid` went to the reserve, for debts.
    event ToppedUp(uint256 indexed id, uint256 amount, uint256 repaid);
    /// @notice A part of a bond is free.
    event BondReleased(uint256 indexed id, uint256 amount);
    /// @notice A vote has lifted an operator's bar.
    event BarLifted(uint256 indexed id);
    /// @notice A vote has found that none of an operator's validators can be slashed any more.
    event Retired(uint256 indexed id);

    /// @notice There is no such operator.
    error NoSuchOperator(uint256 id);
    /// @notice A smaller bond than is asked for.
    error BondTooSmall(uint256 expected, uint256 got);
    /// @notice The operator is barred, retired or in debt: it takes no validators.
    error NotInGoodStanding(uint256 id);
    /// @notice More than may leave now.
    error BondLocked(uint256 wanted, uint256 free);

    constructor(Parts memory parts, uint256 entryBond_) Part(parts.timelock, parts.clock) {
        (registry, oracle, policies) = (parts.registry, parts.oracle, parts.policies);
        _reserve = parts.reserve;
        entryBond = entryBond_;
    }

    /// @notice An operator's account, as the last decision left it.
    function operatorOf(uint256 id) external view returns (OperatorState memory) {
        return _operators[id];
    }

    /// @inheritdoc IDutyPool
    function openAccount(uint256 id) external payable {
        require(msg.sender == address(registry), NotAllowed(msg.sender));
        require(msg.value >= entryBond, BondTooSmall(entryBond, msg.value));
        OperatorState storage operator = _operators[id];
        operator.bond = uint128(msg.value);
        operator.next = oracle.periods();
        emit ToppedUp(id, msg.value, 0);
    }

    /// @notice Adds to a bond; debts come first. Anybody may.
    function topUp(uint256 id) external payable nonReentrant {
        _ownerOf(id);
        OperatorState memory operator = _operators[id];
        uint256 repaid = Settlement.topUp(operator, msg.value);
        _operators[id] = operator;
        emit ToppedUp(id, msg.value, repaid);
        _toReserve(repaid);
    }

    /// @notice Credits the owner with a part of the bond that backs nothing any more.
    function releaseBond(uint256 id, uint256 amount) external whileRunning nonReentrant {
        address owner = _ownerOf(id);
        require(msg.sender == owner, NotAllowed(msg.sender));
        uint256 free = releasable(id);
        require(amount <= free, BondLocked(amount, free));
        _operators[id].bond -= uint128(amount);
        emit BondReleased(id, amount);
        _credit(owner, amount);
    }

    /// @notice Lets a barred operator earn again, by vote.
    function liftBar(uint256 id) external onlyTimelock {
        _ownerOf(id);
        _operators[id].barred = false;
        emit BarLifted(id);
    }

    /// @notice Frees the rest of a bond, by vote, once none of the operator's validators can be slashed any more.
    function retire(uint256 id) external onlyTimelock {
        _ownerOf(id);
        _operators[id].retired = true;
        emit Retired(id);
    }

    /// @notice What may leave of a bond, in wei.
    function releasable(uint256 id) public view returns (uint256) {
        OperatorState memory operator = _operators[id];
        operator.validators = registry.validatorsHeld(id);
        uint256 free = Settlement.withdrawable(policies.newest(), operator, oracle.periods());
        uint256 kept = operator.retired || operator.bond < entryBond ? 0 : entryBond;
        return free < operator.bond - kept ? free : operator.bond - kept;
    }

    /// @inheritdoc IDutyPool
    function requireBacked(uint256 id, uint32 validators) external view {
        OperatorState storage operator = _operators[id];
        require(!operator.barred && !operator.retired && operator.debt == 0, NotInGoodStanding(id));
        uint256 expected = uint256(policies.newest().bondPerValidator) * validators;
        require(operator.bond >= expected, BondTooSmall(expected, operator.bond));
    }

    function _ownerOf(uint256 id) internal view returns (address owner) {
        (owner,) = registry.accountsOf(id);
        require(owner != address(0), NoSuchOperator(id));
    }

    function _toReserve(uint256 amount) internal {
        if (amount > 0) Address.sendValue(_reserve, amount);
    }
}
