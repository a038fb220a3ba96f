// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Batches} from "../src/Batches.sol";
import {LedgerOracle} from "../src/LedgerOracle.sol";
import {OperatorRegistry} from "../src/OperatorRegistry.sol";
import {Part} from "../src/Part.sol";
import {Quorum} from "../src/Quorum.sol";
import {Claims, PeriodState} from "../src/settlement/State.sol";
import {Bonds} from "../src/settlement/Bonds.sol";
import {ShapeRegistry} from "../src/ShapeRegistry.sol";
import {SignedHeader} from "../src/SignedHeader.sol";
import {StakingVault} from "../src/StakingVault.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Refusals on the way of money that no other test meets.
contract RefusalsTest is Fixture {
    function test_only_the_owner_asks_for_its_bond() public {
        register(1, 20 ether);
        vm.expectRevert(abi.encodeWithSelector(Part.NotAllowed.selector, address(this)));
        pool.requestRelease(1);
    }

    function test_an_operator_names_where_it_is_paid() public {
        bytes memory proof = enrolmentProof(EMPTY_ROOT, 1, 0, owner(1));
        vm.deal(owner(1), 20 ether);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.NoPayout.selector));
        registry.register{value: 20 ether}(1, address(0), ENROLMENT_SHAPE, proof);
        vm.assertEq(registry.operatorCount(), 0);
        vm.assertEq(owner(1).balance, 20 ether);
    }

    function test_an_enrolment_needs_a_shape_with_places() public {
        register(1, 100 ether);
        vm.prank(TIMELOCK);
        registry.setMaxValidators(200);
        uint256 root = fixedBatch(101);
        bytes memory proof = enrolmentProof(root, 1, 101, owner(1));
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(OperatorRegistry.TooManyValidators.selector, 101, CAPACITY));
        registry.enrol(1, 101, ENROLMENT_SHAPE, proof);
    }

    function test_a_root_that_is_not_fixed_cannot_be_taken_back() public {
        uint64 batch = registry.current();
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(Batches.WrongTime.selector, batch));
        registry.cancelBatch();
    }

    function test_a_retired_operator_retires_once() public {
        register(1, 20 ether);
        vm.prank(TIMELOCK);
        pool.retire(1);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(Bonds.RetiredAlready.selector));
        pool.retire(1);
    }

    function test_a_member_brings_exactly_the_bond() public {
        address account = address(0x3e3);
        vm.prank(TIMELOCK);
        oracle.admit(account);
        vm.deal(account, 2 * MEMBER_BOND);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(Quorum.WrongBond.selector, MEMBER_BOND, MEMBER_BOND - 1));
        oracle.join{value: MEMBER_BOND - 1}();
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(Quorum.WrongBond.selector, MEMBER_BOND, MEMBER_BOND + 1));
        oracle.join{value: MEMBER_BOND + 1}();
        vm.assertEq(oracle.memberCount(), 5);
    }

    function test_an_admission_ends_by_vote_before_anybody_joins() public {
        address account = address(0x3e3);
        vm.prank(TIMELOCK);
        oracle.admit(account);
        vm.prank(TIMELOCK);
        oracle.expel(account);
        vm.deal(account, MEMBER_BOND);
        vm.prank(account);
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.join{value: MEMBER_BOND}();
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.releaseBond(account);
    }

    function test_there_are_at_most_so_many_members() public {
        uint256 most = oracle.MAX_MEMBERS();
        recruit(most - 5, 5);
        vm.prank(TIMELOCK);
        oracle.admit(address(0x3e3));
        vm.deal(address(0x3e3), MEMBER_BOND);
        vm.prank(address(0x3e3));
        vm.expectRevert(abi.encodeWithSelector(Quorum.TooManyMembers.selector));
        oracle.join{value: MEMBER_BOND}();
    }

    /// @dev More of them, that need not sign.
    function recruit(uint256 count, uint256 from) private {
        for (uint256 i = 0; i < count; ++i) {
            join(uint256(keccak256(abi.encode("member", from + i))));
        }
    }

    function test_what_is_proposed_can_be_read() public {
        vm.expectRevert(abi.encodeWithSelector(LedgerOracle.NothingProposed.selector));
        oracle.proposed();
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(LedgerOracle.NothingProposed.selector));
        oracle.reject();
        passPeriod();
        SignedHeader memory h = header(0, 0);
        oracle.propose(h, signed(oracle.hash(h), 4));
        vm.assertTrue(keccak256(abi.encode(oracle.proposed())) == keccak256(abi.encode(h)));
    }

    function test_only_a_vote_changes_shapes() public {
        vm.expectRevert(abi.encodeWithSelector(ShapeRegistry.NotAllowed.selector, address(this)));
        shapes.retire(0);
        vm.prank(TIMELOCK);
        shapes.retire(0);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(ShapeRegistry.NoSuchShape.selector, 0));
        shapes.retire(0);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(ShapeRegistry.NoSuchShape.selector, 2));
        shapes.retire(2);
    }

    function test_a_deposit_that_buys_no_share_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(StakingVault.NothingToDo.selector));
        vault.deposit(address(this));
    }

    function test_what_is_in_validators_cannot_be_redeemed() public {
        uint256 shares = vault.deposit{value: 40 ether}(address(this));
        StakingVault.Deposit[] memory list = new StakingVault.Deposit[](1);
        bytes memory credentials = abi.encodePacked(vault.withdrawalCredentials());
        list[0] = StakingVault.Deposit("", "", keccak256(abi.encode("", credentials, "", uint256(32 ether))));
        bytes32 root = deposits.get_deposit_root();
        vault.depositValidators(list, root, signed(vault.hashDeposits(list, root), 4));
        uint256 assets = vault.convertToAssets(shares);
        vm.expectRevert(abi.encodeWithSelector(StakingVault.NotIdle.selector, assets, 8 ether));
        vault.redeem(shares, payable(address(this)), address(this));
        uint256 some = vault.convertToShares(8 ether);
        vault.redeem(some, payable(address(this)), address(this));
        vm.assertTrue(vault.idle() < 2);
    }

    function test_a_call_has_at_most_so_many_deposits() public {
        uint256 most = vault.MAX_DEPOSITS();
        StakingVault.Deposit[] memory list = new StakingVault.Deposit[](most + 1);
        bytes[] memory none = new bytes[](0);
        vm.expectRevert(abi.encodeWithSelector(StakingVault.TooManyDeposits.selector, most + 1));
        vault.depositValidators(list, 0, none);
    }

    /// @dev Who closes a period that nobody opened opens it: nothing was proven, so all of the pot is the stakers'.
    function test_a_period_that_nobody_opened_is_closed_all_the_same() public {
        twoOperators();
        concludeAll();
        pool.fund{value: 100 ether}();
        uint64 period = finalHeader(10_000, 0);
        vm.expectPartialRevert(bytes4(keccak256("GraceNotOver(uint64)")));
        pool.closePeriod();
        pass(PROOFS + GRACE);
        uint256 idle = vault.idle();
        pool.closePeriod();
        PeriodState memory state = pool.periodOf(period);
        vm.assertTrue(state.closed);
        vm.assertEq(vault.idle() - idle, state.pot);
        vm.assertTrue(state.pot > 0);
    }

    function test_no_period_is_concluded_twice() public {
        twoOperators();
        concludeAll();
        uint64 period = finalHeader(10_000, 0);
        pool.openPeriod();
        prove(1, period, claim(4, 2_000, 0));
        pass(PROOFS + GRACE);
        pool.closePeriod();
        pool.conclude(1, period);
        vm.expectPartialRevert(bytes4(keccak256("ConclusionOutOfOrder(uint64,uint64)")));
        pool.conclude(1, period);
    }
}
