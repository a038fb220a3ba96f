#!/usr/bin/env bash
# A pool on a real EVM node (anvil, from npm): `vigil` deploys it and is killed on its way, three operators enrol, the
# quorum posts headers over the duties of a captured beacon chain, proofs are submitted, money moves, a slashing is
# charged, somebody is silent, a vote changes the policy; and what is hostile is refused. The node has a port of its
# own on the loopback, everything is made in a folder that goes away. The story is cli/tests/anvil.rs.
# Needs npm; a minute, and two more where the contracts are not built.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -d contracts/node_modules/@foundry-rs/anvil ] \
    || npm ci --prefix contracts --ignore-scripts --no-fund --no-audit
# Does nothing if contracts/test.sh has just built them.
(cd contracts && "$(echo node_modules/@foundry-rs/forge-*/bin/forge)" build --skip test > /dev/null)
# The whole workspace, so that nothing is compiled again with other features.
cargo test --quiet --workspace --test anvil -- --nocapture
