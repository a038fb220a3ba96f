// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Clock
/// @notice The deployment's one clock: deadlines are counted in its time, which stands still during a pause.
/// @dev A guardian can only pause. What it stops, a vote starts again: a stolen guardian's key costs time, not money.
contract Clock {
    /// @notice Executes what has been voted.
    address public immutable timelock;
    /// @notice The beacon chain's genesis, in seconds since 1970.
    uint64 public immutable genesisTime;
    /// @notice Seconds of an epoch.
    uint64 public immutable secondsPerEpoch;

    /// @notice May pause.
    address public guardian;
    /// @notice When the pause began; 0 if there is none.
    uint64 public pausedAt;
    /// @notice Seconds of all earlier pauses.
    uint64 public stoodStill;

    /// @notice A new guardian; none if it is the zero address.
    event GuardianChanged(address indexed guardian);
    /// @notice The clock stands still.
    event Paused(address indexed by);
    /// @notice The clock runs again.
    event Unpaused(uint64 stoodStill);

    /// @notice Another account than `caller` may do this.
    error NotAllowed(address caller);
    /// @notice Nothing is done during a pause.
    error IsPaused();
    /// @notice There is no pause to end.
    error IsRunning();
    /// @notice An epoch of no length, or a genesis in the future.
    error BadGenesis();

    constructor(address timelock_, address guardian_, uint64 genesisTime_, uint64 secondsPerEpoch_) {
        require(secondsPerEpoch_ > 0 && genesisTime_ <= block.timestamp, BadGenesis());
        (timelock, genesisTime, secondsPerEpoch) = (timelock_, genesisTime_, secondsPerEpoch_);
        guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    /// @notice Seconds since 1970 less those of pauses.
    function time() external view returns (uint64) {
        return (pausedAt == 0 ? uint64(block.timestamp) : pausedAt) - stoodStill;
    }

    /// @notice The beacon chain's epoch, which no pause stops.
    function epoch() external view returns (uint64) {
        return (uint64(block.timestamp) - genesisTime) / secondsPerEpoch;
    }

    /// @notice Reverts during a pause.
    function requireRunning() external view {
        require(pausedAt == 0, IsPaused());
    }

    /// @notice Stops every deadline and whatever moves money, but for payments already credited.
    function pause() external {
        require(msg.sender == guardian || msg.sender == timelock, NotAllowed(msg.sender));
        require(pausedAt == 0, IsPaused());
        pausedAt = uint64(block.timestamp);
        emit Paused(msg.sender);
    }

    /// @notice Ends a pause, by vote.
    function unpause() external {
        require(msg.sender == timelock, NotAllowed(msg.sender));
        require(pausedAt != 0, IsRunning());
        stoodStill += uint64(block.timestamp) - pausedAt;
        pausedAt = 0;
        emit Unpaused(stoodStill);
    }

    /// @notice Replaces the guardian, by vote.
    function appointGuardian(address guardian_) external {
        require(msg.sender == timelock, NotAllowed(msg.sender));
        guardian = guardian_;
        emit GuardianChanged(guardian_);
    }
}
