#!/usr/bin/env bash
# The follower beside a real beacon node, and everything that follows from its ledger: a Lodestar development chain
# (Altair, minimal preset, 2 s slots) from npm, with two validator clients. One of them is away for some epochs, a
# validator is slashed, the node and a follower are killed; the ledgers from states, from blocks, from files and by
# Lodestar's own code are the same, and the pool settles on it.
# Needs node 20 or later, npm, a C++ compiler and Python for one native module, and five minutes; where the machine turns out
# too slow for 2 s slots it begins again with longer ones.
# Usage: run.sh [path of vigil]
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
vigil=$(realpath "${1:-$here/../../target/debug/vigil}")

# Validators by operator: good, then guilty, then away, whose client is another than the node's own.
first_guilty=10
slashed_validator=15
first_away=20
last_validator=23
epochs=10
seconds_per_slot=${LIVE_TEST_SECONDS_PER_SLOT:-2}
deadline=$((300 * seconds_per_slot))

# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=chain.sh
. "$here/chain.sh"
# shellcheck source=registration.sh
. "$here/registration.sh"
# shellcheck source=followers.sh
. "$here/followers.sh"
# shellcheck source=settlement.sh
. "$here/settlement.sh"
install_lodestar
# A download's time counts neither for the chain nor for the deadline.
SECONDS=0
schedule_genesis
cd "$work"
# Keys of proofs are made once, here, and go away too.
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

say "a chain starts"
start_node
start_recorder
start_client
wait_until "a recorded genesis" test -e chain/states/genesis.ssz
operators_join
register_validators
build_registry
say "$((last_validator + 1)) validators are registered"

start_epoch=$(($(clock_epoch) + 1))
[ "$start_epoch" -gt 0 ] || start_epoch=1
start_followers
meanwhile() {
    followers_are_well
    kill_follower_now_and_then
}
say "two followers wait for epochs $start_epoch to $((start_epoch + epochs - 1))"

wait_for_epoch $((start_epoch + 1))
kill_now client
stopped=$(clock_epoch)
say "the second client is away from epoch $stopped on"
script slash.mjs "$node_url" "$slashed_validator" 1 || fail "the node takes no slashing"
wait_until "the slashing of $slashed_validator" is_slashed "$slashed_validator"
say "validator $slashed_validator is slashed"

wait_for_epoch $((stopped + 5))
start_client
back=$(clock_epoch)
say "the second client is back in epoch $back"

wait_until "the middle of epoch $((back + 1))" has_reached "$(middle_of_epoch $((back + 1)))"
kill_and_revive_node

wait_for_ledgers
say "states and blocks give one ledger; a follower was killed $kills times"
must_end_with 0 "$vigil" ledger export --csv period.ledger
cp last.out flags.csv
must_end_with 0 "$vigil" ledger export --csv --totals period.ledger
cp last.out totals.csv
same=$(script expect.mjs chain "$start_epoch" "$epochs" flags.csv totals.csv) || fail "Lodestar disagrees: $same"
say "Lodestar's own code gives the same: $same"
told=$(script story.mjs flags.csv totals.csv $first_away $last_validator "$stopped" "$back" $slashed_validator) || fail "$told"
say "the ledger tells the story: $told"

enrol_operators
build_header
recorded=(chain/states/0*.ssz)
slashed_cannot_join "${recorded[-1]}"
settle_period
say "a live chain was registered, followed, proven and settled: ledger $("$vigil" ledger root period.ledger)"
