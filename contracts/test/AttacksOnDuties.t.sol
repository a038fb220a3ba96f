// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DutyPool} from "../src/DutyPool.sol";
import {ProofContext} from "../src/ProofContext.sol";
import {Policy} from "../src/settlement/Policies.sol";
import {Settlement} from "../src/settlement/Settlement.sol";
import {Claims} from "../src/settlement/State.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice What an operator, or one who would harm one, tries around a period's proofs, and that it fails.
contract AttacksOnDutiesTest is Fixture {
    uint64 internal constant GOOD_1 = 28_800;
    uint64 internal constant GOOD = 72_000;

    uint64 internal period;

    function setUp() public override {
        super.setUp();
        twoOperators();
        pool.fund{value: 10 ether}();
        concludeAll();
        period = finalHeader(GOOD, 1);
    }

    function refused(uint256 id, Claims memory c, bytes4 reason) internal {
        bytes memory proof = dutyProof(id, period, c);
        vm.prank(owner(id));
        vm.expectPartialRevert(reason);
        pool.submitProof(id, period, c, DUTY_SHAPE, proof);
    }

    // Claims are bound: whichever one is changed after proving, the proof is void.

    function testFuzz_no_claim_can_be_changed_after_proving(uint8 field, uint64 by) public {
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        Claims memory changed = claim(4, GOOD_1, 0);
        if (field % 4 == 0) changed.goodStake = uint64(100 * (by % 720));
        else if (field % 4 == 1) changed.slashed = uint32(by % 2);
        else if (field % 4 == 2) changed.goodBps = by % 2 == 0 ? 9_500 : 10_000;
        else changed.performanceBps = by % 2 == 0 ? 9_500 : 10_000;
        bool same = keccak256(abi.encode(c)) == keccak256(abi.encode(changed));
        vm.prank(owner(1));
        if (!same) vm.expectRevert(abi.encodeWithSignature("InvalidProof()"));
        pool.submitProof(1, period, changed, DUTY_SHAPE, proof);
    }

    function test_claims_out_of_range_or_off_the_grid_are_refused() public {
        Claims memory c = claim(4, GOOD_1, 0);
        c.goodBps = 10_001;
        refused(1, c, Settlement.RangeRefused.selector);
        c.goodBps = 9_999;
        refused(1, c, Settlement.GridRefused.selector);
        c = claim(4, GOOD_1 + 1, 0);
        refused(1, c, Settlement.GridRefused.selector);
        c = claim(4, 2 ** 48, 0);
        refused(1, c, Settlement.RangeRefused.selector);
        c = claim(4, GOOD_1, 5);
        refused(1, c, Settlement.RangeRefused.selector);
        c = claim(3, GOOD_1, 0);
        refused(1, c, Settlement.ValidatorsRefused.selector);
        c = claim(4, GOOD_1, 2);
        refused(1, c, Settlement.SlashedRefused.selector);
    }

    function test_an_operator_without_validators_earns_nothing() public {
        register(3, 20 ether);
        period = finalHeader(GOOD, 0);
        concludeAll(period - 1);
        refused(3, claim(1, 100, 0), Settlement.ValidatorsRefused.selector);
        // What the circuit proves of no rows: nothing.
        prove(3, period, claim(0, 0, 0));
        vm.assertEq(pool.owed(payout(3)), 0);
    }

    function test_whoever_grows_is_not_asked_for_it_in_a_period_before() public {
        uint256 root = fixedBatch(2);
        enrol(1, root, 5);
        enrol(2, root, 7);
        registry.closeBatch();
        // It began on the chain before the version was active.
        concludeAll(period);
        period = finalHeader(GOOD, 1);
        refused(1, claim(5, GOOD_1, 0), Settlement.ValidatorsRefused.selector);
        prove(1, period, claim(4, GOOD_1, 0));
        registry.collect(1);
        vm.assertEq(uint256(registry.validatorsAt(1, oracle.finalOf(period).version)), 4);
    }

    function test_a_policy_adopted_after_the_beginning_changes_no_claim_of_it() public {
        Policy memory changed = policy();
        (changed.rewardRate, changed.uptimeBps, changed.penalty) = (0, 10_000, 5 ether);
        vm.prank(TIMELOCK);
        policies.adopt(changed);
        prove(1, period, claim(4, GOOD_1, 1));
        vm.assertEq(pool.owed(payout(1)), uint256(GOOD_1) * 1e12);
        vm.assertEq(address(reserve).balance, 1 ether);
    }

    // Who would harm another.

    function test_nobody_concludes_closes_or_opens_ahead_of_its_time() public {
        pool.openPeriod();
        vm.expectRevert(abi.encodeWithSelector(Settlement.NotClosed.selector));
        pool.conclude(1, period);
        vm.expectPartialRevert(DutyPool.GraceNotOver.selector);
        pool.closePeriod();
        vm.expectPartialRevert(bytes4(keccak256("NotFinal(uint64)")));
        pool.conclude(1, period + 1);
        prove(1, period, claim(4, GOOD_1, 0));
        pass(PROOFS + GRACE);
        pool.closePeriod();
        vm.expectPartialRevert(bytes4(keccak256("NotFinal(uint64)")));
        pool.closePeriod();
        pool.conclude(1, period);
        vm.expectPartialRevert(Settlement.ConclusionOutOfOrder.selector);
        pool.conclude(1, period);
    }

    function test_a_period_that_nobody_opened_keeps_its_deadlines() public {
        pass(PROOFS - 1);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertTrue(pool.owed(payout(1)) > 0);
        pass(1);
        prove(2, period, claim(6, 43_200, 1));
        vm.assertEq(pool.owed(payout(2)), 0);
    }

    function test_a_proof_that_reverts_leaves_no_trace() public {
        bytes32 before = keccak256(abi.encode(pool.poolState(), pool.operatorOf(1), pool.recordOf(1, period)));
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSignature("InvalidProof()"));
        pool.submitProof(1, period, claim(4, GOOD_1, 1), DUTY_SHAPE, "");
        vm.assertTrue(before == keccak256(abi.encode(pool.poolState(), pool.operatorOf(1), pool.recordOf(1, period))));
        vm.assertEq(address(reserve).balance, 0);
    }

    function test_too_little_gas_settles_nothing() public {
        Claims memory c = claim(4, GOOD_1, 1);
        bytes memory call = abi.encodeCall(pool.submitProof, (1, period, c, DUTY_SHAPE, dutyProof(1, period, c)));
        uint256 accepted = 0;
        for (uint256 gas_ = 50_000; gas_ < 700_000; gas_ += 10_000) {
            vm.prank(owner(1));
            (bool ok,) = address(pool).call{gas: gas_}(call);
            if (!ok) {
                vm.assertEq(address(reserve).balance, accepted * 1 ether);
                continue;
            }
            ++accepted;
            vm.assertEq(address(reserve).balance, 1 ether);
            vm.assertEq(pool.owed(payout(1)), uint256(GOOD_1) * 1e12);
        }
        vm.assertEq(accepted, 1);
    }

    function test_a_slashing_is_charged_once_over_periods_silence_and_arrears() public {
        // Silent about its slashing, and silent again.
        prove(2, period, claim(6, 43_200, 0));
        concludeAll(period);
        uint64 second = finalHeader(GOOD, 1);
        prove(2, second, claim(6, 43_200, 0));
        concludeAll(second);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 19 ether);
        vm.assertEq(uint256(pool.poolState().prepaid), 1 ether);
        // Arrears, in the other order.
        prove(1, second, claim(4, GOOD_1, 1));
        prove(1, period, claim(4, GOOD_1, 1));
        vm.assertEq(address(reserve).balance, 1 ether);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 19 ether);
        vm.assertEq(uint256(pool.poolState().prepaid), 0);
        vm.assertEq(uint256(pool.operatorOf(1).charged), 1);
        vm.assertEq(pool.owed(payout(1)), 0);
    }

    function test_a_proof_for_another_pool_of_the_same_chain_is_nothing() public {
        Claims memory c = claim(4, GOOD_1, 0);
        uint256 context = ProofContext.bind(address(vault), payout(1), ProofContext.DUTY);
        bytes memory proof = dutyProof(1, period, c, context);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSignature("InvalidProof()"));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
    }
}
