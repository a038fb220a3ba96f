// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DutyPool} from "../src/DutyPool.sol";
import {LedgerOracle} from "../src/LedgerOracle.sol";
import {ProofContext} from "../src/ProofContext.sol";
import {Quorum} from "../src/Quorum.sol";
import {Claims} from "../src/settlement/State.sol";
import {ShapeRegistry} from "../src/ShapeRegistry.sol";
import {SignedHeader} from "../src/SignedHeader.sol";
import {GreedyPayee, GreedyStaker, QuietPayee, Unpayable} from "./mocks/Attackers.sol";
import {BindingVerifier, SulkingVerifier} from "./mocks/BindingVerifier.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice What an attacker would try, and that it fails.
contract AttacksTest is Fixture {
    uint64 internal constant GOOD_1 = 28_800;
    bytes internal constant INVALID = abi.encodePacked(bytes4(keccak256("InvalidProof()")));

    uint64 internal period;

    function setUp() public override {
        super.setUp();
        twoOperators();
        pool.fund{value: 10 ether}();
        concludeAll();
        period = finalHeader(72_000, 0);
    }

    function submit(uint256 id, uint64 to, Claims memory c, bytes memory proof, bytes memory reason) internal {
        vm.prank(owner(id));
        vm.expectRevert(reason);
        pool.submitProof(id, to, c, DUTY_SHAPE, proof);
    }

    // A proof is worth nothing to anybody else.

    function test_a_copied_proof_pays_nobody_else() public {
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        // Seen in the pool of transactions: sent by another account, or for another operator.
        vm.prank(owner(2));
        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address)")));
        pool.submitProof(1, period, c, DUTY_SHAPE, proof);
        Claims memory theirs = claim(6, GOOD_1, 0);
        submit(2, period, theirs, proof, INVALID);
        prove(1, period, c);
        vm.assertEq(pool.owed(payout(1)), uint256(GOOD_1) * 1e12);
    }

    function test_a_proof_works_for_its_payout_account_only() public {
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.prank(owner(1));
        registry.setPayout(1, address(this));
        submit(1, period, c, proof, INVALID);
    }

    function test_a_proof_works_for_its_period_only() public {
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        prove(1, period, c);
        uint64 other = finalHeader(72_000, 0);
        concludeAll(period);
        submit(1, other, c, proof, INVALID);
    }

    function test_a_proof_works_on_its_chain_only() public {
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.chainId(999);
        submit(1, period, c, proof, INVALID);
    }

    function test_a_proof_works_for_its_contract_and_purpose_only() public {
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory other = dutyProof(1, period, c, ProofContext.bind(address(registry), payout(1), ProofContext.DUTY));
        submit(1, period, c, other, INVALID);
        other = dutyProof(1, period, c, ProofContext.bind(address(pool), payout(1), ProofContext.ENROL));
        submit(1, period, c, other, INVALID);
    }

    function test_signatures_for_another_chain_or_contract_are_nothing() public {
        passPeriod();
        SignedHeader memory h = header(72_000, 0);
        bytes[] memory signatures = signed(oracle.hash(h), 4);
        vm.chainId(999);
        vm.expectPartialRevert(Quorum.BadSigner.selector);
        oracle.propose(h, signatures);
    }

    // The quorum.

    function test_a_lying_minority_posts_nothing() public {
        passPeriod();
        SignedHeader memory h = header(1, 0);
        bytes[] memory signatures = signed(oracle.hash(h), 3);
        vm.expectRevert(abi.encodeWithSelector(Quorum.NoQuorum.selector, 5, 3));
        oracle.propose(h, signatures);
    }

    function test_a_stolen_key_posts_nothing_and_costs_its_bond() public {
        passPeriod();
        (SignedHeader memory h, SignedHeader memory truth) = (header(1, 0), header(72_000, 0));
        bytes[] memory signatures = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            signatures[i] = sign(keys[0], oracle.hash(h));
        }
        vm.expectPartialRevert(Quorum.BadSigner.selector);
        oracle.propose(h, signatures);
        bytes memory other = sign(keys[0], oracle.hash(truth));
        oracle.punishHeaders(h, signatures[0], truth, other);
        vm.assertEq(oracle.memberCount(), 4);
        vm.assertEq(address(reserve).balance, MEMBER_BOND);
    }

    function test_a_lying_majority_is_stopped_by_a_pause_and_a_vote() public {
        passPeriod();
        SignedHeader memory h = header(1, 0);
        oracle.propose(h, signed(oracle.hash(h), 4));
        vm.prank(GUARDIAN);
        clock.pause();
        pass(30 days);
        vm.prank(TIMELOCK);
        oracle.reject();
        vm.prank(TIMELOCK);
        clock.unpause();
        vm.expectPartialRevert(LedgerOracle.NothingProposed.selector);
        oracle.finalize();
    }

    // Batches.

    function test_a_stale_batch_costs_only_who_stalls_it() public {
        register(3, 20 ether);
        // Somebody registers junk for the same index, the quorum leaves it out.
        registry.registerValidator{value: D}(100, 666, "");
        registry.registerValidator{value: D}(100, 50, "");
        registry.registerValidator{value: D}(101, 51, "");
        pass(REGISTRATION);
        fixRoot(5, 12);
        // Operator 3 does not open its leaf.
        enrol(1, 5, 5);
        pass(3 days);
        uint256 before = address(reserve).balance;
        registry.closeBatch();
        registry.collect(1);
        vm.assertEq(registry.owed(payout(1)), 4 * D + D);
        vm.assertEq(address(reserve).balance - before, 2 * D);
        vm.assertEq(uint256(registry.validatorsAt(1, 9)), 4);
        // The next batch opens at once.
        registry.registerValidator{value: D}(100, 50, "");
        vm.assertEq(registry.current(), 3);
    }

    function test_an_enrolment_proof_for_an_old_batch_is_nothing() public {
        uint256 root = fixedBatch(3);
        bytes memory proof = enrolmentProof(root, 1, 5, owner(1));
        pass(3 days);
        registry.closeBatch();
        fixedBatch(3);
        vm.prank(owner(1));
        vm.expectRevert(INVALID);
        registry.enrol(1, 5, ENROLMENT_SHAPE, proof);
    }

    // Money.

    function test_reentering_pay_gets_nothing_twice() public {
        prove(1, period, claim(4, GOOD_1, 0));
        uint64 other = finalHeader(72_000, 0);
        concludeAll(period);
        QuietPayee payee = new QuietPayee();
        payee.setAgain(abi.encodeCall(pool.pay, (payable(address(payee)))));
        vm.prank(owner(1));
        registry.setPayout(1, address(payee));
        prove(1, other, claim(4, GOOD_1, 0));
        uint256 owed = pool.owed(address(payee));
        pool.pay(payable(address(payee)));
        vm.assertEq(address(payee).balance, owed);
        vm.assertFalse(payee.succeeded());
    }

    function test_reentering_by_force_undoes_the_payment() public {
        GreedyPayee payee = new GreedyPayee(pool, abi.encodeCall(pool.closePeriod, ()));
        vm.prank(owner(1));
        registry.setPayout(1, address(payee));
        prove(1, period, claim(4, GOOD_1, 0));
        uint256 owed = pool.owed(address(payee));
        vm.expectRevert();
        pool.pay(payable(address(payee)));
        vm.assertEq(pool.owed(address(payee)), owed);
    }

    function test_reentering_redeem_gets_nothing_twice() public {
        GreedyStaker staker = new GreedyStaker{value: 10 ether}(vault);
        staker.redeem(1 ether);
        vm.assertFalse(staker.succeeded());
    }

    function test_an_account_that_cannot_be_paid_stops_nobody() public {
        Unpayable unpayable = new Unpayable();
        vm.prank(owner(1));
        registry.setPayout(1, address(unpayable));
        prove(1, period, claim(4, GOOD_1, 0));
        prove(2, period, claim(6, 43_200, 0));
        vm.expectRevert();
        pool.pay(payable(address(unpayable)));
        pool.pay(payout(2));
        pass(PROOFS + GRACE);
        pool.closePeriod();
    }

    function test_forced_ether_is_nobodys() public {
        uint256 budget = pool.budget();
        vm.deal(address(pool), address(pool).balance + 5 ether);
        vm.deal(address(registry), address(registry).balance + 5 ether);
        vm.assertEq(pool.budget(), budget);
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertEq(pool.owed(payout(1)), uint256(GOOD_1) * 1e12);
        vm.assertEq(vault.totalAssets(), 0);
    }

    function test_plain_transfers_to_pool_and_registry_are_refused() public {
        (bool ok,) = address(pool).call{value: 1}("");
        vm.assertFalse(ok);
        (ok,) = address(registry).call{value: 1}("");
        vm.assertFalse(ok);
    }

    // Time.

    function test_the_last_second_counts_and_the_next_does_not() public {
        pool.openPeriod();
        pass(pool.beginsAt(period) + PROOFS - 1 - clock.time());
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertTrue(pool.owed(payout(1)) > 0);
        pass(1);
        prove(2, period, claim(6, 43_200, 0));
        vm.assertEq(pool.owed(payout(2)), 0);
    }

    function test_a_pause_takes_nobodys_time() public {
        pass(PROOFS - 1);
        vm.prank(GUARDIAN);
        clock.pause();
        pass(100 days);
        vm.prank(TIMELOCK);
        clock.unpause();
        prove(1, period, claim(4, GOOD_1, 0));
        vm.assertTrue(pool.owed(payout(1)) > 0);
    }

    // Claims.

    function test_claims_beyond_the_totals_are_refused() public {
        prove(1, period, claim(4, 72_000, 0));
        Claims memory c = claim(6, 100, 0);
        bytes memory proof = dutyProof(2, period, c);
        vm.prank(owner(2));
        vm.expectPartialRevert(bytes4(keccak256("GoodStakeRefused(uint64,uint64,uint64)")));
        pool.submitProof(2, period, c, DUTY_SHAPE, proof);
    }

    function test_a_shape_of_another_family_or_size_is_refused() public {
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.prank(owner(1));
        vm.expectPartialRevert(bytes4(keccak256("NoSuchShape(uint256)")));
        pool.submitProof(1, period, c, ENROLMENT_SHAPE, proof);
        vm.prank(owner(1));
        vm.expectPartialRevert(bytes4(keccak256("NoSuchShape(uint256)")));
        pool.submitProof(1, period, c, 99, proof);
    }

    function test_a_shape_with_too_few_places_is_refused() public {
        BindingVerifier verifier = new BindingVerifier();
        bytes32 keyHash = verifier.key().codehash;
        vm.prank(TIMELOCK);
        uint256 small = shapes.add(ShapeRegistry.Family.Duty, verifier, address(verifier).codehash, keyHash, 3);
        Claims memory c = claim(4, GOOD_1, 0);
        bytes memory proof = dutyProof(1, period, c);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(DutyPool.ShapeTooSmall.selector, 3, 4));
        pool.submitProof(1, period, c, small, proof);
    }

    function test_a_verifier_that_does_not_say_yes_pays_nothing() public {
        SulkingVerifier verifier = new SulkingVerifier();
        bytes32 keyHash = verifier.key().codehash;
        vm.prank(TIMELOCK);
        uint256 sulking = shapes.add(ShapeRegistry.Family.Duty, verifier, address(verifier).codehash, keyHash, 9);
        vm.prank(owner(1));
        vm.expectRevert(abi.encodeWithSelector(DutyPool.BadProof.selector));
        pool.submitProof(1, period, claim(4, GOOD_1, 0), sulking, "");
        vm.assertEq(pool.owed(payout(1)), 0);
    }

    function test_a_proof_made_under_weaker_thresholds_is_refused() public {
        Claims memory c = claim(4, GOOD_1, 0);
        SignedHeader memory h = oracle.finalOf(period).header;
        uint256 context = ProofContext.bind(address(pool), payout(1), ProofContext.DUTY);
        uint256[11] memory inputs = [h.ledgerRoot, 1, 4, uint256(0), 0, 8_191, 10_000, 0, 10_000, GOOD_1, context];
        submit(1, period, c, abi.encode(keccak256(abi.encode(inputs))), INVALID);
    }
}
