// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ILedgerOracle} from "./interfaces/ILedgerOracle.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Part} from "./Part.sol";
import {Parts} from "./Parts.sol";
import {ProofContext} from "./ProofContext.sol";
import {Quorum} from "./Quorum.sol";
import {Headers, SignedHeader} from "./SignedHeader.sol";

/// @title LedgerOracle
/// @notice One final header a period, one period after the other. A header is signed by the quorum, waits for a
/// challenge window, and is final. Ledgers are deterministic, so anybody can recompute one; who finds it wrong
/// calls the guardian, whose pause stops the window until a vote has rejected the header.
contract LedgerOracle is ILedgerOracle, Quorum {
    /// @notice Where the header comes from.
    struct Config {
        /// genesis_validators_root, big endian, mod r.
        uint256 chain;
        /// First epoch of the first period.
        uint64 firstEpoch;
        /// Longest period: 225 epochs for each word of the ledger's rows.
        uint32 maxEpochs;
        /// In seconds of the clock.
        uint64 challengeWindow;
        uint256 memberBond;
        uint64 unbonding;
    }

    /// @notice See `Config.chain`.
    uint256 public immutable chain;
    /// @notice See `Config.maxEpochs`.
    uint32 public immutable maxEpochs;
    /// @notice See `Config.challengeWindow`.
    uint64 public immutable challengeWindow;
    /// @notice Knows the registry's versions.
    IOperatorRegistry public immutable registry;

    /// @inheritdoc ILedgerOracle
    uint64 public periods;
    /// @notice First epoch of the next period.
    uint64 public nextEpoch;
    /// @notice When the header that waits was proposed, in the clock's time; 0 if none waits.
    uint64 public proposedAt;
    /// @notice Registry version of the header that waits.
    uint64 public proposedVersion;
    /// @notice Headers that a vote has rejected, by `hash`: their signatures are still about.
    mapping(bytes32 structHash => bool) public rejected;
    SignedHeader private _proposed;
    mapping(uint64 period => Final) private _finals;

    /// @notice A header waits for the end of its challenge window.
    event Proposed(uint64 indexed period, SignedHeader header);
    /// @notice A vote rejected the header that waited.
    event Rejected(uint64 indexed period);
    /// @notice A vote has found that a header should not have been rejected.
    event Reinstated(bytes32 structHash);
    /// @notice A period's header is final.
    event Finalized(uint64 indexed period, uint64 finalAt);

    /// @notice A header waits already.
    error AlreadyProposed();
    /// @notice A vote has rejected this very header.
    error AlreadyRejected();
    /// @notice No vote has rejected this header.
    error NotRejected();
    /// @notice No header waits.
    error NothingProposed();
    /// @notice The challenge window is not over.
    error StillChallengeable(uint64 until);
    /// @notice Periods follow each other without gap or overlap.
    error NotContiguous(uint64 expected, uint64 got);
    /// @notice No epochs, or more than the rows have room for.
    error EpochsOutOfRange(uint32 got, uint32 max);
    /// @notice The period's end cannot be finalised yet.
    error NotOver(uint64 epoch);
    /// @notice Another chain's ledger.
    error WrongChain(uint256 expected, uint256 got);
    /// @notice Not the registry version of the period.
    error WrongRegistry(uint256 expectedRoot, uint32 expectedRegistered);
    /// @notice A root that is no field element.
    error RootOutOfRange(uint256 root);
    /// @notice The period has no final header.
    error NotFinal(uint64 period);

    constructor(Parts memory parts, Config memory config)
        EIP712("Vigil", "1")
        Part(parts.timelock, parts.clock)
        Quorum(config.memberBond, config.unbonding, parts.reserve)
    {
        registry = parts.registry;
        (chain, maxEpochs, challengeWindow) = (config.chain, config.maxEpochs, config.challengeWindow);
        nextEpoch = config.firstEpoch;
    }

    /// @notice Brings the next period's header with its signatures. Anybody may.
    function propose(SignedHeader calldata header, bytes[] calldata signatures) external whileRunning {
        require(proposedAt == 0, AlreadyProposed());
        proposedVersion = _check(header);
        bytes32 structHash = hash(header);
        require(!rejected[structHash], AlreadyRejected());
        _requireQuorum(structHash, signatures);
        _proposed = header;
        proposedAt = poolClock.time();
        emit Proposed(periods, header);
    }

    /// @notice Makes the header that waits final, once the challenge window is over. Anybody may.
    function finalize() external whileRunning {
        require(proposedAt != 0, NothingProposed());
        uint64 time = poolClock.time();
        require(time >= proposedAt + challengeWindow, StillChallengeable(proposedAt + challengeWindow));
        uint64 period = periods++;
        _finals[period] = Final(_proposed, proposedVersion, time);
        nextEpoch = _proposed.startEpoch + _proposed.epochs;
        _clear();
        emit Finalized(period, time);
    }

    /// @notice Rejects the header that waits, by vote.
    function reject() external onlyTimelock {
        require(proposedAt != 0, NothingProposed());
        rejected[hash(_proposed)] = true;
        _clear();
        emit Rejected(periods);
    }

    /// @notice Lets a rejected header be proposed again, by vote: a period has one true header, and a vote can err.
    function reinstate(bytes32 structHash) external onlyTimelock {
        require(rejected[structHash], NotRejected());
        rejected[structHash] = false;
        emit Reinstated(structHash);
    }

    /// @notice Takes the bond of a member who signed two headers about the same epochs.
    function punishHeaders(
        SignedHeader calldata header,
        bytes calldata signature,
        SignedHeader calldata other,
        bytes calldata otherSignature
    ) external nonReentrant {
        require(
            header.startEpoch < uint256(other.startEpoch) + other.epochs
                && other.startEpoch < uint256(header.startEpoch) + header.epochs,
            NoConflict()
        );
        _punish(hash(header), signature, hash(other), otherSignature);
    }

    /// @notice Takes the bond of a member who signed two roots for one batch of the registry.
    function punishBatches(
        IOperatorRegistry.Root calldata root,
        bytes calldata signature,
        IOperatorRegistry.Root calldata other,
        bytes calldata otherSignature
    ) external nonReentrant {
        require(root.batch == other.batch, NoConflict());
        _punish(registry.hashRoot(root), signature, registry.hashRoot(other), otherSignature);
    }

    /// @inheritdoc ILedgerOracle
    function finalOf(uint64 period) external view returns (Final memory) {
        require(period < periods, NotFinal(period));
        return _finals[period];
    }

    /// @notice The header that waits.
    function proposed() external view returns (SignedHeader memory) {
        require(proposedAt != 0, NothingProposed());
        return _proposed;
    }

    /// @inheritdoc ILedgerOracle
    function requireQuorum(bytes32 structHash, bytes[] calldata signatures) external view {
        _requireQuorum(structHash, signatures);
    }

    /// @notice What the members sign, as EIP-712 hashes a struct.
    function hash(SignedHeader memory header) public pure returns (bytes32) {
        return Headers.hash(header);
    }

    /// @dev Everything about a header that the chain knows. Returns its registry version.
    function _check(SignedHeader calldata header) private view returns (uint64 version) {
        require(header.startEpoch == nextEpoch, NotContiguous(nextEpoch, header.startEpoch));
        require(header.epochs > 0 && header.epochs <= maxEpochs, EpochsOutOfRange(header.epochs, maxEpochs));
        // Participation of the last epoch is final after the next one; then the chain has to finalise it.
        uint64 end = header.startEpoch + header.epochs + 1;
        require(poolClock.epoch() > end, NotOver(end));
        require(header.chain == chain, WrongChain(chain, header.chain));
        uint256 root;
        uint32 registered;
        (version, root, registered) = registry.versionFor(header.startEpoch);
        require(header.registryRoot == root && header.registered == registered, WrongRegistry(root, registered));
        require(header.ledgerRoot < ProofContext.ORDER, RootOutOfRange(header.ledgerRoot));
        Headers.check(header);
    }

    function _clear() private {
        delete _proposed;
        (proposedAt, proposedVersion) = (0, 0);
    }
}
