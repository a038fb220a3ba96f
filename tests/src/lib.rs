//! Tests that need more than one of Vigil's crates; see `tests/`.
