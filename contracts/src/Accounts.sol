// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IDutyPool} from "./interfaces/IDutyPool.sol";
import {ILedgerOracle} from "./interfaces/ILedgerOracle.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Part} from "./Part.sol";
import {Parts} from "./Parts.sol";
import {Payments} from "./Payments.sol";
import {PolicyStore} from "./PolicyStore.sol";
import {Bonds} from "./settlement/Bonds.sol";
import {Policy} from "./settlement/Policies.sol";
import {OperatorState, PoolState} from "./settlement/State.sol";
import {SignedHeader} from "./SignedHeader.sol";

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

    PoolState internal _pool;
    mapping(uint256 id => OperatorState) internal _operators;
    /// @dev Epoch of an operator's request, plus 1; 0 if there is none.
    mapping(uint256 id => uint64) private _requests;

    /// @notice A bond has grown; `repaid` went to the reserve, for debts.
    event ToppedUp(uint256 indexed id, uint256 amount, uint256 repaid);
    /// @notice An owner wants a part of the bond back.
    event ReleaseRequested(uint256 indexed id, uint64 epoch);
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
    /// @notice Nothing was requested in this period, or it is too long ago.
    error NotRequested(uint256 id, uint64 period);
    /// @notice An operator that grows does not retire.
    error StillGrows(uint256 id);
    /// @notice More than may leave now.
    error BondLocked(uint256 wanted, uint256 free);

    constructor(Parts memory parts, uint256 entryBond_) Part(parts.timelock, parts.clock) {
        (registry, oracle, policies) = (parts.registry, parts.oracle, parts.policies);
        _reserve = parts.reserve;
        entryBond = entryBond_;
    }

    /// @notice Of the pool.
    function poolState() external view returns (PoolState memory) {
        return _pool;
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
        uint256 repaid = Bonds.topUp(operator, msg.value);
        _operators[id] = operator;
        emit ToppedUp(id, msg.value, repaid);
        _toReserve(repaid);
    }

    /// @notice Asks for a part of the bond: a validator that has just been slashed is seen before it leaves.
    function requestRelease(uint256 id) external whileRunning {
        require(msg.sender == _ownerOf(id), NotAllowed(msg.sender));
        uint64 epoch = poolClock.epoch();
        _requests[id] = epoch + 1;
        emit ReleaseRequested(id, epoch);
    }

    /// @notice Credits the owner with a part of the bond that backs nothing any more.
    /// @param period The one that ran on the chain at the request. It, or the one after, is the last that is open.
    function releaseBond(uint256 id, uint64 period, uint256 amount) external whileRunning nonReentrant {
        address owner = _ownerOf(id);
        require(msg.sender == owner, NotAllowed(msg.sender));
        uint256 free = releasable(id, period);
        require(amount <= free, BondLocked(amount, free));
        delete _requests[id];
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
        (PoolState memory pool, OperatorState memory operator) = (_pool, _operators[id]);
        uint64 version = pool.periods == 0 ? 0 : oracle.finalOf(pool.periods - 1).version;
        uint32 validators = registry.validatorsHeld(id);
        require(validators == registry.validatorsAt(id, version), StillGrows(id));
        Bonds.retire(pool, operator, validators);
        (_pool, _operators[id]) = (pool, operator);
        emit Retired(id);
    }

    /// @notice What may leave of a bond, in wei, on the request made in `period`.
    function releasable(uint256 id, uint64 period) public view returns (uint256) {
        SignedHeader memory header = oracle.finalOf(period).header;
        uint64 request = _requests[id];
        bool isOfPeriod = request != 0 && request - 1 < header.startEpoch + header.epochs
            && (period == 0 || request - 1 >= header.startEpoch);
        require(isOfPeriod && period + 2 >= _pool.periods, NotRequested(id, period));
        OperatorState memory operator = _operators[id];
        Policy memory policy = policies.newest();
        // A period that has begun keeps its policy: a vote for smaller bonds waits for its end.
        uint128 running = policies.policyFor(header.startEpoch + header.epochs).bondPerValidator;
        if (running > policy.bondPerValidator) policy.bondPerValidator = running;
        uint256 free = Bonds.withdrawable(policy, operator, registry.validatorsHeld(id), period);
        uint256 kept = operator.retired ? 0 : entryBond;
        return Math.min(free, Math.saturatingSub(operator.bond, kept));
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
