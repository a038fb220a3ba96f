#!/usr/bin/env bash
# Everything that needs a GPU, in one command: builds the object and the emulator, compares them function by function, lets
# compute-sanitizer watch, and measures up to k = 20. Needs nvcc 13 and a C++ compiler, neither Rust nor network.
#
#   tests/gpu.sh [--tests BINARY] [--vigil BINARY]
#
# BINARY, built where Rust is and carried here: `cargo test -p vigil-gpu --no-run --release`, which compares whole
# proofs; `cargo build --release -p vigil-cli --features cuda`, which measures them.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; "$@"; }

tests=""
vigil=""
while [[ $# -gt 0 ]]; do
    case "$1" in
        --tests) tests="$2"; shift 2 ;;
        --vigil) vigil="$2"; shift 2 ;;
        *) echo "tests/gpu.sh: there is no option $1" >&2; exit 2 ;;
    esac
done

if ! command -v nvidia-smi > /dev/null || ! nvidia-smi -L > /dev/null 2>&1; then
    echo "skipped: this machine has no GPU, or no driver for it"
    exit 0
fi
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader

build="$(mktemp -d)"
trap 'rm -rf "$build"' EXIT
device="$build/libvigil_gpu.so"
emulator="$build/libvigil_gpu_emulator.so"
check="$build/check"
cxx="${CXX:-g++}"
step gpu/build.sh "$device"
step "$cxx" -std=c++17 -O2 -shared -fPIC -x c++ gpu/kernels/vigil_gpu.cu -o "$emulator"
step "$cxx" -std=c++17 -O2 gpu/check/check.cpp -o "$check" -ldl

step "$check" "$device" "$emulator" compare 1 2 3 4 5 6 7 8 9 10 11 12 13 14 16
if command -v compute-sanitizer > /dev/null; then
    for tool in memcheck racecheck synccheck initcheck; do
        step compute-sanitizer --tool "$tool" --error-exitcode 1 "$check" "$device" "$emulator" compare 3 11
    done
else
    echo "compute-sanitizer is not installed: nobody watched"
fi
if [[ -n "$tests" ]]; then
    VIGIL_GPU_OBJECT="$device" step "$tests"
fi

step "$check" "$device" "$emulator" time 12 14 16 18 20
if [[ -n "$vigil" ]]; then
    for k in 12 14 16 18 20; do
        for engine in cpu cuda; do
            VIGIL_GPU_OBJECT="$device" step "$vigil" bench prove --validators 1 --k "$k" --lanes 4 --engine "$engine"
        done
    done
fi
printf '\nall of it passed; the figures belong into docs/benchmarks.md, with date and device\n'
