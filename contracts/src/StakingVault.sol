// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IDepositContract} from "./interfaces/IDepositContract.sol";
import {IDutyPool} from "./interfaces/IDutyPool.sol";
import {ILedgerOracle} from "./interfaces/ILedgerOracle.sol";
import {IStakingVault} from "./interfaces/IStakingVault.sol";
import {Part} from "./Part.sol";
import {Parts} from "./Parts.sol";

/// @title StakingVault
/// @notice The stakers' principal, and their shares of it. ERC-4626's arithmetic over the chain's own coin; shares vote.
/// @dev Principal has two ways out, and no operator is on either: deposits for validators whose credentials are this
/// contract's, and back to stakers. Assets are booked, not read off the balance: forced ether moves no price.
contract StakingVault is IStakingVault, ERC20, ERC20Permit, ERC20Votes, Part, ReentrancyGuardTransient {
    using Math for uint256;

    /// @notice What a validator is deposited for.
    struct Deposit {
        bytes pubkey;
        bytes signature;
        bytes32 dataRoot;
    }

    /// @notice Most deposits of a call.
    uint256 public constant MAX_DEPOSITS = 32;
    /// @notice Ether of a validator.
    uint256 public constant DEPOSIT = 32 ether;
    /// @notice Type of what the quorum signs before deposits.
    bytes32 public constant DEPOSITS_TYPE = keccak256("Deposits(bytes32 depositRoot,bytes32 deposits)");
    /// @dev Shares that nobody owns: they make it pointless to inflate the first share's price.
    uint256 private constant VIRTUAL_SHARES = 1_000;

    /// @notice Checks signatures.
    ILedgerOracle public immutable oracle;
    /// @notice Pays operators, of what is not principal.
    IDutyPool public immutable pool;
    /// @notice The beacon chain's.
    IDepositContract public immutable depositContract;

    /// @notice Over this time a gain becomes the stakers', in seconds of the clock. Were it theirs at once, shares
    /// bought before somebody closes a period and sold after it would take the most of it.
    uint64 public constant GAIN_WINDOW = 7 days;

    /// @notice Gains that become the stakers' evenly, from one time to another.
    struct Gains {
        uint128 amount;
        uint64 since;
        uint64 until;
    }

    /// @notice Assets here, in wei, with gains that are not the stakers' yet.
    uint256 public idle;
    /// @notice Principal in validators, in wei.
    uint256 public staked;
    Gains private _gains;

    /// @notice A staker came.
    event Deposited(address indexed sender, address indexed receiver, uint256 assets, uint256 shares);
    /// @notice A staker went.
    event Redeemed(address indexed owner, address indexed receiver, uint256 assets, uint256 shares);
    /// @notice A validator was deposited for.
    event ValidatorDeposited(bytes pubkey);
    /// @notice A gift to the stakers: withheld rewards, a compensation.
    event Given(address indexed from, uint256 amount);
    /// @notice A vote has booked what the chain paid out.
    event Booked(uint256 returned, uint256 gains, uint256 rewards);
    /// @notice A vote has booked a loss.
    event WrittenOff(uint256 amount);

    /// @notice So little that it buys no share, or is worth nothing.
    error NothingToDo();
    /// @notice More than is here; the rest is in validators.
    error NotIdle(uint256 wanted, uint256 idle);
    /// @notice Somebody has deposited since the quorum looked: it looks again.
    error DepositRootChanged(bytes32 expected, bytes32 got);
    /// @notice More than a call may have.
    error TooManyDeposits(uint256 got);
    /// @notice More than has arrived and is not booked yet.
    error NotArrived(uint256 wanted, uint256 arrived);

    constructor(Parts memory parts, IDepositContract depositContract_, string memory name, string memory symbol)
        ERC20(name, symbol)
        ERC20Permit(name)
        Part(parts.timelock, parts.clock)
    {
        (oracle, pool, depositContract) = (parts.oracle, parts.pool, depositContract_);
    }

    /// @notice What the chain pays out arrives here, and waits to be booked.
    receive() external payable {}

    /// @notice Buys shares for `receiver`.
    function deposit(address receiver) external payable whileRunning nonReentrant returns (uint256 shares) {
        shares = convertToShares(msg.value);
        require(shares > 0, NothingToDo());
        idle += msg.value;
        emit Deposited(msg.sender, receiver, msg.value, shares);
        _mint(receiver, shares);
    }

    /// @notice Burns shares of `owner` and pays what they are worth to `receiver`, as far as it is here.
    function redeem(uint256 shares, address payable receiver, address owner)
        external
        whileRunning
        nonReentrant
        returns (uint256 assets)
    {
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        assets = convertToAssets(shares);
        require(assets > 0, NothingToDo());
        require(assets <= idle, NotIdle(assets, idle));
        _burn(owner, shares);
        idle -= assets;
        emit Redeemed(owner, receiver, assets, shares);
        Address.sendValue(receiver, assets);
    }

    /// @notice Deposits for validators that the quorum has looked at. Anybody may bring its signatures.
    /// @dev The deposits' root dates what the quorum saw: whoever deposits for one of the keys before, with credentials of
    /// its own, changes the root. A wrong `dataRoot` is refused by the deposit contract.
    function depositValidators(Deposit[] calldata deposits, bytes32 depositRoot, bytes[] calldata signatures)
        external
        whileRunning
        nonReentrant
    {
        uint256 count = deposits.length;
        require(count <= MAX_DEPOSITS, TooManyDeposits(count));
        bytes32 root = depositContract.get_deposit_root();
        require(root == depositRoot, DepositRootChanged(depositRoot, root));
        oracle.requireQuorum(hashDeposits(deposits, depositRoot), signatures);
        uint256 total = count * DEPOSIT;
        require(total <= idle, NotIdle(total, idle));
        idle -= total;
        staked += total;
        bytes memory credentials = abi.encodePacked(withdrawalCredentials());
        for (uint256 i = 0; i < count; ++i) {
            Deposit calldata one = deposits[i];
            emit ValidatorDeposited(one.pubkey);
            depositContract.deposit{value: DEPOSIT}(one.pubkey, credentials, one.signature, one.dataRoot);
        }
    }

    /// @inheritdoc IStakingVault
    function give() external payable {
        idle += msg.value;
        _gain(msg.value);
        emit Given(msg.sender, msg.value);
    }

    /// @notice Books what has arrived from the chain, by vote: principal that returned, gains of the stakers, and what of
    /// the rewards is for the operators.
    function book(uint256 returned, uint256 gains, uint256 rewards) external onlyTimelock nonReentrant {
        uint256 arrived = address(this).balance - idle;
        require(returned + gains + rewards <= arrived, NotArrived(returned + gains + rewards, arrived));
        staked -= returned;
        idle += returned + gains;
        _gain(gains);
        emit Booked(returned, gains, rewards);
        if (rewards > 0) pool.fund{value: rewards}();
    }

    /// @notice Books principal that validators have lost, by vote. Gains that are not the stakers' yet go first: a vote
    /// that compensates and then writes off as much moves no price, and leaves nothing to those who come in between.
    function writeOff(uint256 amount) external onlyTimelock {
        staked -= amount;
        uint256 kept = unreleased().saturatingSub(amount);
        (_gains.amount, _gains.since) = (uint128(kept), poolClock.time());
        emit WrittenOff(amount);
    }

    /// @notice All that belongs to the stakers, in wei.
    /// @dev At least 0: gains are a part of what is here or in validators, and losses lessen them first.
    function totalAssets() public view returns (uint256) {
        return idle + staked - unreleased();
    }

    /// @notice Of the gains, what is not the stakers' yet, in wei.
    function unreleased() public view returns (uint256) {
        Gains memory gains = _gains;
        uint64 time = poolClock.time();
        if (time >= gains.until) return 0;
        return Math.mulDiv(gains.amount, gains.until - time, gains.until - gains.since, Math.Rounding.Ceil);
    }

    /// @notice Rounded down, in favour of those who stay.
    function convertToShares(uint256 assets) public view returns (uint256) {
        return assets.mulDiv(totalSupply() + VIRTUAL_SHARES, totalAssets() + 1);
    }

    /// @notice Rounded down, in favour of those who stay.
    function convertToAssets(uint256 shares) public view returns (uint256) {
        return shares.mulDiv(totalAssets() + 1, totalSupply() + VIRTUAL_SHARES);
    }

    /// @notice Where validators' ether returns to: this contract.
    function withdrawalCredentials() public view returns (bytes32) {
        return bytes32(uint256(1) << 248 | uint160(address(this)));
    }

    /// @notice What the members sign, as EIP-712 hashes a struct.
    function hashDeposits(Deposit[] calldata deposits, bytes32 depositRoot) public pure returns (bytes32) {
        return keccak256(abi.encode(DEPOSITS_TYPE, depositRoot, keccak256(abi.encode(deposits))));
    }

    /// @notice Votes are counted by time, not by block.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice See `clock`, for those who show votes to people.
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev What is left of earlier gains keeps its time, the new one gets its window: the mean, by amount, is when both
    /// are over. So a gift of next to nothing does not keep the stakers from theirs.
    function _gain(uint256 amount) private {
        if (amount == 0) return;
        uint64 time = poolClock.time();
        uint256 earlier = unreleased();
        uint256 left = earlier == 0 ? 0 : _gains.until - time;
        uint256 sum = earlier + amount;
        uint256 window = (earlier * left + amount * GAIN_WINDOW) / sum;
        _gains = Gains(SafeCast.toUint128(sum), time, time + uint64(window));
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
