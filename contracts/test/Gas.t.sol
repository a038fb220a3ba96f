// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IOperatorRegistry} from "../src/interfaces/IOperatorRegistry.sol";
import {Policy} from "../src/settlement/Policies.sol";
import {Claims} from "../src/settlement/State.sol";
import {ShapeRegistry} from "../src/ShapeRegistry.sol";
import {SignedHeader} from "../src/SignedHeader.sol";
import {StakingVault} from "../src/StakingVault.sol";
import {VigilGovernor} from "../src/VigilGovernor.sol";
import {WillingVerifier} from "./mocks/WillingVerifier.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whole transactions, for docs/gas.md: what was measured is in `snapshots`, and `forge test` compares.
/// @dev Verifiers say yes for a fixed price; proofs have the length and the price of true ones. What a true check costs is measured
/// with the generated verifiers (contracts/codegen/tests/evm/gas.rs), which puts it in the place of that price.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    /// @dev Lengths of proofs: narrow, one lane, four lanes.
    uint256 private constant DUTY_N1 = 2_112;
    uint256 private constant DUTY_L1 = 2_496;
    uint256 private constant DUTY_L4 = 6_720;
    uint256 private constant ENROLMENT_N1 = 1_824;
    uint256 private constant ENROLMENT_L4 = 5_856;
    /// @dev Numbers of the shapes that are added here.
    uint256 private constant DUTY = 2;
    uint256 private constant ENROLMENT = 3;

    TimelockController private timelock;
    VigilGovernor private governor;

    function setUp() public override {
        vm.warp(GENESIS + uint256(FIRST_EPOCH) * EPOCH);
        address[] memory anybody = new address[](1);
        timelock = new TimelockController(2 days, new address[](0), anybody, address(this));
        deploy(address(timelock));
        recruit(5);
        governor = new VigilGovernor(vault, timelock, 1 days, 3 days, 1 ether, 20);
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        WillingVerifier verifier = new WillingVerifier();
        bytes32 key = verifier.key().codehash;
        vm.prank(address(timelock));
        shapes.add(ShapeRegistry.Family.Duty, verifier, address(verifier).codehash, key, CAPACITY);
        vm.prank(address(timelock));
        shapes.add(ShapeRegistry.Family.Enrolment, verifier, address(verifier).codehash, key, CAPACITY);
    }

    function measured(string memory what) private {
        vm.snapshotGasLastCall("gas", what);
    }

    function passGrace() private {
        uint64 over = pool.graceEnds();
        if (clock.time() < over) pass(over - clock.time());
    }

    /// @dev Bytes without a pattern: about one in 256 is 0, as in a proof.
    function noise(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            data[i] = keccak256(abi.encode(i))[0];
        }
    }

    function join(uint256 id, uint256 length, string memory what) private {
        bytes memory proof = noise(length);
        vm.deal(owner(id), 20 ether);
        vm.prank(owner(id));
        registry.register{value: 20 ether}(id, payout(id), ENROLMENT, proof);
        measured(what);
    }

    function grow(uint256 id, uint32 validators, uint256 length, string memory what) private {
        bytes memory proof = noise(length);
        vm.prank(owner(id));
        registry.enrol(id, validators, ENROLMENT, proof);
        measured(what);
    }

    function submit(uint256 id, uint64 period, Claims memory c, uint256 length, string memory what) private {
        bytes memory proof = noise(length);
        vm.prank(owner(id));
        pool.submitProof(id, period, c, DUTY, proof);
        measured(what);
    }

    /// @dev Four operators in a version that the next period uses.
    function operatorsGrow() private {
        join(1, ENROLMENT_N1, "registry.register, n1");
        join(2, ENROLMENT_L4, "registry.register, l4");
        join(3, ENROLMENT_N1, "registry.register, n1");
        join(4, ENROLMENT_N1, "registry.register, n1");
        for (uint32 i = 0; i < 16; ++i) {
            registry.registerValidator{value: D}(i, 1 + i, noise(96));
        }
        measured("registry.registerValidator");
        pass(REGISTRATION);
        IOperatorRegistry.Root memory root = IOperatorRegistry.Root(registry.current(), 77, 16, 0, 0);
        bytes[] memory signatures = signed(registry.hashRoot(root), 4);
        registry.fixRoot(root, signatures);
        measured("registry.fixRoot, 4 signatures");
        grow(1, 4, ENROLMENT_N1, "registry.enrol, n1");
        grow(2, 4, ENROLMENT_L4, "registry.enrol, l4");
        grow(3, 4, ENROLMENT_N1, "registry.enrol, n1");
        grow(4, 4, ENROLMENT_N1, "registry.enrol, n1");
        registry.closeBatch();
        measured("registry.closeBatch");
        registry.collect(1);
        measured("registry.collect");
    }

    function test_a_period() public {
        operatorsGrow();
        uint64 active = clock.epoch() + 1;
        while (oracle.nextEpoch() <= active) finalHeader(0, 0);
        for (uint64 i = 0; i < oracle.periods(); ++i) {
            pool.openPeriod();
            passGrace();
            pool.closePeriod();
            for (uint256 id = 1; id <= 4; ++id) {
                if (pool.operatorOf(id).next == i) pool.conclude(id, i);
            }
        }
        pool.fund{value: 100 ether}();
        measured("pool.fund");

        passPeriod();
        SignedHeader memory h = header(10_000, 1);
        bytes[] memory signatures = signed(oracle.hash(h), 4);
        oracle.propose(h, signatures);
        measured("oracle.propose, 4 signatures");
        pass(CHALLENGE);
        uint64 period = oracle.periods();
        oracle.finalize();
        measured("oracle.finalize");
        pool.openPeriod();
        measured("pool.openPeriod");

        Claims memory good = Claims(4, 10_000, 0, 10_000, 2_000);
        Claims memory guilty = Claims(4, 7_500, 1, 10_000, 2_000);
        submit(1, period, good, DUTY_N1, "pool.submitProof, n1");
        submit(2, period, good, DUTY_L4, "pool.submitProof, l4");
        submit(3, period, guilty, DUTY_L1, "pool.submitProof, l1, a slashing");
        pool.pay(payout(1));
        measured("pool.pay");
        passGrace();
        pool.closePeriod();
        measured("pool.closePeriod");
        pool.conclude(1, period);
        measured("pool.conclude, proven");
        pool.conclude(4, period);
        measured("pool.conclude, silent");
        submit(4, period, good, DUTY_N1, "pool.submitProof, n1, arrears");

        pool.topUp{value: 1 ether}(1);
        measured("pool.topUp");
        vm.prank(owner(1));
        pool.requestRelease(1);
        measured("pool.requestRelease");
        vm.prank(address(timelock));
        reserve.compensate(0.5 ether);
        measured("reserve.compensate");
    }

    function test_stakers() public {
        vm.deal(STAKER, 100 ether);
        vm.prank(STAKER);
        vault.deposit{value: 64 ether}(STAKER);
        measured("vault.deposit, the first");
        vm.prank(STAKER);
        vault.deposit{value: 1 ether}(STAKER);
        measured("vault.deposit");
        vm.prank(STAKER);
        vault.delegate(STAKER);
        measured("vault.delegate");
        vm.prank(STAKER);
        vault.redeem(1e18, payable(STAKER), STAKER);
        measured("vault.redeem");
        vault.give{value: 1 ether}();
        measured("vault.give");

        bytes memory pubkey = noise(48);
        bytes memory signature = noise(96);
        bytes32 dataRoot = keccak256(
            abi.encode(pubkey, abi.encodePacked(vault.withdrawalCredentials()), signature, uint256(32 ether))
        );
        StakingVault.Deposit[] memory list = new StakingVault.Deposit[](1);
        list[0] = StakingVault.Deposit(pubkey, signature, dataRoot);
        bytes32 root = deposits.get_deposit_root();
        bytes[] memory signatures = signed(vault.hashDeposits(list, root), 4);
        vault.depositValidators(list, root, signatures);
        // The chain's own deposit contract costs more than the stand-in.
    }

    function test_a_vote() public {
        vm.deal(STAKER, 100 ether);
        vm.prank(STAKER);
        vault.deposit{value: 100 ether}(STAKER);
        vm.prank(STAKER);
        vault.delegate(STAKER);
        pass(1);
        Policy memory changed = policy();
        changed.penalty = 2 ether;
        address[] memory targets = new address[](1);
        bytes[] memory calls = new bytes[](1);
        (targets[0], calls[0]) = (address(policies), abi.encodeCall(policies.adopt, (changed)));
        vm.prank(STAKER);
        uint256 id = governor.propose(targets, new uint256[](1), calls, "a higher penalty");
        measured("governor.propose");
        pass(1 days + 1);
        vm.prank(STAKER);
        governor.castVote(id, 1);
        measured("governor.castVote");
        pass(3 days);
        governor.queue(targets, new uint256[](1), calls, keccak256("a higher penalty"));
        measured("governor.queue");
        pass(2 days);
        governor.execute(targets, new uint256[](1), calls, keccak256("a higher penalty"));
        measured("governor.execute, a policy");
    }

    /// @dev EIP-170. Verifiers and keys are measured where they are generated.
    function test_every_contract_fits() public {
        fits("Clock", address(clock));
        fits("PolicyStore", address(policies));
        fits("ShapeRegistry", address(shapes));
        fits("LedgerOracle", address(oracle));
        fits("OperatorRegistry", address(registry));
        fits("DutyPool", address(pool));
        fits("StakingVault", address(vault));
        fits("Reserve", address(reserve));
        fits("VigilGovernor", address(governor));
        fits("TimelockController", address(timelock));
    }

    function fits(string memory name, address where) private {
        vm.assertLe(where.code.length, 24_576, name);
        vm.snapshotValue("sizes", name, where.code.length);
    }
}
