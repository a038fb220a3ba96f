# shellcheck shell=bash
# Enrol, prove, verify, settle: what the pool does with the live ledger.

book=(--book pool.json)
penalty=1000000000000000000
bond=4000000000000000000

# The same ledger from the recorded files, and the header that a quorum would sign. Only states of epochs' ends are
# recorded: it takes a while until one of them says that the period is final.
build_ledger() {
    "$vigil" ledger build --states chain/states --blocks chain/blocks --spec chain/spec.json \
        --genesis chain/genesis.json --registry registry.json --start-epoch "$start_epoch" --epochs "$epochs" \
        --policy "$here/policy.json" --header period.header --out built.ledger \
        > last.out 2> last.log
}

build_header() {
    meanwhile() { :; }
    wait_until "a ledger from the recorded files" build_ledger
    cmp built.ledger period.ledger || fail "followers and files give two ledgers"
    cmp period.header "states/$start_epoch.header.json" || fail "followers and files give two headers"
}

enrol_operators() {
    local operator
    must_end_with 0 "$vigil" settle new "${book[@]}" --chain-id "$chain_id" --pool "$pool"
    for operator in "${operators[@]}"; do
        must_end_with 0 "$vigil" enrol --registry registry.json --key "$operator.key" --owner "$owner" \
            --statement "$operator-enrol.json" --proof "$operator-enrol.proof"
        must_end_with 0 "$vigil" verify --statement "$operator-enrol.json" --proof "$operator-enrol.proof"
        must_end_with 0 "$vigil" settle enrol "${book[@]}" --statement "$operator-enrol.json" --proof "$operator-enrol.proof" \
            --bond $bond
    done
}

# `prove_duty OPERATOR [CLAIM...]`: the most that is true, or what is claimed.
prove_duty() {
    "$vigil" prove --ledger period.ledger --key "$1.key" --chain-id "$chain_id" --pool "$pool" --account "$owner" \
        --policy "$here/policy.json" --header period.header --statement "$1.json" --proof "$1.proof" "${@:2}"
}

# Proves honestly and settles.
settle_operator() {
    must_end_with 0 prove_duty "$1"
    must_end_with 0 "$vigil" verify --statement "$1.json" --proof "$1.proof" --root "$("$vigil" ledger root period.ledger)"
    must_end_with 0 "$vigil" settle proof "${book[@]}" --statement "$1.json" --proof "$1.proof" --json
    cp last.out "$1-settled.json"
    say "$1 claims $(field .claims < "$1.json" | tr -s ' \n' ' ')"
}

# `must_be OPERATOR FIELD CONDITION`: of what was settled, as an expression with `it`.
must_be() {
    local value
    value=$(field ".$2" < "$1-settled.json")
    [ "$(node -p "const it = BigInt('$value'); $3")" = true ] || fail "$1: $2 is $value, not $3"
}

# Who was away says that nothing happened; who was slashed hides it behind an honest proof.
lies_are_refused() {
    must_end_with 1 prove_duty away --good-bps 10000
    must_end_with 1 prove_duty away --performance-bps 10000
    must_end_with 0 prove_duty guilty
    sed 's/"slashed": 1/"slashed": 0/' guilty.json > hidden.json
    cmp --silent guilty.json hidden.json && fail "guilty's statement says nothing of its slashing: $(cat guilty.json)"
    must_end_with 1 "$vigil" verify --statement hidden.json --proof guilty.proof
    must_end_with 1 "$vigil" settle proof "${book[@]}" --statement hidden.json --proof guilty.proof
}

settle_period() {
    must_end_with 0 "$vigil" settle open "${book[@]}" --policy "$here/policy.json" --header period.header --funds $bond
    lies_are_refused
    settle_operator good
    must_be good reward 'it > 0n'
    must_be good reserve 'it === 0n'
    settle_operator guilty
    must_be guilty reserve "it === ${penalty}n"
    must_be guilty bond "it === ${bond}n - ${penalty}n"
    settle_operator away
    must_be away reward 'it === 0n'
    [ "$(field .claims.good_bps < away.json)" = 0 ] || fail "away claims good stake: $(cat away.json)"
    must_end_with 0 "$vigil" settle close "${book[@]}" --json
    local struck
    struck=$(field '.operators.filter((one) => one.struck).map((one) => one.operator).join()' < last.out)
    [ "$struck" = "$("$vigil" operator id --key away.key --chain-id "$chain_id" --pool "$pool")" ] \
        || fail "struck is not away alone but '$struck'"
    must_end_with 0 "$vigil" settle show "${book[@]}"
    sed 's/^/        /' last.out
}
