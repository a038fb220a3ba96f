// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../src/Accounts.sol";
import {LedgerOracle} from "../src/LedgerOracle.sol";
import {Quorum} from "../src/Quorum.sol";
import {Policy} from "../src/settlement/Policies.sol";
import {SignedHeader} from "../src/SignedHeader.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Operators' and members' bonds: who would take one out too early, or take it twice.
contract AttacksOnBondsTest is Fixture {
    uint64 internal constant GOOD_1 = 28_800;
    uint64 internal constant GOOD = 72_000;

    function setUp() public override {
        super.setUp();
        twoOperators();
        concludeAll();
    }

    /// @dev Operator 1 asks in the period that runs on the chain, and proves it.
    function requestAndProve(uint32 slashed) internal returns (uint64 period) {
        vm.warp(GENESIS + uint256(oracle.nextEpoch() + 1) * EPOCH);
        vm.prank(owner(1));
        pool.requestRelease(1);
        period = finalHeader(GOOD, slashed);
        prove(1, period, claim(4, GOOD_1, slashed));
        concludeAll(period);
    }

    function adoptBondPerValidator(uint128 bond) internal {
        Policy memory changed = policy();
        changed.bondPerValidator = bond;
        vm.prank(TIMELOCK);
        policies.adopt(changed);
    }

    function test_an_entry_bond_that_was_charged_does_not_leave() public {
        Policy memory changed = policy();
        (changed.bondPerValidator, changed.penalty) = (0, 0.5 ether);
        vm.prank(TIMELOCK);
        policies.adopt(changed);
        requestAndProve(0);
        uint64 period = requestAndProve(0);
        vm.prank(owner(1));
        pool.releaseBond(1, period, 19 ether);
        // What is left is the entry bond of 1 ether; a slashing takes half of it.
        period = requestAndProve(1);
        vm.assertEq(uint256(pool.operatorOf(1).bond), 0.5 ether);
        vm.assertEq(pool.releasable(1, period), 0);
    }

    function test_a_vote_for_smaller_bonds_frees_none_of_a_running_period() public {
        uint64 period = requestAndProve(0);
        vm.assertEq(pool.releasable(1, period), 18 ether);
        // The period after has begun on the chain, under the old policy.
        vm.warp(GENESIS + uint256(oracle.nextEpoch() + 1) * EPOCH);
        adoptBondPerValidator(0);
        vm.assertEq(pool.releasable(1, period), 18 ether);
        // One that begins later is the new policy's.
        finalHeader(GOOD, 0);
        concludeAll();
        period = requestAndProve(0);
        vm.assertEq(pool.operatorOf(1).unproven, 1);
        vm.assertEq(pool.releasable(1, period), 0);
        prove(1, period - 1, claim(4, GOOD_1, 0));
        vm.assertEq(pool.releasable(1, period), 19 ether);
    }

    function test_a_vote_for_larger_bonds_holds_at_once() public {
        uint64 period = requestAndProve(0);
        adoptBondPerValidator(4 ether);
        vm.assertEq(pool.releasable(1, period), 4 ether);
    }

    function test_a_bond_does_not_leave_twice_on_one_request() public {
        uint64 period = requestAndProve(0);
        vm.prank(owner(1));
        pool.releaseBond(1, period, 1 ether);
        vm.prank(owner(1));
        vm.expectPartialRevert(Accounts.NotRequested.selector);
        pool.releaseBond(1, period, 1 ether);
        vm.assertEq(pool.owed(owner(1)), 1 ether);
    }

    // Members.

    function conflict(uint256 key)
        internal
        view
        returns (SignedHeader memory one, bytes memory first, SignedHeader memory other, bytes memory second)
    {
        (one, other) = (header(1, 0), header(2, 0));
        (first, second) = (sign(key, oracle.hash(one)), sign(key, oracle.hash(other)));
    }

    function test_who_was_punished_is_not_punished_again() public {
        (SignedHeader memory one, bytes memory first, SignedHeader memory other, bytes memory second) =
            conflict(keys[0]);
        oracle.punishHeaders(one, first, other, second);
        address account = vm.addr(keys[0]);
        // Nor can a vote let it in again, to bring a bond that the same signatures would take.
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.admit(account);
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.punishHeaders(one, first, other, second);
        vm.assertEq(address(oracle).balance, 4 * MEMBER_BOND);
    }

    function test_who_has_left_pays_until_its_bond_is_free_and_not_after() public {
        (SignedHeader memory one, bytes memory first, SignedHeader memory other, bytes memory second) =
            conflict(keys[0]);
        address account = vm.addr(keys[0]);
        vm.prank(account);
        oracle.resign();
        pass(30 days);
        oracle.releaseBond(account);
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.punishHeaders(one, first, other, second);
        vm.assertEq(oracle.owed(account), MEMBER_BOND);
        vm.assertEq(address(oracle).balance, 5 * MEMBER_BOND);
    }

    function test_members_that_leave_lower_no_bar_below_four() public {
        for (uint256 i = 3; i < 5; ++i) {
            vm.prank(vm.addr(keys[i]));
            oracle.resign();
        }
        passPeriod();
        SignedHeader memory h = header(GOOD, 0);
        bytes[] memory signatures = signed(oracle.hash(h), 3);
        vm.expectPartialRevert(Quorum.TooFewMembers.selector);
        oracle.propose(h, signatures);
    }

    function test_a_vote_that_rejected_the_truth_is_mended_by_a_vote() public {
        passPeriod();
        SignedHeader memory truth = header(GOOD, 0);
        bytes32 structHash = oracle.hash(truth);
        bytes[] memory signatures = signed(structHash, 4);
        oracle.propose(truth, signatures);
        vm.prank(TIMELOCK);
        oracle.reject();
        vm.expectPartialRevert(LedgerOracle.AlreadyRejected.selector);
        oracle.propose(truth, signatures);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        oracle.reinstate(structHash);
        vm.prank(TIMELOCK);
        oracle.reinstate(structHash);
        oracle.propose(truth, signatures);
        pass(CHALLENGE);
        oracle.finalize();
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(LedgerOracle.NotRejected.selector);
        oracle.reinstate(structHash);
    }
}
