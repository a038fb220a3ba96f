// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Accounts} from "./Accounts.sol";
import {IDutyPool} from "./interfaces/IDutyPool.sol";
import {ILedgerOracle} from "./interfaces/ILedgerOracle.sol";
import {IStakingVault} from "./interfaces/IStakingVault.sol";
import {IDutyVerifier} from "./interfaces/IVerifiers.sol";
import {Parts} from "./Parts.sol";
import {ProofContext} from "./ProofContext.sol";
import {Policies, Policy, Thresholds} from "./settlement/Policies.sol";
import {Settlement} from "./settlement/Settlement.sol";
import {Claims, PeriodState, Phase, PoolState, Record, State} from "./settlement/State.sol";
import {ShapeRegistry} from "./ShapeRegistry.sol";
import {SignedHeader} from "./SignedHeader.sol";

/// @title DutyPool
/// @notice Pays, withholds, strikes and charges, on an operator's proof or for the lack of one.
/// @dev It never holds principal. What it decides is `Settlement`'s business, by whom and when is this contract's:
///
/// ```text
/// header final        deadline          grace window over
///     | openPeriod       |                    | closePeriod, then conclude once an operator
///     |---- OnTime ------|------- Late -------|---- arrears -------------------->
///           submitProof        submitProof          submitProof, after conclude
/// ```
/// Deadlines run from the moment the header is final, or the grace window before it is over if that is later. What silent
/// operators' bonds pay ahead of their proofs stays here until it is known whose slashings it was for.
contract DutyPool is Accounts {
    using Policies for Policy;

    /// @notice Windows, in seconds of the clock, and the entry bond in wei.
    struct Config {
        /// From the period's beginning here.
        uint64 proofWindow;
        /// After it.
        uint64 graceWindow;
        uint256 entryBond;
    }

    /// @notice See `Config`.
    uint64 public immutable proofWindow;
    /// @notice See `Config`.
    uint64 public immutable graceWindow;
    /// @notice Knows the verifiers.
    ShapeRegistry public immutable shapes;
    /// @notice Gets what is withheld.
    IStakingVault public immutable vault;

    /// @notice What there is for the rewards of periods to come, in wei.
    uint128 public budget;
    /// @notice When the grace window of the newest period is over, in the clock's time.
    uint64 public graceEnds;
    /// @notice From when on a period's deadlines count, in the clock's time.
    mapping(uint64 period => uint64) public beginsAt;

    mapping(uint64 period => PeriodState) private _periods;
    mapping(uint256 id => mapping(uint64 period => Record)) private _records;

    /// @notice More for rewards to come.
    event Funded(address indexed from, uint256 amount);
    /// @notice Proofs for a period are awaited; its rewards are set aside.
    event PeriodOpened(uint64 indexed period, uint256 pot);
    /// @notice An operator's proof was accepted.
    event Settled(uint256 indexed id, uint64 indexed period, Phase phase, Claims claims, Settlement.Payment payment);
    /// @notice A period is closed: what is still missing of slashings, and what returned to the stakers.
    event PeriodClosed(uint64 indexed period, uint128 missing, uint32 silent, bool strikes, uint256 toStakers);
    /// @notice A period is over for an operator.
    event Concluded(uint256 indexed id, uint64 indexed period, Settlement.Conclusion conclusion);

    /// @notice The period is not open yet: one after the other.
    error NotOpen(uint64 period);
    /// @notice The grace window is not over.
    error GraceNotOver(uint64 until);
    /// @notice The grace window is over: close the period and conclude it for the operator, then prove.
    error GraceOver(uint64 until);
    /// @notice The shape has too few places.
    error ShapeTooSmall(uint32 capacity, uint32 validators);
    /// @notice A verifier answered, but not with yes.
    error BadProof();

    constructor(Parts memory parts, Config memory config) Accounts(parts, config.entryBond) {
        (proofWindow, graceWindow) = (config.proofWindow, config.graceWindow);
        (shapes, vault) = (parts.shapes, parts.vault);
    }

    /// @inheritdoc IDutyPool
    function fund() external payable {
        budget += SafeCast.toUint128(msg.value);
        emit Funded(msg.sender, msg.value);
    }

    /// @notice Opens the next period, once its header is final and the one before is closed. Anybody may.
    function openPeriod() external whileRunning nonReentrant {
        ILedgerOracle.Final memory final_ = oracle.finalOf(_pool.periods);
        _open(final_, policies.policyFor(final_.header.startEpoch));
    }

    /// @notice Settles a period for an operator, on its proof. Only the owner may: the proof itself moves no money.
    /// @dev The public inputs are built here. Only the claims are the sender's, and they decide nothing unproven.
    function submitProof(uint256 id, uint64 period, Claims calldata claims, uint256 shape, bytes calldata proof)
        external
        whileRunning
        nonReentrant
    {
        (address owner, address payout) = registry.accountsOf(id);
        require(owner != address(0) && msg.sender == owner, NotAllowed(msg.sender));
        ILedgerOracle.Final memory final_ = oracle.finalOf(period);
        Policy memory policy = policies.policyFor(final_.header.startEpoch);
        if (period == _pool.periods) _open(final_, policy);
        require(period < _pool.periods, NotOpen(period));
        bool isOpen = _pool.isOpen && period + 1 == _pool.periods;
        require(!isOpen || poolClock.time() < graceEnds, GraceOver(graceEnds));

        State memory state = _load(id, period, final_);
        Settlement.Payment memory payment = Settlement.settle(policy, final_.header, state, claims);
        _store(id, period, state);
        emit Settled(id, period, state.phase, claims, payment);
        _credit(payout, payment.reward);
        _verify(
            id, final_.header, policy, claims, ProofContext.bind(address(this), payout, ProofContext.DUTY), shape, proof
        );
        _toReserve(payment.potToReserve + payment.bondToReserve + payment.heldToReserve);
    }

    /// @notice Closes the open period, or the next one, once its grace window is over. Anybody may.
    function closePeriod() external whileRunning nonReentrant {
        uint64 period = _pool.isOpen ? _pool.periods - 1 : _pool.periods;
        ILedgerOracle.Final memory final_ = oracle.finalOf(period);
        Policy memory policy = policies.policyFor(final_.header.startEpoch);
        if (!_pool.isOpen) _open(final_, policy);
        require(poolClock.time() >= graceEnds, GraceNotOver(graceEnds));

        (PoolState memory pool, PeriodState memory state) = (_pool, _periods[period]);
        uint256 toStakers = Settlement.close(policy, final_.header, pool, state);
        (_pool, _periods[period]) = (pool, state);
        emit PeriodClosed(period, state.missing, state.silent, state.strikes, toStakers);
        if (toStakers > 0) vault.give{value: toStakers}();
    }

    /// @notice Decides strike and share of an operator in a closed period. Anybody may; periods come in order.
    function conclude(uint256 id, uint64 period) external whileRunning nonReentrant {
        _ownerOf(id);
        ILedgerOracle.Final memory final_ = oracle.finalOf(period);
        State memory state = _load(id, period, final_);
        // A period that is not open yet has no number in storage.
        state.period.number = period;
        Policy memory policy = policies.policyFor(final_.header.startEpoch);
        Settlement.Conclusion memory conclusion = Settlement.conclude(policy, state);
        _store(id, period, state);
        emit Concluded(id, period, conclusion);
    }

    /// @notice A period's state.
    function periodOf(uint64 period) external view returns (PeriodState memory) {
        return _periods[period];
    }

    /// @notice What an operator has done in a period.
    function recordOf(uint256 id, uint64 period) external view returns (Record memory) {
        return _records[id][period];
    }

    function _open(ILedgerOracle.Final memory final_, Policy memory policy) private {
        PoolState memory pool = _pool;
        PeriodState memory state = Settlement.open(policy, final_.header, pool, budget);
        budget -= state.pot;
        (_pool, _periods[state.number]) = (pool, state);
        uint64 begins = final_.finalAt > graceEnds ? final_.finalAt : graceEnds;
        beginsAt[state.number] = begins;
        graceEnds = begins + proofWindow + graceWindow;
        emit PeriodOpened(state.number, state.pot);
    }

    function _load(uint256 id, uint64 period, ILedgerOracle.Final memory final_)
        private
        view
        returns (State memory state)
    {
        state.phase = poolClock.time() < beginsAt[period] + proofWindow ? Phase.OnTime : Phase.Late;
        (state.pool, state.period) = (_pool, _periods[period]);
        (state.operator, state.record) = (_operators[id], _records[id][period]);
        state.validators = registry.validatorsAt(id, final_.version);
    }

    function _store(uint256 id, uint64 period, State memory state) private {
        _pool = state.pool;
        _periods[period] = state.period;
        _operators[id] = state.operator;
        _records[id][period] = state.record;
    }

    /// @dev The order of public inputs is protocol section 6's.
    function _verify(
        uint256 id,
        SignedHeader memory header,
        Policy memory policy,
        Claims calldata claims,
        uint256 context,
        uint256 shape,
        bytes calldata proof
    ) private view {
        (address verifier, uint32 capacity) = shapes.find(shape, ShapeRegistry.Family.Duty);
        require(claims.validators <= capacity, ShapeTooSmall(capacity, claims.validators));
        Thresholds memory thresholds = policy.thresholdsInForce(header.networkBps);
        uint256[11] memory inputs = [
            header.ledgerRoot,
            id,
            claims.validators,
            thresholds.minPerformanceBps,
            thresholds.minUptimeBps,
            thresholds.maxOutageEpochs,
            claims.goodBps,
            claims.slashed,
            claims.performanceBps,
            claims.goodStake,
            context
        ];
        require(IDutyVerifier(verifier).verify(inputs, proof), BadProof());
    }
}
