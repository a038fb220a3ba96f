// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../src/Accounts.sol";
import {DutyPool} from "../src/DutyPool.sol";
import {LedgerOracle} from "../src/LedgerOracle.sol";
import {Settlement} from "../src/settlement/Settlement.sol";
import {Claims, Phase, Status} from "../src/settlement/State.sol";
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
        pass(PROOFS + GRACE);
        for (uint64 period = 0; period < oracle.periods(); ++period) {
            pool.closePeriod();
            pool.conclude(1, period);
            pool.conclude(2, period);
        }
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
        uint256 before = vault.totalAssets();
        pool.closePeriod();
        uint256 earned = uint256(GOOD_1) * 1e12 * 9 / 10;
        vm.assertEq(pool.owed(payout(1)), earned);
        vm.assertEq(vault.totalAssets() - before, POT - earned);
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

    function test_phases_follow_the_clock() public {
        uint64 period = finalHeader(GOOD, 0);
        vm.assertTrue(pool.phaseOf(period) == Phase.OnTime);
        pass(PROOFS - 1);
        vm.assertTrue(pool.phaseOf(period) == Phase.OnTime);
        pass(1);
        vm.assertTrue(pool.phaseOf(period) == Phase.Late);
        pass(GRACE - 1);
        vm.assertTrue(pool.phaseOf(period) == Phase.Late);
        vm.expectPartialRevert(DutyPool.StillOpen.selector);
        pool.closePeriod();
        pass(1);
        vm.assertTrue(pool.phaseOf(period) == Phase.Over);
        pool.closePeriod();
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
        period = finalHeader(GOOD, 1);
        prove(1, period, claim(4, GOOD_1, 1));
        vm.assertEq(address(reserve).balance, 1 ether);
    }

    function test_silent_bonds_pay_for_what_is_missing() public {
        uint64 period = finalHeader(GOOD, 2);
        prove(2, period, claim(6, GOOD_2, 0));
        pass(PROOFS + GRACE);
        pool.closePeriod();
        pool.conclude(1, period);
        vm.assertEq(address(reserve).balance, 2 ether);
        vm.assertTrue(pool.recordOf(1, period).status == Status.Silent);
        vm.assertEq(pool.releasable(1), 0);
        // A proof in arrears frees the bond, and is charged no second time.
        prove(1, period, claim(4, GOOD_1, 2));
        vm.assertEq(address(reserve).balance, 2 ether);
        vm.assertEq(pool.releasable(1), 18 ether - 4 * 0.5 ether);
    }

    function test_arrears_before_the_conclusion_are_refused() public {
        uint64 period = finalHeader(GOOD, 0);
        pass(PROOFS + GRACE);
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(Settlement.NotConcludedRefused.selector));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
    }

    function test_two_strikes_bar_until_a_vote() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint64 silent = finalHeader(GOOD, 0);
            prove(2, silent, claim(6, GOOD_2, 0));
            pass(PROOFS + GRACE);
            pool.closePeriod();
            pool.conclude(1, silent);
        }
        vm.assertTrue(pool.operatorOf(1).barred);
        uint64 period = finalHeader(GOOD, 0);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertEq(pool.owed(payout(1)), 0);
        vm.prank(TIMELOCK);
        pool.liftBar(1);
        period = finalHeader(GOOD, 0);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertTrue(pool.owed(payout(1)) > 0);
    }

    function test_periods_are_closed_and_concluded_in_order() public {
        uint64 first = finalHeader(GOOD, 0);
        uint64 second = finalHeader(GOOD, 0);
        vm.expectPartialRevert(Settlement.ConclusionOutOfOrder.selector);
        pool.conclude(1, second);
        vm.expectRevert(abi.encodeWithSelector(Settlement.NotClosed.selector));
        pool.conclude(1, first);
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, second, c);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(DutyPool.NotNext.selector, first, second));
        pool.submitProof(1, second, c, DUTY_SHAPE, proof);
        pool.openPeriod();
        prove(1, second, c);
    }

    function test_a_bond_leaves_only_after_every_period() public {
        vm.assertEq(pool.releasable(1), 20 ether - 4 * 0.5 ether);
        uint64 period = finalHeader(GOOD, 0);
        vm.assertEq(pool.releasable(1), 0);
        vm.prank(owner(1));
        vm.expectPartialRevert(Accounts.BondLocked.selector);
        pool.releaseBond(1, 1);
        prove(1, period, claim(4, GOOD_1, 0));
        pass(PROOFS + GRACE);
        pool.closePeriod();
        pool.conclude(1, period);
        vm.prank(owner(1));
        pool.releaseBond(1, 18 ether);
        vm.assertEq(pool.owed(owner(1)), 18 ether);
        vm.prank(TIMELOCK);
        pool.retire(1);
        vm.assertEq(pool.releasable(1), 2 ether);
    }

    function test_a_top_up_pays_debts_first() public {
        vm.prank(owner(1));
        pool.releaseBond(1, 18 ether);
        uint64 period = finalHeader(GOOD, 3);
        prove(1, period, claim(4, 0, 3));
        vm.assertEq(uint256(pool.operatorOf(1).debt), 1 ether);
        pool.topUp{value: 1.5 ether}(1);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 0.5 ether);
        vm.assertEq(address(reserve).balance, 3 ether);
    }

    function test_a_pot_is_at_most_the_budget() public {
        finalHeader(GOOD, 0);
        pool.openPeriod();
        uint256 left = pool.budget();
        uint64 period = finalHeader(type(uint64).max, 0);
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
