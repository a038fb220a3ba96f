// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedHeader} from "../../src/SignedHeader.sol";
import {Bonds} from "../../src/settlement/Bonds.sol";
import {Policies, Policy, Thresholds} from "../../src/settlement/Policies.sol";
import {Settlement} from "../../src/settlement/Settlement.sol";
import {
    Claims,
    OperatorState,
    PeriodState,
    Phase,
    PoolState,
    Record,
    State,
    Status
} from "../../src/settlement/State.sol";
import {vm} from "../support/Vm.sol";

/// @notice What the settlement decides, for every input at once: `symbolic.sh` looks for one that breaks an assertion.
/// @dev A refusal ends a path, so what is asserted after a call is true of whatever was accepted. Bounds stand where they are
/// set, and in docs/contract-security.md.
contract SettlementSym {
    /// @dev Amounts and counts so far below saturation that sums are sums; 2^127 wei are more than there will be.
    uint256 private constant AMOUNTS = 2 ** 127;
    uint256 private constant COUNTS = 2 ** 31;

    /// @dev A policy in its ranges as far as it matters here, with a grid of 0 and one more tier, whichever.
    modifier valid(Policy memory policy) {
        vm.assume(policy.stakeStep > 0);
        vm.assume(policy.penalty < Policies.AMOUNT_LIMIT);
        vm.assume(policy.tiers[1] <= Policies.BPS);
        policy.tiers[0] = 0;
        for (uint256 i = 2; i < 16; ++i) {
            policy.tiers[i] = 0;
        }
        _;
    }

    // settle

    function check_only_claims_that_are_due_are_accepted(
        Policy memory policy,
        SignedHeader memory header,
        State memory state,
        Claims memory claims
    ) external pure valid(policy) {
        (Status status, uint64 next, bool retired) = (state.record.status, state.operator.next, state.operator.retired);
        (uint64 number, bool closed) = (state.period.number, state.period.closed);
        Settlement.settle(policy, header, state, claims);
        assert(claims.validators == state.validators && claims.slashed <= claims.validators && !retired);
        assert(claims.goodBps == 0 || claims.goodBps == policy.tiers[1]);
        assert(claims.performanceBps == 0 || claims.performanceBps == policy.tiers[1]);
        assert(claims.goodStake % policy.stakeStep == 0 && claims.goodStake < 2 ** 48);
        assert(status == Status.Silent || (status == Status.Pending && next == number && !closed));
    }

    function check_the_turnstile_never_passes_the_totals(
        Policy memory policy,
        SignedHeader memory header,
        State memory state,
        Claims memory claims
    ) external pure valid(policy) {
        (uint256 goodStake, uint256 slashed) = (state.period.goodStake, state.period.slashed);
        Settlement.settle(policy, header, state, claims);
        assert(state.period.goodStake == goodStake + claims.goodStake && state.period.goodStake <= header.totalGood);
        assert(state.period.slashed == slashed + claims.slashed && state.period.slashed <= header.totalSlashed);
    }

    function check_a_slashing_is_charged_once(
        Policy memory policy,
        SignedHeader memory header,
        State memory state,
        Claims memory claims
    ) external pure valid(policy) {
        (uint256 charged, uint256 poolCharged) = (state.operator.charged, state.pool.charged);
        vm.assume(poolCharged < COUNTS && claims.slashed < COUNTS);
        (claims.goodBps, claims.performanceBps) = (0, 0);
        Settlement.settle(policy, header, state, claims);
        uint256 slashings = Math.saturatingSub(claims.slashed, charged);
        assert(state.operator.charged == charged + slashings);
        assert(state.pool.charged == poolCharged + slashings);
    }

    /// @dev With a penalty of 1 ether: a product of unknowns takes too long.
    function check_a_charge_is_what_is_due(uint128 held, uint128 bond, uint64 debt, uint32 slashings) external pure {
        OperatorState memory operator;
        (operator.prepaid, operator.bond, operator.debt) = (held, bond, debt);
        (uint256 fromHeld, uint256 fromBond) = Bonds.charge(operator, slashings, 1 ether);
        uint256 due = 1 ether * uint256(slashings);
        // First what is held, then the bond, then debt.
        assert(fromHeld == Math.min(due, held));
        assert(fromBond == Math.min(due - fromHeld, bond));
        assert(operator.prepaid == held - fromHeld && operator.bond == bond - fromBond);
        assert(operator.debt == debt + (due - fromHeld - fromBond));
        assert(operator.charged == slashings);
    }

    /// @dev Amounts of 16 bits and a penalty of 64 wei: sums of masked numbers are slow at full width.
    function check_settling_neither_makes_nor_loses_a_wei(
        uint16 bond,
        uint16 prepaid,
        uint8 slashed,
        uint8 charged,
        bool owes
    ) external pure {
        Policy memory policy;
        (policy.stakeStep, policy.penalty) = (1, 64);
        SignedHeader memory header;
        header.totalSlashed = slashed;
        State memory state;
        state.validators = slashed;
        if (owes) state.operator.unproven = 1;
        (state.operator.bond, state.operator.prepaid, state.operator.charged) = (bond, prepaid, charged);
        Settlement.Payment memory payment = Settlement.settle(policy, header, state, Claims(slashed, 0, slashed, 0, 0));
        uint256 left = uint256(state.operator.bond) + state.operator.prepaid;
        assert(left + payment.bondToReserve + payment.heldToReserve == uint256(bond) + prepaid);
        uint256 due = slashed > charged ? 64 * uint256(slashed - charged) : 0;
        assert(payment.bondToReserve + payment.heldToReserve + state.operator.debt == due);
    }

    function check_only_a_timely_proof_of_who_is_not_barred_earns(
        Policy memory policy,
        SignedHeader memory header,
        State memory state,
        Claims memory claims
    ) external pure valid(policy) {
        bool isPaid = state.record.status == Status.Pending && state.phase == Phase.OnTime && !state.operator.barred;
        vm.assume(!isPaid);
        Settlement.Payment memory payment = Settlement.settle(policy, header, state, claims);
        assert(payment.reward == 0 && payment.potToReserve == 0);
    }

    function check_nothing_good_earns_nothing(
        Policy memory policy,
        SignedHeader memory header,
        State memory state,
        Claims memory claims
    ) external pure valid(policy) {
        if (claims.performanceBps != 0) claims.goodStake = 0;
        Settlement.Payment memory payment = Settlement.settle(policy, header, state, claims);
        assert(payment.reward == 0 && payment.potToReserve == 0);
    }

    /// @dev Without a new slashing.
    function check_what_is_held_returns_when_nothing_is_owed(uint64 prepaid, uint64 bond, uint32 unproven, bool silent)
        external
        pure
    {
        Policy memory policy;
        policy.stakeStep = 1;
        SignedHeader memory header;
        State memory state;
        if (silent) state.record.status = Status.Silent;
        (state.operator.prepaid, state.operator.bond, state.operator.unproven) = (prepaid, bond, unproven);
        Settlement.Payment memory payment = Settlement.settle(policy, header, state, Claims(0, 0, 0, 0, 0));
        bool owes = unproven > (silent ? 1 : 0);
        assert((state.operator.unproven > 0) == owes);
        assert(payment.heldToBond == (owes ? 0 : prepaid));
        assert(state.operator.prepaid == (owes ? prepaid : 0));
        assert(state.operator.bond == uint256(bond) + payment.heldToBond);
    }

    // conclude

    function check_struck_if_and_only_if_it_failed(Policy memory policy, State memory state)
        external
        pure
        valid(policy)
    {
        policy.strikeWindow = 4;
        vm.assume(policy.strikeLimit <= 4);
        (Record memory record, bool barred) = (state.record, state.operator.barred);
        (uint64 history, uint64 newest) = (state.operator.strikeHistory, state.operator.newestStrike);
        bool hasDuty = state.validators > 0 && !state.operator.retired;
        Settlement.Conclusion memory conclusion = Settlement.conclude(policy, state);
        assert(record.status == Status.Pending || record.status == Status.Proven);
        bool failed = record.status == Status.Pending || record.late || record.below;
        assert(conclusion.struck == (hasDuty && failed && state.period.strikes));
        assert(state.operator.barred || !barred);
        if (!conclusion.struck) {
            assert(state.operator.barred == barred);
            assert(state.operator.strikeHistory == history && state.operator.newestStrike == newest);
        } else {
            assert(state.operator.strikeHistory & 1 == 1);
            if (policy.strikeLimit == 1) assert(state.operator.barred);
        }
    }

    /// @dev Amounts of 16 bits, a penalty of 64 wei, and 3 validators of 8 that are silent.
    function check_silence_takes_at_most_the_bond_and_v_penalties(
        uint16 bond,
        uint16 prepaid,
        uint8 charged,
        uint16 missing
    ) external pure {
        Policy memory policy;
        (policy.strikeWindow, policy.strikeLimit, policy.penalty) = (1, 1, 64);
        State memory state;
        (state.period.closed, state.period.missing, state.period.silent) = (true, missing, 8);
        (state.operator.bond, state.operator.prepaid, state.operator.charged) = (bond, prepaid, charged);
        state.validators = 3;
        uint256 taken = Settlement.conclude(policy, state).bondToHeld;
        assert(taken <= bond && state.operator.bond == bond - taken && state.operator.prepaid == prepaid + taken);
        uint256 most = charged < 3 ? 64 * uint256(3 - charged) : 0;
        assert(taken == 0 || prepaid + taken <= most);
        // Its share, rounded up, unless that is more than its validators or its bond can owe.
        assert(taken * 8 < uint256(missing) * 3 + 8);
        assert(taken * 8 >= uint256(missing) * 3 || taken == bond || prepaid + taken >= most);
    }

    function check_who_was_not_silent_loses_nothing(Policy memory policy, State memory state)
        external
        pure
        valid(policy)
    {
        (policy.strikeWindow, policy.strikeLimit) = (1, 1);
        vm.assume(state.record.status != Status.Pending || state.validators == 0 || state.operator.retired);
        (uint256 bond, uint256 prepaid, uint256 debt) =
            (state.operator.bond, state.operator.prepaid, state.operator.debt);
        assert(Settlement.conclude(policy, state).bondToHeld == 0);
        assert(state.operator.bond == bond && state.operator.prepaid == prepaid && state.operator.debt == debt);
    }

    // open, close

    function check_a_pot_is_set_aside_once(
        Policy memory policy,
        SignedHeader memory header,
        PoolState memory pool,
        uint128 funds
    ) external pure {
        uint256 number = pool.periods;
        vm.assume(number < type(uint64).max);
        bool wasOpen = pool.isOpen;
        PeriodState memory period = Settlement.open(policy, header, pool, funds);
        assert(!wasOpen && pool.isOpen && period.number == number && pool.periods == number + 1);
        assert(period.pot <= funds && period.pot <= uint256(policy.rewardRate) * header.totalGood);
        assert(period.earned == 0 && period.goodStake == 0 && period.slashed == 0 && !period.closed);
    }

    function check_a_close_accounts_for_every_wei(
        Policy memory policy,
        SignedHeader memory header,
        PoolState memory pool,
        PeriodState memory period
    ) external pure {
        (policy.penalty, pool.expected) = (0, 0);
        vm.assume(!period.closed && period.earned <= period.pot);
        uint256 accounted = uint256(period.proven) + period.retired;
        vm.assume(accounted < COUNTS);
        uint256 toStakers = Settlement.close(policy, header, pool, period);
        assert(toStakers + period.earned == period.pot);
        assert(period.closed && !pool.isOpen);
        assert(period.strikes == (2 * accounted >= header.registered));
        assert(period.silent == Math.saturatingSub(header.registered, accounted));
        // A second time it does nothing.
        assert(Settlement.close(policy, header, pool, period) == 0);
    }

    /// @dev With a penalty of 2^60 wei, about 1.15 ether, and less than 2^64 Gwei held and expected.
    function check_a_close_asks_for_every_slashing_that_nobody_showed(
        SignedHeader memory header,
        PoolState memory pool,
        PeriodState memory period
    ) external pure {
        Policy memory policy;
        policy.penalty = 2 ** 60;
        period.closed = false;
        (period.missing, period.silent) = (0, 0);
        vm.assume(pool.prepaid < 2 ** 94);
        vm.assume(pool.expected < 2 ** 94);
        uint256 unseen = Math.saturatingSub(header.totalSlashed, pool.charged);
        uint256 expected = pool.expected;
        Settlement.close(policy, header, pool, period);
        assert(pool.expected == expected + period.missing);
        if (period.silent == 0) assert(period.missing == 0);
        else assert(2 ** 60 * unseen <= uint256(pool.prepaid) + pool.expected);
    }

    // Thresholds and bonds.

    function check_thresholds_follow_the_network(Policy memory policy, uint16 worse, uint16 better)
        external
        pure
        valid(policy)
    {
        Policies.check(policy);
        vm.assume(worse <= better && better <= 10_000);
        Thresholds memory low = Policies.thresholdsInForce(policy, worse);
        Thresholds memory high = Policies.thresholdsInForce(policy, better);
        assert(low.minPerformanceBps <= high.minPerformanceBps && high.minPerformanceBps <= 10_000);
        assert(low.minUptimeBps <= high.minUptimeBps && high.minUptimeBps <= 10_000);
        assert(low.maxOutageEpochs >= high.maxOutageEpochs && low.maxOutageEpochs < 2 ** 13);
    }

    function check_a_top_up_pays_debts_first(OperatorState memory operator, uint128 amount) external pure {
        (uint256 bond, uint256 debt) = (operator.bond, operator.debt);
        vm.assume(bond + amount <= type(uint128).max);
        uint256 repaid = Bonds.topUp(operator, amount);
        assert(repaid + operator.debt == debt && repaid <= amount);
        assert(operator.bond == bond + amount - repaid);
        assert(operator.debt == 0 || operator.bond == bond);
    }

    function check_a_bond_stays_while_it_backs_something(
        Policy memory policy,
        OperatorState memory operator,
        uint32 validators,
        uint64 requested
    ) external pure {
        uint256 free = Bonds.withdrawable(policy, operator, validators, requested);
        assert(free <= operator.bond);
        if (free == 0) return;
        assert(operator.unproven == 0 && operator.debt == 0 && operator.next > requested);
        assert(operator.retired || operator.bond - free == uint256(policy.bondPerValidator) * validators);
    }
}
