# shellcheck shell=bash
# Two followers of the same node, from states and from blocks. The first one is killed again and again.

most_kills=8
kills=0
next_kill=0

# A follower is named by its source, and so are its folder and its answer.
start_follower() {
    local more=()
    # A header takes the votes of the whole chain, which only states have.
    [ "$1" = blocks ] || more=(--policy "$here/policy.json")
    start "$1" "$vigil" ledger follow --beacon "$node_url" --registry "$work/registry.json" --store "$1" --source "$1" \
        --start-epoch "$start_epoch" --epochs "$epochs" --periods 1 ${more[@]+"${more[@]}"} --json
}

start_followers() {
    start_follower blocks
    start_follower states
    next_kill=$((SECONDS + 5))
}

# Each of its lives is longer than the one before; the last one goes to the end.
kill_follower_now_and_then() {
    [ "$kills" -lt "$most_kills" ] && [ "$SECONDS" -ge "$next_kill" ] && is_running states || return 0
    kill_now states
    kills=$((kills + 1))
    next_kill=$((SECONDS + 5 + kills))
    start_follower states
}

# One that ends without its ledger has failed.
followers_are_well() {
    local source
    for source in states blocks; do
        is_running $source || [ -e "$work/$source/$start_epoch.ledger" ] || fail "the follower from $source ended without a ledger"
    done
}

have_ended() { ! is_running states && ! is_running blocks; }

has_noticed() { grep --quiet "cannot be reached" "$work/$1.log"; }

wait_for_ledgers() {
    wait_until "the followers' end" have_ended
    local source
    for source in states blocks; do
        ended $source || fail "the follower from $source ended with code $?"
    done
    cmp "$work/states/$start_epoch.ledger" "$work/blocks/$start_epoch.ledger" || fail "states and blocks give two ledgers"
    cp "$work/states/$start_epoch.ledger" "$work/period.ledger"
}
