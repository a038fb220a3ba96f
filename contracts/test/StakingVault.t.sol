// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Quorum} from "../src/Quorum.sol";
import {StakingVault} from "../src/StakingVault.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

contract StakingVaultTest is Fixture {
    bytes internal constant PUBKEY = hex"8001";
    bytes internal constant SIGNATURE = hex"9001";

    function stake(uint256 amount) internal returns (uint256 shares) {
        vm.deal(STAKER, amount);
        vm.prank(STAKER);
        return vault.deposit{value: amount}(STAKER);
    }

    function deposit(bytes32 credentials) internal pure returns (StakingVault.Deposit[] memory list) {
        list = new StakingVault.Deposit[](1);
        bytes32 dataRoot = keccak256(abi.encode(PUBKEY, abi.encodePacked(credentials), SIGNATURE, uint256(32 ether)));
        list[0] = StakingVault.Deposit(PUBKEY, SIGNATURE, dataRoot);
    }

    function test_shares_follow_assets() public {
        uint256 shares = stake(10 ether);
        vm.assertEq(vault.convertToAssets(shares), 10 ether);
        vault.give{value: 5 ether}();
        vm.assertEq(vault.convertToAssets(shares), 10 ether);
        pass(vault.GAIN_WINDOW());
        uint256 worth = vault.convertToAssets(shares);
        vm.assertTrue(worth > 15 ether - 1e4 && worth <= 15 ether);
        vm.prank(STAKER);
        vault.redeem(shares, payable(STAKER), STAKER);
        vm.assertEq(STAKER.balance, worth);
        vm.assertEq(vault.totalSupply(), 0);
    }

    function test_nobody_redeems_anothers_shares() public {
        uint256 shares = stake(10 ether);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        vault.redeem(shares, payable(address(this)), STAKER);
        vm.prank(STAKER);
        vault.approve(address(this), shares);
        uint256 before = address(this).balance;
        vault.redeem(shares, payable(address(this)), STAKER);
        vm.assertEq(address(this).balance - before, 10 ether);
    }

    function test_inflating_the_first_share_costs_the_attacker() public {
        vault.deposit{value: 1}(address(this));
        vault.give{value: 100 ether}();
        pass(vault.GAIN_WINDOW());
        uint256 shares = stake(10 ether);
        vm.assertTrue(vault.convertToAssets(shares) > 9.8 ether);
        vm.assertTrue(vault.convertToAssets(vault.balanceOf(address(this))) < 60 ether);
    }

    function test_forced_ether_moves_no_price() public {
        uint256 shares = stake(10 ether);
        vm.deal(address(vault), address(vault).balance + 1_000 ether);
        vm.assertEq(vault.convertToAssets(shares), 10 ether);
    }

    function test_principal_goes_to_validators_of_the_pool() public {
        stake(40 ether);
        StakingVault.Deposit[] memory list = deposit(vault.withdrawalCredentials());
        bytes32 root = deposits.get_deposit_root();
        vault.depositValidators(list, root, signed(vault.hashDeposits(list, root), 4));
        vm.assertEq(address(deposits).balance, 32 ether);
        vm.assertEq(uint256(bytes32(deposits.lastCredentials())), uint256(1) << 248 | uint256(uint160(address(vault))));
        vm.assertEq(vault.idle(), 8 ether);
        vm.assertEq(vault.totalAssets(), 40 ether);
    }

    function test_other_credentials_are_impossible() public {
        stake(40 ether);
        StakingVault.Deposit[] memory list = deposit(bytes32(uint256(1) << 248 | uint160(address(this))));
        bytes32 root = deposits.get_deposit_root();
        bytes[] memory signatures = signed(vault.hashDeposits(list, root), 4);
        vm.expectRevert(bytes(abi.encodeWithSignature("Error(string)", "wrong data root")));
        vault.depositValidators(list, root, signatures);
    }

    function test_a_deposit_of_somebody_else_is_noticed() public {
        stake(40 ether);
        StakingVault.Deposit[] memory list = deposit(vault.withdrawalCredentials());
        bytes32 root = deposits.get_deposit_root();
        bytes[] memory signatures = signed(vault.hashDeposits(list, root), 4);
        bytes memory credentials = hex"01";
        bytes32 dataRoot = keccak256(abi.encode(PUBKEY, credentials, SIGNATURE, uint256(1 ether)));
        deposits.deposit{value: 1 ether}(PUBKEY, credentials, SIGNATURE, dataRoot);
        vm.expectPartialRevert(StakingVault.DepositRootChanged.selector);
        vault.depositValidators(list, root, signatures);
        root = deposits.get_deposit_root();
        vm.expectPartialRevert(Quorum.BadSigner.selector);
        vault.depositValidators(list, root, signatures);
    }

    function test_deposits_need_a_quorum_and_idle_ether() public {
        stake(31 ether);
        StakingVault.Deposit[] memory list = deposit(vault.withdrawalCredentials());
        bytes32 root = deposits.get_deposit_root();
        bytes[] memory few = signed(vault.hashDeposits(list, root), 3);
        vm.expectPartialRevert(Quorum.NoQuorum.selector);
        vault.depositValidators(list, root, few);
        bytes[] memory signatures = signed(vault.hashDeposits(list, root), 4);
        vm.expectRevert(abi.encodeWithSelector(StakingVault.NotIdle.selector, 32 ether, 31 ether));
        vault.depositValidators(list, root, signatures);
    }

    function test_what_arrives_is_booked_by_vote() public {
        test_principal_goes_to_validators_of_the_pool();
        (bool ok,) = address(vault).call{value: 33 ether}("");
        vm.assertTrue(ok);
        vm.assertEq(vault.totalAssets(), 40 ether);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        vault.book(32 ether, 0, 1 ether);
        vm.prank(TIMELOCK);
        vm.expectPartialRevert(StakingVault.NotArrived.selector);
        vault.book(32 ether, 0.6 ether, 0.5 ether);
        vm.prank(TIMELOCK);
        vault.book(32 ether, 0.6 ether, 0.4 ether);
        vm.assertEq(vault.totalAssets(), 40 ether);
        pass(vault.GAIN_WINDOW());
        vm.assertEq(vault.totalAssets(), 40.6 ether);
        vm.assertEq(uint256(pool.budget()), 0.4 ether);
    }

    function test_losses_are_written_off_and_compensated_by_vote() public {
        test_principal_goes_to_validators_of_the_pool();
        (bool ok,) = address(reserve).call{value: 2 ether}("");
        vm.assertTrue(ok);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        vault.writeOff(1 ether);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        reserve.compensate(1 ether);
        vm.prank(TIMELOCK);
        vault.writeOff(1 ether);
        vm.assertEq(vault.totalAssets(), 39 ether);
        vm.prank(TIMELOCK);
        reserve.compensate(1 ether);
        vm.assertEq(vault.totalAssets(), 39 ether);
        pass(vault.GAIN_WINDOW());
        vm.assertEq(vault.totalAssets(), 40 ether);
        vm.assertEq(address(reserve).balance, 1 ether);
    }

    function test_a_gain_becomes_the_stakers_evenly() public {
        stake(10 ether);
        vault.give{value: 7 ether}();
        pass(1 days);
        vm.assertEq(vault.totalAssets(), 11 ether);
        // The next one has its own window; both end when they are over on average.
        vault.give{value: 6 ether}();
        vm.assertEq(vault.totalAssets(), 11 ether);
        vm.assertEq(vault.unreleased(), 12 ether);
        pass(6.5 days - 1);
        vm.assertTrue(vault.unreleased() > 0);
        pass(1);
        vm.assertEq(vault.totalAssets(), 23 ether);
    }

    function test_a_pause_stops_gains_too() public {
        stake(10 ether);
        vault.give{value: 7 ether}();
        vm.prank(GUARDIAN);
        clock.pause();
        pass(100 days);
        vm.assertEq(vault.totalAssets(), 10 ether);
    }

    function test_a_loss_takes_gains_to_come_first() public {
        test_principal_goes_to_validators_of_the_pool();
        vault.give{value: 2 ether}();
        vm.prank(TIMELOCK);
        vault.writeOff(1 ether);
        vm.assertEq(vault.totalAssets(), 40 ether);
        vm.assertEq(vault.unreleased(), 1 ether);
        vm.prank(TIMELOCK);
        vault.writeOff(31 ether);
        vm.assertEq(vault.totalAssets(), 10 ether);
        vm.assertEq(vault.unreleased(), 0);
        pass(vault.GAIN_WINDOW());
        vm.assertEq(vault.totalAssets(), 10 ether);
    }
}
