// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Payments} from "../../src/Payments.sol";
import {StakingVault} from "../../src/StakingVault.sol";

/// @notice Asks again while it is being paid.
contract GreedyPayee {
    Payments private immutable _debtor;
    bytes private _again;

    constructor(Payments debtor, bytes memory again) {
        (_debtor, _again) = (debtor, again);
    }

    receive() external payable {
        (bool ok, bytes memory reason) = address(_debtor).call(_again);
        require(ok, string(reason));
    }
}

/// @notice Asks again while it is being paid, and keeps what it has got either way.
contract QuietPayee {
    bytes private _again;
    bool public succeeded;

    function setAgain(bytes calldata again) external {
        _again = again;
    }

    receive() external payable {
        (bool ok,) = msg.sender.call(_again);
        succeeded = succeeded || ok;
    }
}

/// @notice A staker that redeems again while it is being paid.
contract GreedyStaker {
    StakingVault private immutable _vault;
    bool public succeeded;

    constructor(StakingVault vault) payable {
        _vault = vault;
        vault.deposit{value: msg.value}(address(this));
    }

    function redeem(uint256 shares) external {
        _vault.redeem(shares, payable(address(this)), address(this));
    }

    receive() external payable {
        try _vault.redeem(1_000, payable(address(this)), address(this)) {
            succeeded = true;
        } catch {}
    }
}

/// @notice Cannot be paid.
contract Unpayable {}
