#!/usr/bin/env bash
# Builds and tests the contracts with what package-lock.json pins; after `npm ci` nothing is fetched. The comparison with
# the native functions is part of `cargo test`.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s\n' "$*"; "$@"; }

[ -d node_modules ] || step npm ci --ignore-scripts --no-fund --no-audit
# Not the package's own script: it returns 0 whatever forge returns.
forge=$(echo node_modules/@foundry-rs/forge-*/bin/forge)
step "$forge" fmt --check src/*.sol src/interfaces src/settlement test
step "$forge" build --sizes --skip test > /dev/null
step "$forge" test
step "$forge" snapshot --check --no-match-contract "(Money|Escrow|Gas)Test"
