// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Batches} from "../../src/Batches.sol";
import {IOperatorRegistry} from "../../src/interfaces/IOperatorRegistry.sol";
import {Quorum} from "../../src/Quorum.sol";
import {SignedHeader} from "../../src/SignedHeader.sol";
import {Fixture} from "../support/Fixture.sol";
import {vm} from "../support/Vm.sol";

/// @notice What everybody may do to the registry's batches and the quorum's membership, in any order.
contract EscrowHandler is Fixture {
    uint256 internal constant ACTIONS = 13;
    uint256 internal constant OPERATORS = 3;
    uint256 internal constant ACCOUNTS = 9;

    /// @dev How often each action went through.
    uint256[ACTIONS] public done;
    /// @dev Registrations that were paid for, in all.
    uint256 public registrations;
    /// @dev An operator's increase in the batch that it has enrolled in, and in all that are closed for good.
    mapping(uint256 id => mapping(uint64 batch => uint32)) internal increase;
    mapping(uint256 id => uint256) internal redeemed;
    /// @dev What was fetched from the registry.
    uint256 public fetched;
    /// @dev Bonds that the reserve has got of members.
    uint256 public punished;

    function setUp() public override {
        super.setUp();
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            register(id, 30 ether);
        }
        // The five of the fixture, and more that may come.
        for (uint256 i = 5; i < ACCOUNTS; ++i) {
            keys.push(key(i));
            for (uint256 j = i; j > 0 && vm.addr(keys[j - 1]) > vm.addr(keys[j]); --j) {
                (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
            }
        }
    }

    function parts() external view returns (address, address, address) {
        return (address(registry), address(oracle), address(reserve));
    }

    /// @dev All actions, for a run of a given order.
    function act(uint256 seed) external {
        uint256 action = seed % ACTIONS;
        seed = uint256(keccak256(abi.encode(seed)));
        if (action == 0) registerSome(seed);
        else if (action == 1) elapse(seed);
        else if (action == 2) fix(seed);
        else if (action == 3) enrolSome(seed);
        else if (action == 4) close();
        else if (action == 5) cancel(seed);
        else if (action == 6) collect(seed);
        else if (action == 7) fetch(seed);
        else if (action == 8) admitOrExpel(seed);
        else if (action == 9) bringBond(seed);
        else if (action == 10) resign(seed);
        else if (action == 11) punish(seed);
        else freeBond(seed);
    }

    function registerSome(uint256 seed) public {
        for (uint256 i = 0; i <= seed % 4; ++i) {
            registry.registerValidator{value: D}(uint40(seed >> (i * 8)), 1 + i, "");
            ++registrations;
        }
        ++done[0];
    }

    function elapse(uint256 seed) public {
        pass(1 + seed % 20 hours);
        ++done[1];
    }

    /// @dev A quorum that leaves none to all of the registrations out.
    function fix(uint256 seed) public {
        Batches.Batch memory batch = open();
        uint256 root = uint256(keccak256(abi.encode(seed))) >> 8;
        uint32 registered = newest() + 1 + uint32(seed % batch.registrations);
        IOperatorRegistry.Root memory fixing = IOperatorRegistry.Root(registry.current(), root, registered, 0, 0);
        registry.fixRoot(fixing, signedByMembers(registry.hashRoot(fixing)));
        ++done[2];
    }

    function enrolSome(uint256 seed) public {
        uint256 id = 1 + seed % OPERATORS;
        Batches.Batch memory batch = open();
        uint32 left = batch.registered - newest() - batch.enrolled;
        // Mostly, the second takes what the first has left.
        uint32 more = batch.growing > 0 && seed % 4 != 0 ? left : 1 + uint32((seed >> 8) % left);
        uint32 before = registry.validatorsAt(id, type(uint32).max);
        increase[id][registry.current()] = more;
        enrol(id, batch.root, before + more);
        ++done[3];
    }

    function close() public {
        uint64 number = registry.current();
        registry.closeBatch();
        (Batches.Outcome outcome,,,,,,,,) = registry.batches(number);
        for (uint256 id = 1; outcome != Batches.Outcome.Waits && id <= OPERATORS; ++id) {
            redeemed[id] += increase[id][number];
        }
        ++done[4];
    }

    function cancel(uint256 seed) public {
        if (seed % 4 != 0) return;
        vm.prank(TIMELOCK);
        registry.cancelBatch();
        ++done[5];
    }

    function collect(uint256 seed) public {
        registry.collect(1 + seed % OPERATORS);
        ++done[6];
    }

    function fetch(uint256 seed) public {
        address payable account = payout(1 + seed % OPERATORS);
        uint256 before = account.balance;
        registry.pay(account);
        fetched += account.balance - before;
        ++done[7];
    }

    // The quorum.

    function key(uint256 number) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("member", number % ACCOUNTS)));
    }

    function isMember(uint256 member) internal view returns (bool) {
        (Quorum.Standing standing,) = oracle.members(vm.addr(member));
        return standing == Quorum.Standing.Member;
    }

    function signedByMembers(bytes32 structHash) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](oracle.memberCount());
        uint256 count = 0;
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            if (isMember(keys[i])) signatures[count++] = sign(keys[i], structHash);
        }
    }

    function admitOrExpel(uint256 seed) public {
        vm.prank(TIMELOCK);
        if (seed % 5 == 0) oracle.expel(vm.addr(key(seed / 5)));
        else oracle.admit(vm.addr(key(seed / 5)));
        ++done[8];
    }

    function bringBond(uint256 seed) public {
        address account = vm.addr(key(seed));
        vm.deal(account, MEMBER_BOND);
        vm.prank(account);
        oracle.join{value: MEMBER_BOND}();
        ++done[9];
    }

    function resign(uint256 seed) public {
        vm.prank(vm.addr(key(seed)));
        oracle.resign();
        ++done[10];
    }

    function punish(uint256 seed) public {
        if (seed % 8 != 0 || punished == 4) return;
        (SignedHeader memory one, SignedHeader memory other) = (header(1, 0), header(2, 0));
        uint256 member = key(seed / 8);
        oracle.punishHeaders(one, sign(member, oracle.hash(one)), other, sign(member, oracle.hash(other)));
        ++punished;
        ++done[11];
    }

    function freeBond(uint256 seed) public {
        oracle.releaseBond(vm.addr(key(seed)));
        ++done[12];
    }

    // What must come of it.

    /// @dev The getter has too many values for the stack.
    function open() internal view returns (Batches.Batch memory) {
        (, bytes memory batch) = address(registry).staticcall(abi.encodeCall(registry.batches, (registry.current())));
        return abi.decode(batch, (Batches.Batch));
    }

    function newest() public view returns (uint32 registered) {
        (, registered) = registry.versions(registry.versionCount() - 1);
    }

    /// @dev Sum of the operators' V in the newest version.
    function sumOfValidators() external view returns (uint256 sum) {
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            sum += registry.validatorsAt(id, type(uint32).max);
        }
    }

    /// @dev Deposits of registrations that wait, and of those that operators' increases redeem, less what was fetched.
    function escrowed() external view returns (uint256) {
        uint256 redeemable = 0;
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            redeemable += redeemed[id];
        }
        return D * (open().registrations + redeemable) - fetched;
    }

    /// @dev Bonds that must be there, and the accounts whose signatures count.
    function bonds() external view returns (uint256 sum, uint256 count) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            address account = vm.addr(key(i));
            (Quorum.Standing standing,) = oracle.members(account);
            if (standing == Quorum.Standing.Member) ++count;
            if (standing == Quorum.Standing.Member || standing == Quorum.Standing.Leaving) sum += MEMBER_BOND;
            sum += oracle.owed(account);
        }
    }
}
