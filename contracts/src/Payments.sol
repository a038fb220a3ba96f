// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Payments
/// @notice Pull payments: whoever is owed something fetches it, so that no receiver can stop anybody else's business.
abstract contract Payments is ReentrancyGuardTransient {
    /// @notice What an account can fetch, in wei.
    mapping(address account => uint256) public owed;

    /// @notice `account` can fetch `amount` more.
    event Credited(address indexed account, uint256 amount);
    /// @notice `account` has fetched `amount`.
    event Paid(address indexed account, uint256 amount);

    /// @notice `account` is owed nothing.
    error NothingOwed(address account);

    /// @notice Pays what `account` is owed, to it. Anybody may call, also during a pause.
    function pay(address payable account) external nonReentrant {
        uint256 amount = owed[account];
        require(amount > 0, NothingOwed(account));
        owed[account] = 0;
        emit Paid(account, amount);
        Address.sendValue(account, amount);
    }

    function _credit(address account, uint256 amount) internal {
        if (amount == 0) return;
        owed[account] += amount;
        emit Credited(account, amount);
    }
}
