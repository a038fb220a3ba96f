// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Batches} from "../../src/Batches.sol";
import {Clock} from "../../src/Clock.sol";
import {DutyPool} from "../../src/DutyPool.sol";
import {IOperatorRegistry} from "../../src/interfaces/IOperatorRegistry.sol";
import {LedgerOracle} from "../../src/LedgerOracle.sol";
import {OperatorRegistry} from "../../src/OperatorRegistry.sol";
import {Parts} from "../../src/Parts.sol";
import {PolicyStore} from "../../src/PolicyStore.sol";
import {ProofContext} from "../../src/ProofContext.sol";
import {Reserve} from "../../src/Reserve.sol";
import {Policies, Policy, Thresholds} from "../../src/settlement/Policies.sol";
import {Claims} from "../../src/settlement/State.sol";
import {ShapeRegistry} from "../../src/ShapeRegistry.sol";
import {SignedHeader} from "../../src/SignedHeader.sol";
import {StakingVault} from "../../src/StakingVault.sol";
import {BindingVerifier} from "../mocks/BindingVerifier.sol";
import {DepositContract} from "../mocks/DepositContract.sol";
import {vm} from "./Vm.sol";

/// @notice A deployment with a quorum of five, and the steps that tests are made of.
abstract contract Fixture {
    uint64 internal constant GENESIS = 1_600_000_000;
    uint64 internal constant EPOCH = 384;
    uint64 internal constant DAY = 1 days;
    uint64 internal constant FIRST_EPOCH = 1_000;
    uint32 internal constant EPOCHS = 225;
    uint64 internal constant CHALLENGE = 6 hours;
    uint64 internal constant REGISTRATION = 2 days;
    uint64 internal constant PROOFS = 9 hours;
    uint64 internal constant GRACE = 6 hours;
    uint256 internal constant MEMBER_BOND = 10 ether;
    uint256 internal constant ENTRY_BOND = 1 ether;
    uint256 internal constant D = 0.1 ether;
    uint256 internal constant CHAIN = 77;
    uint256 internal constant EMPTY_ROOT = 4_242;
    uint256 internal constant DUTY_SHAPE = 0;
    uint256 internal constant ENROLMENT_SHAPE = 1;
    uint32 internal constant CAPACITY = 100;

    address internal constant TIMELOCK = address(0x71);
    address internal constant GUARDIAN = address(0x6a);
    address internal constant STAKER = address(0x57);

    Clock internal clock;
    PolicyStore internal policies;
    ShapeRegistry internal shapes;
    LedgerOracle internal oracle;
    OperatorRegistry internal registry;
    DutyPool internal pool;
    StakingVault internal vault;
    Reserve internal reserve;
    DepositContract internal deposits;
    /// @dev Keys of the members, sorted by account.
    uint256[] internal keys;

    function setUp() public virtual {
        vm.warp(GENESIS + uint256(FIRST_EPOCH) * EPOCH);
        deploy(TIMELOCK);
        recruit(5);
    }

    function deploy(address timelock) internal {
        deposits = new DepositContract();
        uint64 nonce = vm.getNonce(address(this));
        Parts memory parts;
        parts.timelock = timelock;
        parts.clock = Clock(next(nonce));
        parts.policies = PolicyStore(next(nonce + 1));
        parts.shapes = ShapeRegistry(next(nonce + 2));
        parts.oracle = LedgerOracle(next(nonce + 3));
        parts.registry = OperatorRegistry(next(nonce + 4));
        parts.pool = DutyPool(payable(next(nonce + 5)));
        parts.vault = StakingVault(payable(next(nonce + 6)));
        parts.reserve = payable(next(nonce + 7));
        clock = new Clock(timelock, GUARDIAN, GENESIS, EPOCH);
        policies = new PolicyStore(timelock, clock, policy());
        shapes = new ShapeRegistry(timelock);
        oracle =
            new LedgerOracle(parts, LedgerOracle.Config(CHAIN, FIRST_EPOCH, EPOCHS, CHALLENGE, MEMBER_BOND, 30 * DAY));
        registry = new OperatorRegistry(parts, Batches.Config(REGISTRATION, DAY, 3 * DAY, D, 2, EMPTY_ROOT), 50);
        pool = new DutyPool(parts, DutyPool.Config(PROOFS, GRACE, ENTRY_BOND));
        vault = new StakingVault(parts, deposits, "Vigil stake", "VIGIL");
        reserve = new Reserve(timelock, vault);
        BindingVerifier verifier = new BindingVerifier();
        bytes32 keyHash = verifier.key().codehash;
        vm.prank(timelock);
        shapes.add(ShapeRegistry.Family.Duty, verifier, address(verifier).codehash, keyHash, CAPACITY);
        vm.prank(timelock);
        shapes.add(ShapeRegistry.Family.Enrolment, verifier, address(verifier).codehash, keyHash, CAPACITY);
        vm.deal(address(this), 1_000_000 ether);
    }

    function next(uint256 nonce) private view returns (address) {
        return vm.computeCreateAddress(address(this), nonce);
    }

    /// @dev Members with keys, in the order of their accounts.
    function recruit(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            uint256 key = uint256(keccak256(abi.encode("member", i)));
            keys.push(key);
            for (uint256 j = i; j > 0 && vm.addr(keys[j - 1]) > vm.addr(keys[j]); --j) {
                (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
            }
            join(key);
        }
    }

    function join(uint256 key) internal {
        address account = vm.addr(key);
        vm.prank(oracle.timelock());
        oracle.admit(account);
        vm.deal(account, MEMBER_BOND);
        vm.prank(account);
        oracle.join{value: MEMBER_BOND}();
    }

    function policy() internal pure returns (Policy memory p) {
        p.performanceBelowNetwork = true;
        p.performanceBps = 500;
        p.uptimeBps = 9_000;
        p.maxOutageEpochs = 6;
        p.leakBelowBps = 6_667;
        p.minGoodBps = 7_500;
        p.strikeLimit = 2;
        p.strikeWindow = 4;
        p.rewardRate = 1e12;
        p.stakeStep = 100;
        p.penalty = 1 ether;
        p.bondPerValidator = 0.5 ether;
        (p.tiers[1], p.tiers[2], p.tiers[3], p.tiers[4], p.tiers[5], p.tiers[6]) =
        (5_000, 7_500, 9_000, 9_500, 9_800, 10_000);
    }

    // Signatures.

    function digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Vigil"),
                keccak256("1"),
                block.chainid,
                address(oracle)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest(structHash));
        return abi.encodePacked(r, s, v);
    }

    function signed(bytes32 structHash, uint256 count) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = sign(keys[i], structHash);
        }
    }

    // Operators.

    function owner(uint256 id) internal pure returns (address) {
        return address(uint160(0x0a000000 + id));
    }

    function payout(uint256 id) internal pure returns (address payable) {
        return payable(address(uint160(0x0b000000 + id)));
    }

    function proofOf(uint256[4] memory inputs) internal pure returns (bytes memory) {
        return abi.encode(keccak256(abi.encode(inputs)));
    }

    function enrolmentProof(uint256 root, uint256 id, uint256 validators, address account)
        internal
        view
        returns (bytes memory)
    {
        return proofOf([root, id, validators, ProofContext.bind(address(pool), account, ProofContext.ENROL)]);
    }

    function register(uint256 id, uint256 bond) internal {
        (uint256 root,) = registry.versions(registry.versionCount() - 1);
        bytes memory proof = enrolmentProof(root, id, 0, owner(id));
        vm.deal(owner(id), bond);
        vm.prank(owner(id));
        registry.register{value: bond}(id, payout(id), ENROLMENT_SHAPE, proof);
    }

    /// @dev Registers `count` validators and fixes the root over them.
    function fixedBatch(uint32 count) internal returns (uint256 root) {
        for (uint32 i = 0; i < count; ++i) {
            registry.registerValidator{value: D}(uint40(i), 1 + i, "");
        }
        pass(REGISTRATION);
        (, uint32 before) = registry.versions(registry.versionCount() - 1);
        root = uint256(keccak256(abi.encode("registry", registry.current()))) >> 8;
        fixRoot(root, before + count);
    }

    function fixRoot(uint256 root, uint32 registered) internal {
        IOperatorRegistry.Root memory fixing = IOperatorRegistry.Root(registry.current(), root, registered, 0, 0);
        registry.fixRoot(fixing, signed(registry.hashRoot(fixing), 4));
    }

    function enrol(uint256 id, uint256 root, uint32 validators) internal {
        bytes memory proof = enrolmentProof(root, id, validators, owner(id));
        vm.prank(owner(id));
        registry.enrol(id, validators, ENROLMENT_SHAPE, proof);
    }

    /// @dev Operators 1 and 2, of 4 and 6 validators, each with a bond of 20 ether, in version 1.
    function twoOperators() internal {
        register(1, 20 ether);
        register(2, 20 ether);
        uint256 root = fixedBatch(10);
        enrol(1, root, 4);
        enrol(2, root, 6);
        registry.closeBatch();
        // Periods that began before the version was active have the empty registry: let one pass.
        uint64 active = clock.epoch() + 1;
        while (oracle.nextEpoch() <= active) finalHeader(0, 0);
    }

    /// @dev Ends one period after the other, for operators 1 and 2, up to `last`.
    function concludeAll(uint64 last) internal {
        while (pool.poolState().periods <= last || pool.poolState().isOpen) {
            if (!pool.poolState().isOpen) pool.openPeriod();
            if (clock.time() < pool.graceEnds()) pass(pool.graceEnds() - clock.time());
            pool.closePeriod();
            uint64 period = pool.poolState().periods - 1;
            pool.conclude(1, period);
            pool.conclude(2, period);
        }
    }

    /// @dev All that have a final header.
    function concludeAll() internal {
        if (oracle.periods() > 0) concludeAll(oracle.periods() - 1);
    }

    // Periods.

    function header(uint64 totalGood, uint32 totalSlashed) internal view returns (SignedHeader memory h) {
        h.startEpoch = oracle.nextEpoch();
        h.epochs = EPOCHS;
        h.ledgerRoot = uint256(keccak256(abi.encode("ledger", h.startEpoch))) >> 8;
        h.chain = CHAIN;
        (, h.registryRoot, h.registered) = registry.versionFor(h.startEpoch);
        (h.totalGood, h.totalSlashed, h.networkBps) = (totalGood, totalSlashed, 9_900);
    }

    /// @dev Until the next period can be finalised.
    function passPeriod() internal {
        uint256 over = GENESIS + uint256(oracle.nextEpoch() + EPOCHS + 2) * EPOCH;
        if (block.timestamp < over) vm.warp(over);
    }

    function finalHeader(uint64 totalGood, uint32 totalSlashed) internal returns (uint64 period) {
        passPeriod();
        SignedHeader memory h = header(totalGood, totalSlashed);
        oracle.propose(h, signed(oracle.hash(h), 4));
        pass(CHALLENGE);
        period = oracle.periods();
        oracle.finalize();
    }

    function claim(uint32 validators, uint64 goodStake, uint32 slashed) internal pure returns (Claims memory) {
        return Claims(validators, 10_000, slashed, 10_000, goodStake);
    }

    function dutyProof(uint256 id, uint64 period, Claims memory c, uint256 context)
        internal
        view
        returns (bytes memory)
    {
        SignedHeader memory h = oracle.finalOf(period).header;
        Thresholds memory t = Policies.thresholdsInForce(policies.policyFor(h.startEpoch), h.networkBps);
        uint256[11] memory inputs = [
            h.ledgerRoot,
            id,
            c.validators,
            t.minPerformanceBps,
            t.minUptimeBps,
            t.maxOutageEpochs,
            c.goodBps,
            c.slashed,
            c.performanceBps,
            c.goodStake,
            context
        ];
        return abi.encode(keccak256(abi.encode(inputs)));
    }

    function dutyProof(uint256 id, uint64 period, Claims memory c) internal view returns (bytes memory) {
        (, address account) = registry.accountsOf(id);
        return dutyProof(id, period, c, ProofContext.bind(address(pool), account, ProofContext.DUTY));
    }

    function prove(uint256 id, uint64 period, Claims memory c) internal {
        bytes memory proof = dutyProof(id, period, c);
        vm.prank(owner(id));
        pool.submitProof(id, period, c, DUTY_SHAPE, proof);
    }

    /// @dev Within a call the compiler takes `block.timestamp` for a constant.
    function pass(uint256 time) internal {
        vm.warp(vm.getBlockTimestamp() + time);
    }

    receive() external payable {}
}
