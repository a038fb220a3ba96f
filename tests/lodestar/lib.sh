# shellcheck shell=bash
# Ending, failing and waiting, for the scripts beside this one.

# Everything is made in this folder, which goes away at the end.
work=$(mktemp -d)
# What runs in the background, by the file of its process id.
mkdir "$work/running"

# Runs a command in the background under a name; its output goes to NAME.log.
start() {
    local name=$1
    shift
    # Not where the scripts are: the node leaves a file in the folder that it is started in.
    (cd "$work" && exec "$@") >> "$work/$name.log" 2>&1 &
    echo $! > "$work/running/$name"
}

# Ends it as a power cut would.
kill_now() {
    local pid
    pid=$(cat "$work/running/$1")
    rm "$work/running/$1"
    kill -9 "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
}

is_running() { kill -0 "$(cat "$work/running/$1")"; } 2> /dev/null

# The exit code of something that has ended by itself.
ended() {
    local pid
    pid=$(cat "$work/running/$1")
    rm "$work/running/$1"
    wait "$pid"
}

finish() {
    # The node takes for ever to close down, and nothing of it is kept.
    for name in "$work"/running/*; do
        [ ! -e "$name" ] || kill_now "${name##*/}"
    done
    rm -rf "$work"
}
trap finish EXIT

say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

fail() {
    printf 'FAILED after %d s: %s\n' "$SECONDS" "$*" >&2
    tail -n 5 "$work"/*.log >&2
    exit 1
}

# Looks once a second until a condition holds. What it waits for is said if it does not come true in time.
# Meanwhile `meanwhile` is done.
wait_until() {
    local what=$1
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$what did not happen in time; finality is $(finality)"
        meanwhile
        sleep 1
    done
}
meanwhile() { :; }

# `must_end_with CODE COMMAND...`: the command must end with this exit code. What it printed is in last.out.
must_end_with() {
    local expected=$1 code=0
    shift
    "$@" > "$work/last.out" 2> "$work/last.log" || code=$?
    [ "$code" = "$expected" ] || fail "exit code $code, not $expected, of: $*: $(cat "$work/last.out")"
}

# A value of the JSON on standard input: `field .data.root`.
field() { node -p "JSON.parse(require('fs').readFileSync(0))$1"; }
