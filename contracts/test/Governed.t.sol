// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clock} from "../src/Clock.sol";
import {IProofVerifier} from "../src/IProofVerifier.sol";
import {Policies, Policy} from "../src/settlement/Policies.sol";
import {ShapeRegistry} from "../src/ShapeRegistry.sol";
import {BindingVerifier, SulkingVerifier} from "./mocks/BindingVerifier.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Clock, policies and shapes.
contract GovernedTest is Fixture {
    function test_the_clock_stands_still_during_a_pause() public {
        uint64 time = clock.time();
        pass(10);
        vm.assertEq(clock.time(), time + 10);
        vm.prank(GUARDIAN);
        clock.pause();
        pass(5 days);
        vm.assertEq(clock.time(), time + 10);
        vm.expectRevert(abi.encodeWithSelector(Clock.IsPaused.selector));
        clock.requireRunning();
        vm.prank(TIMELOCK);
        clock.unpause();
        clock.requireRunning();
        vm.assertEq(clock.time(), time + 10);
        pass(1);
        vm.assertEq(clock.time(), time + 11);
        vm.assertEq(clock.epoch(), (block.timestamp - GENESIS) / EPOCH);
    }

    function test_a_guardian_pauses_and_a_vote_unpauses() public {
        vm.expectPartialRevert(Clock.NotAllowed.selector);
        clock.pause();
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(Clock.IsRunning.selector));
        clock.unpause();
        vm.prank(GUARDIAN);
        clock.pause();
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(Clock.IsPaused.selector));
        clock.pause();
        vm.prank(GUARDIAN);
        vm.expectPartialRevert(Clock.NotAllowed.selector);
        clock.unpause();
        vm.prank(GUARDIAN);
        vm.expectPartialRevert(Clock.NotAllowed.selector);
        clock.appointGuardian(address(this));
        vm.prank(TIMELOCK);
        clock.unpause();
        vm.prank(TIMELOCK);
        clock.appointGuardian(address(this));
        vm.prank(GUARDIAN);
        vm.expectPartialRevert(Clock.NotAllowed.selector);
        clock.pause();
        clock.pause();
    }

    function test_a_pause_stops_everything_that_moves_money() public {
        vm.prank(GUARDIAN);
        clock.pause();
        bytes memory paused = abi.encodeWithSelector(Clock.IsPaused.selector);
        vm.expectRevert(paused);
        vault.deposit{value: 1 ether}(address(this));
        vm.expectRevert(paused);
        vault.redeem(1, payable(address(this)), address(this));
        vm.expectRevert(paused);
        pool.openPeriod();
        vm.expectRevert(paused);
        pool.closePeriod();
        vm.expectRevert(paused);
        pool.conclude(1, 0);
        vm.expectRevert(paused);
        pool.releaseBond(1, 0, 0);
        vm.expectRevert(paused);
        pool.submitProof(1, 0, claim(0, 0, 0), 0, "");
        vm.expectRevert(paused);
        registry.registerValidator{value: D}(1, 1, "");
        vm.expectRevert(paused);
        registry.closeBatch();
        vm.expectRevert(paused);
        oracle.finalize();
    }

    function test_a_policy_holds_for_periods_that_begin_later() public {
        Policy memory changed = policy();
        changed.penalty = 2 ether;
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        policies.adopt(changed);
        uint64 epoch = clock.epoch();
        vm.prank(TIMELOCK);
        policies.adopt(changed);
        vm.assertEq(policies.policyFor(epoch).penalty, 1 ether);
        vm.assertEq(policies.policyFor(epoch + 1).penalty, 2 ether);
        vm.assertEq(policies.newest().penalty, 2 ether);
        changed.penalty = 3 ether;
        vm.prank(TIMELOCK);
        policies.adopt(changed);
        vm.assertEq(policies.policyFor(epoch).penalty, 1 ether);
        vm.assertEq(policies.policyFor(epoch + 1).penalty, 3 ether);
    }

    function test_a_policy_out_of_its_ranges_is_refused() public {
        Policy memory changed = policy();
        changed.strikeLimit = 0;
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(Policies.StrikesOutOfRange.selector);
        policies.adopt(changed);
    }

    function test_a_shape_is_its_code() public {
        BindingVerifier verifier = new BindingVerifier();
        bytes32 code = address(verifier).codehash;
        bytes32 keyCode = verifier.key().codehash;
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        shapes.add(ShapeRegistry.Family.Duty, verifier, code, keyCode, 5);
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(ShapeRegistry.CodeDiffers.selector);
        shapes.add(ShapeRegistry.Family.Duty, verifier, keyCode, keyCode, 5);
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(ShapeRegistry.CodeDiffers.selector);
        shapes.add(ShapeRegistry.Family.Duty, verifier, code, code, 5);
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(ShapeRegistry.CodeDiffers.selector);
        shapes.add(ShapeRegistry.Family.Duty, IProofVerifier(address(9)), keccak256(""), keyCode, 5);
        vm.prank(TIMELOCK);
        uint256 shape = shapes.add(ShapeRegistry.Family.Duty, verifier, code, keyCode, 5);
        (address found, uint32 capacity) = shapes.find(shape, ShapeRegistry.Family.Duty);
        vm.assertEq(found, address(verifier));
        vm.assertEq(capacity, 5);
        vm.expectPartialRevert(ShapeRegistry.NoSuchShape.selector);
        shapes.find(shape, ShapeRegistry.Family.Enrolment);
        vm.expectPartialRevert(ShapeRegistry.NoSuchShape.selector);
        shapes.find(shape + 1, ShapeRegistry.Family.Duty);
        vm.prank(TIMELOCK);
        shapes.retire(shape);
        vm.expectPartialRevert(ShapeRegistry.NoSuchShape.selector);
        shapes.find(shape, ShapeRegistry.Family.Duty);
    }

    function test_a_verifier_that_does_not_say_yes_says_no() public {
        SulkingVerifier verifier = new SulkingVerifier();
        bytes32 code = address(verifier).codehash;
        bytes32 keyCode = verifier.key().codehash;
        vm.prank(TIMELOCK);
        uint256 shape = shapes.add(ShapeRegistry.Family.Enrolment, verifier, code, keyCode, 5);
        vm.expectRevert(abi.encodeWithSignature("BadProof()"));
        registry.register{value: 1 ether}(1, payout(1), shape, "");
    }
}
