// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../src/Accounts.sol";
import {Batches} from "../src/Batches.sol";
import {IOperatorRegistry} from "../src/interfaces/IOperatorRegistry.sol";
import {OperatorRegistry} from "../src/OperatorRegistry.sol";
import {ProofContext} from "../src/ProofContext.sol";
import {Quorum} from "../src/Quorum.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

contract OperatorRegistryTest is Fixture {
    function outcome(uint64 batch) internal view returns (Batches.Outcome result) {
        (result,,,,,,,,) = registry.batches(batch);
    }

    function test_an_operator_proves_v_0_for_its_owner() public {
        bytes memory proof = enrolmentProof(EMPTY_ROOT, 1, 0, owner(2));
        vm.deal(owner(1), 1 ether);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSignature("InvalidProof()"));
        registry.register{value: 1 ether}(1, payout(1), ENROLMENT_SHAPE, proof);
        register(1, 1 ether);
        (address account, address to) = registry.accountsOf(1);
        vm.assertEq(account, owner(1));
        vm.assertEq(to, payout(1));
        vm.assertEq(uint256(pool.operatorOf(1).bond), 1 ether);
    }

    function test_an_id_is_unique_and_a_field_element() public {
        register(1, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.BadId.selector, 1));
        registry.register(1, payout(1), ENROLMENT_SHAPE, "");
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.BadId.selector, 0));
        registry.register(0, payout(1), ENROLMENT_SHAPE, "");
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.BadId.selector, ProofContext.ORDER + 1));
        registry.register(ProofContext.ORDER + 1, payout(1), ENROLMENT_SHAPE, "");
    }

    function test_an_operator_brings_the_entry_bond() public {
        bytes memory proof = enrolmentProof(EMPTY_ROOT, 1, 0, address(this));
        vm.expectRevert(abi.encodeWithSelector(Accounts.BondTooSmall.selector, ENTRY_BOND, ENTRY_BOND - 1));
        registry.register{value: ENTRY_BOND - 1}(1, payout(1), ENROLMENT_SHAPE, proof);
        register(2, ENTRY_BOND);
    }

    function test_a_batch_becomes_a_version_when_all_leaves_are_opened() public {
        register(1, 20 ether);
        register(2, 20 ether);
        uint256 root = fixedBatch(10);
        enrol(1, root, 4);
        vm.expectPartialRevert(Batches.WrongTime.selector);
        registry.closeBatch();
        enrol(2, root, 6);
        vm.assertEq(uint256(registry.validatorsAt(1, 100)), 0);
        vm.assertEq(uint256(registry.validatorsHeld(1)), 4);
        registry.closeBatch();
        vm.assertTrue(outcome(1) == Batches.Outcome.Activated);
        vm.assertEq(uint256(registry.validatorsAt(1, 0)), 0);
        vm.assertEq(uint256(registry.validatorsAt(1, 1)), 4);
        registry.collect(1);
        registry.collect(2);
        vm.assertEq(uint256(registry.validatorsAt(1, 0)), 0);
        vm.assertEq(uint256(registry.validatorsAt(1, 1)), 4);
        vm.assertEq(registry.owed(payout(1)), 4 * D);
        vm.assertEq(registry.owed(payout(2)), 6 * D);
        vm.assertEq(address(registry).balance, 10 * D);
        registry.collect(1);
        vm.assertEq(registry.owed(payout(1)), 4 * D);
    }

    function test_who_does_not_enrol_again_keeps_its_v() public {
        register(1, 20 ether);
        register(2, 20 ether);
        register(3, 20 ether);
        uint256 root = fixedBatch(10);
        enrol(1, root, 4);
        enrol(2, root, 6);
        registry.closeBatch();
        root = fixedBatch(3);
        enrol(2, root, 7);
        enrol(3, root, 2);
        registry.closeBatch();
        vm.assertEq(uint256(registry.validatorsAt(1, 2)), 4);
        vm.assertEq(uint256(registry.validatorsAt(2, 1)), 6);
        vm.assertEq(uint256(registry.validatorsAt(2, 2)), 7);
        vm.assertEq(uint256(registry.validatorsAt(3, 1)), 0);
        vm.assertEq(uint256(registry.validatorsAt(3, 2)), 2);
    }

    function test_an_unopened_leaf_fails_the_batch() public {
        register(1, 20 ether);
        register(2, 20 ether);
        uint256 root = fixedBatch(10);
        enrol(1, root, 4);
        enrol(2, root, 5);
        pass(3 days - 1);
        vm.expectPartialRevert(Batches.WrongTime.selector);
        registry.closeBatch();
        pass(1);
        registry.closeBatch();
        vm.assertTrue(outcome(1) == Batches.Outcome.Failed);
        registry.collect(1);
        registry.collect(2);
        vm.assertEq(uint256(registry.validatorsAt(1, 5)), 0);
        vm.assertEq(uint256(registry.validatorsHeld(1)), 0);
        vm.assertEq(registry.versionCount(), 1);
        // Who opened its leaves has its deposits back, the silent one's is lost.
        vm.assertEq(registry.owed(payout(1)), 4 * D);
        vm.assertEq(registry.owed(payout(2)), 5 * D);
        vm.assertEq(address(reserve).balance, D);
    }

    function test_a_batch_waits_for_more_operators_to_grow() public {
        register(1, 20 ether);
        register(2, 20 ether);
        uint256 root = fixedBatch(2);
        enrol(1, root, 2);
        vm.expectPartialRevert(Batches.WrongTime.selector);
        registry.closeBatch();
        pass(3 days);
        registry.closeBatch();
        vm.assertTrue(outcome(1) == Batches.Outcome.Waits);
        registry.collect(1);
        vm.assertEq(registry.owed(payout(1)), 0);
        registry.registerValidator{value: D}(9, 10, "");
        pass(REGISTRATION);
        fixRoot(5, 3);
        enrol(1, 5, 2);
        enrol(2, 5, 1);
        registry.closeBatch();
        registry.collect(1);
        vm.assertEq(registry.owed(payout(1)), 2 * D);
        vm.assertEq(uint256(registry.validatorsAt(2, 1)), 1);
    }

    function test_without_a_root_registrations_wait() public {
        registry.registerValidator{value: D}(9, 10, "");
        pass(REGISTRATION);
        vm.expectPartialRevert(Batches.WrongTime.selector);
        registry.registerValidator{value: D}(10, 11, "");
        pass(DAY);
        IOperatorRegistry.Root memory root = IOperatorRegistry.Root(1, 5, 1, 0, 0);
        bytes[] memory signatures = signed(registry.hashRoot(root), 4);
        vm.expectPartialRevert(Batches.WrongTime.selector);
        registry.fixRoot(root, signatures);
        registry.closeBatch();
        vm.assertTrue(outcome(1) == Batches.Outcome.Waits);
        vm.assertEq(address(reserve).balance, 0);
    }

    function test_a_root_is_the_quorums_and_adds_what_was_registered() public {
        registry.registerValidator{value: D}(9, 10, "");
        IOperatorRegistry.Root memory root = IOperatorRegistry.Root(1, 5, 1, 0, 0);
        bytes[] memory signatures = signed(registry.hashRoot(root), 4);
        vm.expectPartialRevert(Batches.WrongTime.selector);
        registry.fixRoot(root, signatures);
        pass(REGISTRATION);
        bytes[] memory few = signed(registry.hashRoot(root), 3);
        vm.expectPartialRevert(Quorum.NoQuorum.selector);
        registry.fixRoot(root, few);
        root.registered = 2;
        signatures = signed(registry.hashRoot(root), 4);
        vm.expectPartialRevert(Batches.RegisteredOutOfRange.selector);
        registry.fixRoot(root, signatures);
        root.registered = 0;
        signatures = signed(registry.hashRoot(root), 4);
        vm.expectPartialRevert(Batches.RegisteredOutOfRange.selector);
        registry.fixRoot(root, signatures);
        root.batch = 2;
        vm.expectPartialRevert(Batches.WrongBatch.selector);
        registry.fixRoot(root, signatures);
        fixRoot(5, 1);
    }

    function test_two_roots_for_one_batch_cost_the_bond() public {
        IOperatorRegistry.Root memory a = IOperatorRegistry.Root(1, 5, 1, 0, 0);
        IOperatorRegistry.Root memory b = IOperatorRegistry.Root(1, 6, 1, 0, 0);
        bytes memory signatureA = sign(keys[0], registry.hashRoot(a));
        bytes memory signatureB = sign(keys[0], registry.hashRoot(b));
        oracle.punishBatches(a, signatureA, b, signatureB);
        vm.assertEq(address(reserve).balance, MEMBER_BOND);
        b.batch = 2;
        vm.expectPartialRevert(Quorum.NoConflict.selector);
        oracle.punishBatches(a, signatureA, b, signatureB);
    }

    function test_enrolments_are_bounded() public {
        register(1, 2 ether);
        uint256 root = fixedBatch(60);
        bytes memory proof = enrolmentProof(root, 1, 4, owner(1));
        vm.expectPartialRevert(OperatorRegistry.NotOwner.selector);
        registry.enrol(1, 4, ENROLMENT_SHAPE, proof);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(Accounts.BondTooSmall.selector, 2.5 ether, 2 ether));
        registry.enrol(1, 5, ENROLMENT_SHAPE, proof);
        pool.topUp{value: 100 ether}(1);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.TooManyValidators.selector, 51, 50));
        registry.enrol(1, 51, ENROLMENT_SHAPE, proof);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.NoIncrease.selector, 0, 0));
        registry.enrol(1, 0, ENROLMENT_SHAPE, proof);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSignature("InvalidProof()"));
        registry.enrol(1, 3, ENROLMENT_SHAPE, proof);
        enrol(1, root, 4);
        vm.prank(owner(1));
        vm.expectPartialRevert(OperatorRegistry.EnrolledAlready.selector);
        registry.enrol(1, 4, ENROLMENT_SHAPE, proof);
    }

    function test_who_is_retired_does_not_grow() public {
        register(1, 2 ether);
        vm.prank(TIMELOCK);
        pool.retire(1);
        uint256 root = fixedBatch(4);
        bytes memory proof = enrolmentProof(root, 1, 4, owner(1));
        vm.prank(owner(1));
        vm.expectPartialRevert(Accounts.NotInGoodStanding.selector);
        registry.enrol(1, 4, ENROLMENT_SHAPE, proof);
    }

    function test_the_cap_is_voted() public {
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        registry.setMaxValidators(1);
        vm.prank(TIMELOCK);
        registry.setMaxValidators(3);
        register(1, 20 ether);
        vm.assertEq(registry.operatorCount(), 1);
        uint256 root = fixedBatch(4);
        bytes memory proof = enrolmentProof(root, 1, 4, owner(1));
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.TooManyValidators.selector, 4, 3));
        registry.enrol(1, 4, ENROLMENT_SHAPE, proof);
    }

    function test_nobody_enrols_for_more_than_was_added() public {
        register(1, 20 ether);
        uint256 root = fixedBatch(3);
        bytes memory proof = enrolmentProof(root, 1, 4, owner(1));
        vm.prank(owner(1));
        vm.expectPartialRevert(Batches.TooManyEnrolled.selector);
        registry.enrol(1, 4, ENROLMENT_SHAPE, proof);
    }

    function test_enrolment_ends() public {
        register(1, 20 ether);
        uint256 root = fixedBatch(4);
        pass(3 days);
        bytes memory proof = enrolmentProof(root, 1, 4, owner(1));
        vm.prank(owner(1));
        vm.expectPartialRevert(Batches.WrongTime.selector);
        registry.enrol(1, 4, ENROLMENT_SHAPE, proof);
    }

    function test_a_vote_takes_back_a_root() public {
        register(1, 20 ether);
        uint256 root = fixedBatch(4);
        enrol(1, root, 4);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        registry.cancelBatch();
        vm.prank(TIMELOCK);
        registry.cancelBatch();
        vm.assertTrue(outcome(1) == Batches.Outcome.Waits);
        vm.assertEq(uint256(registry.validatorsHeld(1)), 0);
    }

    function test_registrations_are_well_formed() public {
        vm.expectPartialRevert(Batches.BadRegistration.selector);
        registry.registerValidator{value: D}(1, 0, "");
        vm.expectPartialRevert(Batches.BadRegistration.selector);
        registry.registerValidator{value: D}(1, ProofContext.ORDER, "");
        vm.expectPartialRevert(Batches.WrongDeposit.selector);
        registry.registerValidator{value: D - 1}(1, 1, "");
    }

    function test_the_payout_account_is_the_owners_choice() public {
        register(1, 1 ether);
        vm.expectPartialRevert(OperatorRegistry.NotOwner.selector);
        registry.setPayout(1, address(this));
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.NoPayout.selector));
        registry.setPayout(1, address(0));
        vm.prank(owner(1));
        registry.setPayout(1, address(this));
        (, address to) = registry.accountsOf(1);
        vm.assertEq(to, address(this));
    }
}
