//! Criterion benchmarks; see `benches/`. `cargo bench -p vigil-benches` runs them.
