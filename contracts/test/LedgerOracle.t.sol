// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clock} from "../src/Clock.sol";
import {LedgerOracle} from "../src/LedgerOracle.sol";
import {ProofContext} from "../src/ProofContext.sol";
import {Quorum} from "../src/Quorum.sol";
import {Headers, SignedHeader} from "../src/SignedHeader.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

contract LedgerOracleTest is Fixture {
    function setUp() public override {
        super.setUp();
        passPeriod();
    }

    function propose(SignedHeader memory h, uint256 signers) internal {
        bytes[] memory signatures = signed(oracle.hash(h), signers);
        oracle.propose(h, signatures);
    }

    function refused(SignedHeader memory h, bytes4 reason) internal {
        bytes[] memory signatures = signed(oracle.hash(h), 4);
        vm.expectPartialRevert(reason);
        oracle.propose(h, signatures);
    }

    function test_a_header_is_final_after_the_challenge_window() public {
        SignedHeader memory h = header(100, 0);
        propose(h, 4);
        pass(CHALLENGE - 1);
        vm.expectPartialRevert(LedgerOracle.StillChallengeable.selector);
        oracle.finalize();
        pass(1);
        oracle.finalize();
        vm.assertEq(oracle.finalOf(0).header.ledgerRoot, h.ledgerRoot);
        vm.assertEq(oracle.nextEpoch(), FIRST_EPOCH + EPOCHS);
        vm.expectPartialRevert(LedgerOracle.NothingProposed.selector);
        oracle.finalize();
    }

    function test_more_than_two_thirds_must_sign() public {
        SignedHeader memory h = header(100, 0);
        for (uint256 signers = 0; signers < 4; ++signers) {
            bytes[] memory signatures = signed(oracle.hash(h), signers);
            vm.expectRevert(abi.encodeWithSelector(Quorum.NoQuorum.selector, 5, signers));
            oracle.propose(h, signatures);
        }
        propose(h, 4);
    }

    function test_exactly_two_thirds_are_not_enough() public {
        recruitAnother("sixth");
        SignedHeader memory h = header(100, 0);
        bytes[] memory signatures = signed(oracle.hash(h), 4);
        vm.expectRevert(abi.encodeWithSelector(Quorum.NoQuorum.selector, 6, 4));
        oracle.propose(h, signatures);
    }

    function test_a_signature_counts_once_and_only_a_members() public {
        SignedHeader memory h = header(100, 0);
        bytes32 hash = oracle.hash(h);
        bytes[] memory signatures = signed(hash, 4);
        signatures[1] = signatures[0];
        vm.expectPartialRevert(Quorum.BadSigner.selector);
        oracle.propose(h, signatures);
        signatures = signed(hash, 4);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        vm.expectPartialRevert(Quorum.BadSigner.selector);
        oracle.propose(h, signatures);
        signatures = signed(hash, 4);
        vm.prank(vm.addr(keys[1]));
        oracle.resign();
        vm.expectPartialRevert(Quorum.BadSigner.selector);
        oracle.propose(h, signatures);
    }

    function test_a_malleable_signature_is_refused() public {
        SignedHeader memory h = header(100, 0);
        bytes32 hash = oracle.hash(h);
        bytes[] memory signatures = signed(hash, 4);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest(hash));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        signatures[0] = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectPartialRevert(bytes4(keccak256("ECDSAInvalidSignatureS(bytes32)")));
        oracle.propose(h, signatures);
    }

    function test_fewer_than_four_members_decide_nothing() public {
        vm.prank(vm.addr(keys[4]));
        oracle.resign();
        vm.prank(TIMELOCK);
        oracle.expel(vm.addr(keys[3]));
        SignedHeader memory h = header(100, 0);
        bytes[] memory signatures = signed(oracle.hash(h), 3);
        vm.expectRevert(abi.encodeWithSelector(Quorum.TooFewMembers.selector, 3));
        oracle.propose(h, signatures);
    }

    function test_periods_follow_each_other() public {
        SignedHeader memory h = header(100, 0);
        h.startEpoch += 1;
        refused(h, LedgerOracle.NotContiguous.selector);
        h.startEpoch -= 2;
        refused(h, LedgerOracle.NotContiguous.selector);
        h = header(100, 0);
        propose(h, 4);
        refused(h, LedgerOracle.AlreadyProposed.selector);
        pass(CHALLENGE);
        oracle.finalize();
        refused(h, LedgerOracle.NotContiguous.selector);
    }

    function test_what_the_chain_knows_is_checked() public {
        SignedHeader memory h = header(100, 0);
        h.epochs = 0;
        refused(h, LedgerOracle.EpochsOutOfRange.selector);
        h.epochs = EPOCHS + 1;
        refused(h, LedgerOracle.EpochsOutOfRange.selector);
        h = header(100, 0);
        h.chain += 1;
        refused(h, LedgerOracle.WrongChain.selector);
        h = header(100, 0);
        h.registryRoot += 1;
        refused(h, LedgerOracle.WrongRegistry.selector);
        h = header(100, 0);
        h.registered += 1;
        refused(h, LedgerOracle.WrongRegistry.selector);
        h = header(100, 1);
        refused(h, Headers.HeaderOutOfRange.selector);
        h = header(2 ** 48, 0);
        refused(h, Headers.HeaderOutOfRange.selector);
        h = header(100, 0);
        h.ledgerRoot = ProofContext.ORDER;
        refused(h, LedgerOracle.RootOutOfRange.selector);
        h = header(100, 0);
        h.networkBps = 10_001;
        refused(h, Headers.HeaderOutOfRange.selector);
    }

    function test_a_period_must_be_over() public {
        vm.warp(GENESIS + uint256(FIRST_EPOCH + EPOCHS + 2) * EPOCH - 1);
        refused(header(100, 0), LedgerOracle.NotOver.selector);
        vm.warp(GENESIS + uint256(FIRST_EPOCH + EPOCHS + 2) * EPOCH);
        propose(header(100, 0), 4);
    }

    function test_a_period_uses_the_version_before_its_start() public {
        register(1, 20 ether);
        register(2, 20 ether);
        uint256 root = fixedBatch(10);
        enrol(1, root, 4);
        enrol(2, root, 6);
        registry.closeBatch();
        uint64 active = clock.epoch() + 1;
        (uint64 version,,) = registry.versionFor(active);
        vm.assertEq(version, 0);
        (version,,) = registry.versionFor(active + 1);
        vm.assertEq(version, 1);
        // The period that waits to be proposed began long ago: it has the empty registry still.
        vm.assertEq(header(100, 0).registryRoot, EMPTY_ROOT);
        propose(header(100, 0), 4);
    }

    function test_a_pause_stops_the_challenge_window() public {
        propose(header(100, 0), 4);
        pass(CHALLENGE - 1);
        vm.prank(GUARDIAN);
        clock.pause();
        pass(100 days);
        vm.expectRevert(abi.encodeWithSelector(Clock.IsPaused.selector));
        oracle.finalize();
        vm.prank(TIMELOCK);
        oracle.reject();
        vm.prank(TIMELOCK);
        clock.unpause();
        vm.expectPartialRevert(LedgerOracle.NothingProposed.selector);
        oracle.finalize();
        refused(header(100, 0), LedgerOracle.AlreadyRejected.selector);
        propose(header(200, 0), 4);
        pass(CHALLENGE - 1);
        vm.expectPartialRevert(LedgerOracle.StillChallengeable.selector);
        oracle.finalize();
    }

    function test_only_a_vote_rejects_and_admits() public {
        propose(header(100, 0), 4);
        vm.prank(GUARDIAN);
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        oracle.reject();
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        oracle.admit(address(1));
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        oracle.expel(vm.addr(keys[0]));
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.join{value: MEMBER_BOND}();
    }

    function test_two_headers_for_one_period_cost_the_bond() public {
        (SignedHeader memory a, SignedHeader memory b) = (header(100, 0), header(101, 0));
        bytes memory signatureA = sign(keys[2], oracle.hash(a));
        bytes memory signatureB = sign(keys[2], oracle.hash(b));
        oracle.punishHeaders(a, signatureA, b, signatureB);
        vm.assertEq(address(reserve).balance, MEMBER_BOND);
        vm.assertEq(oracle.memberCount(), 4);
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.punishHeaders(a, signatureA, b, signatureB);
    }

    function test_overlapping_headers_cost_the_bond_also_of_one_who_leaves() public {
        (SignedHeader memory a, SignedHeader memory b) = (header(100, 0), header(100, 0));
        b.startEpoch += EPOCHS - 1;
        bytes memory signatureA = sign(keys[2], oracle.hash(a));
        bytes memory signatureB = sign(keys[2], oracle.hash(b));
        vm.prank(vm.addr(keys[2]));
        oracle.resign();
        oracle.punishHeaders(a, signatureA, b, signatureB);
        vm.assertEq(address(reserve).balance, MEMBER_BOND);
    }

    function test_what_is_no_conflict_costs_nothing() public {
        (SignedHeader memory a, SignedHeader memory b) = (header(100, 0), header(100, 0));
        bytes memory signatureA = sign(keys[2], oracle.hash(a));
        vm.expectRevert(abi.encodeWithSelector(Quorum.NoConflict.selector));
        oracle.punishHeaders(a, signatureA, a, signatureA);
        b.startEpoch += EPOCHS;
        bytes memory signatureB = sign(keys[2], oracle.hash(b));
        vm.expectRevert(abi.encodeWithSelector(Quorum.NoConflict.selector));
        oracle.punishHeaders(a, signatureA, b, signatureB);
        b = header(101, 0);
        signatureB = sign(keys[3], oracle.hash(b));
        vm.expectRevert(abi.encodeWithSelector(Quorum.NoConflict.selector));
        oracle.punishHeaders(a, signatureA, b, signatureB);
    }

    function test_a_bond_is_free_after_unbonding() public {
        address account = vm.addr(keys[0]);
        vm.prank(account);
        oracle.resign();
        pass(30 days - 1);
        vm.expectPartialRevert(Quorum.StillBonded.selector);
        oracle.releaseBond(account);
        pass(1);
        oracle.releaseBond(account);
        oracle.pay(payable(account));
        vm.assertEq(account.balance, MEMBER_BOND);
        vm.expectPartialRevert(Quorum.WrongStanding.selector);
        oracle.releaseBond(account);
    }

    function recruitAnother(string memory name) private {
        join(uint256(keccak256(bytes(name))));
    }
}
