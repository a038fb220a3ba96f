#!/usr/bin/env bash
# Everything that must pass: format, lints, tests, documents. Needs the Rust toolchain, g++, node, npm and the registries.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; "$@"; }

step npm ci --prefix contracts --ignore-scripts --no-audit --no-fund
step cargo fmt --all -- --check
step cargo clippy --workspace --all-targets --quiet -- -D warnings
# In the workspace, tests switch the cuda engine on.
step cargo clippy -p vigil-cli --quiet -- -D warnings
if command -v shellcheck > /dev/null; then
    step shellcheck --external-sources .ci/run tests/run.sh tests/gpu.sh tests/anvil/run.sh tests/lodestar/run.sh \
        contracts/test.sh contracts/symbolic.sh gpu/build.sh gpu/install-nvcc.sh gpu/check/sanitized.sh
else
    printf '\n== shellcheck is not installed: shell scripts are not checked\n'
fi
step contracts/test.sh
step cargo test --workspace
step tests/anvil/run.sh
step gpu/check/sanitized.sh
step tests/gpu.sh
if command -v npm > /dev/null && command -v node > /dev/null; then
    # The tests have built it.
    step tests/lodestar/run.sh "${CARGO_TARGET_DIR:-target}/debug/vigil"
else
    printf '\n== node and npm are not installed: no live beacon node is followed\n'
fi
RUSTDOCFLAGS="-D warnings" step cargo doc --workspace --no-deps --quiet
if command -v cargo-deny > /dev/null; then
    # Advisories need a download of their own: `cargo deny check advisories`.
    step cargo deny check bans licenses sources
else
    printf '\n== cargo deny is not installed: licences and sources of dependencies are not checked\n'
fi
