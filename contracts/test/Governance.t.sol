// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Policy} from "../src/settlement/Policies.sol";
import {VigilGovernor} from "../src/VigilGovernor.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Stakers' votes change the policy, through the governor and the timelock.
contract GovernanceTest is Fixture {
    uint48 internal constant DELAY = 1 days;
    uint32 internal constant VOTING = 3 days;
    uint256 internal constant TIMELOCK_DELAY = 2 days;

    TimelockController internal timelock;
    VigilGovernor internal governor;
    address[] internal targets = new address[](1);
    uint256[] internal values = new uint256[](1);
    bytes[] internal calls = new bytes[](1);
    bytes32 internal constant WHY = keccak256("a higher penalty");

    function setUp() public override {
        vm.warp(GENESIS + uint256(FIRST_EPOCH) * EPOCH);
        address[] memory anybody = new address[](1);
        timelock = new TimelockController(TIMELOCK_DELAY, new address[](0), anybody, address(this));
        deploy(address(timelock));
        governor = new VigilGovernor(vault, timelock, DELAY, VOTING, 1 ether, 20);
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));

        vm.deal(STAKER, 100 ether);
        vm.prank(STAKER);
        vault.deposit{value: 100 ether}(STAKER);
        vm.prank(STAKER);
        vault.delegate(STAKER);
        pass(1);
        Policy memory changed = policy();
        changed.penalty = 2 ether;
        targets[0] = address(policies);
        calls[0] = abi.encodeCall(policies.adopt, (changed));
    }

    function propose() internal returns (uint256 id) {
        vm.prank(STAKER);
        id = governor.propose(targets, values, calls, "a higher penalty");
        pass(DELAY + 1);
    }

    function test_a_vote_changes_the_policy() public {
        uint256 id = propose();
        vm.prank(STAKER);
        governor.castVote(id, 1);
        pass(VOTING);
        governor.queue(targets, values, calls, WHY);
        vm.expectRevert();
        governor.execute(targets, values, calls, WHY);
        pass(TIMELOCK_DELAY);
        governor.execute(targets, values, calls, WHY);
        vm.assertEq(policies.newest().penalty, 2 ether);
        vm.assertEq(policies.policyFor(clock.epoch()).penalty, 1 ether);
    }

    function test_votes_against_and_too_few_votes_change_nothing() public {
        uint256 id = propose();
        vm.prank(STAKER);
        governor.castVote(id, 0);
        pass(VOTING);
        vm.assertTrue(governor.state(id) == IGovernor.ProposalState.Defeated);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(targets, values, calls, WHY);
    }

    function test_shares_bought_after_the_proposal_do_not_vote() public {
        uint256 id = propose();
        address late = address(0x1a7e);
        vm.deal(late, 10_000 ether);
        vm.prank(late);
        vault.deposit{value: 10_000 ether}(late);
        vm.prank(late);
        vault.delegate(late);
        vm.prank(late);
        governor.castVote(id, 1);
        pass(VOTING);
        vm.assertTrue(governor.state(id) == IGovernor.ProposalState.Defeated);
    }

    function test_votes_are_counted_by_time_and_say_so() public view {
        vm.assertTrue(keccak256(bytes(vault.CLOCK_MODE())) == keccak256("mode=timestamp"));
        vm.assertTrue(keccak256(bytes(governor.CLOCK_MODE())) == keccak256("mode=timestamp"));
        vm.assertEq(uint256(governor.clock()), block.timestamp);
    }

    function test_nobody_else_can_use_the_timelock() public {
        vm.expectRevert();
        timelock.schedule(address(policies), 0, calls[0], 0, 0, TIMELOCK_DELAY);
        bytes32 proposer = timelock.PROPOSER_ROLE();
        vm.expectRevert();
        timelock.grantRole(proposer, address(this));
    }
}
