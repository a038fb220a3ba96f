// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedHeader} from "../SignedHeader.sol";
import {Policies, Policy} from "./Policies.sol";
import {Claims, OperatorState, PeriodState, Phase, PoolState, Record, State, Status} from "./State.sol";
import {Strikes} from "./Strikes.sol";

/// @title Settlement
/// @notice What follows from a proof, or from silence (protocol section 7): the twin of `verifier/src/settle`.
/// @dev Pure functions: no clock, no balance. They change the states that they are given, in memory; the caller
/// keeps the clock, has the proof checked, stores the states and moves the money. Order of events:
///
/// ```text
/// open      the header is final: the pot is set aside
/// settle    once an operator: reward, charge for slashings             (OnTime, Late, arrears)
/// close     once, when the grace window is over: what is still missing
/// conclude  once an operator: strike, the silent operators' share
/// ```
/// Arithmetic has 256 bits; where the native twin saturates, this one does.
library Settlement {
    using Policies for Policy;
    using Strikes for OperatorState;

    /// @dev A good stake is below this.
    uint256 internal constant GOOD_STAKE_LIMIT = 2 ** 48;

    /// @notice A claim that no statement can make.
    error RangeRefused();
    /// @notice Another V than the registry's.
    error ValidatorsRefused(uint32 expected, uint32 got);
    /// @notice One proof an operator and period.
    error AgainRefused();
    /// @notice After the grace window silence has its consequences first: conclude the period for this operator.
    error NotConcludedRefused();
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
    }

    /// @notice What a conclusion decides.
    struct Conclusion {
        /// Whether the operator is struck.
        bool struck;
        /// Its share of missing slashings, in wei.
        uint256 share;
        /// What of the share its bond could pay: to the reserve.
        uint256 bondToReserve;
    }

    /// @notice A period whose header has become final; `funds` is what there is for rewards, in wei.
    function open(Policy memory policy, SignedHeader memory header, uint64 number, uint128 funds)
        internal
        pure
        returns (PeriodState memory period)
    {
        period.number = number;
        period.pot = uint128(Math.min(uint256(policy.rewardRate) * header.totalGood, funds));
    }

    /// @notice Decides on the claims of a proof that holds.
    function settle(Policy memory policy, SignedHeader memory header, State memory state, Claims memory claims)
        internal
        pure
        returns (Payment memory payment)
    {
        _check(policy, header, state, claims);
        (PeriodState memory period, OperatorState memory operator) = (state.period, state.operator);
        period.goodStake += claims.goodStake;
        period.slashed += claims.slashed;
        if (state.record.status == Status.Silent) {
            operator.unproven = uint32(Math.saturatingSub(operator.unproven, 1));
            state.record = Record(Status.Concluded, false, false);
        } else {
            period.proven = _to32(uint256(period.proven) + claims.validators);
            state.record = Record({
                status: Status.Proven, late: state.phase != Phase.OnTime, below: claims.goodBps < policy.minGoodBps
            });
        }

        uint256 earned = 0;
        if (state.phase == Phase.OnTime && !operator.barred) {
            earned = _to128(
                _ratio(
                    period.pot,
                    uint256(claims.goodStake) * claims.performanceBps,
                    header.totalGood * Policies.BPS,
                    Math.Rounding.Floor
                )
            );
        }
        period.earned = _to128(period.earned + earned);

        // The chain's flag is permanent: what was charged in an earlier period is in `slashed` still.
        uint32 newlySlashed = uint32(Math.saturatingSub(claims.slashed, operator.charged));
        payment.bondToReserve = _charge(operator, newlySlashed, policy.penalty);
        state.pool.charged = _to32(uint256(state.pool.charged) + newlySlashed);
        state.pool.shared = uint32(Math.saturatingSub(state.pool.shared, newlySlashed));

        payment.potToReserve = _repay(operator, earned);
        payment.reward = earned - payment.potToReserve;
    }

    /// @notice Ends a period when its grace window is over; one that is closed stays as it is.
    /// @return toStakers What nobody earned, in wei: back to the stakers, never to other operators.
    function close(SignedHeader memory header, PoolState memory pool, PeriodState memory period)
        internal
        pure
        returns (uint256 toStakers)
    {
        if (period.closed) return 0;
        period.closed = true;
        period.silent = uint32(Math.saturatingSub(header.registered, period.proven));
        if (period.silent != 0) {
            uint256 known = _to32(uint256(pool.charged) + pool.shared);
            period.missing = uint32(Math.saturatingSub(header.totalSlashed, known));
        }
        period.strikes = 2 * uint256(period.proven) >= header.registered;
        pool.shared = _to32(uint256(pool.shared) + period.missing);
        return Math.saturatingSub(period.pot, period.earned);
    }

    /// @notice Decides strike and share of an operator, once it is known who has been silent.
    function conclude(Policy memory policy, State memory state) internal pure returns (Conclusion memory conclusion) {
        (PeriodState memory period, OperatorState memory operator) = (state.period, state.operator);
        require(operator.next == period.number, ConclusionOutOfOrder(operator.next, period.number));
        require(period.closed, NotClosed());
        Status status = state.record.status;
        require(status == Status.Pending || status == Status.Proven, ConcludedAgain());
        bool isSilent = status == Status.Pending && operator.validators > 0;
        bool failed = isSilent || (status == Status.Proven && (state.record.late || state.record.below));
        operator.next = uint64(Math.min(uint256(operator.next) + 1, type(uint64).max));

        conclusion.struck = failed && period.strikes;
        if (conclusion.struck) {
            operator.addStrike(period.number);
            if (operator.countStrikes(period.number, policy.strikeWindow) >= policy.strikeLimit) {
                operator.barred = true;
            }
        }
        if (isSilent) {
            operator.unproven = _to32(uint256(operator.unproven) + 1);
            conclusion.share = _share(policy, period, operator.validators);
            operator.prepaid = _to128(operator.prepaid + conclusion.share);
        }
        conclusion.bondToReserve = _pay(operator, conclusion.share);
        state.record = Record(isSilent ? Status.Silent : Status.Concluded, false, false);
    }

    /// @notice Adds `amount` wei to a bond; debts come first.
    /// @return repaid What the reserve gets.
    function topUp(OperatorState memory operator, uint256 amount) internal pure returns (uint256 repaid) {
        repaid = _repay(operator, amount);
        operator.bond = _to128(operator.bond + (amount - repaid));
    }

    /// @notice What may leave of a bond, in wei, once `periods` periods have a final header.
    /// @dev Nothing before there is a proof for every one of them, or while there is a debt; then what exceeds
    /// `bondPerValidator` for each validator, and all of it once the operator is retired.
    function withdrawable(Policy memory policy, OperatorState memory operator, uint64 periods)
        internal
        pure
        returns (uint256)
    {
        if (operator.unproven > 0 || operator.next < periods || operator.debt > 0) return 0;
        uint256 kept = operator.retired ? 0 : uint256(policy.bondPerValidator) * operator.validators;
        return Math.saturatingSub(operator.bond, kept);
    }

    function _check(Policy memory policy, SignedHeader memory header, State memory state, Claims memory claims)
        private
        pure
    {
        require(
            claims.goodBps <= Policies.BPS && claims.performanceBps <= Policies.BPS
                && claims.goodStake < GOOD_STAKE_LIMIT && claims.slashed <= claims.validators,
            RangeRefused()
        );
        uint32 expected = state.operator.validators;
        require(claims.validators == expected, ValidatorsRefused(expected, claims.validators));
        Status status = state.record.status;
        require(status == Status.Pending || status == Status.Silent, AgainRefused());
        require(status != Status.Pending || state.phase != Phase.Over, NotConcludedRefused());
        require(
            policy.hasTier(claims.goodBps) && policy.hasTier(claims.performanceBps)
                && claims.goodStake % policy.stakeStep == 0,
            GridRefused()
        );
        PeriodState memory period = state.period;
        require(
            uint256(period.goodStake) + claims.goodStake <= header.totalGood,
            GoodStakeRefused(header.totalGood, period.goodStake, claims.goodStake)
        );
        require(
            uint256(period.slashed) + claims.slashed <= header.totalSlashed,
            SlashedRefused(header.totalSlashed, period.slashed, claims.slashed)
        );
    }

    /// @dev A silent operator's share: rounded up, so that silence is not cheaper by one wei; at most V penalties.
    function _share(Policy memory policy, PeriodState memory period, uint256 validators)
        private
        pure
        returns (uint256)
    {
        uint256 proRata = _ratio(policy.penalty, period.missing * validators, period.silent, Math.Rounding.Ceil);
        return Math.min(_to128(proRata), policy.penalty * validators);
    }

    /// @dev Takes `due` from the bond; what it cannot pay is debt. Returns what the reserve gets.
    function _pay(OperatorState memory operator, uint256 due) private pure returns (uint256 paid) {
        paid = Math.min(due, operator.bond);
        operator.bond -= uint128(paid);
        operator.debt = _to128(operator.debt + (due - paid));
    }

    /// @dev Charges for slashings of its own, after what it has prepaid. Returns what the reserve gets.
    function _charge(OperatorState memory operator, uint256 slashings, uint256 penalty) private pure returns (uint256) {
        operator.charged = _to32(operator.charged + slashings);
        uint256 due = penalty * slashings;
        uint256 used = Math.min(due, operator.prepaid);
        operator.prepaid -= uint128(used);
        return _pay(operator, due - used);
    }

    /// @dev Pays debts out of `amount`. Returns what the reserve gets.
    function _repay(OperatorState memory operator, uint256 amount) private pure returns (uint256 repaid) {
        repaid = Math.min(amount, operator.debt);
        operator.debt -= uint128(repaid);
    }

    /// @dev `amount * factor / divisor`; 0 if the divisor is 0.
    function _ratio(uint256 amount, uint256 factor, uint256 divisor, Math.Rounding rounding)
        private
        pure
        returns (uint256)
    {
        return divisor == 0 ? 0 : Math.mulDiv(amount, factor, divisor, rounding);
    }

    function _to32(uint256 value) private pure returns (uint32) {
        return uint32(Math.min(value, type(uint32).max));
    }

    function _to128(uint256 value) private pure returns (uint128) {
        return uint128(Math.min(value, type(uint128).max));
    }
}
