// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clock} from "./Clock.sol";
import {IDutyPool} from "./interfaces/IDutyPool.sol";
import {ILedgerOracle} from "./interfaces/ILedgerOracle.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IStakingVault} from "./interfaces/IStakingVault.sol";
import {PolicyStore} from "./PolicyStore.sol";
import {ShapeRegistry} from "./ShapeRegistry.sol";

/// @notice The contracts of one deployment. They know each other for ever: an account's next contracts have addresses
/// that are known before they exist, so nothing is set afterwards and nothing can be replaced.
struct Parts {
    address timelock;
    Clock clock;
    PolicyStore policies;
    ShapeRegistry shapes;
    ILedgerOracle oracle;
    IOperatorRegistry registry;
    IDutyPool pool;
    IStakingVault vault;
    address payable reserve;
}
