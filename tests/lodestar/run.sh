#!/usr/bin/env bash
# The follower beside a real beacon node: a lone Lodestar development chain (Altair, minimal preset, 2 s slots) from npm.
# Two followers, one from states and one from blocks, must come to the same ledger, though the first is killed again and again.
# Needs node 20 or later, npm, a C++ compiler and Python for one native module, and about four minutes. Usage: run.sh [path of vigil]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
vigil=$(realpath "${1:-$here/../../target/debug/vigil}")
cd "$here"
port=${LIVE_TEST_PORT:-19596}
node_url=http://127.0.0.1:$port
validators=16
start_epoch=1
epochs=4

work=$(mktemp -d)
node=
followers=()
finish() {
    # The node takes for ever to close down, and nothing of it is kept.
    for pid in ${followers[@]+"${followers[@]}"} $node; do kill -9 "$pid" 2> /dev/null || true; done
    wait 2> /dev/null || true
    rm -rf "$work"
}
trap finish EXIT
fail() {
    printf 'FAILED: %s\n' "$1" >&2
    tail -n 5 "$work"/*.log >&2
    exit 1
}

if [ ! -e node_modules/snappy/build/Release/binding.node ]; then
    npm ci --ignore-scripts --no-audit --no-fund
    npm rebuild snappy
fi

# It leaves a file in the folder that it is started in. One dependency's native part is not built: its JavaScript serves.
cd "$work"
NODE_BACKEND=js LODESTAR_PRESET=minimal node --require "$here/polyfill.cjs" "$here/node_modules/.bin/lodestar" dev --dataDir "$work/node" --reset \
    --genesisValidators $validators --startValidators 0..$((validators - 1)) --rest --rest.namespace '*' \
    --rest.address 127.0.0.1 --rest.port "$port" --server "$node_url" --listenAddress 127.0.0.1 --discv5 false --eth1 false \
    --params.SECONDS_PER_SLOT 2 --params.ALTAIR_FORK_EPOCH 0 > "$work/node.log" 2>&1 &
node=$!
"$vigil" registry draft --indices 0..$((validators - 1)) --operators 4 --out trial > registry.log 2>&1
for _ in $(seq 60); do
    curl --silent --fail --noproxy '*' "$node_url/eth/v1/beacon/headers/head" > /dev/null && break
    kill -0 "$node" || fail "the node ended"
    sleep 1
done

follow() {
    exec "$vigil" ledger follow --beacon "$node_url" --registry trial/registry.json --store "$1" --source "$1" \
        --start-epoch $start_epoch --epochs $epochs --periods 1 --json > "$1.json" 2>> "$1.log"
}

(follow blocks) &
blocks=$!
followers=("$blocks")
# At most eight kills, and the last run goes to the end.
kills=0
while [ $kills -lt 8 ]; do
    (follow states) &
    states=$!
    followers=("$blocks" "$states")
    sleep $((5 + kills))
    kill -9 "$states" 2> /dev/null || break
    wait "$states" 2> /dev/null || true
    kills=$((kills + 1))
done
(follow states) &
states=$!
followers=("$blocks" "$states")
for pid in "$blocks" "$states"; do wait "$pid" || fail "a follower ended with an error"; done
followers=()

root() { "$vigil" ledger root "$1/$start_epoch.ledger" 2> /dev/null; }
[ "$(root states)" = "$(root blocks)" ] || fail "states give $(root states), blocks give $(root blocks)"
cmp "states/$start_epoch.ledger" "blocks/$start_epoch.ledger" || fail "the ledgers differ"
# Not the ledger of nothing: everybody was active, and blocks were due.
totals=$("$vigil" ledger export --csv --totals "states/$start_epoch.ledger" 2> /dev/null)
active=$(printf '%s\n' "$totals" | awk -F, -v n=$epochs 'NR > 1 && $2 == n' | wc -l)
due=$(printf '%s\n' "$totals" | awk -F, 'NR > 1 { sum += $6 } END { print sum }')
[ "$active" = $validators ] || fail "$active of $validators validators were active"
[ "$due" = $((8 * epochs)) ] || fail "$due blocks were due, not $((8 * epochs))"
printf 'a live Lodestar chain gives ledger %s from states and from blocks; killed %s times\n' "$(root states)" "$kills"
