// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Batches} from "./Batches.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IEnrolmentVerifier} from "./interfaces/IVerifiers.sol";
import {Parts} from "./Parts.sol";
import {ProofContext} from "./ProofContext.sol";
import {ShapeRegistry} from "./ShapeRegistry.sol";

/// @title OperatorRegistry
/// @notice Operators, and how many validators each has in which version of the registry (protocol section 4).
contract OperatorRegistry is Batches {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Most operators: leaves of their tree, of depth 6.
    uint256 public constant MAX_OPERATORS = 4 ** 6;

    /// @notice Of an operator.
    struct Operator {
        /// Only it submits.
        address owner;
        /// Rewards and deposits go here.
        address payout;
        /// The batch that `pending` belongs to, until it is collected.
        uint64 batch;
        /// V that the operator has proven for that batch.
        uint32 pending;
    }

    /// @notice By operator id.
    mapping(uint256 id => Operator) public operators;
    /// @notice Ids in order of registration: leaves of the operators' tree.
    uint256[] public ids;
    /// @notice An operator has at most this many validators.
    uint32 public maxValidators;
    /// @dev V, by the version from which on it holds.
    mapping(uint256 id => Checkpoints.Trace208) private _validators;

    /// @notice An operator of no validators.
    event OperatorRegistered(uint256 indexed id, uint256 position, address owner, address payout);
    /// @notice Rewards go to another account from now on.
    event PayoutChanged(uint256 indexed id, address payout);
    /// @notice An operator has proven V validators for a batch.
    event Enrolled(uint256 indexed id, uint64 indexed batch, uint32 validators);
    /// @notice No operator takes more validators than this.
    event CapChanged(uint32 maxValidators);

    /// @notice An id is a field element other than 0, and registered once.
    error BadId(uint256 id);
    /// @notice The operators' tree is full.
    error TooManyOperators();
    /// @notice No such operator, or another's.
    error NotOwner(uint256 id, address caller);
    /// @notice Payments to nobody.
    error NoPayout();
    /// @notice Enrolled in this batch already.
    error EnrolledAlready(uint64 batch);
    /// @notice Leaves are only ever added.
    error NoIncrease(uint32 before, uint32 claimed);
    /// @notice More than the cap or than the shape has places for.
    error TooManyValidators(uint32 claimed, uint32 max);

    constructor(Parts memory parts, Config memory config, uint32 maxValidators_) Batches(parts, config) {
        maxValidators = maxValidators_;
        emit CapChanged(maxValidators_);
    }

    /// @notice Registers an operator with an enrolment proof of V = 0, whose context names the caller, and its bond.
    function register(uint256 id, address payout, uint256 shape, bytes calldata proof) external payable whileRunning {
        require(id != 0 && id < ProofContext.ORDER && operators[id].owner == address(0), BadId(id));
        require(ids.length < MAX_OPERATORS, TooManyOperators());
        require(payout != address(0), NoPayout());
        _verify(versions[versions.length - 1].root, id, 0, msg.sender, shape, proof);
        operators[id] = Operator(msg.sender, payout, 0, 0);
        emit OperatorRegistered(id, ids.length, msg.sender, payout);
        ids.push(id);
        pool.openAccount{value: msg.value}(id);
    }

    /// @notice Sends rewards to another account. A duty proof made for the old one is void.
    function setPayout(uint256 id, address payout) external {
        _requireOwner(id);
        require(payout != address(0), NoPayout());
        operators[id].payout = payout;
        emit PayoutChanged(id, payout);
    }

    /// @notice Bounds what one operator can take, by vote. Who has more keeps it.
    function setMaxValidators(uint32 max) external onlyTimelock {
        maxValidators = max;
        emit CapChanged(max);
    }

    /// @notice Proves V validators of the open batch's registry. Counts once the batch becomes a version.
    function enrol(uint256 id, uint32 validators, uint256 shape, bytes calldata proof) external whileRunning {
        _requireOwner(id);
        collect(id);
        uint256 root = _requireEnrolling();
        Operator storage operator = operators[id];
        require(operator.batch != current, EnrolledAlready(current));
        uint32 before = _latest(id);
        require(validators > before, NoIncrease(before, validators));
        require(validators <= maxValidators, TooManyValidators(validators, maxValidators));
        pool.requireBacked(id, validators);
        _verify(root, id, validators, operator.owner, shape, proof);
        (operator.batch, operator.pending) = (current, validators);
        _grow(validators - before);
        emit Enrolled(id, current, validators);
    }

    /// @notice Books what became of an operator's enrolment: its V, and D for each validator of the increase.
    function collect(uint256 id) public {
        Operator storage operator = operators[id];
        uint64 number = operator.batch;
        if (number == 0 || number == current) return;
        uint32 validators = operator.pending;
        (operator.batch, operator.pending) = (0, 0);
        Batch storage batch = batches[number];
        if (batch.outcome == Outcome.Waits) return;
        _credit(operator.payout, registrationDeposit * (validators - _latest(id)));
        if (batch.outcome == Outcome.Activated) {
            _validators[id].push(uint48(batch.version), validators);
        }
    }

    /// @inheritdoc IOperatorRegistry
    function validatorsAt(uint256 id, uint64 version) public view returns (uint32) {
        Operator storage operator = operators[id];
        Batch storage batch = batches[operator.batch];
        if (batch.outcome == Outcome.Activated && batch.version <= version) return operator.pending;
        return uint32(_validators[id].upperLookupRecent(uint48(version)));
    }

    /// @inheritdoc IOperatorRegistry
    function accountsOf(uint256 id) external view returns (address owner, address payout) {
        return (operators[id].owner, operators[id].payout);
    }

    /// @inheritdoc IOperatorRegistry
    function validatorsHeld(uint256 id) external view returns (uint32) {
        Operator storage operator = operators[id];
        bool isOpen = operator.batch != 0 && operator.batch == current;
        return isOpen ? operator.pending : validatorsAt(id, type(uint48).max);
    }

    /// @notice How many operators there are.
    function operatorCount() external view returns (uint256) {
        return ids.length;
    }

    function _latest(uint256 id) private view returns (uint32) {
        return uint32(_validators[id].latest());
    }

    function _requireOwner(uint256 id) private view {
        require(operators[id].owner == msg.sender, NotOwner(id, msg.sender));
    }

    /// @dev Public inputs of an enrolment proof, all but V from storage (protocol section 4).
    function _verify(uint256 root, uint256 id, uint32 validators, address owner, uint256 shape, bytes calldata proof)
        private
        view
    {
        (address verifier, uint32 capacity) = shapes.find(shape, ShapeRegistry.Family.Enrolment);
        require(validators <= capacity, TooManyValidators(validators, capacity));
        uint256 context = ProofContext.bind(address(pool), owner, ProofContext.ENROL);
        require(IEnrolmentVerifier(verifier).verify([root, id, validators, context], proof), BadProof());
    }
}
