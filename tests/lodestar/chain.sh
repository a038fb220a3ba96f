# shellcheck shell=bash
# A development chain: a node with its own validators, and a second validator client. Altair, minimal preset.
#
# Killed, this node loses all blocks since its last archived state, that is all of a short chain, and does not get
# them back alone. So `record.mjs` keeps its blocks beside it and `replay.mjs` hands them back: it goes on from where it was.

rest_port=${LIVE_TEST_PORT:-19596}
node_url=http://127.0.0.1:$rest_port
slots_per_epoch=8
# Between the node's start and the chain's first slot; who is later misses some slots, that is all.
genesis_delay=20
schedule_genesis() { genesis_time=$(($(date +%s) + genesis_delay)); }

# One dependency's native part is not built: its JavaScript serves.
lodestar=(env NODE_BACKEND=js LODESTAR_PRESET=minimal node --require "$here/polyfill.cjs")
config=(--params.SECONDS_PER_SLOT "$seconds_per_slot" --params.ALTAIR_FORK_EPOCH 0)

install_lodestar() {
    [ -e "$here/node_modules/snappy/build/Release/binding.node" ] && return
    (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund && npm rebuild snappy)
}

# With a fixed genesis time it keeps what is there already.
start_node() {
    start node "${lodestar[@]}" "$here/node_modules/.bin/lodestar" dev --dataDir "$work/node" --genesisTime "$genesis_time" \
        --genesisValidators $((last_validator + 1)) --startValidators "0..$((first_away - 1))" \
        --rest --rest.namespace '*' --rest.address 127.0.0.1 --rest.port "$rest_port" --server "$node_url" \
        --attachToGlobalThis --listenAddress 127.0.0.1 --port $((rest_port + 1)) --discv5 false --eth1 false "${config[@]}"
    wait_until "the node's first answer" node_answers
}

start_client() {
    start client "${lodestar[@]}" "$here/node_modules/.bin/lodestar" validator --network dev --dataDir "$work/client" \
        --interopIndexes "$first_away..$last_validator" --server "$node_url" "${config[@]}"
}

# `script NAME ARGUMENT...`: a script that uses the node's own packages.
script() { "${lodestar[@]}" "$here/$1" "${@:2}" 2>> "$work/scripts.log"; }

start_recorder() { start recorder "${lodestar[@]}" "$here/record.mjs" "$node_url" "$work/chain"; }

# The answer on a route, as JSON; nothing if the node does not answer.
ask() { curl --silent --fail --noproxy '*' --max-time 10 "$node_url$1"; }

node_answers() {
    is_running node || fail "the node ended"
    ask /eth/v1/beacon/genesis > /dev/null
}

head_slot() { ask /eth/v1/beacon/headers/head | field .data.header.message.slot 2> /dev/null || echo -1; }
head_epoch() { echo $(($(head_slot) / slots_per_epoch)); }
has_reached() { [ "$(head_slot)" -ge "$1" ]; }
is_epoch() { has_reached $(($1 * slots_per_epoch)); }
wait_for_epoch() { wait_until "epoch $1" is_epoch "$1"; }

middle_of_epoch() { echo $(($1 * slots_per_epoch + slots_per_epoch / 2)); }

# For messages.
finality() { ask /eth/v1/beacon/states/head/finality_checkpoints || echo "a node that does not answer"; }

# The epoch by the clock, also while the node is away.
clock_epoch() { echo $((($(date +%s) - genesis_time) / seconds_per_slot / slots_per_epoch)); }

is_slashed() { [ "$(ask "/eth/v1/beacon/states/head/validators/$1" | field .data.validator.slashed 2> /dev/null)" = true ]; }

# Killed in the middle of an epoch, started again, and given its blocks back. Followers see a refused connection, then
# a node that is syncing, and an epoch whose last slot is empty. A whole epoch without the node is too long:
# no other one can tell the follower from blocks who had to propose.
kill_and_revive_node() {
    local gone=$SECONDS
    kill_now node
    # A quick machine has it back before anybody has asked.
    wait_until "the follower's noticing that the node is away" has_noticed blocks
    start_node
    local replayed
    replayed=$(script replay.mjs "$node_url" "$work/chain") || fail "the node takes its blocks back no more: $(tail -n 3 "$work/scripts.log")"
    say "the node is back with $replayed"
    [ $((SECONDS - gone)) -lt $((slots_per_epoch * seconds_per_slot)) ] || begin_again_slower
}

begin_again_slower() {
    [ "$seconds_per_slot" -lt 8 ] || fail "the machine is too slow even for slots of $seconds_per_slot s"
    say "the node was away for longer than an epoch: again from the beginning, with slots twice as long"
    cd "$here"
    finish
    LIVE_TEST_SECONDS_PER_SLOT=$((2 * seconds_per_slot)) exec "$here/run.sh" "$vigil"
}
