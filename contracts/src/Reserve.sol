// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IStakingVault} from "./interfaces/IStakingVault.sol";

/// @title Reserve
/// @notice Holds penalties until a vote compensates the stakers with them. There is no other way out.
contract Reserve is ReentrancyGuardTransient {
    /// @notice Executes what has been voted.
    address public immutable timelock;
    /// @notice The stakers' vault.
    IStakingVault public immutable vault;

    /// @notice Penalties and forfeited deposits came in.
    event Received(address indexed from, uint256 amount);
    /// @notice The stakers were compensated.
    event Compensated(uint256 amount);

    /// @notice Another account than `caller` may do this.
    error NotAllowed(address caller);

    constructor(address timelock_, IStakingVault vault_) {
        (timelock, vault) = (timelock_, vault_);
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @notice Gives `amount` wei to the stakers, by vote.
    function compensate(uint256 amount) external nonReentrant {
        require(msg.sender == timelock, NotAllowed(msg.sender));
        emit Compensated(amount);
        vault.give{value: amount}();
    }
}
