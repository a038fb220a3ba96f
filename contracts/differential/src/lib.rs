//! Only tests: each compares a Solidity function, in an EVM, with the native function that it is the twin of.
