// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../src/Accounts.sol";
import {DutyPool} from "../src/DutyPool.sol";
import {LedgerOracle} from "../src/LedgerOracle.sol";
import {Bonds} from "../src/settlement/Bonds.sol";
import {Settlement} from "../src/settlement/Settlement.sol";
import {Claims, Status} from "../src/settlement/State.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

contract DutyPoolTest is Fixture {
    uint64 internal constant GOOD_1 = 28_800;
    uint64 internal constant GOOD_2 = 43_200;
    uint64 internal constant GOOD = GOOD_1 + GOOD_2;
    uint256 internal constant POT = uint256(GOOD) * 1e12;

    function setUp() public override {
        super.setUp();
        twoOperators();
        pool.fund{value: 10 ether}();
        // The periods of the empty registry are nobody's.
        concludeAll();
    }

    function test_a_proof_pays_its_share_of_the_pot() public {
        uint64 period = finalHeader(GOOD, 0);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertEq(pool.owed(payout(1)), uint256(GOOD_1) * 1e12);
        vm.assertEq(uint256(pool.periodOf(period).pot), POT);
        pool.pay(payout(1));
        vm.assertEq(payout(1).balance, uint256(GOOD_1) * 1e12);
        vm.expectPartialRevert(bytes4(keccak256("NothingOwed(address)")));
        pool.pay(payout(1));
    }

    function test_what_is_withheld_goes_to_the_stakers() public {
        uint64 period = finalHeader(GOOD, 0);
        Claims memory c = claim(4, GOOD_1, 0);
        c.performanceBps = 9_000;
        prove(1, period, c);
        pass(PROOFS + GRACE);
        uint256 before = vault.idle();
        pool.closePeriod();
        uint256 earned = uint256(GOOD_1) * 1e12 * 9 / 10;
        vm.assertEq(pool.owed(payout(1)), earned);
        vm.assertEq(vault.idle() - before, POT - earned);
    }

    function test_only_the_owner_submits() public {
        uint64 period = finalHeader(GOOD, 0);
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
    }

    function test_a_period_is_settled_once() public {
        uint64 period = finalHeader(GOOD, 0);
        prove(1, period, claim(4, GOOD_1, 0));
        Claims memory c = claim(4, 0, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(Settlement.AgainRefused.selector));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
    }

    function test_a_header_must_be_final() public {
        uint64 period = oracle.periods();
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(LedgerOracle.NotFinal.selector, period));
        pool.submitProof(1, period, claim(4, GOOD_1, 0), DUTY_SHAPE, "");
    }

    function test_a_claim_with_another_proof_is_refused() public {
        uint64 period = finalHeader(GOOD, 0);
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        c.goodStake += 100;
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSignature("InvalidProof()"));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
    }

    function test_windows_follow_the_clock() public {
        uint64 period = finalHeader(GOOD, 0);
        vm.assertEq(pool.poolState().periods, period);
        pool.openPeriod();
        vm.assertEq(pool.beginsAt(period), oracle.finalOf(period).finalAt);
        pass(PROOFS + GRACE - 1);
        vm.expectPartialRevert(DutyPool.GraceNotOver.selector);
        pool.closePeriod();
        prove(1, period, claim(4, GOOD_1, 0));
        pass(1);
        Claims memory c = claim(6, GOOD_2, 0);
        bytes memory proof = dutyProof(2, period, c);
        vm.prank(owner(2));
        vm.expectPartialRevert(DutyPool.GraceOver.selector);
        pool.submitProof(2, period, c, DUTY_SHAPE, proof);
        pool.closePeriod();
    }

    function test_deadlines_wait_for_the_grace_window_before() public {
        // The quorum is late: two headers become final one after the other.
        pass(3 days);
        uint64 first = finalHeader(GOOD, 0);
        pool.openPeriod();
        uint64 graceEnds = pool.graceEnds();
        uint64 second = finalHeader(GOOD, 0);
        vm.assertTrue(oracle.finalOf(second).finalAt < graceEnds);
        vm.expectRevert(abi.encodeWithSelector(Settlement.StillOpen.selector));
        pool.openPeriod();
        pass(10 days);
        pool.closePeriod();
        pool.openPeriod();
        vm.assertEq(pool.beginsAt(second), graceEnds);
        vm.assertTrue(pool.beginsAt(second) > pool.beginsAt(first));
    }

    function test_a_late_proof_earns_nothing_and_is_a_strike() public {
        uint64 period = finalHeader(GOOD, 0);
        prove(2, period, claim(6, GOOD_2, 0));
        pass(PROOFS);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertEq(pool.owed(payout(1)), 0);
        pass(GRACE);
        pool.closePeriod();
        pool.conclude(1, period);
        pool.conclude(2, period);
        vm.assertEq(uint256(pool.operatorOf(1).strikeHistory), 1);
        vm.assertEq(uint256(pool.operatorOf(2).strikeHistory), 0);
    }

    function test_a_slashing_is_charged_once() public {
        uint64 period = finalHeader(GOOD, 1);
        prove(1, period, claim(4, GOOD_1, 1));
        vm.assertEq(address(reserve).balance, 1 ether);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 19 ether);
        concludeAll(period);
        period = finalHeader(GOOD, 1);
        prove(1, period, claim(4, GOOD_1, 1));
        vm.assertEq(address(reserve).balance, 1 ether);
    }

    function test_silent_bonds_pay_for_what_is_missing() public {
        uint64 period = finalHeader(GOOD, 2);
        prove(2, period, claim(6, GOOD_2, 0));
        concludeAll(period);
        vm.assertTrue(pool.recordOf(1, period).status == Status.Silent);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 18 ether);
        vm.assertEq(uint256(pool.poolState().prepaid), 2 ether);
        vm.assertEq(address(reserve).balance, 0);
        // Arrears: one of the two was its own, what was held for the other returns.
        prove(1, period, claim(4, GOOD_1, 1));
        vm.assertEq(address(reserve).balance, 1 ether);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 19 ether);
        vm.assertEq(uint256(pool.poolState().prepaid), 0);
    }

    function test_arrears_come_after_the_conclusion() public {
        uint64 period = finalHeader(GOOD, 0);
        pool.openPeriod();
        pass(PROOFS + GRACE);
        pool.closePeriod();
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(Settlement.NotConcludedRefused.selector, period));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
        pool.conclude(1, period);
        prove(1, period, c);
        vm.assertEq(pool.owed(payout(1)), 0);
    }

    function test_two_strikes_bar_until_a_vote() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint64 silent = finalHeader(GOOD, 0);
            prove(2, silent, claim(6, GOOD_2, 0));
            concludeAll(silent);
        }
        vm.assertTrue(pool.operatorOf(1).barred);
        uint64 period = finalHeader(GOOD, 0);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertEq(pool.owed(payout(1)), 0);
        concludeAll(period);
        vm.prank(TIMELOCK);
        pool.liftBar(1);
        period = finalHeader(GOOD, 0);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertTrue(pool.owed(payout(1)) > 0);
    }

    function test_one_period_after_the_other() public {
        uint64 first = finalHeader(GOOD, 0);
        uint64 second = finalHeader(GOOD, 0);
        vm.expectPartialRevert(Settlement.ConclusionOutOfOrder.selector);
        pool.conclude(1, second);
        vm.expectRevert(abi.encodeWithSelector(Settlement.NotClosed.selector));
        pool.conclude(1, first);
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, second, c);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(DutyPool.NotOpen.selector, second));
        pool.submitProof(1, second, c, DUTY_SHAPE, proof);
        concludeAll(first);
        prove(1, second, c);
    }

    function test_a_bond_leaves_only_after_the_period_of_the_request() public {
        // The next period has begun on the chain when the owner asks.
        uint64 period = oracle.periods();
        vm.warp(GENESIS + uint256(oracle.nextEpoch()) * EPOCH);
        if (clock.epoch() < oracle.nextEpoch()) pass(EPOCH);
        vm.prank(owner(1));
        pool.requestRelease(1);
        vm.prank(owner(1));
        vm.expectPartialRevert(LedgerOracle.NotFinal.selector);
        pool.releaseBond(1, period, 1);
        vm.prank(owner(1));
        vm.expectPartialRevert(Accounts.NotRequested.selector);
        pool.releaseBond(1, period - 1, 1);
        vm.assertEq(finalHeader(GOOD, 0), period);
        vm.prank(owner(1));
        vm.expectPartialRevert(Accounts.BondLocked.selector);
        pool.releaseBond(1, period, 1);
        prove(1, period, claim(4, GOOD_1, 0));
        concludeAll(period);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        pool.releaseBond(1, period, 1);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(Accounts.BondLocked.selector, 18 ether + 1, 18 ether));
        pool.releaseBond(1, period, 18 ether + 1);
        vm.prank(owner(1));
        pool.releaseBond(1, period, 18 ether);
        vm.assertEq(pool.owed(owner(1)), 18 ether);
        vm.prank(owner(1));
        vm.expectPartialRevert(Accounts.NotRequested.selector);
        pool.releaseBond(1, period, 1);
    }

    function test_a_request_expires() public {
        vm.warp(GENESIS + uint256(oracle.nextEpoch() + 1) * EPOCH);
        vm.prank(owner(1));
        pool.requestRelease(1);
        uint64 period = oracle.periods();
        for (uint256 i = 0; i < 3; ++i) {
            uint64 one = finalHeader(GOOD, 0);
            prove(1, one, claim(4, GOOD_1, 0));
            concludeAll(one);
        }
        vm.prank(owner(1));
        vm.expectPartialRevert(Accounts.NotRequested.selector);
        pool.releaseBond(1, period, 1);
    }

    function test_who_retires_has_no_duty_and_all_of_its_bond() public {
        uint64 period = finalHeader(GOOD, 0);
        pool.openPeriod();
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(Bonds.StillOwes.selector));
        pool.retire(1);
        prove(1, period, claim(4, GOOD_1, 0));
        concludeAll(period);
        vm.prank(TIMELOCK);
        pool.retire(1);
        vm.warp(GENESIS + uint256(oracle.nextEpoch() + 1) * EPOCH);
        vm.prank(owner(1));
        pool.requestRelease(1);
        period = finalHeader(GOOD, 0);
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(Settlement.RetiredRefused.selector));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
        concludeAll(period);
        vm.assertEq(uint256(pool.operatorOf(1).unproven), 0);
        vm.prank(owner(1));
        pool.releaseBond(1, period, 20 ether);
    }

    function test_who_grows_does_not_retire() public {
        uint256 root = fixedBatch(1);
        enrol(1, root, 5);
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(Accounts.StillGrows.selector);
        pool.retire(1);
    }

    function test_a_top_up_pays_debts_first() public {
        test_a_bond_leaves_only_after_the_period_of_the_request();
        uint64 period = finalHeader(GOOD, 3);
        prove(1, period, claim(4, 0, 3));
        vm.assertEq(uint256(pool.operatorOf(1).debt), 1 ether);
        pool.topUp{value: 1.5 ether}(1);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 0.5 ether);
        vm.assertEq(address(reserve).balance, 3 ether);
    }

    function test_a_pot_is_at_most_the_budget() public {
        uint256 left = pool.budget();
        uint64 period = finalHeader(2 ** 48 - 1, 0);
        pool.openPeriod();
        vm.assertEq(uint256(pool.periodOf(period).pot), left);
        vm.assertEq(uint256(pool.budget()), 0);
    }

    function test_votes_are_votes() public {
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        pool.liftBar(1);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        pool.retire(1);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        pool.openAccount(3);
        vm.expectPartialRevert(Accounts.NoSuchOperator.selector);
        pool.topUp(3);
    }
}
