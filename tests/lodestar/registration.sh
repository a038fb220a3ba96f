# shellcheck shell=bash
# Three operators join a pool and register their validators with the keystores of a live chain.

chain_id=1
pool=0x7676767676767676767676767676767676767676
owner=0x6161616161616161616161616161616161616161
operators=(good guilty away)

# First and last validator of an operator.
validators_of() {
    case $1 in
        good) echo 0 $((first_guilty - 1)) ;;
        guilty) echo "$first_guilty" $((first_away - 1)) ;;
        away) echo "$first_away" "$last_validator" ;;
    esac
}

operators_join() {
    local operator genesis=(--genesis chain/genesis.json)
    for operator in "${operators[@]}"; do
        must_end_with 0 "$vigil" operator new --out "$operator.key" --no-passphrase
        must_end_with 0 "$vigil" enrol --none --chain-id "$chain_id" --pool "$pool" --key "$operator.key" --owner "$owner" \
            --statement none.json --proof none.proof
        must_end_with 0 "$vigil" registry admit --operators operators.json "${genesis[@]}" --statement none.json --proof none.proof
        genesis=()
    done
}

register_validators() {
    local operator first last index
    echo 'only for a test' > password
    mkdir keystores registrations
    script keystores.mjs keystores "$last_validator" password || fail "no keystores"
    for operator in "${operators[@]}"; do
        read -r first last < <(validators_of "$operator")
        for index in $(seq "$first" "$last"); do
            must_end_with 0 "$vigil" operator register --key "$operator.key" --index "$index" --keystore "keystores/$index.json" \
                --keystore-password-file password --operators operators.json --batch 1 --out "registrations/$index.json"
        done
    done
}

# `with_state FILE COMMAND...`: against a state of the chain. Interop validators each have credentials of their own.
with_state() {
    "$vigil" registry "${@:2}" --state "$1" --spec chain/spec.json --credentials \
        "$(ask /eth/v1/beacon/states/genesis/validators | field '.data.map((one) => one.validator.withdrawal_credentials).join()')"
}

build_registry() {
    must_end_with 0 with_state chain/states/genesis.ssz build --operators operators.json --batch 1 \
        --registrations registrations/*.json --out registry.json
    must_end_with 0 with_state chain/states/genesis.ssz verify registry.json --operators operators.json
}

# The same batch against a later state: who has been slashed meanwhile cannot join.
slashed_cannot_join() {
    must_end_with 1 with_state "$1" build --operators operators.json --batch 1 --registrations registrations/*.json \
        --out late.json
    grep --quiet "slashed" last.out || fail "refused for another reason than the slashing: $(cat last.out)"
}
