// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOperatorRegistry} from "../src/interfaces/IOperatorRegistry.sol";
import {ProofContext} from "../src/ProofContext.sol";
import {StakingVault} from "../src/StakingVault.sol";
import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice What the contracts hash is what members are shown: `chain/src/typed_data/tests.rs` has the same digests.
contract TypedDataTest is Fixture {
    address internal constant ORACLE = address(bytes20(hex"6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f"));

    /// @dev For another oracle on another chain than the fixture's.
    function digestFor(bytes32 structHash) internal pure returns (bytes32) {
        bytes32 domainType =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 domain = keccak256(abi.encode(domainType, keccak256("Vigil"), keccak256("1"), 1, ORACLE));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function repeat(bytes1 byte_, uint256 count) internal pure returns (bytes memory bytes_) {
        bytes_ = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            bytes_[i] = byte_;
        }
    }

    function test_a_root_is_hashed_as_it_is_shown() public view {
        IOperatorRegistry.Root memory root =
            IOperatorRegistry.Root(3, ProofContext.ORDER - 1, 12, 5, bytes32(repeat(0xab, 32)));
        vm.assertTrue(
            digestFor(registry.hashRoot(root)) == 0x473cf732692c193ebae7378d94a2da9f0598f13ad94978870fc7e041f5d05992
        );
    }

    function test_deposits_are_hashed_as_they_are_shown() public view {
        StakingVault.Deposit[] memory list = new StakingVault.Deposit[](2);
        list[0] = StakingVault.Deposit(repeat(0x80, 48), repeat(0x90, 96), bytes32(repeat(0xdd, 32)));
        list[1] = list[0];
        bytes32 depositRoot = bytes32(repeat(0x0d, 32));
        vm.assertTrue(
            digestFor(vault.hashDeposits(list, depositRoot))
                == 0xb3010657ae099d32822c79ad1de0bdc27ec45258c306b04a9b7df970822cbe2a
        );
    }
}
