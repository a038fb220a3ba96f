// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DutyPool} from "../../src/DutyPool.sol";
import {Reserve} from "../../src/Reserve.sol";
import {PoolState} from "../../src/settlement/State.sol";
import {StakingVault} from "../../src/StakingVault.sol";
import {DepositContract} from "../mocks/DepositContract.sol";
import {vm} from "../support/Vm.sol";
import {Handler} from "./Handler.sol";

/// @notice What holds of the money, whatever happens in whichever order.
contract MoneyTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal handler;
    DutyPool internal pool;
    StakingVault internal vault;
    Reserve internal reserve;
    DepositContract internal deposits;

    function setUp() public {
        handler = new Handler();
        handler.setUp();
        (address a, address b, address c, address d) = handler.parts();
        (pool, vault, reserve, deposits) =
        (DutyPool(a), StakingVault(payable(b)), Reserve(payable(c)), DepositContract(d));
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](18);
        selectors[0] = Handler.stake.selector;
        selectors[1] = Handler.redeem.selector;
        selectors[2] = Handler.give.selector;
        selectors[3] = Handler.arriveAndBook.selector;
        selectors[4] = Handler.depositValidator.selector;
        selectors[5] = Handler.slash.selector;
        selectors[6] = Handler.endPeriod.selector;
        selectors[7] = bytes4(keccak256("prove(uint256)"));
        selectors[8] = Handler.proveArrears.selector;
        selectors[9] = Handler.close.selector;
        selectors[10] = Handler.conclude.selector;
        selectors[11] = Handler.topUp.selector;
        selectors[12] = Handler.release.selector;
        selectors[13] = Handler.fetch.selector;
        selectors[14] = Handler.compensate.selector;
        selectors[15] = Handler.force.selector;
        selectors[16] = Handler.pause.selector;
        selectors[17] = Handler.lose.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_the_pool_has_exactly_what_it_owes() public view {
        vm.assertEq(address(pool).balance, handler.poolClaims() + handler.forced());
    }

    function invariant_principal_leaves_only_to_stakers_and_deposits() public view {
        vm.assertEq(handler.booked(), handler.stakersAssets());
        vm.assertEq(vault.totalAssets() + vault.unreleased(), handler.stakersAssets());
        vm.assertEq(vault.staked() + handler.lost(), address(deposits).balance);
        vm.assertEq(address(deposits).balance, deposits.count() * 32 ether);
        vm.assertTrue(address(vault).balance >= vault.idle());
        if (deposits.count() > 0) {
            vm.assertTrue(
                keccak256(deposits.lastCredentials()) == keccak256(abi.encodePacked(vault.withdrawalCredentials()))
            );
        }
    }

    function invariant_each_loss_is_charged_once() public view {
        vm.assertEq(address(reserve).balance + handler.compensated(), handler.chargesPaid());
        vm.assertFalse(handler.isChargedTooMuch());
        PoolState memory state = pool.poolState();
        (uint256 charged, uint256 prepaid) = handler.sumsOfOperators();
        vm.assertEq(uint256(state.charged), charged);
        vm.assertEq(uint256(state.prepaid), prepaid);
    }

    function invariant_no_proof_settles_twice() public view {
        vm.assertFalse(handler.settledTwice());
    }

    function invariant_nobody_is_paid_without_a_proof() public view {
        (, bool withoutProof) = handler.rewards();
        vm.assertFalse(withoutProof);
        vm.assertEq(pool.owed(address(handler)), 0);
    }

    /// @notice The invariants say something: every action goes through in a run of random ones.
    function test_every_action_goes_through() public {
        for (uint256 i = 0; i < 1_500; ++i) {
            (bool ok,) = address(handler).call(abi.encodeCall(handler.act, (uint256(keccak256(abi.encode(i))))));
            ok;
        }
        for (uint256 action = 0; action < 18; ++action) {
            vm.assertTrue(handler.done(action) > 0, string(abi.encodePacked(uint8(65 + action))));
        }
        invariant_the_pool_has_exactly_what_it_owes();
        invariant_principal_leaves_only_to_stakers_and_deposits();
        invariant_each_loss_is_charged_once();
        invariant_no_proof_settles_twice();
        invariant_nobody_is_paid_without_a_proof();
    }
}
