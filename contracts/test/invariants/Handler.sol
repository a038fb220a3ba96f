// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Claims, PeriodState, Status} from "../../src/settlement/State.sol";
import {StakingVault} from "../../src/StakingVault.sol";
import {Fixture} from "../support/Fixture.sol";
import {vm} from "../support/Vm.sol";

/// @notice What everybody may do to a pool of two operators, in any order, and an account of what must come of it.
contract Handler is Fixture {
    uint64 internal constant GOOD_1 = 28_800;
    uint64 internal constant GOOD_2 = 43_200;
    uint256 internal constant ACTIONS = 18;

    /// @dev Validators of an operator that are slashed by now, and by the end of a period.
    mapping(uint256 id => uint32) internal slashed;
    mapping(uint256 id => mapping(uint64 period => uint32)) internal slashedBy;
    /// @dev Proofs that were accepted.
    mapping(uint64 period => uint256) public accepted;
    /// @dev How often each action went through.
    uint256[ACTIONS] public done;
    /// @dev What belongs to stakers, by what they and others did.
    uint256 public stakersAssets;
    /// @dev Ether that was forced upon the pool.
    uint256 public forced;
    /// @dev What the reserve has given to the stakers.
    uint256 public compensated;
    /// @dev What votes have written off.
    uint256 public lost;
    /// @dev What operators have fetched.
    uint256 public fetched;
    /// @dev Whether a second proof for a period was ever accepted.
    bool public settledTwice;
    /// @dev The period that ran on the chain at an operator's request.
    mapping(uint256 id => uint64) internal requestedIn;
    bytes internal lastCredentials;

    function setUp() public override {
        super.setUp();
        twoOperators();
        pool.fund{value: 1 ether}();
        concludeAll();
        stakersAssets = booked();
        lastCredentials = abi.encodePacked(vault.withdrawalCredentials());
    }

    function parts() external view returns (address, address, address, address) {
        return (address(pool), address(vault), address(reserve), address(deposits));
    }

    /// @dev All actions, for a run of a given order.
    function act(uint256 seed) external {
        uint256 action = seed % ACTIONS;
        seed = uint256(keccak256(abi.encode(seed)));
        if (action == 0) stake(seed);
        else if (action == 1) redeem(seed);
        else if (action == 2) give(seed);
        else if (action == 3) arriveAndBook(seed);
        else if (action == 4) depositValidator();
        else if (action == 5) slash(seed);
        else if (action == 6) endPeriod();
        else if (action == 7) prove(seed);
        else if (action == 8) proveArrears(seed);
        else if (action == 9) close();
        else if (action == 10) conclude(seed);
        else if (action == 11) topUp(seed);
        else if (action == 12) release(seed);
        else if (action == 13) fetch(seed);
        else if (action == 14) compensate(seed);
        else if (action == 15) force(seed);
        else if (action == 16) pause(seed);
        else lose(seed);
    }

    function stake(uint256 seed) public {
        uint256 amount = within(seed, 1, 50 ether);
        vault.deposit{value: amount}(address(this));
        stakersAssets += amount;
        ++done[0];
    }

    function redeem(uint256 seed) public {
        uint256 shares = within(seed, 0, vault.balanceOf(address(this)));
        stakersAssets -= vault.redeem(shares, payable(address(this)), address(this));
        ++done[1];
    }

    function give(uint256 seed) public {
        uint256 amount = within(seed, 1, 1 ether);
        vault.give{value: amount}();
        stakersAssets += amount;
        ++done[2];
    }

    /// @dev A validator's yield arrives, and a vote books it.
    function arriveAndBook(uint256 seed) public {
        uint256 amount = within(seed, 3, 3 ether);
        (bool ok,) = address(vault).call{value: amount}("");
        require(ok);
        vm.prank(TIMELOCK);
        vault.book(0, amount / 3, amount / 3);
        stakersAssets += amount / 3;
        ++done[3];
    }

    function depositValidator() public {
        StakingVault.Deposit[] memory list = new StakingVault.Deposit[](1);
        bytes memory key = abi.encode(deposits.count());
        list[0] =
            StakingVault.Deposit(key, "", keccak256(abi.encode(key, lastCredentials, bytes(""), uint256(32 ether))));
        bytes32 root = deposits.get_deposit_root();
        vault.depositValidators(list, root, signed(vault.hashDeposits(list, root), 4));
        ++done[4];
    }

    function slash(uint256 seed) public {
        uint256 id = 1 + seed % 2;
        if (slashed[id] == (id == 1 ? 4 : 6) || seed % 5 != 0) return;
        ++slashed[id];
        ++done[5];
    }

    function endPeriod() public {
        if (oracle.periods() > pool.poolState().periods + 1) return;
        for (uint256 id = 1; id <= 2; ++id) {
            slashedBy[id][oracle.periods()] = slashed[id];
        }
        finalHeader(GOOD_1 + GOOD_2, slashed[1] + slashed[2]);
        ++done[6];
    }

    /// @dev For both operators, or for one of them.
    function prove(uint256 seed) public {
        uint64 period = pool.poolState().periods;
        if (pool.poolState().isOpen) --period;
        for (uint256 id = 1; id <= 2; ++id) {
            bool isSilent = seed % 5 == id;
            if (!isSilent && pool.recordOf(id, period).status == Status.Pending) submit(id, period, seed / 5);
        }
        ++done[7];
    }

    function proveArrears(uint256 seed) public {
        uint256 id = 1 + seed % 2;
        uint64 periods = pool.poolState().periods;
        for (uint64 period = 0; period < periods; ++period) {
            if (pool.recordOf(id, period).status != Status.Silent) continue;
            submit(id, period, seed / 2);
            ++done[8];
            if (seed % 7 == 0) return;
        }
    }

    function close() public {
        if (!pool.poolState().isOpen) pool.openPeriod();
        if (clock.time() < pool.graceEnds()) pass(pool.graceEnds() - clock.time());
        uint256 before = booked();
        PeriodState memory period = pool.periodOf(pool.poolState().periods - 1);
        pool.closePeriod();
        // What nobody earned, and nothing else.
        require(booked() - before == period.pot - period.earned, "not what was withheld");
        stakersAssets += booked() - before;
        ++done[9];
    }

    /// @dev What is closed, for one operator.
    function conclude(uint256 seed) public {
        uint256 id = 1 + seed % 2;
        uint64 next = pool.operatorOf(id).next;
        uint64 closed = pool.poolState().periods - (pool.poolState().isOpen ? 1 : 0);
        for (; next < closed; ++next) {
            pool.conclude(id, next);
            ++done[10];
        }
    }

    function topUp(uint256 seed) public {
        pool.topUp{value: within(seed, 1, 3 ether)}(1 + seed % 2);
        ++done[11];
    }

    function release(uint256 seed) public {
        uint256 id = 1 + seed % 2;
        uint64 periods = pool.poolState().periods;
        for (uint64 back = 1; back <= 2 && back <= periods; ++back) {
            try pool.releasable(id, periods - back) returns (uint256 free) {
                if (free == 0) continue;
                vm.prank(owner(id));
                pool.releaseBond(id, periods - back, within(seed, 1, free));
                ++done[12];
                return;
            } catch {}
        }
        if (periods > 0 && requestedIn[id] + 1 >= periods) return;
        uint64 running = oracle.periods() + (clock.epoch() - oracle.nextEpoch()) / EPOCHS;
        requestedIn[id] = running;
        vm.prank(owner(id));
        pool.requestRelease(id);
    }

    function fetch(uint256 seed) public {
        uint256 id = 1 + seed % 2;
        address payable account = seed % 4 < 2 ? payout(id) : payable(owner(id));
        uint256 before = account.balance;
        pool.pay(account);
        fetched += account.balance - before;
        ++done[13];
    }

    function compensate(uint256 seed) public {
        uint256 amount = within(seed, 1, address(reserve).balance);
        vm.prank(TIMELOCK);
        reserve.compensate(amount);
        (compensated, stakersAssets) = (compensated + amount, stakersAssets + amount);
        ++done[14];
    }

    function force(uint256 seed) public {
        uint256 amount = within(seed, 1, 1 ether);
        vm.deal(address(pool), address(pool).balance + amount);
        vm.deal(address(vault), address(vault).balance + amount);
        forced += amount;
        ++done[15];
    }

    function pause(uint256 seed) public {
        vm.prank(GUARDIAN);
        clock.pause();
        pass(within(seed, 1, 2 hours));
        vm.prank(TIMELOCK);
        clock.unpause();
        ++done[16];
    }

    /// @dev A validator leaks, and a vote writes it off.
    function lose(uint256 seed) public {
        uint256 amount = within(seed, 1, vault.staked() / 10);
        vm.prank(TIMELOCK);
        vault.writeOff(amount);
        (lost, stakersAssets) = (lost + amount, stakersAssets - amount);
        ++done[17];
    }

    /// @dev The stakers' assets, with gains that are to become theirs.
    function booked() public view returns (uint256) {
        return vault.idle() + vault.staked();
    }

    function within(uint256 seed, uint256 min, uint256 max) private pure returns (uint256) {
        require(max >= min, "nothing in this range");
        return min + seed % (max - min + 1);
    }

    /// @dev An honest proof, or one for less; then a second one, which must be refused.
    function submit(uint256 id, uint64 period, uint256 seed) private {
        uint32 shown = slashedBy[id][period];
        Claims memory c = claim(id == 1 ? 4 : 6, id == 1 ? GOOD_1 : GOOD_2, shown);
        if (seed % 3 == 0) (c.goodBps, c.performanceBps, c.goodStake) = (5_000, 9_000, c.goodStake / 200 * 100);
        prove(id, period, c);
        ++accepted[period];
        bytes memory proof = dutyProof(id, period, c);
        vm.prank(owner(id));
        try pool.submitProof(id, period, c, DUTY_SHAPE, proof) {
            settledTwice = true;
        } catch {}
    }

    /// @dev What the pool owes to everybody, in wei.
    function poolClaims() external view returns (uint256 sum) {
        sum = uint256(pool.budget()) + pool.poolState().prepaid;
        if (pool.poolState().isOpen) {
            PeriodState memory open = pool.periodOf(pool.poolState().periods - 1);
            sum += open.pot - open.earned;
        }
        for (uint256 id = 1; id <= 2; ++id) {
            sum += pool.operatorOf(id).bond + pool.owed(owner(id)) + pool.owed(payout(id));
        }
    }

    /// @dev Penalties for what operators have shown, less what they still owe, in wei.
    function chargesPaid() external view returns (uint256) {
        uint256 charged = uint256(pool.operatorOf(1).charged) + pool.operatorOf(2).charged;
        return charged * 1 ether - pool.operatorOf(1).debt - pool.operatorOf(2).debt;
    }

    function sumsOfOperators() external view returns (uint256 charged, uint256 prepaid) {
        charged = uint256(pool.operatorOf(1).charged) + pool.operatorOf(2).charged;
        prepaid = uint256(pool.operatorOf(1).prepaid) + pool.operatorOf(2).prepaid;
    }

    function isChargedTooMuch() external view returns (bool) {
        return pool.operatorOf(1).charged > slashed[1] || pool.operatorOf(2).charged > slashed[2];
    }

    /// @dev Of rewards, what was credited and is not part of a bond.
    function rewards() external view returns (uint256 earned, bool withoutProof) {
        for (uint64 period = 0; period < pool.poolState().periods; ++period) {
            uint256 one = pool.periodOf(period).earned;
            earned += one;
            withoutProof = withoutProof || (one > 0 && accepted[period] == 0);
        }
    }
}
