#!/usr/bin/env bash
# Symbolic checks of the settlement and of the reserve's accounting (test/symbolic), with halmos. It installs what
# symbolic.txt pins, from PyPI, into a folder of its own. An argument selects checks: `symbolic.sh check_a_top_up`.
set -euo pipefail
cd "$(dirname "$0")"

# Seconds for a check, and for a question to the solver.
limit=${VIGIL_SYMBOLIC_LIMIT:-300}
question=${VIGIL_SYMBOLIC_QUESTION:-120s}

python=$PWD/out/halmos/bin
if ! cmp --silent symbolic.txt out/halmos/symbolic.txt; then
    if ! python3 -c 'import venv, ensurepip' 2> /dev/null; then
        echo "python3 has no venv or no pip: nothing is checked symbolically" >&2
        exit 3
    fi
    python3 -m venv --clear out/halmos
    "$python/pip" install --quiet --disable-pip-version-check --requirement symbolic.txt
    cp symbolic.txt out/halmos/
fi
[ -d node_modules ] || npm ci --ignore-scripts --no-fund --no-audit
forge=$(echo "$PWD"/node_modules/@foundry-rs/forge-*/bin)
export PATH=$forge:$python:$PATH FOUNDRY_PROFILE=symbolic

mapfile -t checks < <(grep --no-filename --only-matching --word-regexp "check_[a-z0-9_]*" test/symbolic/*.sym.sol | grep "${1:-.}")
if [ "${#checks[@]}" -eq 0 ]; then
    echo "no check has ${1:-a name}" >&2
    exit 2
fi
failed=0
for check in "${checks[@]}"; do
    if timeout --kill-after 5 "$limit" halmos --forge-build-out out/symbolic --match-test "^$check\\(" --loop 20 \
        --solver-command "$python/python $PWD/test/symbolic/solve.py" --solver-timeout-assertion "$question" \
        --no-status > out/halmos/log 2>&1; then
        echo "holds: $check"
    else
        failed=1
        echo "FAILS, or took too long: $check"
        cat out/halmos/log
    fi
done
exit "$failed"
