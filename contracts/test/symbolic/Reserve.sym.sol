// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStakingVault} from "../../src/interfaces/IStakingVault.sol";
import {Payments} from "../../src/Payments.sol";
import {Reserve} from "../../src/Reserve.sol";
import {vm} from "../support/Vm.sol";

/// @notice Counts what it is given, as the stakers' vault does; or refuses it.
contract Vault is IStakingVault {
    uint256 public idle;
    bool public refuses;

    function refuse() external {
        refuses = true;
    }

    function give() external payable {
        require(!refuses);
        idle += msg.value;
    }
}

/// @notice Books credits, as the pool and the oracle do.
contract Cashier is Payments {
    function credit(address account) external payable {
        _credit(account, msg.value);
    }
}

/// @notice The reserve's balance and what is owed to accounts, whatever amounts come and go: `symbolic.sh`.
contract ReserveSym {
    address private constant TIMELOCK = address(0x71);
    address payable private constant ALICE = payable(address(0xa11ce));
    address payable private constant BOB = payable(address(0xb0b));

    Vault private vault;
    Reserve private reserve;
    Cashier private cashier;

    function setUp() public {
        vault = new Vault();
        reserve = new Reserve(TIMELOCK, vault);
        cashier = new Cashier();
    }

    function check_only_a_vote_takes_from_the_reserve(address caller, uint96 held, uint256 amount) external {
        vm.deal(address(reserve), held);
        vm.prank(caller);
        (bool done,) = address(reserve).call(abi.encodeCall(Reserve.compensate, (amount)));
        assert(done == (caller == TIMELOCK && amount <= held));
        uint256 given = done ? amount : 0;
        assert(address(reserve).balance == held - given);
        assert(address(vault).balance == given && vault.idle() == given);
    }

    /// @dev Whatever is called, with whatever amount: but for a compensation, nothing leaves.
    function check_the_reserve_has_one_way_out(address caller, uint96 held, uint96 sent, bytes4 selector, uint256 word)
        external
    {
        vm.assume(selector != Reserve.compensate.selector);
        vm.assume(caller != address(reserve));
        vm.assume(caller != address(vault));
        vm.deal(address(reserve), held);
        vm.deal(caller, sent);
        vm.prank(caller);
        (bool done,) = address(reserve).call{value: sent}(abi.encodePacked(selector, word));
        assert(address(reserve).balance == uint256(held) + (done ? sent : 0));
        assert(address(vault).balance == 0);
    }

    /// @dev Three steps, each a payment in or a compensation, by vote or not.
    function check_what_came_less_what_went_is_there(
        bool[3] memory comes,
        bool[3] memory voted,
        uint96[3] memory amounts
    ) external {
        uint256 came = 0;
        uint256 went = 0;
        vm.deal(address(this), 4 * uint256(type(uint96).max));
        for (uint256 i = 0; i < 3; ++i) {
            bool done;
            if (comes[i]) {
                (done,) = address(reserve).call{value: amounts[i]}("");
                assert(done);
                came += amounts[i];
            } else {
                if (voted[i]) vm.prank(TIMELOCK);
                (done,) = address(reserve).call(abi.encodeCall(Reserve.compensate, (amounts[i])));
                assert(done == (voted[i] && amounts[i] <= came - went));
                if (done) went += amounts[i];
            }
        }
        assert(address(reserve).balance == came - went && vault.idle() == went);
    }

    function check_a_vault_that_refuses_leaves_everything_there(uint96 held, uint96 amount) external {
        vm.deal(address(reserve), held);
        vault.refuse();
        vm.prank(TIMELOCK);
        (bool done,) = address(reserve).call(abi.encodeCall(Reserve.compensate, (amount)));
        assert(!done && address(reserve).balance == held);
    }

    /// @dev Also with ether in it that nobody was credited.
    function check_an_account_is_paid_what_it_was_credited_and_once(
        uint96 stray,
        uint96 first,
        uint96 second,
        uint96 other
    ) external {
        vm.deal(address(cashier), stray);
        vm.deal(address(this), 4 * uint256(type(uint96).max));
        cashier.credit{value: first}(ALICE);
        cashier.credit{value: other}(BOB);
        cashier.credit{value: second}(ALICE);
        uint256 due = uint256(first) + second;
        assert(cashier.owed(ALICE) == due && cashier.owed(BOB) == other);
        (bool done,) = address(cashier).call(abi.encodeCall(Payments.pay, (ALICE)));
        assert(done == (due > 0));
        assert(ALICE.balance == due && cashier.owed(ALICE) == 0);
        (done,) = address(cashier).call(abi.encodeCall(Payments.pay, (ALICE)));
        assert(!done && ALICE.balance == due);
        assert(cashier.owed(BOB) == other && address(cashier).balance == uint256(stray) + other);
    }
}
