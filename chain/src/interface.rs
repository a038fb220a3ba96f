//! Functions and types of the contracts, as `contracts/src` declares them. A test compares each with what the
//! Solidity compiler says.

#![allow(
    missing_docs,
    clippy::too_many_arguments,
    reason = "made by a macro from Solidity's declarations; documented there"
)]

use alloy_sol_types::sol;

sol! {
    /// The contracts of one deployment.
    #[derive(Debug, PartialEq, Eq)]
    struct Parts {
        address timelock;
        address clock;
        address policies;
        address shapes;
        address oracle;
        address registry;
        address pool;
        address vault;
        address reserve;
    }

    /// What more than two thirds of the quorum sign about a period.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct SignedHeader {
        uint256 ledgerRoot;
        uint256 registryRoot;
        uint256 chain;
        bytes32 fileHash;
        uint64 startEpoch;
        uint32 epochs;
        uint32 registered;
        uint64 totalGood;
        uint32 totalSlashed;
        uint16 networkBps;
    }

    /// What more than two thirds of the quorum sign about a batch.
    #[derive(Debug, PartialEq, Eq)]
    struct Root {
        uint64 batch;
        uint256 registryRoot;
        uint32 registered;
        uint256 operatorsRoot;
        bytes32 fileHash;
    }

    /// What an operator claims in a duty proof.
    #[derive(Debug, PartialEq, Eq)]
    struct Claims {
        uint32 validators;
        uint16 goodBps;
        uint32 slashed;
        uint16 performanceBps;
        uint64 goodStake;
    }

    /// What the pool has voted.
    #[derive(Debug, PartialEq, Eq)]
    struct Policy {
        bool performanceBelowNetwork;
        uint16 performanceBps;
        bool uptimeBelowNetwork;
        uint16 uptimeBps;
        uint16 maxOutageEpochs;
        uint16 leakBelowBps;
        uint16 minGoodBps;
        uint8 strikeLimit;
        uint8 strikeWindow;
        uint64 rewardRate;
        uint64 stakeStep;
        uint128 penalty;
        uint128 bondPerValidator;
        uint16[16] tiers;
    }

    /// A header, its registry version, and when it became final.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Final {
        SignedHeader header;
        uint64 version;
        uint64 finalAt;
    }

    /// Of the pool.
    #[derive(Debug, PartialEq, Eq)]
    struct PoolState {
        uint128 prepaid;
        uint128 expected;
        uint64 periods;
        uint32 charged;
        uint32 retired;
        bool isOpen;
    }

    /// Of a period.
    #[derive(Debug, PartialEq, Eq)]
    struct PeriodState {
        uint128 pot;
        uint128 earned;
        uint128 missing;
        uint64 number;
        uint64 goodStake;
        uint32 proven;
        uint32 slashed;
        uint32 retired;
        uint32 silent;
        bool closed;
        bool strikes;
    }

    /// Of an operator.
    #[derive(Debug, PartialEq, Eq)]
    struct OperatorState {
        uint128 bond;
        uint128 debt;
        uint128 prepaid;
        uint64 newestStrike;
        uint64 strikeHistory;
        uint64 next;
        uint32 charged;
        uint32 unproven;
        bool barred;
        bool retired;
    }

    /// Of an operator in a period. `status`: 0 pending, 1 proven, 2 silent, 3 concluded.
    #[derive(Debug, PartialEq, Eq)]
    struct Record {
        uint8 status;
        bool late;
        bool below;
    }

    /// What a settlement moves, in wei.
    #[derive(Debug, PartialEq, Eq)]
    struct Payment {
        uint256 reward;
        uint256 potToReserve;
        uint256 bondToReserve;
        uint256 heldToReserve;
        uint256 heldToBond;
    }

    /// `LedgerOracle.Config`.
    #[derive(Debug)]
    struct OracleConfig {
        uint256 chain;
        uint64 firstEpoch;
        uint32 maxEpochs;
        uint64 challengeWindow;
        uint256 memberBond;
        uint64 unbonding;
    }

    /// `Batches.Config`.
    #[derive(Debug)]
    struct BatchesConfig {
        uint64 registrationWindow;
        uint64 rootWindow;
        uint64 enrolmentWindow;
        uint256 registrationDeposit;
        uint32 minGrowingOperators;
        uint256 emptyRoot;
    }

    /// `DutyPool.Config`.
    #[derive(Debug)]
    struct PoolConfig {
        uint64 proofWindow;
        uint64 graceWindow;
        uint256 entryBond;
    }

    /// OpenZeppelin's.
    #[sol(abi)]
    interface TimelockController {
        function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function executeBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) external payable;
        function updateDelay(uint256 newDelay) external;
        function getMinDelay() external view returns (uint256);
        function grantRole(bytes32 role, address account) external;
        function revokeRole(bytes32 role, address account) external;
        function hasRole(bytes32 role, address account) external view returns (bool);
    }

    /// `Clock.sol`.
    #[sol(abi)]
    interface Clock {
        function guardian() external view returns (address);
        function pausedAt() external view returns (uint64);
        function time() external view returns (uint64);
        function epoch() external view returns (uint64);
    }

    /// `PolicyStore.sol`.
    #[sol(abi)]
    interface PolicyStore {
        function adopt(Policy policy) external;
        function newest() external view returns (Policy memory);
        function policyFor(uint64 startEpoch) external view returns (Policy memory);
    }

    /// `ShapeRegistry.sol`. `family`: 0 duty, 1 enrolment.
    #[sol(abi)]
    interface ShapeRegistry {
        function add(uint8 family, address verifier, bytes32 codeHash, bytes32 keyCodeHash, uint32 capacity) external returns (uint256 shape);
        function find(uint256 shape, uint8 family) external view returns (address verifier, uint32 capacity);
    }

    /// `LedgerOracle.sol`.
    #[sol(abi)]
    interface LedgerOracle {
        function admit(address account) external;
        function join() external payable;
        function memberCount() external view returns (uint256);
        function memberBond() external view returns (uint256);
        function propose(SignedHeader header, bytes[] signatures) external;
        function finalize() external;
        function periods() external view returns (uint64);
        function nextEpoch() external view returns (uint64);
        function proposedAt() external view returns (uint64);
        function challengeWindow() external view returns (uint64);
        function finalOf(uint64 period) external view returns (Final memory);
    }

    /// `OperatorRegistry.sol`.
    #[sol(abi)]
    interface OperatorRegistry {
        function register(uint256 id, address payout, uint256 shape, bytes proof) external payable;
        function registerValidator(uint40 index, uint256 tag, bytes evidence) external payable;
        function registrationDeposit() external view returns (uint256);
        function fixRoot(Root root, bytes[] signatures) external;
        function enrol(uint256 id, uint32 validators, uint256 shape, bytes proof) external;
        function closeBatch() external;
        function collect(uint256 id) external;
        function current() external view returns (uint64);
        function batches(uint64 number) external view returns (uint8 outcome, uint64 registrationEnds, uint64 enrolmentEnds, uint64 version, uint32 registrations, uint32 registered, uint32 enrolled, uint32 growing, uint256 root);
        function operatorCount() external view returns (uint256);
        function ids(uint256 position) external view returns (uint256);
        function accountsOf(uint256 id) external view returns (address owner, address payout);
        function validatorsAt(uint256 id, uint64 version) external view returns (uint32);
        function validatorsHeld(uint256 id) external view returns (uint32);
        function versionCount() external view returns (uint256);
    }

    /// `DutyPool.sol`.
    #[sol(abi)]
    interface DutyPool {
        function fund() external payable;
        function openPeriod() external;
        function submitProof(uint256 id, uint64 period, Claims claims, uint256 shape, bytes proof) external;
        function closePeriod() external;
        function conclude(uint256 id, uint64 period) external;
        function pay(address account) external;
        function owed(address account) external view returns (uint256);
        function budget() external view returns (uint128);
        function beginsAt(uint64 period) external view returns (uint64);
        function graceEnds() external view returns (uint64);
        function proofWindow() external view returns (uint64);
        function graceWindow() external view returns (uint64);
        function poolState() external view returns (PoolState memory);
        function periodOf(uint64 period) external view returns (PeriodState memory);
        function operatorOf(uint256 id) external view returns (OperatorState memory);
        function recordOf(uint256 id, uint64 period) external view returns (Record memory);
        event Settled(uint256 indexed id, uint64 indexed period, uint8 phase, Claims claims, Payment payment);
    }

    /// `StakingVault.sol`.
    #[sol(abi)]
    interface StakingVault {
        function deposit(address receiver) external payable returns (uint256 shares);
        function delegate(address delegatee) external;
        function idle() external view returns (uint256);
        function staked() external view returns (uint256);
        function totalSupply() external view returns (uint256);
    }

    /// `VigilGovernor.sol`.
    #[sol(abi)]
    interface VigilGovernor {
        function propose(address[] targets, uint256[] values, bytes[] calldatas, string description) external returns (uint256);
        function castVote(uint256 proposalId, uint8 support) external returns (uint256);
        function queue(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) external returns (uint256);
        function execute(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) external payable returns (uint256);
        function state(uint256 proposalId) external view returns (uint8);
    }
}
