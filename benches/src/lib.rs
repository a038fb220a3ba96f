//! Criterion benchmarks (`benches/`; `cargo bench -p vigil-benches` runs them), and a simulation of what the settlement
//! rules make worthwhile ([`incentives`]; `cargo run -p vigil-benches --example incentives` prints it).

pub mod incentives;
