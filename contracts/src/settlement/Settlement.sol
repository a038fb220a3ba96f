// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Headers, SignedHeader} from "../SignedHeader.sol";
import {Bonds} from "./Bonds.sol";
import {Policies, Policy} from "./Policies.sol";
import {Saturating} from "./Saturating.sol";
import {Claims, OperatorState, PeriodState, Phase, PoolState, Record, State, Status} from "./State.sol";
import {Strikes} from "./Strikes.sol";

/// @title Settlement
/// @notice What follows from a proof, or from silence (protocol section 7): the twin of `verifier/src/settle`.
/// @dev Pure functions: no clock, no balance. They change the states that they are given, in memory; the caller
/// keeps the clock, has the proof checked, stores the states and moves the money. One period passes through them after
/// the other:
///
/// ```text
/// open      the header is final and the period before is closed: the pot is set aside
/// settle    once an operator: reward, charge for slashings               (OnTime, Late)
/// close     once, when the grace window is over: what is still missing
/// conclude  once an operator, before its next proof: strike, share of what is missing
/// settle    of arrears, at any time later
/// ```
/// Arithmetic has 256 bits; where the native twin saturates, this one does.
library Settlement {
    using Bonds for OperatorState;
    using Headers for SignedHeader;
    using Policies for Policy;
    using Saturating for uint256;
    using Strikes for OperatorState;

    /// @notice The period before is not closed yet.
    error StillOpen();
    /// @notice A claim that no statement can make.
    error RangeRefused();
    /// @notice A retired operator has nothing to prove.
    error RetiredRefused();
    /// @notice Another V than the registry's.
    error ValidatorsRefused(uint32 expected, uint32 got);
    /// @notice One proof an operator and period.
    error AgainRefused();
    /// @notice Silence has its consequences first: `period` is to be concluded for this operator before.
    error NotConcludedRefused(uint64 period);
    /// @notice A rate where a tier is asked for.
    error GridRefused();
    /// @notice More good stake than the pool has.
    error GoodStakeRefused(uint64 total, uint64 before, uint64 claimed);
    /// @notice More slashed validators than the pool has.
    error SlashedRefused(uint32 total, uint32 before, uint32 claimed);
    /// @notice Periods are concluded one after the other.
    error ConclusionOutOfOrder(uint64 expected, uint64 got);
    /// @notice The grace window is not over, or nobody has closed the period.
    error NotClosed();
    /// @notice The period is concluded for this operator.
    error ConcludedAgain();

    /// @notice What a proof moves, in wei.
    struct Payment {
        /// From the pot to the payout account.
        uint256 reward;
        /// From the pot to the reserve, for the operator's debts.
        uint256 potToReserve;
        /// From the bond to the reserve, for slashings.
        uint256 bondToReserve;
        /// From what is held to the reserve, for slashings.
        uint256 heldToReserve;
        /// From what is held back to the bond: nothing is owed any more.
        uint256 heldToBond;
    }

    /// @notice What a conclusion decides.
    struct Conclusion {
        /// Whether the operator is struck.
        bool struck;
        /// Its share of missing slashings, in wei: from the bond to what is held.
        uint256 bondToHeld;
    }

    /// @notice Begins a period whose header is final; `funds` is what there is for rewards, in wei.
    function open(Policy memory policy, SignedHeader memory header, PoolState memory pool, uint128 funds)
        internal
        pure
        returns (PeriodState memory period)
    {
        require(!pool.isOpen, StillOpen());
        header.check();
        period.number = pool.periods;
        period.pot = uint128(Math.min(uint256(policy.rewardRate) * header.totalGood, funds));
        period.retired = pool.retired;
        pool.periods = (uint256(pool.periods) + 1).to64();
        pool.isOpen = true;
    }

    /// @notice Decides on the claims of a proof that holds.
    function settle(Policy memory policy, SignedHeader memory header, State memory state, Claims memory claims)
        internal
        pure
        returns (Payment memory payment)
    {
        _checkClaims(state, claims);
        _checkTurn(state);
        require(
            policy.hasTier(claims.goodBps) && policy.hasTier(claims.performanceBps)
                && claims.goodStake % policy.stakeStep == 0,
            GridRefused()
        );
        _passTurnstile(header, state.period, claims);
        uint256 earned = _earned(header, state, claims);
        state.period.earned = (state.period.earned + earned).to128();
        _record(policy, state, claims);

        // The chain's flag is permanent: what was charged in an earlier period is in `slashed` still.
        (OperatorState memory operator, PoolState memory pool) = (state.operator, state.pool);
        uint256 slashings = Math.saturatingSub(claims.slashed, operator.charged);
        (payment.heldToReserve, payment.bondToReserve) = operator.charge(slashings, policy.penalty);
        pool.charged = (pool.charged + slashings).to32();
        if (operator.unproven == 0) {
            payment.heldToBond = operator.prepaid;
            operator.prepaid = 0;
            operator.bond = (operator.bond + payment.heldToBond).to128();
        }
        pool.prepaid = uint128(Math.saturatingSub(pool.prepaid, payment.heldToReserve + payment.heldToBond));
        payment.potToReserve = operator.repay(earned);
        payment.reward = earned - payment.potToReserve;
    }

    /// @notice Ends a period when its grace window is over; one that is closed stays as it is.
    /// @return toStakers What nobody earned, in wei: back to the stakers, never to other operators.
    function close(Policy memory policy, SignedHeader memory header, PoolState memory pool, PeriodState memory period)
        internal
        pure
        returns (uint256 toStakers)
    {
        if (period.closed) return 0;
        uint256 accounted = (uint256(period.proven) + period.retired).to32();
        period.silent = uint32(Math.saturatingSub(header.registered, accounted));
        if (period.silent != 0) {
            uint256 unseen = Math.saturatingSub(header.totalSlashed, pool.charged);
            uint256 known = uint256(pool.prepaid) + pool.expected;
            period.missing = uint128(Math.saturatingSub(policy.penalty * unseen, known));
        }
        period.strikes = 2 * accounted >= header.registered;
        period.closed = true;
        pool.expected = (uint256(pool.expected) + period.missing).to128();
        pool.isOpen = false;
        return Math.saturatingSub(period.pot, period.earned);
    }

    /// @notice Decides strike and share of an operator, once it is known who has been silent.
    function conclude(Policy memory policy, State memory state) internal pure returns (Conclusion memory conclusion) {
        (PeriodState memory period, OperatorState memory operator) = (state.period, state.operator);
        require(operator.next == period.number, ConclusionOutOfOrder(operator.next, period.number));
        require(period.closed, NotClosed());
        Record memory record = state.record;
        require(record.status == Status.Pending || record.status == Status.Proven, ConcludedAgain());
        bool hasDuty = state.validators > 0 && !operator.retired;
        bool isSilent = hasDuty && record.status == Status.Pending;
        bool failed = hasDuty && (isSilent || record.late || record.below);
        operator.next = (uint256(operator.next) + 1).to64();

        conclusion.struck = failed && period.strikes;
        if (conclusion.struck) {
            operator.addStrike(period.number);
            if (operator.countStrikes(period.number, policy.strikeWindow) >= policy.strikeLimit) {
                operator.barred = true;
            }
        }
        if (isSilent) {
            operator.unproven = (uint256(operator.unproven) + 1).to32();
            conclusion.bondToHeld = _takeShare(policy, state);
        }
        state.record = Record(isSilent ? Status.Silent : Status.Concluded, false, false);
    }

    /// @dev Pro rata of V, rounded up so that silence is not cheaper by one wei; at most V penalties in all, and at most
    /// the bond.
    function _takeShare(Policy memory policy, State memory state) private pure returns (uint256 taken) {
        (PoolState memory pool, OperatorState memory operator) = (state.pool, state.operator);
        uint256 share = _ratio(state.period.missing, state.validators, state.period.silent, Math.Rounding.Ceil).to128();
        pool.expected = uint128(Math.saturatingSub(pool.expected, share));
        uint256 unseen = Math.saturatingSub(state.validators, operator.charged);
        uint256 atMost = Math.saturatingSub(policy.penalty * unseen, operator.prepaid);
        taken = Math.min(Math.min(share, atMost), operator.bond);
        operator.bond -= uint128(taken);
        operator.prepaid = (operator.prepaid + taken).to128();
        pool.prepaid = (pool.prepaid + taken).to128();
    }

    /// @dev Rewards are for proofs before the deadline, of operators that are not barred.
    function _earned(SignedHeader memory header, State memory state, Claims memory claims)
        private
        pure
        returns (uint256)
    {
        bool isPaid = state.record.status == Status.Pending && state.phase == Phase.OnTime && !state.operator.barred;
        if (!isPaid) return 0;
        uint256 factor = uint256(claims.goodStake) * claims.performanceBps;
        return _ratio(state.period.pot, factor, header.totalGood * Policies.BPS, Math.Rounding.Floor).to128();
    }

    function _record(Policy memory policy, State memory state, Claims memory claims) private pure {
        if (state.record.status == Status.Silent) {
            state.operator.unproven = uint32(Math.saturatingSub(state.operator.unproven, 1));
            state.record = Record(Status.Concluded, false, false);
        } else {
            state.period.proven = (uint256(state.period.proven) + claims.validators).to32();
            state.record = Record({
                status: Status.Proven, late: state.phase == Phase.Late, below: claims.goodBps < policy.minGoodBps
            });
        }
    }

    function _checkClaims(State memory state, Claims memory claims) private pure {
        require(
            claims.goodBps <= Policies.BPS && claims.performanceBps <= Policies.BPS
                && claims.goodStake < Headers.GOOD_STAKE_LIMIT && claims.slashed <= claims.validators,
            RangeRefused()
        );
        require(!state.operator.retired, RetiredRefused());
        require(claims.validators == state.validators, ValidatorsRefused(state.validators, claims.validators));
    }

    /// @dev One proof a period, and one period after the other.
    function _checkTurn(State memory state) private pure {
        Status status = state.record.status;
        require(status == Status.Pending || status == Status.Silent, AgainRefused());
        uint64 next = state.operator.next;
        bool isTurn = next == state.period.number && !state.period.closed;
        require(status == Status.Silent || isTurn, NotConcludedRefused(next));
    }

    /// @dev No more can be claimed in all than the header's totals.
    function _passTurnstile(SignedHeader memory header, PeriodState memory period, Claims memory claims) private pure {
        require(
            uint256(period.goodStake) + claims.goodStake <= header.totalGood,
            GoodStakeRefused(header.totalGood, period.goodStake, claims.goodStake)
        );
        require(
            uint256(period.slashed) + claims.slashed <= header.totalSlashed,
            SlashedRefused(header.totalSlashed, period.slashed, claims.slashed)
        );
        period.goodStake += claims.goodStake;
        period.slashed += claims.slashed;
    }

    /// @dev `amount * factor / divisor`; 0 if the divisor is 0.
    function _ratio(uint256 amount, uint256 factor, uint256 divisor, Math.Rounding rounding)
        private
        pure
        returns (uint256)
    {
        return divisor == 0 ? 0 : Math.mulDiv(amount, factor, divisor, rounding);
    }
}
