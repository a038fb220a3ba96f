// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LedgerOracle} from "../../src/LedgerOracle.sol";
import {OperatorRegistry} from "../../src/OperatorRegistry.sol";
import {vm} from "../support/Vm.sol";
import {EscrowHandler} from "./EscrowHandler.sol";

/// @notice What holds of registrations' deposits, members' bonds and the operators' V, whatever happens.
contract EscrowTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    EscrowHandler internal handler;
    OperatorRegistry internal registry;
    LedgerOracle internal oracle;
    address internal reserve;

    function setUp() public {
        handler = new EscrowHandler();
        handler.setUp();
        (address a, address b, address c) = handler.parts();
        (registry, oracle, reserve) = (OperatorRegistry(a), LedgerOracle(b), c);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = EscrowHandler.act.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_every_deposit_waits_returns_or_is_forfeit() public view {
        vm.assertEq(address(registry).balance, handler.escrowed());
        uint256 forfeit = reserve.balance - handler.punished() * oracle.memberBond();
        uint256 paidIn = handler.registrations() * registry.registrationDeposit();
        vm.assertEq(address(registry).balance + handler.fetched() + forfeit, paidIn);
    }

    function invariant_the_oracle_has_exactly_its_members_bonds() public view {
        (uint256 bonds, uint256 count) = handler.bonds();
        vm.assertEq(address(oracle).balance, bonds);
        vm.assertEq(oracle.memberCount(), count);
    }

    /// @notice Completeness by counting: no version has a leaf that is in nobody's V.
    function invariant_the_operators_v_add_up_to_n() public view {
        vm.assertEq(handler.sumOfValidators(), uint256(handler.newest()));
    }

    /// @notice The invariants say something: every action goes through in a run of random ones.
    function test_every_action_goes_through() public {
        for (uint256 i = 0; i < 1_500; ++i) {
            (bool ok,) = address(handler).call(abi.encodeCall(handler.act, (uint256(keccak256(abi.encode(i))))));
            ok;
            if (i % 50 == 0) invariant_every_deposit_waits_returns_or_is_forfeit();
        }
        for (uint256 action = 0; action < 13; ++action) {
            vm.assertTrue(handler.done(action) > 0, string(abi.encodePacked(uint8(65 + action))));
        }
        vm.assertTrue(registry.versionCount() > 2, "no batch became a version");
        invariant_every_deposit_waits_returns_or_is_forfeit();
        invariant_the_oracle_has_exactly_its_members_bonds();
        invariant_the_operators_v_add_up_to_n();
    }
}
