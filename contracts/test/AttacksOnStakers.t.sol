// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DutyPool} from "../src/DutyPool.sol";
import {StakingVault} from "../src/StakingVault.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Borrows, and gives back in the same transaction.
contract Borrower {
    function closeInBetween(StakingVault vault, DutyPool pool) external payable {
        uint256 shares = vault.deposit{value: msg.value}(address(this));
        pool.closePeriod();
        vault.redeem(shares, payable(msg.sender), address(this));
    }
}

/// @notice What one who comes for the stakers' gains would try, and that it fails.
contract AttacksOnStakersTest is Fixture {
    uint64 internal constant GOOD = 72_000;
    uint256 internal constant LOAN = 100_000 ether;

    function setUp() public override {
        super.setUp();
        twoOperators();
        pool.fund{value: 10 ether}();
        concludeAll();
        stake(100 ether);
    }

    function stake(uint256 amount) internal returns (uint256 shares) {
        vm.deal(STAKER, amount);
        vm.prank(STAKER);
        return vault.deposit{value: amount}(STAKER);
    }

    function test_a_loan_around_the_close_takes_nothing_of_what_is_withheld() public {
        finalHeader(GOOD, 0);
        pool.openPeriod();
        pass(PROOFS + GRACE);
        uint256 before = address(this).balance;
        new Borrower().closeInBetween{value: LOAN}(vault, pool);
        vm.assertLe(address(this).balance, before, "the lender's money");
        pass(vault.GAIN_WINDOW());
        // All but what rounding and the virtual shares keep.
        vm.assertTrue(vault.convertToAssets(vault.balanceOf(STAKER)) > 100 ether + uint256(GOOD) * 1e12 - 1e6);
    }

    function test_shares_bought_for_a_compensation_get_next_to_nothing_of_it() public {
        (bool ok,) = address(reserve).call{value: 10 ether}("");
        vm.assertTrue(ok);
        uint256 shares = vault.deposit{value: LOAN}(address(this));
        vm.prank(TIMELOCK);
        reserve.compensate(10 ether);
        // A block later.
        pass(12);
        uint256 got = vault.redeem(shares, payable(address(this)), address(this));
        vm.assertLe(got, LOAN + 10 ether * uint256(12) / 7 days, "a block's part of a week");
    }

    function test_gifts_of_next_to_nothing_keep_no_gain_from_the_stakers() public {
        vault.give{value: 7 ether}();
        for (uint256 i = 0; i < 7 * 24; ++i) {
            pass(1 hours);
            vault.give{value: 1}();
        }
        vm.assertTrue(vault.totalAssets() > 107 ether - 1e6);
    }

    function test_a_loss_made_good_in_one_vote_moves_no_price() public {
        StakingVault.Deposit[] memory list = new StakingVault.Deposit[](1);
        bytes memory credentials = abi.encodePacked(vault.withdrawalCredentials());
        list[0] = StakingVault.Deposit("1", "", keccak256(abi.encode("1", credentials, "", uint256(32 ether))));
        bytes32 root = deposits.get_deposit_root();
        vault.depositValidators(list, root, signed(vault.hashDeposits(list, root), 4));
        (bool ok,) = address(reserve).call{value: 1 ether}("");
        vm.assertTrue(ok);
        uint256 price = vault.convertToAssets(1 ether);
        vm.prank(TIMELOCK);
        reserve.compensate(1 ether);
        vm.prank(TIMELOCK);
        vault.writeOff(1 ether);
        vm.assertEq(vault.convertToAssets(1 ether), price);
        vm.assertEq(vault.unreleased(), 0);
    }

    function testFuzz_nobody_gains_by_coming_and_going(uint256 assets, uint256 gift, uint256 others) public {
        (assets, gift, others) = (1 + assets % LOAN, gift % LOAN, 1 + others % LOAN);
        stake(others);
        vault.give{value: gift}();
        pass(vault.GAIN_WINDOW() / 2);
        uint256 before = address(this).balance;
        try vault.deposit{value: assets}(address(this)) returns (uint256 shares) {
            try vault.redeem(shares, payable(address(this)), address(this)) {} catch {}
        } catch {}
        vm.assertLe(address(this).balance, before, "more than was brought");
    }
}
