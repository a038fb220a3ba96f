// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IDutyPool} from "./interfaces/IDutyPool.sol";
import {ILedgerOracle} from "./interfaces/ILedgerOracle.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Part} from "./Part.sol";
import {Parts} from "./Parts.sol";
import {Payments} from "./Payments.sol";
import {ProofContext} from "./ProofContext.sol";
import {ShapeRegistry} from "./ShapeRegistry.sol";

/// @title Batches
/// @notice How the registry of validators gets its next version (protocol section 4).
///
/// ```text
/// first registration      registrationEnds         rootDue
///      | registerValidator      | fixRoot (quorum)    | nobody did: the batch waits
///                                     | enrol ... enrolmentEnds | closeBatch
/// ```
/// @dev Whether a registration is good - the pool's deposit and credentials, the validator's BLS signature, the
/// membership proof, one leaf an index - is the quorum's duty: it leaves bad ones out of the root. So registrations are
/// only logged, and several for one index are no harm: whoever registers a foreign validator loses its deposit.
abstract contract Batches is IOperatorRegistry, Part, Payments {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Most leaves of the registry's tree, of depth 10.
    uint256 public constant MAX_LEAVES = 4 ** 10;
    /// @notice Validator indices are below this.
    uint256 public constant INDEX_LIMIT = 2 ** 40;

    /// @notice What became of a batch.
    enum Outcome {
        Open,
        /// It is a version.
        Activated,
        /// Not every leaf was opened: batch and pending V have vanished.
        Failed,
        /// Its registrations are part of the next batch.
        Waits
    }

    /// @notice A batch. Times are the clock's.
    struct Batch {
        Outcome outcome;
        uint64 registrationEnds;
        /// 0 until the root is fixed.
        uint64 enrolmentEnds;
        /// The version that it became.
        uint64 version;
        /// With those of batches that waited.
        uint32 registrations;
        /// N of the root.
        uint32 registered;
        /// Sum of the operators' increases in V.
        uint32 enrolled;
        /// Operators with an increase.
        uint32 growing;
        uint256 root;
    }

    /// @notice A version of the registry.
    struct Version {
        uint256 root;
        uint32 registered;
    }

    /// @notice Windows, in seconds of the clock, and prices.
    struct Config {
        uint64 registrationWindow;
        uint64 rootWindow;
        uint64 enrolmentWindow;
        /// D, in wei.
        uint256 registrationDeposit;
        uint32 minGrowingOperators;
        /// Root of a registry of no validators.
        uint256 emptyRoot;
    }

    /// @notice Type of what is signed.
    bytes32 public constant ROOT_TYPE =
        keccak256("Root(uint64 batch,uint256 registryRoot,uint32 registered,uint256 operatorsRoot,bytes32 fileHash)");

    /// @notice See `Config`.
    uint64 public immutable registrationWindow;
    /// @notice See `Config`.
    uint64 public immutable rootWindow;
    /// @notice See `Config`.
    uint64 public immutable enrolmentWindow;
    /// @notice See `Config`.
    uint256 public immutable registrationDeposit;
    /// @notice See `Config`.
    uint32 public immutable minGrowingOperators;
    /// @notice Checks signatures.
    ILedgerOracle public immutable oracle;
    /// @notice Keeps the bonds.
    IDutyPool public immutable pool;
    /// @notice Knows the verifiers.
    ShapeRegistry public immutable shapes;
    address payable private immutable _reserve;

    /// @notice Number of the open batch, or of the next one if none is open. The first is 1.
    uint64 public current = 1;
    /// @notice By number.
    mapping(uint64 number => Batch) public batches;
    /// @notice In order; the first is empty.
    Version[] public versions;
    /// @dev Number of the version, by the first epoch in which it is active throughout.
    Checkpoints.Trace208 private _activeFrom;

    /// @notice Somebody registered a validator. `evidence` is for the quorum: signature and membership proof.
    event ValidatorRegistered(uint64 indexed batch, uint40 indexed index, uint256 tag, bytes evidence);
    /// @notice A batch's root is fixed: operators enrol.
    event RootFixed(Root root);
    /// @notice A batch ended.
    event BatchClosed(uint64 indexed batch, Outcome outcome);
    /// @notice A version is active in `fromEpoch` and later.
    event VersionActivated(uint64 indexed version, uint256 root, uint32 registered, uint64 fromEpoch);

    /// @notice A verifier answered, but not with yes.
    error BadProof();
    /// @notice An index below 2^40 and a tag that is a field element other than 0 are needed.
    error BadRegistration();
    /// @notice Another amount was expected.
    error WrongDeposit(uint256 expected, uint256 got);
    /// @notice Not at this time: see the batch.
    error WrongTime(uint64 batch);
    /// @notice The root is not about the open batch.
    error WrongBatch(uint64 expected, uint64 got);
    /// @notice N must grow, by no more than was registered.
    error RegisteredOutOfRange(uint32 before, uint32 registrations, uint32 got);
    /// @notice More validators are enrolled than the batch added: a proof must be wrong.
    error TooManyEnrolled();

    constructor(Parts memory parts, Config memory config) Part(parts.timelock, parts.clock) {
        (oracle, pool, shapes) = (parts.oracle, parts.pool, parts.shapes);
        _reserve = parts.reserve;
        registrationWindow = config.registrationWindow;
        rootWindow = config.rootWindow;
        enrolmentWindow = config.enrolmentWindow;
        registrationDeposit = config.registrationDeposit;
        minGrowingOperators = config.minGrowingOperators;
        _activate(config.emptyRoot, 0, 0);
    }

    /// @notice Registers a validator, with a deposit D. Any account may: the operator stays unnamed.
    function registerValidator(uint40 index, uint256 tag, bytes calldata evidence) external payable whileRunning {
        require(tag != 0 && tag < ProofContext.ORDER, BadRegistration());
        require(msg.value == registrationDeposit, WrongDeposit(registrationDeposit, msg.value));
        Batch storage batch = batches[current];
        uint64 time = poolClock.time();
        if (batch.registrationEnds == 0) batch.registrationEnds = time + registrationWindow;
        require(time < batch.registrationEnds, WrongTime(current));
        ++batch.registrations;
        emit ValidatorRegistered(current, index, tag, evidence);
    }

    /// @notice Fixes the open batch's root, as the quorum has signed it. Anybody may bring it.
    function fixRoot(Root calldata root, bytes[] calldata signatures) external whileRunning {
        require(root.batch == current, WrongBatch(current, root.batch));
        Batch storage batch = batches[current];
        uint64 time = poolClock.time();
        bool isDue = batch.registrationEnds != 0 && time >= batch.registrationEnds
            && time < batch.registrationEnds + rootWindow && batch.enrolmentEnds == 0;
        require(isDue, WrongTime(current));
        uint32 before = _registered();
        require(
            root.registered > before && root.registered - before <= batch.registrations && root.registered <= MAX_LEAVES
                && root.registryRoot < ProofContext.ORDER,
            RegisteredOutOfRange(before, batch.registrations, root.registered)
        );
        oracle.requireQuorum(hashRoot(root), signatures);
        (batch.root, batch.registered) = (root.registryRoot, root.registered);
        batch.enrolmentEnds = time + enrolmentWindow;
        emit RootFixed(root);
    }

    /// @notice Ends the open batch when its time has come, or as soon as every new leaf is opened. Anybody may.
    function closeBatch() external whileRunning nonReentrant {
        Batch storage batch = batches[current];
        uint64 time = poolClock.time();
        bool isFixed = batch.enrolmentEnds != 0;
        bool isComplete = isFixed && batch.enrolled == batch.registered - _registered();
        bool isMixed = batch.growing >= minGrowingOperators;
        bool isLate = isFixed
            ? time >= batch.enrolmentEnds
            : batch.registrationEnds != 0 && time >= batch.registrationEnds + rootWindow;
        require(isLate || (isComplete && isMixed), WrongTime(current));
        if (isComplete && isMixed) {
            _close(Outcome.Activated);
            _forfeit(batch);
        } else if (isComplete || !isFixed) {
            // Too few operators to hide among, or no root: registrations wait for company, or for the quorum.
            _close(Outcome.Waits);
        } else {
            _close(Outcome.Failed);
            _forfeit(batch);
        }
    }

    /// @notice Takes back a root that should not have been signed, by vote: its registrations wait.
    function cancelBatch() external onlyTimelock {
        require(batches[current].enrolmentEnds != 0, WrongTime(current));
        _close(Outcome.Waits);
    }

    /// @inheritdoc IOperatorRegistry
    function versionFor(uint64 startEpoch) external view returns (uint64 version, uint256 root, uint32 registered) {
        version = uint64(_activeFrom.upperLookupRecent(startEpoch == 0 ? 0 : uint48(startEpoch - 1)));
        Version storage found = versions[version];
        return (version, found.root, found.registered);
    }

    /// @notice How many versions there are.
    function versionCount() external view returns (uint256) {
        return versions.length;
    }

    /// @inheritdoc IOperatorRegistry
    function hashRoot(Root calldata root) public pure returns (bytes32) {
        return keccak256(abi.encode(ROOT_TYPE, root));
    }

    /// @dev Root of the open batch; reverts unless operators enrol now.
    function _requireEnrolling() internal view returns (uint256) {
        Batch storage batch = batches[current];
        require(batch.enrolmentEnds != 0 && poolClock.time() < batch.enrolmentEnds, WrongTime(current));
        return batch.root;
    }

    /// @dev An operator's V grows by `increase` if the open batch becomes a version.
    function _grow(uint32 increase) internal {
        Batch storage batch = batches[current];
        batch.enrolled += increase;
        ++batch.growing;
        require(batch.enrolled <= batch.registered - _registered(), TooManyEnrolled());
    }

    function _registered() private view returns (uint32) {
        return versions[versions.length - 1].registered;
    }

    function _close(Outcome outcome) private {
        uint64 number = current++;
        Batch storage batch = batches[number];
        batch.outcome = outcome;
        if (outcome == Outcome.Activated) {
            batch.version = uint64(versions.length);
            _activate(batch.root, batch.registered, poolClock.epoch() + 1);
        } else if (outcome == Outcome.Waits) {
            Batch storage next = batches[number + 1];
            next.registrations = batch.registrations;
            next.registrationEnds = poolClock.time() + registrationWindow;
        }
        emit BatchClosed(number, outcome);
    }

    function _activate(uint256 root, uint32 registered, uint64 fromEpoch) private {
        uint256 version = versions.length;
        versions.push(Version(root, registered));
        _activeFrom.push(uint48(fromEpoch), uint208(version));
        emit VersionActivated(uint64(version), root, registered, fromEpoch);
    }

    /// @dev Deposits that no increase in V redeems go to the reserve.
    function _forfeit(Batch storage batch) private {
        uint256 rest = registrationDeposit * (batch.registrations - batch.enrolled);
        if (rest > 0) Address.sendValue(_reserve, rest);
    }
}
